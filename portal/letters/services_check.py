"""A person to be checked before a letter may leave: whoever may open files is asked to, once."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.letters.queries_blocked import CHECKED, is_handed, people_waited_for, waits_for_person
from portal.letters.rules_blocked import Check, CheckFault, check_of
from portal.notifications.holding import take_back_free
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import base_context, tell_person
from portal.notifications.outcomes import locked_whole
from portal.people.models import Person
from portal.refusal import Refused

_BY_VOICE = frozenset({Route.SMS, Route.EMAIL, Route.LETTER})  # a question: somebody must hear the answer


def check_wanted(message: Message, person: Person) -> Check | None:
    """What is to be checked of the person of a blocked letter."""
    return check_of(
        message.last_error,
        is_to_file=message.to is None,
        is_hidden=person.wants_discretion and person.letters_chosen_at is None,
        maybe_double=person.maybe_double,
    )


def ask_check(session: Session, now: datetime, *, message_id: int, by: Actor, base_url: str) -> bool:
    """Asks those who may open files to check the person of a letter that stays; False when they are asked already.

    The task names what is to be asked of the person, and is held where the letter is about, or at any desk. The letter
    stays as it is: what the answer changes lets it leave, or nothing does. Journaled. Raises `Refused`
    (CheckFault.DONE) when nothing keeps it back for the person any more.
    """
    message = locked_whole(session, message_id)
    if message is None or not waits_for_person(session, now, message_id):
        raise Refused(CheckFault.DONE)
    if is_handed(session, message_id):
        return False
    person = session.get_one(Person, message.person_id)
    wanted = check_wanted(message, person)
    tell_person(
        session,
        now,
        kind=CHECKED,
        person=person,
        context=base_context(session.get_one(Departement, 1), base_url, person=person, check=wanted),
        subject=CHECKED,
        subject_id=person.id,
        avoid=_BY_VOICE,
        place_id=message.place_id,
    )
    record(
        session,
        now,
        actor=by,
        verb="letter.check_asked",
        for_person_id=person.id,
        object_kind="message",
        object_id=message_id,
    )
    return True


def end_checked(session: Session, now: datetime) -> int:
    """Takes back the tasks to check a person for whom no letter stays any more; how many.

    Files that became one, an address that they chose, a letter whose use has ended: nothing is left to ask. One that
    somebody changes at this instant is left for the next time.
    """
    return take_back_free(
        session,
        Message.subject == CHECKED,
        Message.kind == CHECKED,
        Message.status.in_((Status.WAITING, Status.OPEN)),
        Message.person_id.not_in(people_waited_for(now)),
    )
