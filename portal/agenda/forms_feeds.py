"""A calendar feed to make."""

from flask_babel import lazy_gettext as _l

from portal.web.forms import CheckField, PortalForm


class FeedForm(PortalForm):
    """What the feed will say."""

    discreet = CheckField(_l("Titres discrets"), hint=_l("Chaque rendez-vous s'appelle « Occupé »."), default=True)
    absences = CheckField(_l("Avec mes absences"))
