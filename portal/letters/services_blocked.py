"""Letters that stay: an address is mended and the letter leaves, or what was asked for is answered in another way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from portal.journal.services import Actor, record
from portal.letters.queries_blocked import waits_for_answer
from portal.letters.rules_blocked import AnswerFault
from portal.letters.services_changes import before, tell_change
from portal.letters.services_runs import forget_drawn
from portal.notifications.models import Message, Status
from portal.notifications.outbox import is_overtaken
from portal.notifications.outcomes import locked_whole
from portal.notifications.planner import RETRY_FOR
from portal.notifications.queries_post import calendar_of
from portal.notifications.reviving import takes_its_place_back
from portal.people.models import Person, RouteState
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused


class MendFault(StrEnum):
    """Why an address is not mended here."""

    CHANGED = "changed"  # the file has another address since the page was shown
    DISCREET = "discreet"  # they chose no address for letters: it must be asked of them
    DONE = "done"  # somebody else has mended it
    KEPT = "kept"  # a place keeps their letters: where else they go, or whether it still does, is asked of them


def mend(  # noqa: PLR0913 - which letter, what was shown, what is right, and the words of the messages
    session: Session,
    now: datetime,
    *,
    message_id: int,
    shown: Sequence[str],
    lines: Sequence[str],
    by: Actor,
    base_url: str,
) -> bool:
    """Writes the address (lines 2 to 6 of NF Z10-011, already checked) and lets the letter leave; whether it will.

    The same lines say that the address is right after all. It leaves, drawn anew, unless its use has ended, something
    has overtaken it, or a human tells the same, or has (`takes_its_place_back`). The person is told of a new address by
    every route they chose. Journaled. Raises `Refused` (MendFault).
    """
    message = locked_whole(session, message_id)
    if message is None or message.status not in {Status.FAILED, Status.RETURNED}:
        raise Refused(MendFault.DONE)
    person = None if message.person_id is None else session.get_one(Person, message.person_id)
    if message.to is not None or person is None:
        message.to = "\n".join(lines)
    else:
        _write(session, now, person, shown, lines, by=by, base_url=base_url)
    record(
        session,
        now,
        actor=by,
        verb="letter.mended",
        for_person_id=message.person_id,
        object_kind="message",
        object_id=message_id,
    )
    is_of_use = message.expires_at > now and not is_overtaken(session, message)
    leaves = is_of_use and takes_its_place_back(session, now, message, calendar_of(session))
    if leaves:
        forget_drawn(session, now, [message_id])  # a sheet that is still here bears the former lines
        message.status, message.due_at, message.last_error, message.attempts = Status.WAITING, now, None, 0
        message.retry_until = min(now + RETRY_FOR, message.expires_at)
    return leaves


def note_answered(session: Session, now: datetime, *, message_id: int, by: Actor) -> None:
    """Somebody has answered in another way (by hand, by voice) whoever asked for a page that cannot leave by post.

    It is told then, and waits before nobody any more. Journaled, once. Raises `Refused` (AnswerFault.DONE) for what
    does not wait for an answer, or no more.
    """
    message = locked_whole(session, message_id)
    if message is None or not waits_for_answer(session, now, message_id):
        raise Refused(AnswerFault.DONE)
    message.status, message.delivered_at = Status.DONE, now
    record(
        session,
        now,
        actor=by,
        verb="letter.answered",
        for_person_id=message.person_id,
        object_kind="message",
        object_id=message_id,
    )


def _write(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    person: Person,
    shown: Sequence[str],
    lines: Sequence[str],
    *,
    by: Actor,
    base_url: str,
) -> None:
    if person.wants_discretion and person.letters_chosen_at is None:
        raise Refused(MendFault.DISCREET)
    if list(shown) != person.address:
        raise Refused(MendFault.CHANGED)
    is_open_as_it_is = list(lines) == person.address and person.address_state is not RouteState.FAILED
    if person.letters_kept_at_id is not None and not is_open_as_it_is:
        raise Refused(MendFault.KEPT)
    had_chosen, was = person.letters_chosen_at, before(person)
    wanted = replace(preferences_of(person), address=tuple(lines))
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    person.address_state = RouteState.UNTRIED
    if not names:
        return
    # A postcode put right, or a flat added: letters are still chosen for it.
    person.letters_chosen_at = None if person.wants_discretion else had_chosen
    tell_change(session, now, person, names, by=by, base_url=base_url, was=was)


def is_shown(message: Message) -> list[str]:
    """The lines that a page shows to be mended: those that were asked for, else the file's (its person loaded)."""
    if message.to is not None:
        return message.to.split("\n")
    return list(message.person.address) if message.person else []
