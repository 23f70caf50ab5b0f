"""Which numbers a task is for, and who may be told in the person's place. Pure."""

from collections.abc import Collection
from typing import NamedTuple

from portal.notifications.models import Message, Route
from portal.people.models import Person, RouteState
from portal.people.models_mandates import Mandate, MandateKind
from portal.web.access import Procedure

GIVEN, MOBILE, LANDLINE = "given", "mobile", "landline"  # the ways of a try
_OF_RELATIVES = frozenset({MandateKind.RELATIVE, MandateKind.LEGAL})
_KNOWING = frozenset({Procedure.MESSAGES, Procedure.APPOINTMENTS})


class Number(NamedTuple):
    """A number to call. `way`: given for this task alone, or the file's mobile or landline. E.164."""

    way: str
    number: str
    has_failed: bool  # a message or a call to it did not arrive


def numbers(message: Message, person: Person | None) -> tuple[Number, ...]:
    """The numbers of a task to call, the best first; none for what is to be told at the place.

    The one asked for comes first, and one that has failed last; a landline before a mobile.
    """
    if message.route is not Route.CALL:
        return ()
    found = []
    if person is not None:
        failed = person.mobile_state is RouteState.FAILED
        file = [Number(LANDLINE, person.landline or "", has_failed=False), Number(MOBILE, person.mobile or "", failed)]
        found = [one for one in file if one.number]
    if message.to and message.to not in {one.number for one in found}:
        found.append(Number(GIVEN, message.to, has_failed=False))
    return tuple(sorted(found, key=lambda one: (one.has_failed, one.number != message.to)))


def may_tell_relatives(message: Message, person: Person) -> bool:
    """Whether anybody but the person may hear this: an appointment's news alone, and never of somebody discreet.

    What tells of a mandate, of a contact or of a choice warns the person of what others did.
    """
    return message.subject == "appointment" and not person.wants_discretion


def right_holders(person: Person, guardian: Person | None, mandates: Collection[Mandate]) -> list[Person]:
    """Who has the right to know: the guardian, and those whose mandate in force names messages or appointments.

    `mandates`: those in force, each with its holder. Of a protected adult, the legal representative alone (Code civil,
    article 425 and following).
    """
    found = [guardian] if guardian is not None else []
    for mandate in mandates:
        knows = mandate.kind in _OF_RELATIVES and bool(_KNOWING & set(mandate.procedures))
        if knows and mandate.holder is not None and (mandate.kind is MandateKind.LEGAL or not person.is_protected):
            found.append(mandate.holder)
    return list({one.id: one for one in found}.values())
