"""Rights in the demonstration: versions that a resident kept, the last shown to their référent; months of counts."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.database import Database
from portal.demo.queries import resident_to_enter
from portal.demo.story import chance
from portal.eligibility.models import Counted, RightsCount
from portal.eligibility.queries import book_in_force, counted_months, saved_of, territory_names
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_rights import Book
from portal.eligibility.services import keep, share
from portal.journal.services import Actor
from portal.people.rules_household import Told
from portal.people.services_household import tell_household
from portal.sealing import Sealer

KEEPER = "sacha"  # identity proved, and followed by a référent


class Version(NamedTuple):
    """What somebody kept, so many days ago."""

    days: int
    themes: tuple[str, ...]
    kept: Kept


_HOUSEHOLD = {
    "age": "1988-09-23",
    "commune": "62041",
    "couple": "no",
    "children": "from6",
    "home": "private",
    "activity": "searching",
    "income": "rsa",
}
VERSIONS = (
    Version(
        47,
        ("budget",),
        Kept(
            answers=_HOUSEHOLD
            | {"food": "yes", "short": "yes", "debts": "no", "energy_debt": "no", "urgent_cost": "no", "credit": "?"},
            wants="Retrouver un travail dans un jardin.",
        ),
    ),
    Version(
        5,
        ("budget", "emploi", "logement"),
        Kept(
            answers=_HOUSEHOLD
            | {"food": "yes", "short": "yes", "debts": "no", "energy_debt": "yes", "urgent_cost": "no", "credit": "no"}
            | {"eviction": "no", "rent_debt": "yes", "rent_debt_amount": "1800", "fsl_before": "no"}
            | {"moving": "no", "home_trouble": "no", "job_cost": "yes", "training_cost": "-", "travel": "licence cost"},
            wants="Retrouver un travail dans un jardin.\nPasser le permis.",
            can="Je jardine depuis dix ans. Je sais réparer une tondeuse.",
            adds="Le propriétaire est d'accord pour attendre un mois.",
        ),
    ),
)
TOLD = Told(_HOUSEHOLD["commune"], is_couple=False, children=("from6",))  # kept in the file, as they ticked
_MONTHS = 4
_MOST, _LEAST = 34, 3  # seen in a month, in one territory


def keep_answers(database: Database, now: datetime, sealer: Sealer) -> None:
    """Lays the versions of a resident, the last shown to their référent, and the counts of the months before.

    Safe to repeat: whoever keeps a version has no other, and a month of which something was counted stays as it is.
    """
    with database.transaction() as session:
        found = book_in_force(session)
        if found is None:
            return
        book_id, book = found
        person = resident_to_enter(session, KEEPER)
        if person is not None and not saved_of(session, person.id):
            _keep(session, now, person.id, book_id, sealer)
        _count(session, book, paris_day(now))


def _keep(session: Session, now: datetime, person_id: int, book_id: int, sealer: Sealer) -> None:
    by = Actor.person(person_id)
    tell_household(session, now - timedelta(days=VERSIONS[0].days), person_id=person_id, told=TOLD, by=by)
    for days, themes, kept in VERSIONS:
        at = now - timedelta(days=days)
        saved = keep(session, at, person_id=person_id, book_id=book_id, themes=themes, kept=kept, sealer=sealer, by=by)
    share(session, at, saved_id=saved.id, person_id=person_id, appointment_id=None, by=by)


def _count(session: Session, book: Book, today: date) -> None:
    territories = [key for key, _name in territory_names(session)] + [""]
    there = set(counted_months(session, date.max))
    for month in _months(today):
        rows = [
            {"month": month, "territory": territory, "kind": kind, "key": key, "count": times}
            for territory in territories
            for kind, key in _seen(book)
            if (times := _times(month, territory, kind, key))
        ]
        if month not in there and rows:
            session.execute(insert(RightsCount), rows)


def _months(today: date) -> Iterator[date]:
    month = today.replace(day=1)
    for _number in range(_MONTHS):
        yield month
        month = (month - timedelta(days=1)).replace(day=1)


def _seen(book: Book) -> Iterator[tuple[Counted, str]]:
    """What may be counted: nothing that only a private answer shows."""
    private = {key for key, question in book.questions.items() if question.is_private}
    yield from ((Counted.THEME, key) for key in book.themes)
    yield from ((Counted.RIGHT, key) for key, right in book.rights.items() if private.isdisjoint(right.when.facts()))
    yield from ((Counted.SILENCE, key) for key in book.questions if key not in private)


def _times(month: date, territory: str, kind: Counted, key: str) -> int:
    """How often, in a month: themes most, questions left least; the same every time it is asked."""
    drawn = chance(f"{month}/{territory}/{kind}/{key}")
    popular = chance(f"{kind}/{key}")
    times = (_LEAST + (_MOST - _LEAST) * drawn // 100) * (popular + 10) // 110
    return times * 2 if kind is Counted.THEME else times // (4 if kind is Counted.SILENCE else 1)
