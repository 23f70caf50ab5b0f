"""What a message about an appointment says as its reader wants it now, whatever they wanted when it was promised."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, or_, select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.notifications.models import Message
from portal.people.models import Person

APPOINTMENT = "appointment"
ENCLOSED = "form"  # in a context: the words of the paper form that goes with the letter
HUSHED = "form_hushed"  # the same form, without what is not printed for somebody discreet; where they differ

# What somebody who wants discretion is not told, by the keys of an appointment's words.
UNSAID: Mapping[str, Any] = {
    "place_name": "",
    "place_lines": [],
    "place_phone": None,
    "old_place": "",
    "step_free": None,
    "directions": None,
    "words": "rendez-vous",
    "bring": [],
    "before": None,
    "after": None,
}


class OwnPhone(NamedTuple):
    """The number of the Département itself: it names no place."""

    number: str | None
    hours: str | None


def own_phone(session: Session) -> OwnPhone | None:
    """The number that is given to somebody who wants discretion; None before anything was loaded."""
    found = session.execute(select(Departement.phone, Departement.phone_hours)).one_or_none()
    return OwnPhone(*found) if found else None


def unsaid_in(context: Mapping[str, Any]) -> dict[str, Any]:
    """What words hold of all that discretion hides, with what is said in its place."""
    return {name: value for name, value in UNSAID.items() if name in context}


def as_wanted(
    context: Mapping[str, Any], subject: str, reader: Person | None, phone: OwnPhone | None
) -> dict[str, Any]:
    """The words of a message in its reader's language and print, without what their discretion hides.

    Read when it leaves: what was planned before they asked, or goes round by another route since, betrays nobody.
    """
    if reader is not None and reader.wants_discretion and HUSHED in context:
        return {**context, ENCLOSED: context[HUSHED]}
    if reader is None or subject != APPOINTMENT:
        return dict(context)
    own: dict[str, Any] = {"language": reader.language, "large_print": reader.wants_large_print}
    if reader.wants_discretion:
        own |= UNSAID
        if phone and context.get("place_phone") is not None and context.get("phone") == context["place_phone"]:
            own |= {"phone": phone.number, "phone_hours": phone.hours}
    return {**context, **{name: value for name, value in own.items() if name in context}}


def was_drawn_otherwise() -> ColumnElement[bool]:
    """Of a letter about an appointment, beside its person: whether they have asked since for what it does not say.

    Of one that carries a form: whether it bears what they hide since.
    """
    said = Message.context
    is_old = and_(
        _FOLLOWS_ITS_READER,
        or_(
            said["language"].astext != Person.language,
            said["large_print"].astext != case((Person.wants_large_print, "true"), else_="false"),
            _SAYS_TOO_MUCH,
        ),
    )
    return or_(is_old, _BEARS_TOO_MUCH)


def says_too_much() -> ColumnElement[bool]:
    """The same of discretion alone: such a letter must not leave the house, whatever it has become there."""
    return or_(and_(_FOLLOWS_ITS_READER, _SAYS_TOO_MUCH), _BEARS_TOO_MUCH)


# Another goes where it was asked for, in the words asked for.
_FOLLOWS_ITS_READER = and_(Message.subject == APPOINTMENT, Message.to.is_(None))
_SAYS_TOO_MUCH = and_(Person.wants_discretion, Message.context["place_name"].astext != "")
_BEARS_TOO_MUCH = and_(
    Message.context.has_key(HUSHED), Person.wants_discretion, Message.context[ENCLOSED] != Message.context[HUSHED]
)
