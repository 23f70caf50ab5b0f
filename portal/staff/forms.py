"""How an agent signs in."""

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField

from portal.web.forms import PortalForm, TextField


class SignInForm(PortalForm):
    """A local account."""

    email = TextField(
        _l("Adresse e-mail professionnelle"),
        longest=254,
        required=_l("Écrivez votre adresse e-mail. Exemple : prenom.nom@exemple.fr"),
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(_l("Mot de passe"), render_kw={"autocomplete": "current-password"})
