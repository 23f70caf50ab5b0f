"""The texts of `letters/`, read once, and what their variables hold for one message about an appointment."""

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.letters.content import Content
from portal.letters.text import Holds, LetterText, Value, parse
from portal.paths import LETTERS
from portal.words import day_words, hour_words, moment_words, phone_words

SOURCE_LANGUAGE = "fr"

_INCLUDED = re.compile(r"^\{include (\w+)\}$", re.MULTILINE)  # words that several letters share: letters/parts

VOCABULARY: Mapping[str, Holds] = {
    **dict.fromkeys(
        (
            "after",
            "before",
            "booking_address",
            "booking_link",
            "cancel_until",
            "code",
            "day",
            "directions",
            "duration",
            "hour",
            "link",
            "move_until",
            "old_moment",
            "phone",
            "phone_hours",
            "place_name",
            "place_phone",
            "sender",
            "short_address",
            "subject",
            "who",
        ),
        Holds.TEXT,
    ),
    **dict.fromkeys(("bring", "place_lines"), Holds.LIST),
    **dict.fromkeys(
        (
            "access_unknown",
            "at_home",
            "at_place",
            "by_phone",
            "by_video",
            "cancelled_by_person",
            "cancelled_by_service",
            "step_free",
            "steps",
        ),
        Holds.FLAG,
    ),
}
"""Each variable of an appointment's letters. A text or a list may be empty: the letter then says so with {if}."""


def content_of(kind: str, context: Mapping[str, Any]) -> Content:
    """The words of a letter for one message's context.

    Raises `LetterTextError` when the letter would have a hole, `KeyError` when the context lacks something.
    """
    language = str(context["language"])
    text = letter_text(kind, language)
    return text.fill(values_of(context), language=language)


@cache
def letter_text(kind: str, language: str = SOURCE_LANGUAGE) -> LetterText:
    """The text of a kind of letter in a language (letters/en/…), or in French (letters/…) where it has none.

    Raises `LetterTextError` when the file is not right, `FileNotFoundError` when the kind has no letter.
    """
    folder = LETTERS / language
    if language == SOURCE_LANGUAGE or not (folder / f"{kind}.txt").exists():
        folder = LETTERS
    source = (folder / f"{kind}.txt").read_text(encoding="utf-8")
    return parse(_INCLUDED.sub(lambda part: _part(folder, part.group(1)), source), VOCABULARY)


def _part(folder: Path, name: str) -> str:
    return (folder / "parts" / f"{name}.txt").read_text(encoding="utf-8")


def values_of(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `VOCABULARY` hold: every one of them, empty when the context has nothing to say."""
    language = str(context["language"])
    starts_at = datetime.fromisoformat(context["starts_at"])
    ends_at = datetime.fromisoformat(context["ends_at"])
    mode, step_free, cancelled_by = context["mode"], context["step_free"], context["cancelled_by"]
    site = urlsplit(context["link"])
    return {
        "access_unknown": mode == "place" and step_free is None,
        "after": context["after"] or "",
        "at_home": mode == "home",
        "at_place": mode == "place",
        "before": context["before"] or "",
        "booking_address": f"{site.netloc}/rendez-vous",
        "booking_link": f"{site.scheme}://{site.netloc}/rendez-vous",
        "bring": list(context["bring"]),
        "by_phone": mode == "phone",
        "by_video": mode == "video",
        "cancel_until": _moment(context["cancel_until"], language),
        "cancelled_by_person": cancelled_by == "person",
        "cancelled_by_service": cancelled_by == "service",
        "code": context["code"],
        "day": day_words(starts_at, language),
        "directions": context["directions"] or "",
        "duration": _duration(round((ends_at - starts_at).total_seconds() / 60), language),
        "hour": hour_words(starts_at, language),
        "link": context["link"],
        "move_until": _moment(context["move_until"], language),
        "old_moment": _moment(context["old_starts_at"], language),
        "phone": phone_words(context["phone"] or ""),
        "phone_hours": context["phone_hours"] or "",
        "place_lines": list(context["place_lines"]),
        "place_name": context["place_name"] or "",
        "place_phone": phone_words(context["place_phone"] or ""),
        "sender": sender_of(context),
        "short_address": f"{site.netloc}{site.path}",
        "step_free": step_free is True,
        "steps": step_free is False,
        "subject": _capitalised(context["words"]),
        "who": _enumerated(context["names"], language),
    }


def sender_of(context: Mapping[str, Any]) -> str:
    """Who writes, as the envelope may tell it: the Département, never a service."""
    lines = context["return_address"]
    return str(lines[0] if lines else context["departement"])


def _moment(moment: str | None, language: str) -> str:
    return moment_words(datetime.fromisoformat(moment), language) if moment else ""


def _duration(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    hour = "hour" if language == "en" else "heure"
    parts = [f"{hours} {hour}{'s' * (hours > 1)}"] * (hours > 0) + [f"{rest} minute{'s' * (rest > 1)}"] * (rest > 0)
    return " ".join(parts).replace(" ", "\u00a0")


def _enumerated(names: list[str], language: str) -> str:
    joint = " and " if language == "en" else " et "
    return joint.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
