"""The answers under way: in one sealed cookie of the browser, and nowhere else.

Nothing is stored by the portal before the person asks. The cookie goes with the browser's window, with signing out,
and after `IDLE` without an answer; nobody reads it without the secret key, not even on a shared computer.
"""

import base64
import json
import zlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex
from typing import cast

from flask import after_this_request, g, redirect, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from portal.sealing import Sealer
from portal.web.request import now, portal

COOKIE = "porte-droits"
IDLE = timedelta(minutes=30)
_SAME_VISIT = timedelta(hours=2)  # later, whoever reads the screen may be somebody else
_DOOR_FROM = "questions"
WORDS_LEFT = _l(
    "Vos réponses ne sont plus là. Vos mots sont encore ici\u00a0: copiez-les. "
    "Répondez de nouveau aux questions, puis ajoutez-les."
)
_VISITOR = "visitor"


@dataclass
class Sheet:
    """What somebody has answered so far.

    `whose`: who was at the screen. `themes`: those begun; `theme`: the last. `order`: the questions put, so that each
    has its page, and Back leads to the one before. `given`: what the person's own words, or their file, answered.
    """

    whose: str
    digest: str  # the book that was asked
    theme: str = ""
    themes: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)
    filed: list[str] = field(default_factory=list)  # those of `given` that their file answered
    urgency: str = ""  # what was said to be urgent last
    at: int = 0  # after which question it was said
    wants: str = ""  # « mes envies et mes projets », written before anything is kept
    can: str = ""  # « ce que je sais faire »
    mark: str = field(default_factory=lambda: token_hex(8))  # tells its result from another's where they are counted


def sheet_of_browser(digest: str) -> Sheet:
    """The sheet under way; a blank one when there is none, it is another's, idle, or of another version of the book.

    What a visitor answered becomes theirs when they sign in, so that they may keep it.
    """
    blank, held = Sheet(_whose(), digest), _held()
    if held is None or held.is_idle:
        return blank
    sheet = held.sheet
    if sheet.whose == _VISITOR and g.person and not g.acting:
        sheet.whose = blank.whose
        keep_sheet(sheet)  # theirs alone from now on: not the next visitor's, once they have signed out
    return sheet if (sheet.whose, sheet.digest) == (blank.whose, blank.digest) else blank


def went_idle() -> bool:
    """Whether this browser still holds answers, of anybody, that were left for longer than `IDLE`."""
    held = _held()
    return held is not None and held.is_idle


def to_door() -> Response:
    """Back to the first page; where whoever is at the screen was in the middle of answers, it may say why."""
    return redirect(url_for("eligibility.home", depuis=_DOOR_FROM if _went_idle_here() else None), 303)


def is_from_idle() -> bool:
    """Whether `to_door` led here, in the visit whose answers were left: the next reader of a screen is told nothing."""
    return request.args.get("depuis") == _DOOR_FROM and _went_idle_here()


def _went_idle_here() -> bool:
    held = _held()
    if held is None or not held.is_idle or held.left_for > _SAME_VISIT:
        return False
    return held.sheet.whose in {_whose(), _VISITOR}


def keep_sheet(sheet: Sheet) -> None:
    """The answer to this request carries the sheet: sealed, for this site alone, until the window is closed."""
    sealed = sealer().seal(folded(sheet, now()))

    @after_this_request
    def carry(response: Response) -> Response:
        secure = portal().settings.base_url.startswith("https://")
        response.set_cookie(COOKIE, sealed, path="/", httponly=True, samesite="Lax", secure=secure)
        return response


def folded(sheet: Sheet, when: datetime) -> str:
    """The sheet as it is sealed, and when: made small, for a browser keeps no cookie of more than 4096 bytes."""
    told = json.dumps(asdict(sheet) | {"when": when.isoformat()}, ensure_ascii=False)
    return base64.b85encode(zlib.compress(told.encode(), 9)).decode()


def unfolded(text: str) -> tuple[Sheet, datetime]:
    """What `folded` made of both. Raises ValueError, KeyError, TypeError, AttributeError or zlib.error on the rest."""
    held = json.loads(zlib.decompress(base64.b85decode(text)))
    when = datetime.fromisoformat(held.pop("when"))
    return Sheet(**held), when


def forget_sheet() -> None:
    """The answer to this request takes the sheet out of the browser."""

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(COOKIE, path="/")
        return response


def sealer() -> Sealer:
    """What seals answers, under way and kept."""
    return cast("Sealer", portal().gateways.sealer)


@dataclass(frozen=True)
class _Held:
    """What the cookie of this browser holds."""

    sheet: Sheet
    left_for: timedelta

    @property
    def is_idle(self) -> bool:
        return self.left_for > IDLE


def _held() -> _Held | None:
    text = sealer().open(request.cookies.get(COOKIE, ""))
    if text is None:
        return None
    try:
        sheet, when = unfolded(text)
        return _Held(sheet, now() - when)
    except (AttributeError, KeyError, TypeError, ValueError, zlib.error):  # of an earlier release, or another use's
        return None


def _whose() -> str:
    """Whose answers they are: a mandate's person is not the agent, nor the next one whom the agent helps."""
    if g.acting:
        return f"mandate {g.acting.mandate_id}"
    if g.person:
        return f"person {g.person.id}"
    return f"agent {g.agent.id}" if g.agent else _VISITOR
