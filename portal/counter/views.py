"""Booking for somebody: on the phone or at the counter, and what becomes of it."""

from flask import Blueprint

bp = Blueprint("counter", __name__)

# Each of these modules adds its pages to `bp`, which must exist first.
from portal.counter import (  # noqa: E402, F401
    views_appointment,
    views_change,
    views_confirm,
    views_move_overbook,
    views_overbook,
    views_slots,
    views_start,
    views_waiting,
)
