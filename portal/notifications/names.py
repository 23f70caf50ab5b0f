"""What a mandate's procedures and a file's parts are called in messages and letters, in each language."""

from collections.abc import Iterable

_PROCEDURES = {
    "fr": {
        "appointments": "les rendez-vous",
        "messages": "les messages",
        "preferences": "les choix",
        "rights": "les droits",
        "carnet": "le carnet de bord",
        "documents": "les documents",
    },
    "en": {
        "appointments": "appointments",
        "messages": "messages",
        "preferences": "choices",
        "rights": "rights",
        "carnet": "the logbook",
        "documents": "documents",
    },
}
_CHANGES = {
    "fr": {
        "mobile": "votre numéro de mobile",
        "email": "votre adresse e-mail",
        "landline": "votre téléphone fixe",
        "address": "votre adresse postale",
        "sms": "recevoir des SMS, ou non",
        "emails": "recevoir des e-mails, ou non",
        "paper": "recevoir des lettres, ou non",
        "large_print": "la taille des lettres",
        "language": "la langue de vos messages",
        "discretion": "la discrétion de vos messages",
        "silence": "recevoir des messages, ou aucun",
    },
    "en": {
        "mobile": "your mobile number",
        "email": "your e-mail address",
        "landline": "your landline",
        "address": "your postal address",
        "sms": "getting text messages, or not",
        "emails": "getting e-mails, or not",
        "paper": "getting letters, or not",
        "large_print": "the size of the print",
        "language": "the language of your messages",
        "discretion": "how discreet your messages are",
        "silence": "getting messages, or none",
    },
}


def procedure_names(procedures: Iterable[str], language: str) -> list[str]:
    """What somebody may do for another, in the order given. Raises KeyError for a procedure without words."""
    return [_PROCEDURES[language][procedure] for procedure in procedures]


def change_names(changes: Iterable[str], language: str) -> list[str]:
    """What changed in a file, in the order given. Raises KeyError for a part without words."""
    return [_CHANGES[language][change] for change in changes]
