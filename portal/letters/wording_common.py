"""The variables that every letter may print, whatever it is about, and the shapes that words take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from portal.letters.text import Holds, Value
from portal.words import day_words, moment_words, phone_words

COMMON: Mapping[str, Holds] = dict.fromkeys(("phone", "phone_hours", "reader", "sender"), Holds.TEXT)
"""`reader`: the person the letter is for, by their name."""


def common_values(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `COMMON` hold, empty when the context has nothing to say."""
    return {
        "phone": phone_words(context["phone"] or ""),
        "phone_hours": context["phone_hours"] or "",
        "reader": context["recipient_name"],
        "sender": sender_of(context),
    }


def sender_of(context: Mapping[str, Any]) -> str:
    """Who writes, as the envelope may tell it: the Département, never a service."""
    return str(context["departement"])


def shown_moment(moment: str | None, language: str) -> str:
    """An instant in full; nothing for none."""
    return moment_words(datetime.fromisoformat(moment), language) if moment else ""


def shown_day(day: str | None, language: str) -> str:
    """A day ("2026-12-24") in full; nothing for none."""
    return day_words(date.fromisoformat(day), language) if day else ""


def site_page(link: str, path: str = "") -> tuple[str, str]:
    """A page of the site that a link leads to: as a camera reads it, and as people type it."""
    site = urlsplit(link)
    return f"{site.scheme}://{site.netloc}{path}", f"{site.netloc}{path}"


def enumerated(names: list[str], language: str) -> str:
    """Several names as one phrase: "les rendez-vous, les messages et les choix"."""
    joint = " and " if language == "en" else " et "
    return joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
