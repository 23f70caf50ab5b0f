"""The words of a person's card for what rows and rules name."""

from flask_babel import lazy_gettext as _l

from portal.booking.models import AppointmentStatus
from portal.desk.rules_card import Standing
from portal.notifications.models import Route

STATUSES = {
    AppointmentStatus.BOOKED: _l("Passé, à noter"),
    AppointmentStatus.SEEN: _l("A eu lieu"),
    AppointmentStatus.EXCUSED: _l("Annulé par la personne"),
    AppointmentStatus.REVOKED: _l("Annulé par le service"),
    AppointmentStatus.NOSHOW: _l("Manqué"),
}

KINDS = {
    "appointment_booked": _l("Rendez-vous pris"),
    "appointment_moved": _l("Rendez-vous déplacé"),
    "appointment_cancelled": _l("Rendez-vous annulé"),
    "appointment_reminder": _l("Rappel"),
    "appointment_missed": _l("Rendez-vous manqué"),
    "callback": _l("Appel demandé"),
    "sign_in_code": _l("Code pour se connecter"),
    "contact_code": _l("Code pour vérifier un téléphone ou un e-mail"),
    "consent_code": _l("Code pour accepter une aide"),
    "activation_code": _l("Code pour ouvrir son espace"),
    "address_changed": _l("Adresse remplacée"),
    "contact_changed": _l("Téléphone ou e-mail remplacé"),
    "preferences_changed": _l("Fiche modifiée"),
    "paper_chosen": _l("Tout par courrier"),
    "wish_noted": _l("Demande de rendez-vous notée"),
    "page_asked": _l("Page du site demandée"),
    "form_sent": _l("Papier à remplir envoyé"),
    "rights_result": _l("Message demandé par la personne"),
    "mandate_asked": _l("Question : qui peut agir ?"),
    "mandate_given": _l("Une personne peut agir"),
    "mandate_ended": _l("Un mandat fini"),
    "mandate_ending": _l("Un mandat finit bientôt"),
    "mandate_reply": _l("Réponse à un SMS"),
    "address_wanted": _l("Adresse à demander"),
    "person_check": _l("Fiche à vérifier, pour une lettre"),
    "space_closed": _l("Espace fermé"),
}
OTHER_KIND = _l("Un message")

ROUTES = {
    Route.SMS: ("message-square-text", _l("SMS")),
    Route.EMAIL: ("mail", _l("E-mail")),
    Route.LETTER: ("letter", _l("Lettre")),
    Route.CALL: ("phone-call", _l("Appel")),
    Route.DESK: ("building-2", _l("Sur place")),
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
