"""Workshops: dated sessions with seats. The table stands beside appointments, which name it."""

from portal.booking.models import Workshop

__all__ = ["Workshop"]
