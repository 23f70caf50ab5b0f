"""The book of the Pas-de-Calais, read from the files once; and how a household is asked."""

from collections.abc import Mapping
from datetime import date

import pytest

from portal.directory.parsing import read_directory
from portal.eligibility.loader import Names, read_rights, write_rights
from portal.eligibility.queries import book_in_force
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_reading import answer_of, book_of
from portal.eligibility.rules_rights import Book, known, outcome
from portal.eligibility.services import keep, share
from portal.files.folder import Folder
from portal.files.report import Fault, Report
from portal.journal.services import Actor
from portal.paper.rules import KEYS as FORMS
from portal.paths import ROOT
from portal.people.rules_household import Told
from portal.people.services_household import tell_household

REAL = ROOT / "portal" / "data" / "pas-de-calais"
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def names() -> Names:
    """What the files of the Pas-de-Calais let rights lead to."""
    directory = read_directory(Folder(REAL))
    return Names(
        departement="62",
        territories=directory.territories.keys(),
        motifs=directory.motifs.keys(),
        partners=directory.subjects.partners.keys(),
        helplines=directory.helplines.keys(),
        forms=FORMS.values(),
    )


@pytest.fixture(scope="session")
def book(names) -> Book:
    """All questions and rights of the Pas-de-Calais."""
    faults: list[Fault] = []
    definition = read_rights([REAL], names, faults)
    assert faults == []
    return book_of(definition, "shipped", names.territories)


@pytest.fixture
def asked(book):
    """What is said of a household: "yes", "unknown" or "no" of each right, by key, in the themes given."""

    def ask(facts: Mapping[str, object], *, themes=None, day=TODAY) -> dict[str, str]:
        answers = {key: answer_of(value) for key, value in facts.items()}
        territories = {answers["commune"]: answers["commune"]} if "commune" in answers else {}
        found = outcome(book, known(book, answers, territories, day), day, themes or book.themes)
        groups = {"yes": found.perhaps, "unknown": found.unsure, "no": found.unlikely}
        return {finding.right.key: word for word, findings in groups.items() for finding in findings}

    return ask


@pytest.fixture(scope="session")
def definition(names):
    """What the files say, as it is kept."""
    return read_rights([REAL], names, [])


@pytest.fixture
def offered(database, world, definition, names):
    """A Département that offers the pre-diagnostic: its territories, and the book in force."""
    world.departement()
    for key in sorted(names.territories):
        world.territory(key)
    with database.transaction() as session:
        write_rights(session, definition, TODAY, Report())


@pytest.fixture
def resident(world):
    """Somebody whose versions are kept."""
    return world.person(given_names="Camille", family_name="Essai")


@pytest.fixture
def kept(database, resident, gateways, clock):
    """Keeps a version under the book in force, shown to the référent when asked; gives its number."""

    def write(answers, *, is_shown=False, themes=("logement",), **words):
        with database.transaction() as session:
            book_id, _book = book_in_force(session)
            whose = {"person_id": resident.id, "by": Actor.person(resident.id)}
            said = {"themes": themes, "kept": Kept(answers, **words), "sealer": gateways.sealer}
            saved = keep(session, clock.now, book_id=book_id, **whose, **said)
            if is_shown:
                share(session, clock.now, saved_id=saved.id, appointment_id=None, **whose)
            return saved.id

    return write


@pytest.fixture
def told(database, resident, clock):
    """Keeps in a file what its person tells of their household; says whether that changed it."""

    def write(by=None, whose=resident, *, is_whole=False, **household):
        with database.transaction() as session:
            words = {"told": Told(**household), "by": by or Actor.person(whose.id), "is_whole": is_whole}
            return tell_household(session, clock.now, person_id=whose.id, **words)

    return write
