"""Text messages that come in: an answer to what was asked, or the end of everything."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.journal.services import Actor, record
from portal.mandates import queries_answers as queries
from portal.mandates.rules import EndedBy, is_waiting
from portal.mandates.rules_answers import Answer, read_answer
from portal.mandates.services_ending import end
from portal.mandates.services_telling import SUBJECT, Voice, activate, note, refuse
from portal.notifications.models import Message, Route
from portal.notifications.notices import base_context, send_to
from portal.notifications.ways import note_state
from portal.people.models import Person, RouteState
from portal.people.models_mandates import Mandate, SmsReceived
from portal.refusal import Refused

_MOST_REPLIES = 3  # a day, to one number: two machines that answer each other stop there
_DAY = timedelta(days=1)


def answer_sms(  # noqa: PLR0913 - a message that came in
    session: Session, now: datetime, *, number: str, text: str, provider_id: str, voice: Voice
) -> None:
    """Does what a text message from `number` (E.164) says, and promises the reply; the same one again does nothing.

    « STOP MANDAT » ends all that the files with this number have given, and refuses what they are asked. A yes or a no
    answers what this number was asked last. Anything else is asked again once; then silence is no. « STOP » alone
    refuses what was asked, and no text message leaves for this number any more: it is the providers' own word for
    that, and they would block it. A number that no file has is not answered.
    """
    if not _is_new(session, now, provider_id):
        return
    people = queries.files_of_number(session, number)
    if not people:
        return
    answer = read_answer(text)
    if answer is Answer.STOP_MANDATE:
        _stop_mandates(session, now, people, voice)
        return
    asked = queries.asked_at_number(session, now, number, people)
    waiting = asked if asked is not None and is_waiting(asked, now) else None
    if answer is Answer.STOP:
        _stop_texts(session, now, people, waiting)
    elif waiting is None:
        _reply(session, now, people[0], "nothing", voice)
    else:
        _answer(session, now, waiting, answer, voice)


def _is_new(session: Session, now: datetime, provider_id: str) -> bool:
    row = insert(SmsReceived).values(provider_id=provider_id, received_at=now).on_conflict_do_nothing()
    return session.scalar(row.returning(SmsReceived.provider_id)) is not None


def _answer(session: Session, now: datetime, asked: Mandate, answer: Answer, voice: Voice) -> None:
    person = asked.person
    by = Actor.person(person.id)
    if answer is Answer.YES:
        _agree(session, now, asked, by, voice)
    elif answer is Answer.NO:
        refuse(session, now, asked, by=by)
        _reply(session, now, person, "refused", voice, asked)
    elif asked.asked_again_at is None:
        asked.asked_again_at = now
        note(session, now, asked, "asked_again", by)
        _reply(session, now, person, "unclear", voice, asked)


def _agree(session: Session, now: datetime, asked: Mandate, by: Actor, voice: Voice) -> None:
    try:
        told = activate(session, now, asked, by=by, voice=voice)
    except Refused:  # protected since, or a convention that is over: nobody may act
        refuse(session, now, asked, by=by)
        _reply(session, now, asked.person, "refused", voice, asked)
    else:
        _reply_unless_told(session, now, asked.person, "given", voice, told, asked)


def _stop_mandates(session: Session, now: datetime, people: Sequence[Person], voice: Voice) -> None:
    stopped = 0
    for mandate_id, person_id in queries.open_of_people(session, now, people):
        by = Actor.person(person_id)
        stopped += end(session, now, mandate_id=mandate_id, by=by, how=EndedBy.SMS, voice=voice)
    _reply(session, now, people[0], "stopped" if stopped else "nothing", voice)


def _stop_texts(session: Session, now: datetime, people: Sequence[Person], asked: Mandate | None) -> None:
    for person in people:
        note_state(person, Route.SMS, RouteState.FAILED)
        record(session, now, actor=Actor.person(person.id), verb="texts.stopped", for_person_id=person.id)
    session.flush()
    if asked is not None:
        refuse(session, now, asked, by=Actor.person(asked.person_id))


def _reply_unless_told(  # noqa: PLR0913, PLR0917 - who is answered what
    session: Session,
    now: datetime,
    person: Person,
    answer: str,
    voice: Voice,
    told: Sequence[Message],
    about: Mandate,
) -> None:
    if not any(message.route is Route.SMS for message in told):
        _reply(session, now, person, answer, voice, about)


def _reply(  # noqa: PLR0913, PLR0917 - idem
    session: Session, now: datetime, person: Person, answer: str, voice: Voice, about: Mandate | None = None
) -> None:
    number = person.mobile or ""
    if answer in {"nothing", "unclear"} and queries.replies_to(session, now - _DAY, number) >= _MOST_REPLIES:
        return
    send_to(
        session,
        now,
        kind="mandate_reply",
        route=Route.SMS,
        to=number,
        context=base_context(voice.departement, voice.base_url, person=person, answer=answer),
        expires_at=now + _DAY,
        subject=SUBJECT if about else "person",
        subject_id=about.id if about else person.id,
        person_id=person.id,
    )
