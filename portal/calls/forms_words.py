"""The words of calls: when and why to call back, which number, how a try ended."""

from flask_babel import lazy_gettext as _l

from portal.calls.models import TryOutcome
from portal.calls.rules import Moment, Reason, TaskFault
from portal.calls.rules_people import GIVEN, LANDLINE, MOBILE

MOMENTS = {
    Moment.SOON: _l("Dans les deux heures"),
    Moment.MORNING: _l("Un matin, le plus tôt possible"),
    Moment.AFTERNOON: _l("Un après-midi, le plus tôt possible"),
    Moment.NEXT_DAY: _l("Le prochain jour ouvré"),
}
REASONS = {
    Reason.QUESTION: _l("Une question"),
    Reason.APPOINTMENT: _l("Un rendez-vous"),
    Reason.PAPERS: _l("Un papier"),
    Reason.NEWS: _l("Une réponse attendue"),
}
WAYS = {LANDLINE: _l("fixe"), MOBILE: _l("mobile"), GIVEN: _l("donné pour cet appel")}
TRIES = {
    TryOutcome.TOLD: _l("La personne est prévenue."),
    TryOutcome.NO_ANSWER: _l("Pas de réponse."),
    TryOutcome.WRONG_NUMBER: _l("Faux numéro."),
    TryOutcome.CHANGES: _l("La personne veut changer ou annuler."),
    TryOutcome.RELATIVE: _l("Dit à un proche qui en a le droit."),
}
FAULTS = {
    TaskFault.NOT_THEIRS: _l("Cette personne n'a pas, ou n'a plus, le droit de recevoir ce message."),
    TaskFault.NO_NUMBER: _l("Ce numéro n'est plus celui de cette tâche. Choisissez-en un autre."),
    TaskFault.NO_APPOINTMENT: _l("Cet appel ne concerne aucun rendez-vous : il n'y a rien à déplacer ni à annuler."),
    TaskFault.TOO_LATE: _l("Choisissez un moment à venir, avant le rendez-vous."),
}
