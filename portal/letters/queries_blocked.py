"""Letters that cannot leave, or came back, because of an address or of a person: read for whoever can mend it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from portal.letters.models import Letter
from portal.letters.queries import of_room
from portal.letters.queries_runs import UNTRUSTED
from portal.letters.rules_blocked import BY_NAME
from portal.letters.rules_returns import BAD_ADDRESS
from portal.notifications.models import Message, Route, Status
from portal.notifications.packing import SINGLE
from portal.people.models import Person

BY_ADDRESS = ("no_address", "address_changed", "address_doubtful", "address_too_long", "address_bad_character",
              "address_too_many_lines", "address_town_missing", "address_street_missing", "address_name_missing",
              "address_postcode_missing", "address_postcode_unknown", "address_town_mismatch")  # fmt: skip
BY_WORDS = ("letter_too_long", "letter_unprintable", "letter_text")
NEVER_IN_TIME = "too_late"
LISTED = 100
CHECKED = "person_check"  # the subject, and the kind, of what asks somebody to check a person


def blocked(session: Session, now: datetime, *, agent_id: int) -> Sequence[Message]:
    """Letters of this agent's places that an address keeps back, or brought back, oldest first; at most `LISTED`.

    And what somebody asked for by post and has not got: nobody else tells it. Those whose use has ended are not among
    them, but for a person whose address is still doubtful: it must be asked. Nor are those `to_check`.
    """
    return session.scalars(
        select(Message)
        .outerjoin(Message.person)
        .where(_is_blocked(now), ~_PERSON_FIRST, of_room(session, now, agent_id))
        .options(joinedload(Message.person))
        .order_by(Message.created_at, Message.id)
        .limit(LISTED)
    ).all()


def count_blocked(session: Session, now: datetime, *, agent_id: int) -> int:
    """How many there are, however many."""
    counted = select(func.count(Message.id)).outerjoin(Message.person)
    return session.scalar(counted.where(_is_blocked(now), ~_PERSON_FIRST, of_room(session, now, agent_id))) or 0


def to_check(session: Session, now: datetime, *, agent_id: int) -> list[tuple[Message, bool]]:
    """Letters of this agent's places that stay because of their person, oldest first, at most `LISTED`.

    Each with whether somebody has been asked to check the person. The name is no envelope's; they want discretion, and
    have chosen no address; or the address is at fault and another file of theirs may have the right one. Nobody is
    asked anything who asked for silence.
    """
    chosen = select(Message, _is_handed()).join(Message.person)
    rows = session.execute(
        chosen.where(_waits_for_person(now), of_room(session, now, agent_id))
        .options(joinedload(Message.person))
        .order_by(Message.created_at, Message.id)
        .limit(LISTED)
    )
    return [(message, is_handed) for message, is_handed in rows]


def count_to_check(session: Session, now: datetime, *, agent_id: int) -> int:
    """How many there are that nobody has been asked about yet, however many."""
    counted = select(func.count(Message.id)).join(Message.person).where(_waits_for_person(now), ~_is_handed())
    return session.scalar(counted.where(of_room(session, now, agent_id))) or 0


def waits_for_person(session: Session, now: datetime, message_id: int) -> bool:
    """Whether a letter stays because of its person."""
    chosen = select(Message.id).join(Message.person).where(Message.id == message_id, _waits_for_person(now))
    return session.scalar(chosen) is not None


def people_waited_for(now: datetime) -> Select[int | None]:
    """Of each person for whom a letter stays, the number: to be asked within another statement on messages."""
    return select(Message.person_id).join(Message.person).where(_waits_for_person(now)).correlate(None)


def is_handed(session: Session, message_id: int) -> bool:
    """Whether somebody has been asked to check the person of a letter, since it was promised or still."""
    return session.scalar(select(_is_handed()).select_from(Message).where(Message.id == message_id)) or False


def blocked_one(session: Session, now: datetime, message_id: int, *, agent_id: int) -> Message | None:
    """One of those; None when it is another's, or no longer blocked."""
    chosen = select(Message).outerjoin(Message.person).where(Message.id == message_id)
    chosen = chosen.where(_is_blocked(now), of_room(session, now, agent_id)).options(joinedload(Message.person))
    return session.scalars(chosen).one_or_none()


def is_of_room(session: Session, now: datetime, message_id: int, *, agent_id: int) -> bool:
    """Whether a message is a letter of this agent's places, blocked or not."""
    chosen = select(Message.id).where(Message.id == message_id, Message.route == Route.LETTER)
    return session.scalar(chosen.where(of_room(session, now, agent_id))) is not None


def unprintable(session: Session, now: datetime, *, agent_id: int) -> Sequence[Message]:
    """Letters whose words cannot be printed: nobody in the print room can mend them, but somebody must know.

    Those that somebody asked for are among the `unanswered`.
    """
    chosen = select(Message).where(*_unprintable(now), of_room(session, now, agent_id))
    return session.scalars(chosen.order_by(Message.created_at, Message.id).limit(LISTED)).all()


