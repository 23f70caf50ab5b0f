"""Who this browser says it is: signing in and out, acting for someone, and the hand that the journal notes."""

from datetime import datetime
from typing import cast

from flask import g, session
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.journal.services import VISITOR, Actor, ActorKind, record
from portal.people.models import Level, Person
from portal.people.queries_access import Service, acting_under, places_of, services_of, signed_agent, signed_person
from portal.web.access import Role, Visitor
from portal.web.request import now, reading, transaction
from portal.web.sessions import BrowserSession

AGENTS_IDLE_MINUTES = 20  # without a place that says otherwise


def visitor_of_browser() -> Visitor:
    """Who is at the screen, as the database knows them at this instant. One query for nobody: none."""
    agent_id, person_id, mandate_id = (_number(name) for name in ("agent_id", "person_id", "mandate_id"))
    if agent_id is None and person_id is None:
        return Visitor()
    with reading() as database:
        agent = (
            signed_agent(database, now(), agent_id, place_id=_number("place_id"), confirmed_at=_confirmed_at())
            if agent_id
            else None
        )
        is_known = session.get("level") == Level.KNOWN
        person = signed_person(database, person_id, is_known=is_known) if person_id else None
        acting = acting_under(database, now(), mandate_id, agent=agent, person=person) if mandate_id else None
    return Visitor(agent, person, acting, is_lapsed=mandate_id is not None and acting is None)


def enter_as_agent(agent_id: int, *, place_id: int | None = None, idle_minutes: int = AGENTS_IDLE_MINUTES) -> None:
    """Signs an agent in, under a new session key: one known before is worth nothing."""
    browser = _emptied()
    browser["agent_id"] = agent_id
    browser["place_id"] = place_id
    browser["idle_minutes"] = idle_minutes
    browser["confirmed_at"] = now().isoformat()


def enter_as_person(person_id: int, level: Level, how: str) -> None:
    """Signs a resident in, under a new session key. `how`: mobile, email, letter, franceconnect, demo."""
    browser = _emptied()
    browser["person_id"] = person_id
    browser["level"] = level.value
    browser["how"] = how


def confirm_agent() -> None:
    """Notes that the agent has just proved again who they are."""
    session["confirmed_at"] = now().isoformat()


def sit_at(place_id: int | None, idle_minutes: int = AGENTS_IDLE_MINUTES) -> None:
    """Notes where the agent works today; their session then waits as long as that place allows."""
    session["place_id"] = place_id
    session["idle_minutes"] = idle_minutes


def leave() -> None:
    """Ends the session, here and in the database."""
    cast("BrowserSession", session).end()


def act_under(mandate_id: int) -> None:
    """From now on this browser acts under a mandate, as long as it is in force. Forms open elsewhere are void.

    A form filled in for oneself, in another tab, must not be sent for somebody else; nor the reverse.
    """
    session.pop("csrf_token", None)
    session["mandate_id"] = mandate_id


def stop_acting() -> None:
    """Stops acting for someone; forms open elsewhere are void, as in `act_under`."""
    session.pop("csrf_token", None)
    session.pop("mandate_id", None)


def actor() -> Actor:
    """The hand that does what this request asks, for the journal."""
    mandate_id = g.acting.mandate_id if g.acting else None
    if g.agent:
        return Actor(ActorKind.AGENT, g.agent.id, mandate_id, g.agent.place_id)
    if g.person:
        return Actor(ActorKind.PERSON, g.person.id, mandate_id)
    return VISITOR


def own_places(database: Session) -> frozenset[int] | None:
    """The places for which the agent who is signed in answers today; None: all, for an admin."""
    if Role.ADMIN in g.agent.roles:
        return None
    return places_of(database, g.agent.id, (Role.ENCADRANT,), paris_day(now()))


def services_of_agent(database: Session) -> tuple[Service, ...]:
    """What the agent who is signed in may book today."""
    return services_of(database, g.agent.id, paris_day(now()))


def subject_id() -> int:
    """Whose pages these are: the person acted for, else the resident who is signed in.

    Raises LookupError when there is neither; a door of residents lets nobody else in.
    """
    if g.acting:
        return cast("int", g.acting.person_id)
    if g.person:
        return cast("int", g.person.id)
    raise LookupError("nobody is signed in")


def note_refusal(endpoint: str) -> None:
    """Writes in the journal that someone known was refused a page, in a transaction of its own."""
    with transaction() as database:
        record(
            database,
            now(),
            actor=actor(),
            verb="access.refused",
            for_person_id=g.acting.person_id if g.acting else None,
            object_kind=endpoint,
        )


def _emptied() -> BrowserSession:
    browser = cast("BrowserSession", session)
    browser.clear()
    browser.renew()
    return browser


def _number(name: str) -> int | None:
    value = session.get(name)
    return value if isinstance(value, int) else None


def _confirmed_at() -> datetime | None:
    value = session.get("confirmed_at")
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def is_hidden_from_helper(person: Person) -> bool:
    """Whether who is at the screen acts for somebody discreet: where letters are kept for them is not shown."""
    return bool(g.acting and person.wants_discretion)
