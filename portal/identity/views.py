"""The pages on which residents sign in, stay, and leave."""

from flask import Blueprint

bp = Blueprint("identity", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.identity import views_leave, views_letter, views_sign_in, views_who  # noqa: E402, F401
