"""The codes that messages bear, and words that nobody keeps: made as a message leaves, hidden in all that stays."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from portal.codes import shown
from portal.notifications.models import Route
from portal.sealing import Sealer

MASK = "••••••"
SEALED = "sealed"  # in a context: words under the secret key, as JSON; a template has them as `told` while it leaves
_TOLD = "told"


def with_code(context: Mapping[str, Any], route: Route, sealer: Sealer) -> dict[str, Any]:
    """The context with its `code`, when it has a `challenge` (a key): digits to type, on paper "ABCD-EFGH".

    That of an `invitation` (a key too) is the secret end of its `link`. What is `SEALED` is opened. Raises ValueError
    when it was sealed with another key.
    """
    if SEALED in context:
        text = sealer.open(context[SEALED])
        if text is None:
            raise ValueError("sealed with another secret key")
        return {**context, _TOLD: json.loads(text)}
    if "invitation" in context:
        end = sealer.link(UUID(context["invitation"]))
        return {**context, "code": end, "link": context["link"] + end}
    if "challenge" not in context:
        return dict(context)
    key = UUID(context["challenge"])
    return {**context, "code": shown(sealer.letters(key)) if route is Route.LETTER else sealer.digits(key)}


def masked(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of what is kept: its code hidden, except in the demonstration, where it is read on screen."""
    return {**context, "code": MASK} if _hides(context) else dict(context)


def kept(rendered: Mapping[str, str], context: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of words that hold the code of `context`: the same, the code hidden as `masked` does."""
    if not _hides(context):
        return dict(rendered)
    return {name: text.replace(context["code"], MASK) for name, text in rendered.items()}


def untold(context: Mapping[str, Any]) -> dict[str, Any] | None:
    """The context in which an e-mail is kept, when it told what nobody keeps; None when all of it may be.

    In the demonstration it may, to be read on screen.
    """
    if _TOLD not in context or context["demo"]:
        return None
    return {name: value for name, value in context.items() if name != _TOLD}


def emptied(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context of a message that leaves no more: what was sealed is gone from it."""
    return {name: value for name, value in context.items() if name != SEALED}


def _hides(context: Mapping[str, Any]) -> bool:
    return bool({"challenge", "invitation"} & context.keys()) and not context["demo"]
