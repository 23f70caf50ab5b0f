"""What a mandate's procedures and a file's parts are called in messages and letters, in each language."""

from collections.abc import Iterable, Mapping

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
        "sms": "les messages par SMS",
        "emails": "les messages par e-mail",
        "paper": "les lettres sur papier",
        "birth_name": "votre nom de naissance",
        "large_print": "les gros caractères",
        "language": "la langue des messages",
        "discretion": "les messages discrets",
        "silence": "ne plus être contacté",
    },
    "en": {
        "mobile": "your mobile number",
        "email": "your e-mail address",
        "landline": "your landline",
        "address": "your postal address",
        "sms": "text messages",
        "emails": "e-mails",
        "paper": "letters on paper",
        "birth_name": "your birth name",
        "large_print": "large print",
        "language": "the language of messages",
        "discretion": "discreet messages",
        "silence": "no longer being contacted",
    },
}
_YES_NO = {"fr": ("non", "oui"), "en": ("no", "yes")}
_COLON = {"fr": "\u00a0: ", "en": ": "}
_LANGUAGES = {"fr": {"fr": "français", "en": "anglais"}, "en": {"fr": "French", "en": "English"}}
_WEEKDAYS = {
    "fr": {"lun": "lundi", "mar": "mardi", "mer": "mercredi", "jeu": "jeudi", "ven": "vendredi"},
    "en": {"lun": "Monday", "mar": "Tuesday", "mer": "Wednesday", "jeu": "Thursday", "ven": "Friday"},
}
_HALVES = {"fr": {"matin": "matin", "apres": "après-midi"}, "en": {"matin": "morning", "apres": "afternoon"}}


def procedure_names(procedures: Iterable[str], language: str) -> list[str]:
    """What somebody may do for another, in the order given. Raises KeyError for a procedure without words."""
    return [_PROCEDURES[language][procedure] for procedure in procedures]


def change_names(changes: Iterable[str], language: str, values: Mapping[str, bool | str] | None = None) -> list[str]:
    """What changed in a file, in the order given, with what it is now where `values` says: "les lettres : oui".

    Raises KeyError for a part without words.
    """
    known = values or {}
    return [_CHANGES[language][one] + (_value(known[one], language) if one in known else "") for one in changes]


def _value(value: bool | str, language: str) -> str:  # noqa: FBT001 - what a file says
    words = _YES_NO[language][value] if isinstance(value, bool) else _LANGUAGES[language].get(value, value)
    return _COLON[language] + words


def half_day_names(half_days: Iterable[str], language: str) -> list[str]:
    """Half-days ("lun-matin"), in the order given. Raises KeyError for one without words."""
    days, halves = _WEEKDAYS[language], _HALVES[language]
    return [f"{days[day]} {halves[half]}" for day, _hyphen, half in (one.partition("-") for one in half_days)]
