"""Ways to reach someone, and what is known of each: what works, what fails."""

from datetime import date, datetime
from typing import Any

from portal.notifications.models import Message, Route
from portal.notifications.planner import Reach, first_day_by_letter
from portal.notifications.post import PostalCalendar
from portal.people.models import Person, RouteState

_STATES = {Route.SMS: "mobile_state", Route.EMAIL: "email_state", Route.LETTER: "address_state"}


def way(person: Person, route: Route) -> str | None:
    """The number, mailbox or address that a route uses; None when there is none. A call prefers the landline."""
    if route is Route.SMS:
        return person.mobile
    if route is Route.EMAIL:
        return person.email
    if route is Route.LETTER:
        return "\n".join(person.address) or None
    return (person.landline or person.mobile) if route is Route.CALL else None


def receiver(message: Message) -> str | None:
    """Where a message goes: the number or mailbox it was asked for, else the file's. Its person must be loaded."""
    if message.to is not None:
        return message.to
    return way(message.person, message.route) if message.person else None


def is_of_file(message: Message, person: Person) -> bool:
    """Whether what becomes of a message tells something of the file's own number, mailbox or address.

    It does not when it went elsewhere, or when the person has given another one since.
    """
    used = message.to or (message.recipient if message.route in {Route.SMS, Route.EMAIL} else None)
    return used is None or used == way(person, message.route)


def reach_of(person: Person) -> Reach:
    """What the planner needs to know of someone."""
    return Reach(
        mobile=bool(person.mobile),
        email=bool(person.email),
        landline=bool(person.landline),
        # Whoever they fear may open the letter box: no letter unless they chose the address for letters.
        address=bool(person.address) and (not person.wants_discretion or person.letters_chosen_at is not None),
        wants_paper=person.wants_paper,
        wants_silence=person.wants_silence,
        wants_sms=person.wants_sms,
        wants_email=person.wants_email,
        letters_wait=person.letters_kept_at_id is not None,
    )


def failed_routes(person: Person) -> frozenset[Route]:
    """The routes known not to reach someone: an address from which one letter came back is not written to again."""
    failed = {route for route, name in _STATES.items() if getattr(person, name) is RouteState.FAILED}
    return frozenset(failed | ({Route.LETTER} if person.address_state is RouteState.DOUBTFUL else set()))


def takes_letters(person: Person) -> bool:
    """Whether a letter may go to a person, and arrives as far as is known."""
    return reach_of(person).address and Route.LETTER not in failed_routes(person)


def first_day_known(person: Person, now: datetime, post: PostalCalendar) -> date | None:
    """The first day of which a letter, which leaves now, tells a person in time; None when they know without it.

    The person is the one who is told: whoever answers for a relative.
    """
    return first_day_by_letter(reach_of(person), failed_routes(person), now, post)


def may_be_called(person: Person) -> bool:
    """Whether they gave a phone, and did not ask for silence."""
    return bool(person.landline or person.mobile) and not person.wants_silence


def state_of(person: Any, route: Route) -> RouteState | None:
    """What is known of the way that a route uses, by the columns of a file; None for a route of which nothing is."""
    name = _STATES.get(route)
    return None if name is None else getattr(person, name)


def note_state(person: Person, route: Route, state: RouteState) -> None:
    """Writes what a message has shown of a way.

    What failed stays so, until another number, mailbox or address is given, or a message does arrive.
    """
    name = _STATES.get(route)
    if name is None or (state is RouteState.DOUBTFUL and getattr(person, name) is RouteState.FAILED):
        return
    setattr(person, name, state)
