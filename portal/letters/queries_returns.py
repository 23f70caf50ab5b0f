"""Letters that came back, read: the last ones, and how many of those posted."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Date, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from portal.clock import paris_day
from portal.letters.address import BadAddressError, printed_lines
from portal.letters.models import Letter, PrintRun, ReturnReason
from portal.letters.queries import of_room
from portal.letters.queries_runs import UNTRUSTED, Envelope
from portal.letters.rules_returns import BAD_ADDRESS, HELD_CODES, Tally
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person

JUST_NOTED = 20
WEEKS = 12
LOOKED_BACK = timedelta(days=180)  # somebody who has moved is found again by then, or what waited is of no more use
_WEEK = timedelta(days=7)


def just_noted(session: Session, now: datetime, *, agent_id: int) -> Sequence[Letter]:
    """The last letters that came back to this agent's places, the latest first, with their messages."""
    mine = of_room(session, now, agent_id)
    chosen = select(Letter).join(Letter.message).where(Letter.returned_at.is_not(None), mine)
    chosen = chosen.options(joinedload(Letter.message)).order_by(Letter.returned_at.desc(), Letter.id.desc())
    return session.scalars(chosen.limit(JUST_NOTED)).all()


def asks_for_address(session: Session, person_id: int) -> bool:
    """Whether somebody is already to ask a person for their address."""
    asked = select(Message.id).where(
        Message.subject == "address",
        Message.subject_id == person_id,
        Message.status.in_((Status.WAITING, Status.SENDING, Status.OPEN)),
    )
    return session.scalar(asked.order_by(Message.id).limit(1)) is not None


def is_addressed_to_file(one: Envelope) -> bool:
    """Whether the address of the file is still the one that the envelope bore."""
    try:
        return "\n".join(printed_lines(one.name, one.address or [])) == one.printed
    except BadAddressError:
        return False


def first_week(now: datetime) -> date:
    """The Monday from which returns are counted: twelve weeks, this one among them."""
    return monday_of(paris_day(now)) - (WEEKS - 1) * _WEEK


def monday_of(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def tallies(session: Session, now: datetime, *, agent_id: int) -> list[tuple[date, str, Tally]]:
    """The letters posted in the last twelve weeks to this agent's places and those of them that came back.

    By the Monday of the week in which they were posted, and by postcode and town as printed (empty abroad). Of a letter
    drawn anew since for another town, the postcode that it bore itself. One that was pulled from its run and that the
    post brings back all the same did leave: it counts among those posted, and those that came back, once.
    """
    mine = of_room(session, now, agent_id)
    week = cast(func.date_trunc("week", PrintRun.posted_on), Date)
    said = func.coalesce(func.substring(Message.recipient, r"([0-9]{5} [^\n]+)$"), "")
    has_left = or_(Letter.pulled_at.is_(None), Letter.returned_at.is_not(None))
    town = case((func.left(said, 5) == Letter.postcode, said), else_=Letter.postcode)
    rows = session.execute(
        select(week, town, Letter.return_reason, func.count(Letter.id))
        .join(Letter.message)
        .join(PrintRun, PrintRun.id == Letter.run_id)
        .where(PrintRun.posted_on >= first_week(now), has_left, mine)
        .group_by(week, town, Letter.return_reason)
        .order_by(week, town, Letter.return_reason)
    )
    return [(monday, name, _tally(reason, number)) for monday, name, reason, number in rows]


def _tally(reason: ReturnReason | None, number: int) -> Tally:
    return Tally(number, {} if reason is None else {reason: number})


def held_back(session: Session, now: datetime) -> list[int]:
    """Messages of those on the garantie papier that a bad address held or brought back, now that there is a better one.

    Those that are still of use, the letters themselves and what waited beside them, oldest first. It begins with the
    letters that came back these last `LOOKED_BACK`, which are few: the worker asks every few seconds.
    """
    known, last = aliased(Message), aliased(Letter)
    came_back = (
        select(known.person_id)
        .join(Letter, Letter.message_id == known.id)
        .where(Letter.returned_at > now - LOOKED_BACK, Letter.return_reason.in_(BAD_ADDRESS))
        .distinct()
        .subquery()
    )
    # The last one drawn: refused, or not fetched, where it was sent anew, it is not sent for ever.
    own = select(last.return_reason).where(last.message_id == Message.id).order_by(last.id.desc()).limit(1)
    is_held = and_(Message.status == Status.FAILED, Message.last_error.in_(HELD_CODES))
    chosen = (
        select(Message.id)
        .join(came_back, came_back.c.person_id == Message.person_id)
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.route == Route.LETTER,
            Message.to.is_(None),
            Message.expires_at > now,
            or_(is_held, and_(Message.status == Status.RETURNED, own.scalar_subquery().in_(BAD_ADDRESS))),
            Person.wants_paper,
            Person.address_state.not_in(UNTRUSTED),
            func.cardinality(Person.address) > 0,
            or_(~Person.wants_discretion, Person.letters_chosen_at.is_not(None)),
        )
        .order_by(Message.id)
    )
    return list(session.scalars(chosen))
