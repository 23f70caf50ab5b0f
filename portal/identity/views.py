"""The pages on which residents sign in, stay, and leave."""

from flask import Blueprint

bp = Blueprint("identity", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.identity import (  # noqa: E402
    views_cases,  # noqa: F401
    views_franceconnect,  # noqa: F401
    views_leave,  # noqa: F401
    views_letter,  # noqa: F401
    views_sign_in,  # noqa: F401
    views_who,  # noqa: F401
)
