"""Ways to reach someone for one message: as they asked for it, else as their file says; and what is known to fail."""

from collections.abc import Iterable

from portal.notifications.models import Message, Route
from portal.notifications.planner import Reach
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.rules import contact_of

_STATES = {Route.SMS: "mobile_state", Route.EMAIL: "email_state", Route.LETTER: "address_state"}


def contact_for(message: Message, person: Person) -> Contact:
    """How the receiver of a message is reached: what was typed with it, else what their file says today."""
    return contact_of(person) if message.contact is None else Contact.from_json(message.contact)


def way(contact: Contact, route: Route) -> str | None:
    """The number, mailbox or address that a route uses; None when there is none. A call prefers the landline."""
    if route is Route.SMS:
        return contact.mobile
    if route is Route.EMAIL:
        return contact.email
    if route is Route.LETTER:
        return "\n".join(contact.address) or None
    return (contact.landline or contact.mobile) if route is Route.CALL else None


def reach_of(person: Person, contact: Contact) -> Reach:
    """What the planner needs to know. Silence is the file's: whoever asked for it is never contacted."""
    return Reach(
        mobile=contact.mobile is not None,
        email=contact.email is not None,
        landline=contact.landline is not None,
        address=bool(contact.address),
        wants_paper=contact.wants_paper,
        wants_silence=person.wants_silence,
    )


def failed_routes(person: Person, contact: Contact, refused: Iterable[Message] = ()) -> frozenset[Route]:
    """The routes known not to work for this contact: by the file, or by earlier messages that were refused there."""
    failed = {
        route
        for route, name in _STATES.items()
        if getattr(person, name) is RouteState.FAILED and _is_files(person, contact, route)
    }
    return frozenset(failed | {row.route for row in refused if row.recipient == way(contact, row.route)})


def note_state(person: Person, contact: Contact, route: Route, state: RouteState) -> None:
    """Writes in the file what a message has shown of a way, if that way is the file's own.

    What failed stays so, until another number, mailbox or address is given or a message does arrive.
    """
    name = _STATES.get(route)
    if name is None or not _is_files(person, contact, route):
        return
    if state is RouteState.DOUBTFUL and getattr(person, name) is RouteState.FAILED:
        return
    setattr(person, name, state)


def _is_files(person: Person, contact: Contact, route: Route) -> bool:
    mine = way(contact, route)
    return mine is not None and mine == way(contact_of(person), route)
