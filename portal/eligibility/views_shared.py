"""What the pages of the pre-diagnostic share: the book in force, the answers under way, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, g
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk import queries as desk
from portal.desk.rules import Reading, reading
from portal.directory import queries as directory
from portal.eligibility.models import SavedAnswers
from portal.eligibility.queries import book_in_force
from portal.eligibility.rules import Truth, Value
from portal.eligibility.rules_household import AGE, COMMUNE, answers_of
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_questions import SILENT, Answers, makes_sense_of, said_of
from portal.eligibility.rules_rights import Book, known
from portal.eligibility.views_answers import Sheet, sealer, sheet_of_browser
from portal.people.models import Person
from portal.people.queries_household import household_of
from portal.people.rules import age_on
from portal.people.rules_household import Told, still_told, told_of
from portal.people.views_browser import subject_id
from portal.web.access import Procedure
from portal.web.request import now

bp = Blueprint("eligibility", __name__)


@dataclass(frozen=True)
class Asking:
    """The questions and answers of this request."""

    book_id: int
    book: Book
    sheet: Sheet


def asking(database: Session) -> Asking | None:
    """The book in force and the answers under way; None where no pre-diagnostic is offered."""
    found = book_in_force(database)
    if found is None:
        return None
    book_id, book = found
    return Asking(book_id, book, sheet_of_browser(book.digest))


def asking_or_404(database: Session) -> Asking:
    """The same; 404 where no pre-diagnostic is offered."""
    return asking(database) or abort(404)


@dataclass(frozen=True)
class Sense:
    """What answers say on a day. `answers`: those that still make sense; one given before another changed may not."""

    answers: Mapping[str, str]
    facts: Mapping[str, Value]
    territory: str  # of the commune answered; empty when it is not known


def sense_of(database: Session, book: Book, answers: Answers, day: date) -> Sense:
    """The facts that answers make on a day, and which of them, in the order of the book, still make sense."""
    at = territories(database, answers, day)
    facts = known(book, answers, at, day)
    kept = {
        key: answers[key]
        for key, question in book.questions.items()
        if key in answers and makes_sense_of(question, facts, day) is not Truth.NO
    }
    return Sense(kept, facts, next(iter(at.values()), "") if COMMUNE in kept else "")


def territories(database: Session, answers: Answers, day: date) -> dict[str, str]:
    """The territory of the commune answered, by its INSEE number; nothing for one outside the Département."""
    insee = answers.get(COMMUNE, "")
    territory = None if insee in SILENT else directory.territory_of(database, insee, day)
    return {insee: territory.key} if territory else {}


def commune_names(database: Session, answers: Answers) -> dict[str, str]:
    """The name of the commune answered, by its INSEE number."""
    commune = directory.commune_index(database).get(answers.get(COMMUNE, ""))
    return {commune.insee: commune.name} if commune else {}


def sentences(book: Book, answers: Answers, names: Mapping[str, str], day: date) -> dict[str, list[str]]:
    """Every answer in sentences, by question; a question left without an answer has none."""
    return {
        key: said_of(question, answers[key], day, names) for key, question in book.questions.items() if key in answers
    }


def of_file(database: Session, book: Book) -> dict[str, str]:
    """What the file of whoever this is for answers already, when they have proved who they are.

    Their birth date, and what they asked to keep of their household; the commune of their address when they told none.
    What was told too long ago is asked again.
    Whoever acts for them without reading the whole file learns an age in years, and nothing else. Where somebody who
    wants discretion lives is shown to nobody who acts for them.
    """
    if not may_keep():
        return {}
    person = database.get_one(Person, subject_id())
    if not _reads_file(database):
        return {AGE: str(age_on(person.birth_date, paris_day(now())))}
    answers = {AGE: person.birth_date.isoformat()}
    is_hidden = g.acting and person.wants_discretion
    town = person.address[-1] if person.address and not is_hidden else ""  # "62000 ARRAS"
    commune = directory.commune_index(database).sure(town) if town else None
    if commune:
        answers[COMMUNE] = commune.insee
    return answers | as_answers(database, book, household_shown(database).stands)


@dataclass(frozen=True)
class HouseholdShown:
    """What a file says of a household, and what of it still stands for an answer."""

    told: Told
    stands: Told


def household_shown(database: Session) -> HouseholdShown:
    """What the file says of the household, as far as whoever is at the screen may know it.

    Its person; of those who act for them, agents who read the whole file, unless the person wants discretion.
    """
    person = database.get_one(Person, subject_id())
    if (g.acting and person.wants_discretion) or not _reads_file(database):
        return HouseholdShown(Told(), Told())
    row = household_of(database, person.id)
    return HouseholdShown(told_of(row), still_told(row, now(), person.address_confirmed_at))


def _reads_file(database: Session) -> bool:
    """Whether the whole file is open to whoever is at the screen: its person; of those who act, some agents alone."""
    if not g.acting:
        return True
    person = desk.file(database, subject_id()) if g.agent else None
    return bool(person and reading(desk.links(database, now(), g.agent, [person])[person.id]) is Reading.WHOLE)


def as_answers(database: Session, book: Book, told: Told) -> dict[str, str]:
    """What was told of a household that the book in force still offers."""
    at = territories(database, {COMMUNE: told.commune or ""}, paris_day(now()))
    return answers_of(book.questions, told, at)


def may_keep() -> bool:
    """Whether a version may be kept: its person has proved who they are, or somebody acts for them for their rights."""
    if g.acting:
        return Procedure.RIGHTS in g.acting.procedures
    return bool(g.person and g.person.is_known)


def opened(version: SavedAnswers) -> Kept:
    """What a version holds. Raises RuntimeError when the secret key is no longer the one that sealed it."""
    text = sealer().open(version.sealed)
    if text is None:
        raise RuntimeError("saved answers were sealed with another secret key")
    return Kept.read(text)
