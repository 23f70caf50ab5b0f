"""Letters that the post brings back: what they tell of an address, and who tells the person now. Never a sanction."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.letters.models import Letter, PullReason, ReturnReason
from portal.letters.queries_post import envelope_of
from portal.letters.queries_returns import asks_for_address, is_addressed_to_file
from portal.letters.queries_runs import IN_THE_HOUSE, UNTRUSTED, letter_by_reference
from portal.letters.rules_returns import BAD_ADDRESS, ReturnFault
from portal.letters.services_outside import close_outside, hold_outside
from portal.letters.services_post import note_letter
from portal.letters.services_runs import forget_drawn
from portal.notifications.holding import take_back_free
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import base_context, tell_person
from portal.notifications.outbox import doubt_way, is_overtaken, replan_without
from portal.notifications.outcomes import locked_whole
from portal.notifications.planner import RETRY_FOR
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.reviving import takes_its_place_back
from portal.people.models import Person
from portal.refusal import Refused

KIND = "address_wanted"
_BY_VOICE = frozenset({Route.SMS, Route.EMAIL, Route.LETTER})  # nothing in writing says that an address is wrong


class Returned(NamedTuple):
    """A letter that came back; `is_new`: nobody had said so before."""

    letter: Letter
    is_new: bool


def note_return(session: Session, now: datetime, *, reference: str, reason: ReturnReason, by: Actor) -> Returned:
    """Notes that the post brought a letter back; once: again, it changes nothing. Journaled.

    Its message goes round by another route if it is still of use. Unknown there, or badly addressed: the address of the
    file, when it is still the one on the envelope, becomes doubtful; what else waits for it goes round; and a human is
    to ask for the right one. A letter of a run that nobody said was posted is taken all the same. So is one that was
    pulled from it, and nothing follows from that one: its message has gone another way. Raises `Refused` (ReturnFault).
    """
    found = letter_by_reference(session, reference)
    run = hold_outside(session, found.run_id) if found is not None else None
    message = locked_whole(session, found.message_id) if found is not None else None
    letter = letter_by_reference(session, reference, is_held=True)
    if letter is None or message is None:
        raise Refused(ReturnFault.UNKNOWN)
    if letter.returned_at is not None:
        return Returned(letter, is_new=False)
    if letter.run_id is None or letter.pull_reason is PullReason.ALTERED:
        raise Refused(ReturnFault.NOT_POSTED)
    letter.returned_at, letter.return_reason = now, reason
    session.flush()
    if letter.pulled_at is None:  # else its message was drawn anew since, for another address
        _follow(session, now, message, reason, calendar_of(session))
    note_letter(session, now, by, "letter.returned", letter, reason=list(ReturnReason).index(reason) + 1)
    if run is not None:
        close_outside(session, now, run, post=calendar_of(session))
    return Returned(letter, is_new=True)


def end_answered(session: Session) -> int:
    """Takes back the tasks that ask for an address which has been given, or confirmed, since; how many.

    One that somebody changes at this instant is left for the next time.
    """
    answered = select(Person.id).where(Person.address_state.not_in(UNTRUSTED))
    return take_back_free(
        session,
        Message.subject == "address",
        Message.kind == KIND,
        Message.status.in_((Status.WAITING, Status.OPEN)),
        Message.person_id.in_(answered),
    )


def leave_again(session: Session, now: datetime, *, message_id: int) -> bool:
    """Lets a letter that a bad address held or brought back (`held_back`) leave again; whether it does.

    For those who chose the garantie papier: a call made in between does not take its place, and one that is still to be
    made is not made (`takes_its_place_back`). What something has overtaken since stays where it is.
    """
    message = locked_whole(session, message_id)
    if message is None or message.status not in {Status.FAILED, Status.RETURNED} or is_overtaken(session, message):
        return False
    if not takes_its_place_back(session, now, message, calendar_of(session)):
        return False
    forget_drawn(session, now, [message_id])  # for the former address, or its bytes are no longer kept
    message.status, message.last_error, message.attempts = Status.WAITING, None, 0
    message.due_at = max(message.due_at, now)
    message.retry_until = max(message.due_at, min(message.due_at + RETRY_FOR, message.expires_at))
    return True


def _follow(session: Session, now: datetime, message: Message, reason: ReturnReason, post: PostalCalendar) -> None:
    was_on_its_way = message.status in {*IN_THE_HOUSE, Status.POSTED}
    if was_on_its_way:
        message.status = Status.RETURNED
        session.flush()
    if message.person_id is None:
        return  # nobody's file: an address that somebody gave
    if reason in BAD_ADDRESS and is_addressed_to_file(envelope_of(session, message.id)):
        doubt_way(session, now, message, post)
        _ask_address(session, now, message)
    if was_on_its_way:
        replan_without(session, now, message, Route.LETTER, post)


def _ask_address(session: Session, now: datetime, message: Message) -> None:
    person = session.get_one(Person, message.person_id)
    if asks_for_address(session, person.id):
        return
    tell_person(
        session,
        now,
        kind=KIND,
        person=person,
        context=base_context(session.get_one(Departement, 1), message.context["link"], person=person),
        subject="address",
        subject_id=person.id,
        avoid=_BY_VOICE,
        place_id=message.place_id,
    )
