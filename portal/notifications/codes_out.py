"""The codes that messages bear: made as a message leaves, and hidden in all that is kept of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from portal.codes import shown
from portal.notifications.models import Route
from portal.sealing import Sealer

MASK = "••••••"


def with_code(context: Mapping[str, Any], route: Route, sealer: Sealer) -> dict[str, Any]:
    """The context with its `code`, when it has a `challenge` (a key): digits to type, on paper "ABCD-EFGH".

    That of an `invitation` (a key too) is the secret end of its `link`.
    """
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


def _hides(context: Mapping[str, Any]) -> bool:
    return bool({"challenge", "invitation"} & context.keys()) and not context["demo"]
