"""The variables of the letters that tell something else than an appointment, and what they hold."""

from collections.abc import Mapping
from typing import Any

from portal.codes import shown
from portal.letters.text import Holds, Value
from portal.letters.wording_common import COMMON, common_values, enumerated, shown_day, site_page
from portal.notifications.names import change_names, half_day_names, procedure_names
from portal.words import capital

LETTER_PAGE = "/connexion/courrier/code"  # where the code of a letter is typed
_SPACE_PAGE = "/mon-espace"
_ENDED = {"agent": "help", "holder": "holder", "over": "over", "replaced": "replaced"}  # otherwise, as the person asked

VOCABULARY: Mapping[str, Holds] = {
    **COMMON,
    **dict.fromkeys(
        (
            "acted_by",
            "code",
            "code_link",
            "code_page",
            "procedures",
            "reference",
            "since",
            "space_page",
            "until",
            "who",
            "wished_at",
            "wished_for",
        ),
        Holds.TEXT,
    ),
    **dict.fromkeys(("changes", "half_days"), Holds.LIST),
    **dict.fromkeys(
        (
            "by_agent",
            "email",
            "ended_asked",
            "ended_help",
            "ended_holder",
            "ended_over",
            "ended_replaced",
            "is_called",
            "mobile",
            "on_paper",
            "one_appointment",
        ),
        Holds.FLAG,
    ),
}
"""Each variable of these letters. A text or a list may be empty: the letter then says so with {if}."""


def values_of(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `VOCABULARY` hold: every one of them, empty when the context has nothing to say.

    To someone who wants discretion a letter names neither what changed, nor who has a mandate and what for.
    """
    language = str(context["language"])
    told = not context["discreet"]
    code_link, code_page = site_page(context["link"], LETTER_PAGE)
    procedures = procedure_names(context.get("procedures", ()), language) if told else []
    return {
        **common_values(context),
        "acted_by": context.get("acted_by", ""),
        "by_agent": context.get("by") == "agent",
        "changes": [capital(name) for name in _changes(context, language)] if told else [],
        "code": context.get("code", ""),
        "code_link": code_link,
        "code_page": code_page,
        "email": context.get("what") == "email",
        **dict.fromkeys(("ended_asked", "ended_help", "ended_holder", "ended_over", "ended_replaced"), False),
        f"ended_{_ENDED.get(context.get('ended_by', ''), 'asked')}": True,
        "half_days": half_day_names(context.get("half_days", ()), language) if told else [],
        "is_called": context.get("is_called", True),
        "mobile": context.get("what") == "mobile",
        "on_paper": context.get("on_paper", False),
        "one_appointment": context.get("one_appointment", False),
        "procedures": enumerated(procedures, language),
        "reference": _reference(context.get("reference", "")),
        "since": shown_day(context.get("since"), language) if told else "",
        "space_page": site_page(context["link"], _SPACE_PAGE)[1],
        "until": shown_day(context.get("until"), language),
        "who": context.get("who", "") if told else "",
        "wished_at": context.get("place", "") if told else "",
        "wished_for": context.get("words", "") if told else "",
    }


def _changes(context: Mapping[str, Any], language: str) -> list[str]:
    return change_names(context.get("changes", ()), language, context.get("values"))


def _reference(reference: str) -> str:
    return reference if "-" in reference or not reference else shown(reference)
