"""Booking for someone, on the phone or at a counter: slots, recap, slip, and what follows."""
