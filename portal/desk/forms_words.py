"""The words of the desk for what the rules name."""

from flask_babel import lazy_gettext as _l

from portal.desk.rules import DeskFault
from portal.letters.services_choice import How
from portal.people.models import RouteState

STATE_WORDS = {
    RouteState.UNTRIED: _l("pas encore essayé"),
    RouteState.WORKS: _l("fonctionne"),
    RouteState.DOUBTFUL: _l("douteux"),
    RouteState.FAILED: _l("ne fonctionne pas"),
}

FAULT_WORDS = {
    DeskFault.CHANGED: _l("Cette fiche a changé pendant que vous la lisiez. Relisez-la, puis recommencez."),
    DeskFault.NOTHING_TO_CHECK: _l("Cette fiche n'a rien à vérifier ici. Écrivez-le d'abord."),
}

# How the person said that they want everything by post, or no longer.
HEARD = [
    (How.PHONE.value, _l("Au téléphone")),
    (How.COUNTER.value, _l("Sur place")),
    (How.LETTER.value, _l("Par lettre")),
]

CHANGED_WORDS = {
    "birth_name": _l("Nom de naissance"),
    "mobile": _l("Téléphone mobile"),
    "email": _l("Adresse e-mail"),
    "landline": _l("Téléphone fixe"),
    "address": _l("Adresse postale"),
    "sms": _l("Recevoir des SMS"),
    "emails": _l("Recevoir des e-mails"),
    "paper": _l("Tout recevoir par courrier"),
    "large_print": _l("Lettres en gros caractères"),
    "discretion": _l("Messages discrets"),
    "silence": _l("Ne pas contacter"),
    "language": _l("Langue des messages"),
}
