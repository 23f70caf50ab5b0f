"""The words of the agenda for what the rules name."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.agenda.rules_acts import Act, Standing
from portal.agenda.rules_closings import Closing, Holiday, Shut
from portal.booking.rules_status import StatusFault
from portal.directory.models import Mode
from portal.notifications.models import Route

STANDING_WORDS = {
    Standing.TO_COME: _l("À venir"),
    Standing.ARRIVED: _l("Dans la salle d'attente"),
    Standing.CALLED: _l("En rendez-vous"),
    Standing.RUNNING: _l("C'est l'heure"),
    Standing.FORGOTTEN: _l("À noter"),
    Standing.SEEN: _l("A eu lieu"),
    Standing.MISSED: _l("Manqué"),
    Standing.DOOR: _l("Porte close"),
    Standing.EXCUSED: _l("Annulé par la personne"),
    Standing.REVOKED: _l("Annulé par le service"),
}

STANDING_ICONS = {
    Standing.TO_COME: "clock",
    Standing.ARRIVED: "armchair",
    Standing.CALLED: "door-open",
    Standing.RUNNING: "bell",
    Standing.FORGOTTEN: "circle-question-mark",
    Standing.SEEN: "circle-check",
    Standing.MISSED: "circle-x",
    Standing.DOOR: "house",
    Standing.EXCUSED: "calendar-x",
    Standing.REVOKED: "calendar-x",
}

ACT_WORDS = {
    Act.ARRIVE: _l("Est là"),
    Act.LEAVE: _l("N'est pas là"),
    Act.CALL: _l("Faire entrer"),
    Act.UNCALL: _l("Attend encore"),
    Act.SEEN: _l("A eu lieu"),
    Act.NOSHOW: _l("Manqué"),
    Act.DOOR: _l("Porte close"),
    Act.EXCUSED: _l("Annulé par la personne"),
    Act.REVOKED: _l("Annulé par le service"),
    Act.UNDO: _l("Corriger"),
}

# What is said once it is done.
DONE_WORDS = {
    Act.ARRIVE: _l("C'est noté : la personne est là."),
    Act.LEAVE: _l("C'est noté : la personne n'est pas là."),
    Act.CALL: _l("C'est noté : la personne est en rendez-vous."),
    Act.UNCALL: _l("C'est noté : la personne attend encore."),
    Act.SEEN: _l("C'est noté : le rendez-vous a eu lieu."),
    Act.NOSHOW: _l("C'est noté : rendez-vous manqué."),
    Act.DOOR: _l("C'est noté : porte close."),
    Act.EXCUSED: _l("C'est noté : la personne avait prévenu."),
    Act.REVOKED: _l("C'est noté : le service a annulé."),
    Act.UNDO: _l("C'est corrigé : plus rien n'est noté."),
}

FAULT_WORDS = {
    StatusFault.CHANGED: _l("Ce rendez-vous a changé pendant que vous le lisiez."),
    StatusFault.TOO_SOON: _l("C'est trop tôt. Notez-le à l'heure du rendez-vous."),
    StatusFault.CANCELLED: _l("Ce rendez-vous a été annulé avant son heure. La personne est prévenue."),
    StatusFault.NOT_YOURS: _l("Ce rendez-vous n'est pas de votre service."),
    StatusFault.NO_WAITING_ROOM: _l("Ce rendez-vous ne se passe pas dans un lieu d'accueil."),
    StatusFault.OVER: _l("Ce rendez-vous est passé, ou son résultat est déjà noté."),
    StatusFault.NOT_AT_HOME: _l("« Porte close » se note pour une visite à domicile."),
    StatusFault.TO_COME: _l("Ce rendez-vous est à venir. Annulez-le : la personne sera prévenue."),
    StatusFault.AGENT_TAKEN: _l("Un autre rendez-vous a pris cette heure. Il ne peut pas revenir."),
}

# What was last done of an appointment, as the journal names it.
CHANGE_WORDS = {
    "appointment.booked": _l("Rendez-vous pris"),
    "appointment.moved": _l("Rendez-vous déplacé"),
    "appointment.cancelled": _l("Rendez-vous annulé"),
    "appointment.arrived": _l("Arrivée notée"),
    "appointment.called_in": _l("Entrée notée"),
    "appointment.arrival_undone": _l("Arrivée ou entrée corrigée"),
    "appointment.seen": _l("Venue notée"),
    "appointment.missed": _l("Noté manqué"),
    "appointment.door_closed": _l("Porte close notée"),
    "appointment.excused": _l("Noté annulé par la personne"),
    "appointment.revoked": _l("Noté annulé par le service"),
    "appointment.reopened": _l("Note effacée"),
}

ROUTE_WORDS = {
    Route.SMS: _l("un SMS"),
    Route.EMAIL: _l("un e-mail"),
    Route.LETTER: _l("une lettre"),
    Route.CALL: _l("un appel à faire"),
    Route.DESK: _l("à dire sur place"),
}

MODE_WORDS = {
    Mode.PLACE: _l("Sur place"),
    Mode.PHONE: _l("Par téléphone"),
    Mode.HOME: _l("À domicile"),
    Mode.VIDEO: _l("Par vidéo"),
}

MODE_ICONS = {Mode.PLACE: "map-pin", Mode.PHONE: "phone", Mode.HOME: "house", Mode.VIDEO: "video"}

HOLIDAY_WORDS = {
    Holiday.NEW_YEAR: _l("Jour de l'an"),
    Holiday.EASTER_MONDAY: _l("Lundi de Pâques"),
    Holiday.LABOUR: _l("1er mai"),
    Holiday.VICTORY: _l("8 mai"),
    Holiday.ASCENSION: _l("Ascension"),
    Holiday.WHIT_MONDAY: _l("Lundi de Pentecôte"),
    Holiday.NATIONAL: _l("14 juillet"),
    Holiday.ASSUMPTION: _l("Assomption"),
    Holiday.ALL_SAINTS: _l("Toussaint"),
    Holiday.ARMISTICE: _l("11 novembre"),
    Holiday.CHRISTMAS: _l("Noël"),
    Holiday.GOOD_FRIDAY: _l("Vendredi saint"),
    Holiday.SAINT_STEPHEN: _l("Saint-Étienne"),
    Holiday.ABOLITION: _l("Abolition de l'esclavage"),
}


def closing_words(closing: Closing) -> str:
    """Why nobody is received that day: "Jour férié : Noël", "Fermé : pont de l'Ascension", "Fermé"."""
    if closing.why is Shut.HOLIDAY and closing.holiday is not None:
        return str(_("Jour férié : %(name)s", name=HOLIDAY_WORDS[closing.holiday]))
    return str(_("Fermé : %(why)s", why=closing.label) if closing.label else _("Fermé"))
