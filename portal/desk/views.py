"""The agents' desk: people found, read, checked and corrected."""

from flask import Blueprint

bp = Blueprint("desk", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.desk import views_act, views_change, views_merge, views_new, views_paper, views_person, views_search  # noqa: E402, F401
