"""Promises the messages of an appointment: in the transaction of the fact they tell."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.booking.ics import calendar_of
from portal.booking.models import Appointment
from portal.booking.words import Hand, context_of, tellings
from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.letters.services_choice import How
from portal.letters.services_chosen import KIND as CHOSEN
from portal.letters.services_chosen import tell_chosen
from portal.notifications import queries_post
from portal.notifications.models import Message, Route
from portal.notifications.outbox import About, Recipient, promise
from portal.notifications.planner import Event, EventKind
from portal.people.models import Person


def tell(  # noqa: PLR0913 - a fact, and the world it is told to
    session: Session,
    now: datetime,
    appointment: Appointment,
    kind: EventKind,
    *,
    departement: Departement,
    base_url: str,
    old_starts_at: datetime | None = None,
    old_place: str | None = None,
    cancelled_by: str | None = None,
    acted_by: Hand | None = None,
) -> None:
    """Promises what tells an appointment just booked, moved or cancelled, and withdraws what it makes untrue.

    The guardian of relatives is told once; other people themselves. Nobody, for a discreet motif. The appointment
    must be loaded whole (`queries.appointment`). `acted_by`: who did it for the person, under a mandate.
    """
    promise(
        session,
        now,
        about=About("appointment", appointment.id, appointment.place_id, appointment.sequence),
        event=Event(kind, appointment.starts_at, appointment.motif.discreet, old_starts_at),
        recipients=[
            Recipient(
                person=telling.person,
                context=context_of(
                    appointment,
                    telling,
                    now=now,
                    departement=departement,
                    base_url=base_url,
                    cancelled_by=cancelled_by,
                    old_starts_at=old_starts_at,
                    old_place=old_place,
                    acted_by=acted_by,
                ),
                calendar=calendar_of(
                    appointment,
                    departement=departement,
                    base_url=base_url,
                    is_hidden=telling.person.wants_discretion,
                ),
            )
            for telling in tellings(appointment)
        ],
        post=queries_post.calendar_of(session),
    )


def tell_choice(session: Session, now: datetime, person: Person, *, by: Actor, base_url: str) -> None:
    """Tells by letter that letters come to a file or a card that whoever books has made so: once for each.

    By letter alone: they have just read it at the screen, and it shows that the address is theirs. It promises letters
    for this appointment, which is all that a card has; nothing must tell a stranger that there was a file, so that a
    file made at the screen is told the same. To one that an agent has made it says that everything comes by post.
    Journaled for a file that this booking has made.
    """
    told = select(Message.id).where(Message.person_id == person.id, Message.kind == CHOSEN).order_by(Message.id)
    if session.scalar(told.limit(1)) is not None:
        return
    if person.card_of_id is None and person.created_at == now:
        how = How.COUNTER if by.is_agent else How.WEB
        ids = {"for_person_id": person.id, "object_id": person.id, "how": how.number}
        record(session, now, actor=by, verb="paper.chosen", object_kind="person", **ids)
    says_one = person.card_of_id is not None or not by.is_agent
    tell_chosen(
        session,
        now,
        person,
        by=by,
        base_url=base_url,
        avoid=frozenset({Route.SMS, Route.EMAIL}),
        more={"one_appointment": True} if says_one else None,
    )
