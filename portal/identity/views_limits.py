"""How often a resident may try to sign in. Each raises 429, which says how long to wait; closed when in doubt."""

from datetime import timedelta

from portal.people.rules import Identity
from portal.web.throttle import Limit, give_back, spend, visitor_address

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

_SENDS_TO = Limit("sends-to", 5, _HOUR)
_SENDS_FROM = Limit("sends-from", 30, _HOUR)
_CODES_FROM = Limit("codes-from", 60, _HOUR)
_BIRTH_DATES = (Limit("birth-dates", 5, timedelta(minutes=15)), Limit("birth-dates-day", 20, _DAY))
_LETTERS_TO = Limit("letters-to", 3, _DAY)
_LETTERS_FROM = Limit("letters-from", 10, _HOUR)
_FRANCECONNECT_FROM = Limit("franceconnect-from", 60, _HOUR)


def spend_sending(to: str) -> None:
    """One more code is sent: 5 an hour to a number or mailbox, 30 an hour from an IP address."""
    spend(_SENDS_FROM, visitor_address())
    spend(_SENDS_TO, to)


def spend_code() -> None:
    """One more code is typed: 60 an hour from an IP address."""
    spend(_CODES_FROM, visitor_address())


def spend_birth_date(to: str) -> None:
    """One more birth date is tried for what was proved: 5 wrong ones in 15 minutes, 20 in a day.

    Whoever was given a number that was another's would else have tried them all within three months.
    """
    for limit in _BIRTH_DATES:
        spend(limit, to)


def right_birth_date(to: str) -> None:
    """It was the right one: it does not count."""
    for limit in _BIRTH_DATES:
        give_back(limit, to)


def spend_letter(identity: Identity) -> None:
    """One more letter is asked for: 3 a day for an identity as typed, 10 an hour from an IP address."""
    spend(_LETTERS_FROM, visitor_address())
    spend(_LETTERS_TO, identity.key)


def spend_franceconnect() -> None:
    """One more sign-in through FranceConnect begins: 60 an hour from an IP address."""
    spend(_FRANCECONNECT_FROM, visitor_address())
