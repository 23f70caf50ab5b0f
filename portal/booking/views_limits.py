"""How often one address may guess codes and search: what is counted, and what is not."""

from datetime import timedelta

from flask import request

from portal.web.throttle import Limit, give_back, spend, visitor_address

_GUESSES = Limit("guesses", 30, timedelta(minutes=15))
_SEARCHES = Limit("searches", 120, timedelta(minutes=1), is_open=True)


def spend_guess() -> None:
    """One more code is tried with a birth date: 30 wrong ones in 15 minutes. Raises 429 beyond."""
    spend(_GUESSES, visitor_address())


def right_guess() -> None:
    """It was right: it does not count, and many people may share an address."""
    give_back(_GUESSES, visitor_address())


def spend_search() -> None:
    """One more search, where this request is one: 120 a minute. Raises 429 beyond. Call it before a transaction."""
    if request.args.get("commune") or request.args.get("insee"):
        spend(_SEARCHES, visitor_address())
