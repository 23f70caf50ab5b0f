"""The sentences of paper forms: what each kind is called, and what to do when one is not entered."""

from flask_babel import lazy_gettext as _l

from portal.booking.rules import BookingRefusal
from portal.booking.rules_waiting import WishFault
from portal.mandates.rules import Fault
from portal.paper.models import FormKind
from portal.paper.rules import PaperFault, PostFault

KINDS = {
    FormKind.WISH: _l("Demande de rendez-vous"),
    FormKind.CHOICES: _l("Choix pour les messages"),
    FormKind.ADDRESS: _l("Changement d'adresse"),
    FormKind.MANDATE: _l("Mandat : une personne agit pour moi"),
    FormKind.CANCELLATION: _l("Coupon : « je ne peux pas venir »"),
}
LINES = {
    FormKind.WISH: _l("Trois demi-journées, un lieu, un sujet."),
    FormKind.CHOICES: _l("Lettres, SMS, e-mails, gros caractères, langue."),
    FormKind.ADDRESS: _l("La nouvelle adresse des lettres."),
    FormKind.MANDATE: _l("Pour un organisme ou un proche, avec deux signatures."),
}
ICONS = {
    FormKind.WISH: "calendar-plus",
    FormKind.CHOICES: "mail",
    FormKind.ADDRESS: "house",
    FormKind.MANDATE: "hand-helping",
}
FAULTS = {
    PaperFault.ENTERED: _l("Ce papier est déjà enregistré. Voici ce qui a été écrit."),
    PaperFault.CHANGED: _l("Quelqu'un a changé la fiche pendant ce temps. Vérifiez, puis enregistrez de nouveau."),
    PaperFault.NO_FILE: _l("Cette fiche n'existe plus. Cherchez la personne, puis donnez un papier neuf."),
    PaperFault.NO_ADDRESS: _l("Pour tout recevoir par courrier, il faut une adresse. Écrivez-la."),
    PaperFault.NOTHING: _l("Rien n'est coché. Cochez au moins une case, comme sur le papier."),
    PaperFault.NOT_THERE: _l("Ce sujet n'est pas reçu dans ce lieu. Choisissez-en un autre, ou tous les lieux."),
    PaperFault.OVER: _l("Ce rendez-vous est déjà passé. Le coupon ne l'annule plus."),
    PaperFault.CANCELLED: _l("Ce rendez-vous est déjà annulé. Le coupon ne l'annule pas une deuxième fois."),
    PaperFault.RELATIVE: _l(
        "Une autre personne répond pour elle maintenant. Faites remplir un papier neuf par cette personne."
    ),
    PaperFault.ASK_IF_SAFE: _l("Ce choix se vérifie avec la personne. Donnez ce papier à un accueil, le jour même."),
}
POST_FAULTS = {
    PostFault.NO_ADDRESS: _l("Pas d'envoi par la poste : la fiche n'a pas d'adresse."),
    PostFault.DOUBTFUL: _l("Pas d'envoi par la poste : une lettre est revenue de cette adresse."),
    PostFault.DISCREET: _l("Pas d'envoi par la poste : la personne veut de la discrétion, sans lettre."),
    PostFault.SILENCE: _l("Pas d'envoi par la poste : la personne a demandé de ne pas être contactée."),
}
MY_POST_FAULTS = {
    PostFault.NO_ADDRESS: _l("Pour vous écrire, il nous faut votre adresse."),
    PostFault.DOUBTFUL: _l("Une lettre est revenue de votre adresse. Vérifiez-la."),
    PostFault.DISCREET: _l("Vous avez choisi des messages discrets, sans lettre."),
    PostFault.SILENCE: _l("Vous avez demandé de ne plus être contacté."),
}
WISH_FAULTS = {
    WishFault.NOT_YOUR_SERVICE: _l("Ce motif est d'un autre service. Donnez ce papier à l'accueil de ce lieu."),
    WishFault.NOT_BOOKABLE: _l("Ce motif ne se réserve plus. Choisissez-en un autre."),
    WishFault.OVER: _l("Cette date est passée. Écrivez une date à venir."),
    WishFault.TOO_FAR: _l("Cette date est trop loin. Écrivez un jour dans l'année qui vient."),
    WishFault.NEVER: _l("Cochez au moins une demi-journée."),
}
# Where the words of the mandates' own pages would speak to somebody else than the agent, or of another form.
MANDATE_WORDS = {
    Fault.END_PAST: _l("Cette date est passée : ce mandat est fini. Vérifiez la date, ou appelez la personne."),
    Fault.END_FAR: _l("C'est trop loin : un mandat dure 12 mois au plus. Vérifiez la date, ou renvoyez le papier."),
    Fault.ONESELF: _l("C'est le nom de la personne elle-même. Écrivez celui du proche qui va agir."),
}
BOOKING_FAULTS = {
    BookingRefusal.NOT_YOUR_SERVICE: _l("Ce rendez-vous est d'un autre service. Donnez ce coupon à son accueil."),
    BookingRefusal.CHANGED: _l("Le rendez-vous a changé pendant ce temps. Comparez la date avec le coupon."),
    BookingRefusal.PAST: _l("Ce rendez-vous est déjà passé. Le papier ne change plus rien."),
}
HALVES = {"matin": _l("matin"), "apres": _l("après-midi")}
DAYS = {
    "lun": _l("lundi"),
    "mar": _l("mardi"),
    "mer": _l("mercredi"),
    "jeu": _l("jeudi"),
    "ven": _l("vendredi"),
}
ANSWERS = {
    "sms": _l("SMS"),
    "emails": _l("E-mails"),
    "paper": _l("Tout par courrier"),
    "large_print": _l("Gros caractères"),
    "language": _l("Langue"),
    "address": _l("Adresse"),
    "half_days": _l("Demi-journées"),
    "hours": _l("Heures écrites"),
    "first_day": _l("À partir du"),
    "motif_id": _l("Sujet"),
    "place_id": _l("Lieu"),
    "procedures": _l("Démarches"),
    "organisation_id": _l("Organisme"),
    "holder_id": _l("Proche"),
    "wants_another": _l("Veut une autre date"),
}
