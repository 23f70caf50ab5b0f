"""What the pages of the pre-diagnostic share: the book in force, the answers under way, and what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, g
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.directory import queries as directory
from portal.eligibility.models import SavedAnswers
from portal.eligibility.queries import book_in_force, saved_of
from portal.eligibility.rules import Truth, Value
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_questions import SILENT, Answers, makes_sense_of, said_of, value_of
from portal.eligibility.rules_rights import Book, known
from portal.eligibility.views_answers import Sheet, sealer, sheet_of_browser
from portal.people.models import Person
from portal.people.views_browser import subject_id
from portal.web.access import Procedure
from portal.web.request import now

bp = Blueprint("eligibility", __name__)

COMMUNE, AGE = "commune", "age"
HOUSEHOLD = (COMMUNE, "couple", "children")  # what is not asked again, when the person wants


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

    Their birth date, the commune of their address, and the household of the last version if they said so.
    """
    if not may_keep():
        return {}
    person = database.get_one(Person, subject_id())
    answers = {}
    for version in saved_of(database, person.id)[:1]:
        text = sealer().open(version.sealed)  # under another secret key, it is asked again
        if text is not None and (kept := Kept.read(text)).is_reused:
            answers = _household(database, book, kept.answers)
    answers[AGE] = person.birth_date.isoformat()
    town = person.address[-1] if person.address else ""  # "62000 ARRAS"
    commune = directory.commune_index(database).sure(town) if town else None
    return answers | ({COMMUNE: commune.insee} if commune else {})


def _household(database: Session, book: Book, answers: Answers) -> dict[str, str]:
    """What was answered of it that the book in force still offers."""
    at = territories(database, answers, paris_day(now()))
    asked = [book.questions[key] for key in HOUSEHOLD if key in answers and key in book.questions]
    return {one.key: answers[one.key] for one in asked if value_of(one, answers[one.key], at) is not None}


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
