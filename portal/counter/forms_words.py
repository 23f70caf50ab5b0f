"""The counter's words for what the rules name."""

from flask_babel import lazy_gettext as _l

from portal.booking.models import CancelReason
from portal.booking.models_waiting import WishEnd
from portal.booking.rules import BookingRefusal
from portal.booking.rules_again import AgainFault
from portal.booking.rules_waiting import WishFault
from portal.counter.rules import HalfDay, Obstacle
from portal.directory.models import Mode
from portal.notifications.models import Route, Status

REFUSALS = {
    BookingRefusal.SLOT_TAKEN: _l("Ce créneau vient d'être pris, ou n'existe plus. Choisissez-en un autre."),
    BookingRefusal.AGENT_TAKEN: _l("Cet agent n'est plus libre à cette heure. Choisissez un autre créneau."),
    BookingRefusal.LIMIT_REACHED: _l("Cette personne a déjà un rendez-vous à venir pour ce motif."),
    BookingRefusal.NOT_BOOKABLE: _l("Ce motif ne se réserve pas ici."),
    BookingRefusal.NOT_INVITED: _l("Ce motif demande une invitation."),
    BookingRefusal.WRONG_AGE: _l("Ce motif ne convient pas à l'âge de la personne."),
    BookingRefusal.CLOSED: _l("Ce lieu ou ce motif est fermé ce jour-là. Choisissez un autre créneau."),
    BookingRefusal.PAST: _l("Cette heure est passée."),
    BookingRefusal.ALREADY_CANCELLED: _l("Ce rendez-vous est déjà annulé."),
    BookingRefusal.NOT_THEIRS: _l("Cette fiche a changé. Choisissez de nouveau pour qui est le rendez-vous."),
    BookingRefusal.NOT_YOUR_SERVICE: _l("Ce motif est d'un autre service. Vous ne pouvez pas réserver pour lui."),
    BookingRefusal.NO_RIGHT_TO_OVERBOOK: _l("Vous n'avez pas le droit de prendre une heure sans créneau ici."),
    BookingRefusal.NO_REASON: _l("Écrivez pourquoi, en 3 à 200 caractères. Exemple : urgence du jour"),
}

WISH_FAULTS = {
    WishFault.NOT_YOUR_SERVICE: _l("Ce motif est d'un autre service. Vous ne pouvez pas inscrire la personne."),
    WishFault.NOT_BOOKABLE: _l("Ce motif ne se réserve plus."),
    WishFault.OVER: _l("Le dernier jour est déjà passé. Écrivez un jour à venir."),
    WishFault.TOO_FAR: _l("Cette date est trop loin. Écrivez un jour dans l'année qui vient."),
    WishFault.NEVER: _l("Cochez le matin ou l'après-midi, et mettez le dernier jour après le premier."),
}

OBSTACLES = {
    Obstacle.APPOINTMENT: _l("L'agent a déjà un rendez-vous à ce moment-là."),
    Obstacle.CLOSED: _l("C'est un jour férié, ou le lieu est fermé ce jour-là."),
    Obstacle.NO_OPENING: _l("L'agent ne reçoit pas à cette heure dans ce lieu."),
    Obstacle.NO_SLOT: _l("L'agent reçoit alors, mais aucun créneau ne commence à cette heure."),
    Obstacle.ABSENCE: _l("L'agent est absent. Choisissez un autre agent ou une autre heure."),
}

MODES = {
    Mode.PLACE: _l("Sur place"),
    Mode.PHONE: _l("Par téléphone"),
    Mode.HOME: _l("À domicile"),
    Mode.VIDEO: _l("Par vidéo"),
}

HALVES = {HalfDay.MORNING: _l("Le matin"), HalfDay.AFTERNOON: _l("L'après-midi")}

CANCEL_REASONS = {
    CancelReason.PERSON_ASKED: _l("La personne ne peut pas venir, ou ne veut plus"),
    CancelReason.AGENT_AWAY: _l("L'agent est absent"),
    CancelReason.PLACE_CLOSED: _l("Le lieu est fermé"),
    CancelReason.WRONG_SUBJECT: _l("Un autre service doit recevoir la personne"),
    CancelReason.MISTAKE: _l("Pris par erreur, ou en double"),
}

ROUTES = {
    Route.SMS: _l("SMS"),
    Route.EMAIL: _l("E-mail"),
    Route.LETTER: _l("Lettre"),
    Route.CALL: _l("Appel d'un agent"),
    Route.DESK: _l("Sur place, à l'accueil"),
}

STANDINGS = {
    Status.WAITING: _l("va partir"),
    Status.SENDING: _l("part en ce moment"),
    Status.SENT: _l("parti"),
    Status.DELIVERED: _l("arrivé"),
    Status.QUEUED: _l("attend la poste"),
    Status.IN_RUN: _l("s'imprime"),
    Status.PRINTED: _l("imprimé, attend la poste"),
    Status.POSTED: _l("posté"),
    Status.RETURNED: _l("revenu"),
    Status.OPEN: _l("à faire par un agent"),
    Status.DONE: _l("dit par un agent"),
    Status.FAILED: _l("n'est pas arrivé"),
    Status.WITHDRAWN: _l("retiré avant de partir"),
    Status.EXPIRED: _l("n'est plus utile"),
}

VERBS = {
    "appointment.booked": _l("Pris"),
    "appointment.moved": _l("Déplacé"),
    "appointment.handed_over": _l("Confié à un collègue"),
    "appointment.cancelled": _l("Annulé"),
    "appointment.slip_printed": _l("Papier imprimé"),
    "appointment.told_again": _l("Redit à la personne"),
}

KINDS_TOLD = {
    "appointment_booked": _l("Confirmation"),
    "appointment_moved": _l("Changement"),
    "appointment_cancelled": _l("Annulation"),
    "appointment_missed": _l("Après le rendez-vous manqué"),
}

REASONS_TOLD = {
    CancelReason.PERSON_ASKED: _l("À la demande de la personne"),
    CancelReason.AGENT_AWAY: _l("Agent absent"),
    CancelReason.PLACE_CLOSED: _l("Lieu fermé"),
    CancelReason.WRONG_SUBJECT: _l("Un autre service reçoit la personne"),
    CancelReason.MISTAKE: _l("Pris par erreur, ou en double"),
}

AGAIN_FAULTS = {
    AgainFault.NO_WAY: _l("La fiche n'a pas ce moyen. Ajoutez-le d'abord."),
    AgainFault.WAY_FAILED: _l("Ce moyen ne fonctionne pas. Choisissez-en un autre."),
    AgainFault.NOT_WANTED: _l("La personne ne veut pas être prévenue ainsi."),
    AgainFault.DISCREET: _l("Ce rendez-vous est discret : aucun message ne part."),
    AgainFault.TOO_LATE: _l("La lettre arriverait trop tard. Choisissez un autre moyen."),
    AgainFault.PAST: _l("Ce rendez-vous est passé."),
    AgainFault.NOT_YOUR_SERVICE: _l("Ce rendez-vous est d'un autre service."),
}

WISH_ENDS = {WishEnd.WITHDRAWN: _l("Ne veut plus"), WishEnd.BOOKED: _l("A déjà son rendez-vous")}
