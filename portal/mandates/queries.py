"""Mandates, read; each with its person and its holder."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, column, func, or_, select, table
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from portal.clock import paris_day
from portal.mandates.rules import Known
from portal.people.models import Person
from portal.people.models_access import Organisation
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.queries_access import in_force
from portal.people.queries_merges import is_file
from portal.people.rules import Identity

# Booking stands above mandates: the two tables of its that a caller can be asked about are named here.
_APPOINTMENT = table("appointment", column("id"), column("starts_at"), column("status"))
_PARTICIPATION = table("participation", column("appointment_id"), column("person_id"))

WHOLE: tuple[ORMOption, ...] = (
    selectinload(Mandate.person).joinedload(Person.guardian),
    selectinload(Mandate.agent),
    selectinload(Mandate.organisation),
    selectinload(Mandate.holder),
)
_SHOWN_FOR = timedelta(days=365)  # an agent sees what ended within a year


def person(session: Session, person_id: int) -> Person | None:
    """A file, with its guardian; None for a card, which is no file."""
    return session.scalars(
        select(Person).where(Person.id == person_id, is_file()).options(joinedload(Person.guardian))
    ).one_or_none()


def known_of(session: Session, now: datetime, person_id: int) -> Known:
    """What a file holds beside the person's own row, for checking who is on the phone."""
    upcoming = session.scalar(
        select(func.min(_APPOINTMENT.c.starts_at))
        .join(_PARTICIPATION, _PARTICIPATION.c.appointment_id == _APPOINTMENT.c.id)
        .where(
            _PARTICIPATION.c.person_id == person_id,
            _APPOINTMENT.c.status == "booked",
            _APPOINTMENT.c.starts_at > now,
        )
    )
    relatives = session.execute(
        select(Person.given_names, Person.birth_date)
        .where(Person.guardian_id == person_id, is_file())
        .order_by(Person.birth_date, Person.id)
    )
    return Known(upcoming, tuple((name, born) for name, born in relatives))


def mandate(session: Session, mandate_id: int, *, held: bool = False) -> Mandate | None:
    """One mandate. `held`: nobody else changes it, nor writes under it, until the transaction ends."""
    wanted = select(Mandate).where(Mandate.id == mandate_id).options(*WHOLE)
    if held:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()


def mandate_of_person(session: Session, person_id: int, mandate_id: int) -> Mandate | None:
    """One mandate given by a person; None when it is another's."""
    found = mandate(session, mandate_id)
    return found if found is not None and found.person_id == person_id else None


