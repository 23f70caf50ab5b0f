"""What messages are called, by whoever reads them and by an agent, and the ways by which they go."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from portal.notifications.models import Route


class Named(NamedTuple):
    """What a kind of message is called: to its reader, in their space, and to an agent, on the person's card."""

    to_reader: Any
    to_agent: Any


KINDS = {
    "appointment_booked": Named(_l("Votre rendez-vous"), _l("Rendez-vous pris")),
    "appointment_moved": Named(_l("Votre rendez-vous a changé"), _l("Rendez-vous déplacé")),
    "appointment_cancelled": Named(_l("Votre rendez-vous est annulé"), _l("Rendez-vous annulé")),
    "appointment_reminder": Named(_l("Rappel de votre rendez-vous"), _l("Rappel")),
    "appointment_missed": Named(_l("Une autre date pour votre rendez-vous"), _l("Rendez-vous manqué")),
    "callback": Named(_l("Vous avez demandé un appel"), _l("Appel demandé")),
    "sign_in_code": Named(_l("Un code pour vous connecter"), _l("Code pour se connecter")),
    "contact_code": Named(
        _l("Un code pour un mobile ou un e-mail"), _l("Code pour vérifier un téléphone ou un e-mail")
    ),
    "consent_code": Named(_l("Un code pour dire oui à un agent"), _l("Code pour accepter une aide")),
    "activation_code": Named(_l("La lettre pour ouvrir votre espace"), _l("Code pour ouvrir son espace")),
    "address_changed": Named(_l("Votre adresse a changé"), _l("Adresse remplacée")),
    "contact_changed": Named(_l("Votre mobile ou votre e-mail a changé"), _l("Téléphone ou e-mail remplacé")),
    "preferences_changed": Named(_l("Vos choix ont changé"), _l("Fiche modifiée")),
    "paper_chosen": Named(_l("Vos lettres arrivent par courrier"), _l("Lettres par courrier")),
    "already_so": Named(_l("Votre papier : c'est déjà fait"), _l("Papier reçu : rien à changer")),
    "wish_noted": Named(_l("Votre demande de rendez-vous est notée"), _l("Demande de rendez-vous notée")),
    "page_asked": Named(_l("Une page que vous avez demandée"), _l("Page du site demandée")),
    "form_sent": Named(_l("Un papier à remplir et à renvoyer"), _l("Papier à remplir envoyé")),
    "rights_result": Named(_l("Le message que vous avez demandé"), _l("Message demandé par la personne")),
    "mandate_asked": Named(_l("Une question : qui peut agir pour vous ?"), _l("Question : qui peut agir ?")),
    "mandate_given": Named(_l("Une personne peut agir pour vous"), _l("Une personne peut agir")),
    "mandate_ended": Named(_l("Une personne ne peut plus agir pour vous"), _l("Un mandat fini")),
    "mandate_ending": Named(_l("Une permission finit bientôt"), _l("Un mandat finit bientôt")),
    "mandate_reply": Named(_l("Réponse à votre SMS"), _l("Réponse à un SMS")),
    "address_wanted": Named(_l("Votre adresse, à nous redonner"), _l("Adresse à demander")),
    "letter_waits": Named(_l("Une lettre vous attend"), _l("Une lettre l'attend")),
    "person_check": Named(_l("Une lettre bloquée, à voir avec vous"), _l("Fiche à vérifier, pour une lettre")),
    "space_closed": Named(_l("Votre espace est fermé"), _l("Espace fermé")),
    "agent_invitation": Named(_l("Votre invitation"), _l("Invitation d'un agent")),
}
OTHER_KIND = Named(_l("Un message"), _l("Un message"))

# By which way: its pictogram and its name.
ROUTES = {
    Route.SMS: ("message-square-text", _l("SMS")),
    Route.EMAIL: ("mail", _l("E-mail")),
    Route.LETTER: ("letter", _l("Lettre")),
    Route.CALL: ("phone-call", _l("Appel")),
    Route.DESK: ("building-2", _l("Sur place")),
}


def kind_named(kind: str) -> Named:
    """What messages of a kind are called."""
    return KINDS.get(kind, OTHER_KIND)
