"""The words of a person's card for what rows and rules name."""

from flask_babel import lazy_gettext as _l

from portal.booking.models import AppointmentStatus
from portal.desk.rules_card import Standing

STATUSES = {
    AppointmentStatus.BOOKED: _l("Passé, à noter"),
    AppointmentStatus.SEEN: _l("A eu lieu"),
    AppointmentStatus.EXCUSED: _l("Annulé par la personne"),
    AppointmentStatus.REVOKED: _l("Annulé par le service"),
    AppointmentStatus.NOSHOW: _l("Manqué"),
}

STANDINGS = {
    Standing.PLANNED: _l("prévu"),
    Standing.LEAVING: _l("part maintenant"),
    Standing.LEFT: _l("parti"),
    Standing.ARRIVED: _l("arrivé"),
    Standing.PRINTED: _l("attend la poste"),
    Standing.IN_RUN: _l("s'imprime"),
    Standing.ON_PAPER: _l("imprimé, attend la poste"),
    Standing.POSTED: _l("posté"),
    Standing.TO_CALL: _l("à dire au téléphone"),
    Standing.TO_SAY: _l("à dire sur place"),
    Standing.TOLD: _l("dit à la personne"),
    Standing.RETURNED: _l("revenu"),
    Standing.NOT_ARRIVED: _l("pas arrivé"),
    Standing.NOT_LEFT: _l("n'a pas pu partir"),
    Standing.TOO_LATE: _l("pas parti : trop tard"),
}
BAD = frozenset({Standing.RETURNED, Standing.NOT_ARRIVED, Standing.NOT_LEFT, Standing.TOO_LATE})
GOOD = frozenset({Standing.ARRIVED, Standing.TOLD})

# As `calls.models.CallOutcome` names them.
OUTCOMES = {
    "informed": _l("Renseignement donné"),
    "booked": _l("Rendez-vous pris"),
    "urgent": _l("Urgence"),
    "partner": _l("Autre service indiqué"),
    "call_back": _l("À rappeler"),
}
OTHER_CALL = _l("Un appel")

DONE = {
    "identite": _l("L'identité est notée comme vue."),
    "adresse": _l("L'adresse est notée comme vérifiée."),
    "lettre": _l("Une lettre avec un code va partir."),
    "protection": _l("C'est noté."),
    "creee": _l("La fiche est créée."),
    "papier": _l("Tout arrive maintenant par courrier. Une lettre le lui dit."),
    "modifie": _l("La fiche est à jour. La personne est prévenue."),
    "reunie": _l("Les deux fiches sont réunies."),
    "separee": _l("Les deux fiches sont de nouveau séparées."),
    "deja-reunie": _l("Cette fiche vient d'être réunie à une autre. Rien n'a été enregistré : recommencez ici."),
}
