"""What is asked by text message, and what a number answers: read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from portal.mandates.queries import WHOLE
from portal.notifications.models import Message, Status
from portal.people.models import Person
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.queries_merges import is_file

_LEFT = (Status.SENDING, Status.SENT, Status.DELIVERED)  # a provider has it, or may have


def was_asked_lately(session: Session, now: datetime, person_id: int, organisation_id: int, within: timedelta) -> bool:
    """Whether an organisation has asked a person by text message so lately, and had no yes."""
    asked = select(Mandate.id).where(
        Mandate.person_id == person_id,
        Mandate.organisation_id == organisation_id,
        Mandate.consent == Consent.SMS,
        Mandate.state.in_((MandateState.ASKED, MandateState.REFUSED)),
        Mandate.asked_at > now - within,
    )
    return session.scalar(asked.order_by(Mandate.id).limit(1)) is not None


def files_of_number(session: Session, number: str) -> Sequence[Person]:
    """The files that have this mobile, oldest first."""
    return session.scalars(
        select(Person)
        .where(Person.mobile == number, is_file())
        .options(joinedload(Person.guardian))
        .order_by(Person.id)
    ).all()


def asked_at_number(session: Session, now: datetime, number: str, people: Sequence[Person]) -> Mandate | None:
    """What these people, who share a number, were asked there last and have not answered: held.

    A question that has yet to leave, that could not, or that went to another number is answered by nobody.
    """
    ids = [one.id for one in people]
    unread = exists().where(
        Message.subject == "mandate",
        Message.subject_id == Mandate.id,
        Message.kind == "mandate_asked",
        or_(Message.status.not_in(_LEFT), Message.to != number),
    )
    return session.scalars(
        select(Mandate)
        .where(
            Mandate.person_id.in_(ids),
            Mandate.state == MandateState.ASKED,
            Mandate.consent == Consent.SMS,
            Mandate.ends_at > now,
            ~unread,
        )
        .options(*WHOLE)
        .order_by(Mandate.asked_at.desc(), Mandate.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def open_of_people(session: Session, now: datetime, people: Sequence[Person]) -> Sequence[tuple[int, int]]:
    """All that these people are asked or have given and that is not over: (id, whose), oldest first.

    What the law gave is not among it: it is no one's to end by a text message.
    """
    found = session.execute(
        select(Mandate.id, Mandate.person_id)
        .where(
            Mandate.person_id.in_([one.id for one in people]),
            Mandate.kind != MandateKind.LEGAL,
            Mandate.state.in_((MandateState.ASKED, MandateState.ACTIVE)),
            Mandate.ends_at > now,
        )
        .order_by(Mandate.id)
    )
    return [(mandate_id, person_id) for mandate_id, person_id in found]


def replies_to(session: Session, since: datetime, number: str) -> int:
    """How many text messages have answered a number since an instant."""
    sent = select(func.count()).select_from(Message)
    kinds = and_(Message.kind == "mandate_reply", Message.to == number, Message.created_at > since)
    return session.scalar(sent.where(kinds)) or 0