def mandate_of_reference(session: Session, reference: str) -> Mandate | None:
    """The mandate that a person gave in their space, by its reference: held, as `mandate` does."""
    wanted = select(Mandate).where(Mandate.reference == reference, Mandate.consent == Consent.SPACE)
    return session.scalars(
        wanted.options(*WHOLE).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def running_of_person(session: Session, now: datetime, person_id: int) -> Sequence[Mandate]:
    """What a person has given and is still asked: asked, in force, or to begin; the newest first."""
    return session.scalars(
        select(Mandate)
        .where(
            Mandate.person_id == person_id,
            Mandate.state.in_((MandateState.ASKED, MandateState.ACTIVE)),
            Mandate.ends_at > now,
        )
        .options(*WHOLE)
        .order_by(Mandate.asked_at.desc(), Mandate.id.desc())
    ).all()


def over_of_person(session: Session, now: datetime, person_id: int) -> Sequence[Mandate]:
    """What is over, or was refused, within a year; the newest first."""
    is_over = or_(Mandate.state.in_((MandateState.REFUSED, MandateState.ENDED)), Mandate.ends_at <= now)
    return session.scalars(
        select(Mandate)
        .where(Mandate.person_id == person_id, is_over, Mandate.asked_at > now - _SHOWN_FOR)
        .options(*WHOLE)
        .order_by(Mandate.asked_at.desc(), Mandate.id.desc())
        .limit(50)
    ).all()


def active_beside(session: Session, now: datetime, new: Mandate) -> Sequence[Mandate]:
    """The other mandates of the same person that run, each held; oldest first."""
    return session.scalars(
        select(Mandate)
        .where(
            Mandate.person_id == new.person_id,
            Mandate.id != new.id,
            Mandate.state == MandateState.ACTIVE,
            Mandate.ends_at > now,
        )
        .options(*WHOLE)
        .order_by(Mandate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def help_of_agent(session: Session, now: datetime, agent_id: int) -> Sequence[Mandate]:
    """The help on the phone or at the counter that an agent has not finished; each held."""
    return session.scalars(
        select(Mandate)
        .where(Mandate.agent_id == agent_id, Mandate.state == MandateState.ACTIVE, Mandate.ends_at > now)
        .options(*WHOLE)
        .order_by(Mandate.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def held_by_person(session: Session, now: datetime, holder_id: int) -> Sequence[Mandate]:
    """The mandates in force that a resident holds, by name."""
    return _held(session, now, holder_id=holder_id)


def held_by_organisation(session: Session, now: datetime, organisation_id: int) -> Sequence[Mandate]:
    """The mandates in force that an organisation holds, by name."""
    return _held(session, now, organisation_id=organisation_id)


def _held(session: Session, now: datetime, **holder: int) -> Sequence[Mandate]:
    return session.scalars(
        select(Mandate)
        .join(Person, Person.id == Mandate.person_id)
        .where(in_force(now))
        .filter_by(**holder)
        .options(*WHOLE)
        .order_by(Person.family_name, Person.given_names, Mandate.id)
    ).all()


def documents_to_see(session: Session, now: datetime) -> Sequence[Mandate]:
    """The legal mandates whose document a second agent has yet to see, oldest first."""
    return session.scalars(
        select(Mandate)
        .where(
            Mandate.kind == MandateKind.LEGAL,
            Mandate.state == MandateState.ASKED,
            Mandate.ends_at > now,
        )
        .options(*WHOLE)
        .order_by(Mandate.asked_at, Mandate.id)
    ).all()


def organisations(session: Session, now: datetime) -> Sequence[Organisation]:
    """The partners under a convention today, by name."""
    return session.scalars(
        select(Organisation)
        .where(Organisation.convention.contains(paris_day(now)))
        .order_by(Organisation.name, Organisation.id)
    ).all()


def organisation(session: Session, now: datetime, organisation_id: int | None) -> Organisation | None:
    """A partner, if its convention holds today."""
    agreed = Organisation.convention.contains(paris_day(now))
    return session.scalars(select(Organisation).where(Organisation.id == organisation_id, agreed)).one_or_none()


def only_file(session: Session, identity: Identity, *, mobile: str | None = None) -> Person | None:
    """The one file of this identity (and this mobile, if given); None when there is none, or several."""
    wanted = select(Person).where(Person.birth_date == identity.birth_date, Person.match_key == identity.key, is_file())
    if mobile is not None:
        wanted = wanted.where(Person.mobile == mobile)
    found = session.scalars(wanted.options(joinedload(Person.guardian)).order_by(Person.id).limit(2)).all()
    return found[0] if len(found) == 1 else None


def ending_soon(session: Session, now: datetime, within: timedelta, lasting: timedelta, most: int) -> Sequence[Mandate]:
    """Mandates in force whose person has yet to be told that they end within `within`; held, those of others skipped.

    Only those given for longer than `lasting`.
    """
    return _held_batch(
        session,
        in_force(now)
        & (Mandate.ends_at <= now + within)
        & Mandate.end_told_at.is_(None)
        & (Mandate.ends_at - Mandate.starts_at > lasting),
        most,
    )


def unanswered(session: Session, now: datetime, texts: timedelta, others: timedelta, most: int) -> Sequence[Mandate]:
    """Mandates asked for longer than an answer is waited for; held, those of others skipped."""
    is_late = or_(
        and_(Mandate.consent == Consent.SMS, Mandate.asked_at <= now - texts),
        Mandate.asked_at <= now - others,
        Mandate.ends_at <= now,
    )
    return _held_batch(session, and_(Mandate.state == MandateState.ASKED, is_late), most)


def past(session: Session, now: datetime, most: int) -> Sequence[Mandate]:
    """Mandates whose last day has gone; held, those of others skipped."""
    return _held_batch(session, and_(Mandate.state == MandateState.ACTIVE, Mandate.ends_at <= now), most)


def _held_batch(session: Session, condition: object, most: int) -> Sequence[Mandate]:
    return session.scalars(
        select(Mandate)
        .where(condition)  # type: ignore[arg-type]
        .options(*WHOLE)
        .order_by(Mandate.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
