"""Two files merged: what an agent ticks and chooses, and the words of what the rules name."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import StopValidation

from portal.desk.forms import MarksField
from portal.desk.rules_merge import Kept, MergeFault, Warned
from portal.web.forms import CheckField, PortalForm
from portal.web.forms_numbers import WholeField
from portal.web.text import WIDEST

FIELDS = {
    "family_name": _l("Nom de famille"),
    "given_names": _l("Prénoms"),
    "birth_name": _l("Nom de naissance"),
    "birth_date": _l("Date de naissance"),
    "birth_place": _l("Lieu de naissance"),
    "guardian_id": _l("Répond pour elle"),
    "mobile": _l("Téléphone mobile"),
    "email": _l("Adresse e-mail"),
    "landline": _l("Téléphone fixe"),
    "address": _l("Adresse postale"),
    "language": _l("Langue des messages"),
    "wants_paper": _l("Tout recevoir par courrier"),
    "wants_large_print": _l("Lettres en gros caractères"),
    "wants_discretion": _l("Messages discrets"),
    "wants_silence": _l("Ne pas contacter"),
    "wants_sms": _l("Recevoir des SMS"),
    "wants_email": _l("Recevoir des e-mails"),
    "is_protected": _l("Protection juridique"),
}

FAULTS = {
    MergeFault.SAME: _l("C'est la même fiche. Écrivez le numéro de l'autre."),
    MergeFault.GONE: _l("Une de ces fiches vient d'être réunie à une autre. Cherchez de nouveau la personne."),
    MergeFault.ANSWERS: _l("L'une répond pour l'autre. Ce sont deux personnes."),
    MergeFault.MANDATE: _l("L'une peut agir pour l'autre. Ce sont deux personnes."),
    MergeFault.CHANGED: _l("Une de ces fiches a changé pendant que vous la lisiez. Relisez, puis recommencez."),
    MergeFault.LATER_FIRST: _l("Séparez d'abord les fiches réunies après celle-ci."),
    MergeFault.TOO_LATE: _l("Plus de 30 jours ont passé. Les deux fiches restent réunies."),
}

WARNINGS = {
    Warned.BIRTH_DATES: _l("Les dates de naissance sont différentes."),
    Warned.NAMES: _l("Les noms sont différents."),
    Warned.PROTECTED: _l("Une des deux est sous protection juridique. Elle le restera."),
    Warned.DISCREET: _l("Une des deux veut des messages discrets. Ils le resteront."),
    Warned.SILENT: _l("Une des deux ne veut pas être contactée. Aucun message ne partira."),
    Warned.TWO_ACCOUNTS: _l("Les deux ont un espace en ligne. Un seul restera, avec ce qui l'ouvre."),
    Warned.BOTH_COME: _l("Les deux viennent au même rendez-vous, comme deux personnes."),
}


def count_words(name: str, count: int) -> str:
    """How much of a kind moves: "3 rendez-vous"."""
    many = {
        "appointments": _("%(count)s rendez-vous", count=count),
        "messages": _("Messages et lettres : %(count)s", count=count),
        "relatives": _("Proches : %(count)s", count=count),
        "cards": _("Moyens donnés pour un seul rendez-vous : %(count)s", count=count),
        "credentials": _("Preuves qui ouvrent l'espace en ligne : %(count)s", count=count),
        "mandates": _("Mandats donnés à d'autres : %(count)s", count=count),
        "mandates_held": _("Mandats reçus d'autres personnes : %(count)s", count=count),
        "invitations": _("Invitations : %(count)s", count=count),
        "referents": _("Référents : %(count)s", count=count),
        "wishes": _("Listes d'attente : %(count)s", count=count),
        "forms": _("Formulaires en papier : %(count)s", count=count),
        "households": _("Foyer : %(count)s", count=count),
        "answers": _("Réponses gardées sur les droits : %(count)s", count=count),
        "calls": _("Appels reçus : %(count)s", count=count),
    }
    return str(many.get(name, ""))


class OtherForm(PortalForm):
    """The other file, by its number."""

    other = WholeField(
        _l("Numéro de l'autre fiche"),
        least=1,
        most=WIDEST,
        wrong=_l("Écrivez seulement des chiffres. Exemple : 1204"),
        hint=_l("Il est écrit en haut de la fiche."),
        required=_l("Écrivez le numéro de l'autre fiche. Exemple : 1204"),
    )


class MergeForm(PortalForm):
    """The preview, checked with the person. Whose value is kept is read by `choices`."""

    seen = MarksField()
    checked = CheckField(_l("J'ai vérifié avec la personne"), hint=_l("Ces deux fiches sont bien les siennes."))

    def validate_checked(self, field: CheckField) -> None:
        """Refuses a merge that nobody has checked."""
        if not field.data:
            raise StopValidation(_("Vérifiez avec la personne, puis cochez la case."))


def choices_of(typed: Any, names: Any) -> dict[str, Kept]:
    """Whose value was chosen for each of these things; what is forged or missing is left out."""
    read = {name: typed.get(f"garder-{name}", "") for name in names}
    return {name: Kept(value) for name, value in read.items() if value in set(Kept)}