def count_unprintable(session: Session, now: datetime, *, agent_id: int) -> int:
    """How many there are, however many."""
    counted = select(func.count(Message.id)).where(*_unprintable(now), of_room(session, now, agent_id))
    return session.scalar(counted) or 0


def unanswered(session: Session, now: datetime, *, agent_id: int) -> Sequence[Message]:
    """Pages and forms that somebody asked for by post, which cannot be printed, or would arrive too late: oldest first.

    No other route takes their place, and no address put right lets them leave: a human must write. At most `LISTED`.
    """
    chosen = select(Message).where(*_unanswered(now), of_room(session, now, agent_id))
    return session.scalars(chosen.order_by(Message.created_at, Message.id).limit(LISTED)).all()


def count_unanswered(session: Session, now: datetime, *, agent_id: int) -> int:
    """How many there are, however many."""
    counted = select(func.count(Message.id)).where(*_unanswered(now), of_room(session, now, agent_id))
    return session.scalar(counted) or 0


def waits_for_answer(session: Session, now: datetime, message_id: int) -> bool:
    """Whether a message is one of the `unanswered`, of whatever place."""
    return session.scalar(select(Message.id).where(Message.id == message_id, *_unanswered(now))) is not None


def _is_blocked(now: datetime) -> ColumnElement[bool]:
    is_kept_back = and_(_failed_by(BY_ADDRESS), Message.expires_at > now, _MAY_BE_TOLD)
    has_come_back = and_(_CAME_BACK, Person.address_state.in_(UNTRUSTED), _LATEST, _MAY_BE_TOLD)
    return or_(is_kept_back, has_come_back, and_(_ASKED_FOR, Message.expires_at > now, _MAY_LEAVE_AGAIN))


def _waits_for_person(now: datetime) -> ColumnElement[bool]:
    by_name = and_(_failed_by(BY_NAME), Message.expires_at > now, ~_ASKED_FOR, ~Person.wants_silence)
    return or_(by_name, and_(_is_blocked(now), _PERSON_FIRST))


def _unanswered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _ASKED_FOR, _failed_by((*BY_WORDS, *BY_NAME, NEVER_IN_TIME)), Message.expires_at > now


def _unprintable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return _failed_by(BY_WORDS), ~_ASKED_FOR, Message.expires_at > now


def _is_handed() -> ColumnElement[bool]:
    asked = aliased(Message)
    is_open = asked.status.in_((Status.WAITING, Status.SENDING, Status.OPEN))
    is_done = and_(asked.status == Status.DONE, asked.created_at >= Message.created_at)
    return (
        select(asked.id)
        .where(asked.subject == CHECKED, asked.subject_id == Message.person_id, or_(is_open, is_done))
        .correlate(Message)
        .exists()
    )


# To whoever has asked for silence since, no letter leaves that they have not asked for: nothing is to be mended.
_MAY_BE_TOLD = or_(Message.event["kind"].astext == SINGLE, func.coalesce(~Person.wants_silence, true()))
_PERSON_FIRST = func.coalesce(
    and_(
        Message.to.is_(None),
        ~Person.wants_silence,
        or_(and_(Person.wants_discretion, Person.letters_chosen_at.is_(None)), Person.maybe_double),
    ),
    false(),
)


# Of several letters of one person that came back, one is enough to ask for the address: of those to the file's. What
# went to an address of its own (the former one, one that was asked for) says nothing of it, and mends nothing of it.
_CAME_BACK = and_(Message.status == Status.RETURNED, Message.to.is_(None))
_OTHER = select(Message.person_id.label("person_id"), Message.id.label("id")).where(_CAME_BACK)
_OTHERS = _OTHER.order_by(Message.id).subquery()
_LATEST = ~(select(_OTHERS.c.id).where(_OTHERS.c.person_id == Message.person_id, _OTHERS.c.id > Message.id).exists())


# Asked for by post, by somebody with a file or without one: when it does not arrive, no other route takes its place.
# A code is asked for again, the address that somebody has left is not looked for, and what tells that somebody else
# changed a choice, or that a paper changes nothing, was asked for by nobody.
_ASKED_FOR = and_(
    Message.route == Route.LETTER,
    Message.event["kind"].astext == SINGLE,
    ~Message.context.has_key("challenge"),
    Message.kind.not_in(("address_changed", "already_so", "preferences_changed")),
)
_DRAWN = select(Letter.return_reason).where(Letter.message_id == Message.id).order_by(Letter.id.desc()).limit(1)
_MAY_LEAVE_AGAIN = or_(
    and_(Message.status == Status.FAILED, Message.last_error.not_in((*BY_ADDRESS, *BY_NAME, *BY_WORDS, NEVER_IN_TIME))),
    and_(Message.status == Status.RETURNED, _DRAWN.scalar_subquery().in_(BAD_ADDRESS)),
)


def _failed_by(codes: Sequence[str]) -> ColumnElement[bool]:
    return and_(Message.route == Route.LETTER, Message.status == Status.FAILED, Message.last_error.in_(codes))
