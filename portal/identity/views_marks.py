"""What tells one browser from another: a random text kept in its session, which codes are bound to."""

import secrets
from typing import cast

from flask import session


def browser_mark() -> str:
    """The mark of this browser, made when it first asks for a code; a new session has another."""
    if "mark" not in session:
        session["mark"] = secrets.token_urlsafe(16)
    return cast("str", session["mark"])
