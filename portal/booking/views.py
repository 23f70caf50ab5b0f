"""The pages on which an appointment is chosen, made and changed."""

from flask import Blueprint

bp = Blueprint("booking", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.booking import views_appointment, views_book, views_choose  # noqa: E402, F401
