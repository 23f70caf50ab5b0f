"""What happens to a mandate once it is given or over: the journal, and what the person is told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.mandates import queries
from portal.mandates.rules import (
    EndedBy,
    Fault,
    holder_name,
    is_end_told,
    is_minor,
    left_after,
    told_until,
)
from portal.notifications.models import Message
from portal.notifications.notices import base_context, tell_person
from portal.notifications.outbox import withdraw
from portal.people.models import Person
from portal.people.models_mandates import Mandate, MandateKind, MandateState
from portal.refusal import Refused

SUBJECT = "mandate"


@dataclass(frozen=True)
class Voice:
    """In whose name people are told, and where the portal is."""

    departement: Departement
    base_url: str


def words_of(mandate: Mandate, voice: Voice, reader: Person, **words: Any) -> dict[str, Any]:
    """What every message about a mandate says: who acts, for what, until when, under which reference."""
    return base_context(
        voice.departement,
        voice.base_url,
        person=reader,
        who=holder_name(mandate),
        procedures=list(mandate.procedures),
        until=told_until(mandate).isoformat(),
        reference=mandate.reference,
        **words,
    )


def tell(session: Session, now: datetime, mandate: Mandate, kind: str, *, voice: Voice, **words: Any) -> list[Message]:
    """Tells the person (a relative's guardian) of their mandate, by every route they chose."""
    reader = mandate.person.guardian or mandate.person
    context = words_of(mandate, voice, reader, **words)
    return tell_person(
        session,
        now,
        kind=kind,
        person=reader,
        context=context,
        subject=SUBJECT,
        subject_id=mandate.id,
        place_id=mandate.place_id,
    )


def note(session: Session, now: datetime, mandate: Mandate, verb: str, by: Actor, **ids: int | None) -> None:
    """One line of the journal about a mandate: who, for whom, and nothing else."""
    record(
        session,
        now,
        actor=by,
        verb=f"mandate.{verb}",
        for_person_id=mandate.person_id,
        object_kind=SUBJECT,
        object_id=mandate.id,
        **ids,
    )


def activate(session: Session, now: datetime, mandate: Mandate, *, by: Actor, voice: Voice) -> list[Message]:
    """Puts a mandate in force: takes its procedures from older lasting ones, tells the person; gives what tells them.

    The mandate is loaded whole, and held when it exists already. Raises `Refused` (Fault): the person is under legal
    protection by now, or the organisation's convention is over.
    """
    session.execute(select(Person.id).where(Person.id == mandate.person_id).with_for_update(key_share=True))
    session.refresh(mandate.person, ["is_protected"])
    if mandate.person.is_protected and mandate.kind is not MandateKind.LEGAL:
        raise Refused(Fault.PROTECTED)
    if mandate.organisation is not None and paris_day(now) not in mandate.organisation.convention:
        raise Refused(Fault.NO_CONVENTION)
    mandate.state = MandateState.ACTIVE
    mandate.agreed_at = mandate.agreed_at or now
    mandate.starts_at = max(mandate.starts_at, now)
    session.flush()
    _take_over(session, now, mandate, by=by, voice=voice)
    note(session, now, mandate, "given", by, organisation_id=mandate.organisation_id, holder_id=mandate.holder_id)
    return tell(session, now, mandate, "mandate_given", voice=voice)


def close(  # noqa: PLR0913 - who ends what, and how
    session: Session, now: datetime, mandate: Mandate, *, by: Actor, how: EndedBy, voice: Voice
) -> list[Message]:
    """Ends a mandate that is held and runs, at once; gives the messages that tell the person."""
    mandate.state, mandate.ended_at, mandate.ended_by = MandateState.ENDED, now, how.value
    session.flush()
    note(session, now, mandate, "ended", by)
    if not is_end_told(mandate, how):
        return []
    withdraw(session, now, subject=SUBJECT, subject_id=mandate.id)
    return tell(session, now, mandate, "mandate_ended", voice=voice, ended_by=how.value)


def refuse(session: Session, now: datetime, mandate: Mandate, *, by: Actor) -> None:
    """Notes that what was asked is refused; the mandate is held. The question still on its way is taken back."""
    mandate.state = MandateState.REFUSED
    session.flush()
    note(session, now, mandate, "refused", by)
    withdraw(session, now, subject=SUBJECT, subject_id=mandate.id)


def _take_over(session: Session, now: datetime, new: Mandate, *, by: Actor, voice: Voice) -> None:
    minor = is_minor(new.person, paris_day(now))
    for old in queries.active_beside(session, now, new):
        left = left_after(new, old, minor=minor)
        if not left:
            close(session, now, old, by=by, how=EndedBy.REPLACED, voice=voice)
        elif left != list(old.procedures):
            old.procedures = left
            session.flush()
            note(session, now, old, "narrowed", by)
