"""Two files side by side: what hangs on each, what stands between them, and the merges that can be undone."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Integer,
    Select,
    TableClause,
    and_,
    column,
    exists,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.orm import Session, aliased

from portal.booking.models import Appointment, Participation
from portal.booking.models_waiting import Wish
from portal.desk.rules_merge import UNDONE_WITHIN, Facts
from portal.notifications.models import Message
from portal.people.models import Person
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_household import Household
from portal.people.models_mandates import Mandate, MandateState
from portal.people.models_merges import Merge
from portal.people.queries_merges import merged_into

# Each column that names a person and moves as it is, by its name in `Merge.moved`: table and column. Calls, paper forms
# and the answers of the pre-diagnostic stand above the desk: their tables are known here by name alone. Whom answers
# are shown to moves with them.
MOVED = {
    "relatives": ("person", "guardian_id"),
    "cards": ("person", "card_of_id"),
    "told": ("appointment", "told_id"),
    "challenges": ("challenge", "person_id"),
    "credentials": ("credential", "person_id"),
    "cases": ("identity_case", "person_id"),
    "invitations": ("invitation", "person_id"),
    "mandates": ("mandate", "person_id"),
    "mandates_held": ("mandate", "holder_id"),
    "referents": ("referent", "person_id"),
    "wishes": ("wish", "person_id"),
    "forms": ("paper_form", "person_id"),
    "calls": ("call_received", "person_id"),
    "tries": ("call_try", "told_id"),
    "answers": ("saved_answers", "person_id"),
    "households": ("household", "person_id"),
}


def rows_of(name: str) -> tuple[TableClause, ColumnClause[int]]:
    """The table of a kind of rows that move, and its column that names the person."""
    told, whose = MOVED[name]
    other = {"person_id": "holder_id", "holder_id": "person_id"}[whose] if told == "mandate" else None
    names = ["id", whose, *([other] if other else [])]
    rows = table(told, *(column(one, Integer) for one in names))
    return rows, rows.c[whose]


def hanging(session: Session, person_id: int) -> dict[str, int]:
    """How much would move with a file, by the names of `MOVED`, "appointments" and "messages"; nothing is left out."""
    counts = {}
    for name in MOVED:
        rows, whose = rows_of(name)
        counts[name] = _count(session, rows.c.id, whose == person_id)
    counts["appointments"] = _count(session, Participation.appointment_id, Participation.person_id == person_id)
    counts["messages"] = _count(session, Message.id, Message.person_id == person_id)
    return {name: count for name, count in counts.items() if count}


def facts(session: Session, kept_id: int, gone_id: int) -> Facts:
    """What the rows around two files say of them."""
    pair = (kept_id, gone_id)
    between = and_(
        Mandate.person_id.in_(pair),
        Mandate.holder_id.in_(pair),
        Mandate.state.in_((MandateState.ASKED, MandateState.ACTIVE)),
    )
    opened = select(Credential.person_id).where(Credential.person_id.in_(pair), Credential.ended_at.is_(None))
    return Facts(
        mandate_between=_count(session, Mandate.id, between) > 0,
        accounts=frozenset(session.scalars(opened.order_by(Credential.person_id))),
        both_come=bool(appointments_of_both(session, kept_id, gone_id)),
    )


def appointments_of_both(session: Session, kept_id: int, gone_id: int) -> list[int]:
    """The appointments to which both come."""
    other = aliased(Participation)
    both = (
        select(Participation.appointment_id)
        .join(other, other.appointment_id == Participation.appointment_id)
        .where(Participation.person_id == gone_id, other.person_id == kept_id)
    )
    return list(session.scalars(both.order_by(Participation.appointment_id)))


def held_appointments(session: Session, person_id: int) -> list[int]:
    """The appointments of a person and of their relatives, each row locked until the transaction ends."""
    relatives = select(Person.id).where(or_(Person.id == person_id, Person.guardian_id == person_id))
    theirs = select(Participation.appointment_id).where(Participation.person_id.in_(relatives))
    locked = select(Appointment.id).where(Appointment.id.in_(theirs)).order_by(Appointment.id).with_for_update()
    return list(session.scalars(locked))


def births(session: Session, ids: Collection[int]) -> Sequence[Person]:
    """The rows of two files, for their names and birth dates, cards left out; not held."""
    rows = select(Person).where(Person.id.in_(ids), Person.card_of_id.is_(None))
    return session.scalars(rows.order_by(Person.id)).all()


def held_people(session: Session, ids: Collection[int]) -> dict[int, Person]:
    """The same rows, read anew, held until the transaction ends; whoever only adds a row about them need not wait."""
    rows = session.scalars(
        select(Person)
        .where(Person.id.in_(ids), Person.card_of_id.is_(None))
        .order_by(Person.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {person.id: person for person in rows}


def credentials_to_end(session: Session, kept: Person, gone_id: int) -> list[Credential]:
    """Of what opens the two files, what must not open the one that stays: doubles, and ways that it no longer says.

    Of two alike the vouched one stays, else the kept file's. FranceConnect's identifiers all stay.
    """
    in_use = select(Credential).where(Credential.person_id.in_((kept.id, gone_id)), Credential.ended_at.is_(None))
    ordered = in_use.order_by(Credential.is_vouched.desc(), (Credential.person_id == gone_id), Credential.id)
    own = {CredentialKind.MOBILE: kept.mobile, CredentialKind.EMAIL: (kept.email or "").lower() or None}
    seen: set[tuple[CredentialKind, str]] = set()
    ended = []
    for credential in session.scalars(ordered):
        key = (credential.kind, credential.value)
        is_own = credential.kind is CredentialKind.FRANCECONNECT or own[credential.kind] == credential.value
        if key in seen or not is_own:
            ended.append(credential)
        seen.add(key)
    return ended


def appointments_of_one(session: Session, person_id: int, but: int) -> list[int]:
    """The appointments of a person or their relatives, those of somebody else or of theirs left out."""

    def of(number: int) -> Select[int]:
        people = select(Person.id).where(or_(Person.id == number, Person.guardian_id == number))
        return select(Participation.appointment_id).where(Participation.person_id.in_(people))

    own = of(person_id).where(Participation.appointment_id.not_in(of(but)))
    return sorted(set(session.scalars(own.order_by(Participation.appointment_id))))


def wishes_of_both(session: Session, kept_id: int, gone_id: int) -> list[Wish]:
    """The open wishes of the second for which the first waits already."""
    other = aliased(Wish)
    waits_too = exists().where(other.person_id == kept_id, other.motif_id == Wish.motif_id, other.ended_at.is_(None))
    wishes = select(Wish).where(Wish.person_id == gone_id, Wish.ended_at.is_(None), waits_too)
    return list(session.scalars(wishes.order_by(Wish.id).with_for_update()))


def households_to_end(session: Session, kept_id: int, gone_id: int) -> list[Household]:
    """Of what both tell of their household, all but what was told last."""
    holds = select(Household).where(Household.person_id.in_((kept_id, gone_id)), Household.ended_at.is_(None))
    return list(session.scalars(holds.order_by(Household.told_at.desc(), Household.id.desc()).with_for_update()))[1:]


def merge_of(session: Session, person_id: int, merge_id: int) -> Merge | None:
    """A merge into this file, or into one that is now in it."""
    files = [person_id, *merged_into(session, person_id)]
    return session.scalars(select(Merge).where(Merge.id == merge_id, Merge.kept_id.in_(files))).one_or_none()


def held_merge(session: Session, merge_id: int) -> Merge:
    """A merge, held until the transaction ends."""
    return session.get_one(Merge, merge_id, with_for_update=True, populate_existing=True)


def merges_to_undo(session: Session, now: datetime, person_id: int) -> list[tuple[Merge, Person]]:
    """The merges into a file that can still be undone, each with the file that went; the last one first."""
    files = [person_id, *merged_into(session, person_id)]
    rows = session.execute(
        select(Merge, Person)
        .join(Person, Person.id == Merge.gone_id)
        .where(Merge.kept_id.in_(files), Merge.undone_at.is_(None), Merge.merged_at > now - UNDONE_WITHIN)
        .order_by(Merge.id.desc())
    )
    return [(merge, gone) for merge, gone in rows]


def stands_under(session: Session, merge: Merge) -> bool:
    """Whether a later merge rests on this one: of the same file, or of the file that it made."""
    later = select(Merge.id).where(
        Merge.id > merge.id,
        Merge.undone_at.is_(None),
        or_(Merge.kept_id == merge.kept_id, Merge.gone_id == merge.kept_id),
    )
    return session.scalar(later.order_by(Merge.id).limit(1)) is not None


def _count(session: Session, number: Any, whose: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(number)).where(whose)) or 0
