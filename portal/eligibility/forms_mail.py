"""What is typed to receive one's own result by e-mail: an address, and nothing else."""

from flask_babel import lazy_gettext as _l

from portal.people.forms_fields import EmailField
from portal.web.forms import PortalForm


class ToMeForm(PortalForm):
    """Where to send it. `email.email` may be read once the form is valid."""

    email = EmailField(
        _l("Votre adresse e-mail"),
        hint=_l("Exemple : prenom.nom@exemple.fr"),
        required=_l("Écrivez votre adresse e-mail. Exemple : prenom.nom@exemple.fr"),
        render_kw={"type": "email", "autocomplete": "email", "spellcheck": "false"},
    )
