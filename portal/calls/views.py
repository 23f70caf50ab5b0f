"""Calls received, and calls to make."""

from flask import Blueprint

bp = Blueprint("calls", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.calls import views_home, views_outcomes, views_received, views_tasks  # noqa: E402, F401
