"""A person's own space."""

from flask import Blueprint, request

from portal.people.mandates import MandateFault
from portal.refusal import Refused

bp = Blueprint("space", __name__, url_prefix="/mon-espace")

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.space import (  # noqa: E402
    views_actions,  # noqa: F401
    views_address,  # noqa: F401
    views_connections,  # noqa: F401
    views_contact,  # noqa: F401
    views_download,  # noqa: F401
    views_home,  # noqa: F401
    views_level,  # noqa: F401
    views_messages,  # noqa: F401
    views_paper,  # noqa: F401
    views_preferences,  # noqa: F401
    views_relatives,  # noqa: F401
)
from portal.space.views_shared import Page, is_for_someone_else, lapsed_page  # noqa: E402


@bp.before_request
def hold_to_whom_the_form_is_for() -> Page | None:
    """A form shown for one person is never written for another: the mandate has ended meanwhile, or begun."""
    return lapsed_page() if request.method == "POST" and is_for_someone_else() else None


@bp.errorhandler(Refused)
def over(error: Refused) -> Page:
    """Whoever acts is told that the mandate ended at the instant of the write, and shown what they had typed."""
    if isinstance(error.reason, MandateFault):
        return lapsed_page()
    raise error
