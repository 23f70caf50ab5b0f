"""What each verb of the journal says to the person it concerns, in plain French."""

from collections.abc import Callable


def _(text: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is shown."""
    return text


SENTENCES = {
    "access.refused": _("Une page n'a pas été ouverte : elle n'était pas permise."),
    "appointment.booked": _("Un rendez-vous a été pris."),
    "appointment.cancelled": _("Un rendez-vous a été annulé."),
    "appointment.moved": _("Un rendez-vous a été déplacé."),
    "letter.opened": _("Une lettre pour vous a été ouverte, pour l'imprimer."),
    "message.told": _("Un message vous a été dit au téléphone ou sur place."),
    "preferences.changed": _("Vos préférences ont été changées."),
}
_OTHER = _("Quelque chose a été fait dans votre dossier.")


def sentence(verb: str, gettext: Callable[[str], str]) -> str:
    """The sentence of a verb, translated by `gettext`. A verb of an older version has one that fits all."""
    return gettext(SENTENCES.get(verb, _OTHER))
