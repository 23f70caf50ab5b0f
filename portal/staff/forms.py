"""How an agent signs in, proves who they are again, and sets up what proves it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import StopValidation, ValidationError

from portal.staff.rules_passwords import LONGEST
from portal.web.forms import ChoiceField, PortalForm, TextField


class SecretField(PasswordField):  # type: ignore[misc]
    """A password: never shown again, whatever is wrong with the form. `required`: the sentence when it is empty."""

    is_required = True

    def __init__(self, label: str, *, required: str, hint: str = "", **options: Any) -> None:
        self.hint = hint
        self.required_sentence = required
        super().__init__(label, **options)

    def pre_validate(self, _form: Any) -> None:
        """Raises `StopValidation` when nothing was typed, or more than anyone types."""
        if not self.data:
            raise StopValidation(self.required_sentence)
        if len(self.data) > 4 * LONGEST:
            raise StopValidation(_("Écrivez %(count)s caractères au plus.", count=LONGEST))


class SignInForm(PortalForm):
    """A local account."""

    email = TextField(
        _l("Adresse e-mail professionnelle"),
        longest=254,
        required=_l("Écrivez votre adresse e-mail. Exemple : prenom.nom@exemple.fr"),
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = SecretField(
        _l("Mot de passe"),
        required=_l("Écrivez votre mot de passe."),
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(PortalForm):
    """The six figures that the telephone shows."""

    code = TextField(
        _l("Code à 6 chiffres"),
        hint=_l("Ouvrez l'application de codes de votre téléphone."),
        longest=20,
        required=_l("Écrivez les 6 chiffres que votre téléphone montre. Exemple : 123 456"),
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class RecoveryForm(PortalForm):
    """A recovery code, from paper."""

    code = TextField(
        _l("Code de secours"),
        hint=_l("10 lettres et chiffres, sur la feuille que vous avez gardée. Chaque code sert une fois."),
        longest=30,
        required=_l("Écrivez un code de secours. Exemple : A1B2C-3D4E5"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ConfirmForm(PortalForm):
    """The telephone again, or a recovery code."""

    code = TextField(
        _l("Code à 6 chiffres"),
        hint=_l("Votre téléphone le montre. Sans téléphone, écrivez un code de secours."),
        longest=30,
        required=_l("Écrivez les 6 chiffres que votre téléphone montre. Exemple : 123 456"),
        render_kw={"autocomplete": "one-time-code"},
    )


class PasswordForm(PortalForm):
    """A new password, written twice: nobody sees what they type."""

    password = SecretField(
        _l("Nouveau mot de passe"),
        hint=_l("12 caractères au moins. Quatre mots sans rapport entre eux font un bon mot de passe."),
        required=_l("Choisissez un mot de passe de 12 caractères au moins."),
        render_kw={"autocomplete": "new-password"},
    )
    again = SecretField(
        _l("Le même mot de passe, encore une fois"),
        required=_l("Écrivez le même mot de passe une deuxième fois."),
        render_kw={"autocomplete": "new-password"},
    )

    def validate_again(self, field: SecretField) -> None:
        """Raises `ValidationError` when the two differ."""
        if field.data and self.password.data and field.data != self.password.data:
            raise ValidationError(_("Les deux mots de passe sont différents. Écrivez deux fois le même."))


class PlaceForm(PortalForm):
    """Where the agent sits today."""

    place = ChoiceField(_l("Où travaillez-vous aujourd'hui ?"), choices=(), required=_l("Choisissez un lieu."))
