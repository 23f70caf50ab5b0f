"""The variables of an appointment's letters, and what they hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from portal.letters.text import Holds, Value
from portal.letters.wording_common import (
    COMMON,
    common_values,
    enumerated,
    sender_of,
    shown_day,
    shown_moment,
    site_page,
)
from portal.words import NBSP, day_words, hour_words, moment_words, phone_words

VOCABULARY: Mapping[str, Holds] = {
    **COMMON,
    **dict.fromkeys(
        (
            "acted_by",
            "after",
            "before",
            "booking_address",
            "booking_link",
            "call_until",
            "cancel_until",
            "code",
            "coupon_name",
            "coupon_post_by",
            "day",
            "directions",
            "duration",
            "hour",
            "link",
            "moment",
            "move_until",
            "old_moment",
            "old_place",
            "place_name",
            "place_phone",
            "return_to",
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
            "call_to_cancel",
            "call_to_move",
            "cancelled_by_person",
            "cancelled_by_service",
            "coupon",
            "coupon_alone",
            "coupon_paper",
            "coupon_too_late",
            "online",
            "place_hidden",
            "step_free",
            "steps",
        ),
        Holds.FLAG,
    ),
}
"""Each variable of an appointment's letters. A text or a list may be empty: the letter then says so with {if}."""


def values_of(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `VOCABULARY` hold: every one of them, empty when the context has nothing to say.

    `coupon`: it can still be cancelled when the letter arrives; to someone who wants discretion it names nobody.
    `call_until`: when a deadline is over as the letter arrives, until when one may still call to move or to cancel.
    `coupon_post_by`: the last day to post it; `coupon_too_late`: no day is left for that. `coupon_paper`: who reads it
    may choose the garantie papier on it, and has not yet; `coupon_alone`: on a slip of its own, once it is too late to
    cancel.
    `place_hidden`: it is at a place that the letter does not name, for somebody else may read it. `online`: residents
    find another date by themselves. `place_phone`: only when it is not the letter's own number.
    """
    language = str(context["language"])
    starts_at = datetime.fromisoformat(context["starts_at"])
    ends_at = datetime.fromisoformat(context["ends_at"])
    mode, step_free, cancelled_by = context["mode"], context["step_free"], context["cancelled_by"]
    is_hidden = mode == "place" and not (context["place_name"] or context["place_lines"])
    place_phone = context["place_phone"] or ""
    booking_link, booking_address = site_page(context["link"], "/rendez-vous")
    return {
        **common_values(context),
        "access_unknown": mode == "place" and not is_hidden and step_free is None,
        "acted_by": context.get("acted_by", ""),
        "after": context["after"] or "",
        "at_home": mode == "home",
        "at_place": mode == "place" and not is_hidden,
        "before": context["before"] or "",
        "booking_address": booking_address,
        "booking_link": booking_link,
        "bring": list(context["bring"]),
        "by_phone": mode == "phone",
        "by_video": mode == "video",
        "call_to_cancel": "cancel_until" in context.get("call_for", ()),
        "call_to_move": "move_until" in context.get("call_for", ()),
        "call_until": shown_moment(context["starts_at"], language) if context.get("call_for") else "",
        "cancel_until": shown_moment(context["cancel_until"], language),
        "cancelled_by_person": cancelled_by == "person",
        "cancelled_by_service": cancelled_by == "service",
        "code": context["code"],
        "coupon": bool(context["cancel_until"]) and cancelled_by is None,
        "coupon_alone": bool(context.get("coupon_paper")) and not context["cancel_until"] and cancelled_by is None,
        "coupon_name": context["recipient_name"] if context["place_name"] else "",
        "coupon_paper": bool(context.get("coupon_paper")),
        "coupon_post_by": _unbroken(shown_day(context.get("coupon_post_by"), language)),
        "coupon_too_late": bool(context.get("coupon_too_late")),
        "day": day_words(starts_at, language),
        "directions": context["directions"] or "",
        "duration": _duration(round((ends_at - starts_at).total_seconds() / 60), language),
        "hour": hour_words(starts_at, language),
        "link": context["link"],
        "moment": _unbroken(moment_words(starts_at, language)),
        "move_until": shown_moment(context["move_until"], language),
        "old_moment": shown_moment(context["old_starts_at"], language),
        "old_place": context.get("old_place", ""),
        "online": context.get("online", True),
        "place_hidden": is_hidden,
        "place_lines": list(context["place_lines"]),
        "place_name": context["place_name"] or "",
        "place_phone": phone_words(place_phone) if place_phone != context["phone"] else "",
        "return_to": _return_to(context),
        "short_address": context["link"].partition("://")[2],
        "step_free": step_free is True,
        "steps": step_free is False,
        "subject": _capitalised(context["words"]),
        "who": enumerated(context["names"], language),
    }


def _return_to(context: Mapping[str, Any]) -> str:
    """Where to send something, on one line: a CEDEX code is its receiver's own, and needs neither street nor house."""
    lines = list(context["return_address"]) or [sender_of(context)]
    printed = [lines[0], lines[-1]] if len(lines) > 1 and "CEDEX" in lines[-1].upper() else lines
    return ", ".join(map(_unbroken, printed))


def _unbroken(words: str) -> str:
    return words.replace(" ", NBSP)


def _duration(minutes: int, language: str) -> str:
    hours, rest = divmod(minutes, 60)
    hour = "hour" if language == "en" else "heure"
    parts = [f"{hours} {hour}{'s' * (hours > 1)}"] * (hours > 0) + [f"{rest} minute{'s' * (rest > 1)}"] * (rest > 0)
    return " ".join(parts).replace(" ", NBSP)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
