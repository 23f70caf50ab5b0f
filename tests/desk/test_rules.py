"""Who reads a file, what they read of it, and what changed meanwhile."""

from dataclasses import replace
from datetime import date

import pytest

from portal.desk.rules import Document, Link, Reading, changed_since, reading, sees_reason, shown
from portal.people.models import Person
from portal.web.access import Role

HERE, THERE = frozenset({1}), frozenset({2})
STRANGER = Link(roles=frozenset(), of_person=HERE)


def of(*roles: Role, **given: object) -> Link:
    return replace(STRANGER, roles=frozenset(roles), **given)


@pytest.mark.parametrize(
    ("link", "read"),
    [
        (of(Role.ACCUEIL, territories=HERE), Reading.WHOLE),
        (of(Role.ACCUEIL, territories=THERE), Reading.WHOLE),
        (of(Role.ACCUEIL, territories=THERE, of_person=frozenset()), Reading.WHOLE),
        (of(Role.ACCUEIL, territories=None), Reading.WHOLE),
        (of(Role.ENCADRANT, territories=HERE), Reading.WHOLE),
        (of(Role.ENCADRANT, territories=THERE, of_person=frozenset()), None),
        (of(Role.ENCADRANT, territories=None, of_person=frozenset()), Reading.WHOLE),
        (of(Role.PROFESSIONNEL, territories=None), None),
        (of(Role.PROFESSIONNEL, receives=True), Reading.WHOLE),
        (of(Role.REFERENT, follows=True), Reading.WHOLE),
        (of(Role.COURRIER, follows=True, receives=True, territories=None), None),
        (of(Role.ADMIN, follows=True, receives=True, territories=None), None),
        (of(Role.PARTNER_WELCOME, has_mandate=True), Reading.WELCOME),
        (of(Role.PARTNER_SHARED, has_mandate=True), Reading.WHOLE),
        (of(Role.PARTNER_SHARED, follows=True, receives=True, territories=None), None),
        (of(), None),
    ],
)
def test_each_role_reads_the_files_that_the_table_gives_it(link, read) -> None:
    assert reading(link) is read


def test_the_reason_is_for_its_own_agent_and_for_its_family() -> None:
    assert sees_reason(family="pmi", families=(), is_own=True)
    assert sees_reason(family="pmi", families={"pmi"}, is_own=False)
    assert not sees_reason(family="cpef", families={"pmi"}, is_own=False)


def test_a_page_knows_what_changed_since_it_was_shown() -> None:
    person = Person(mobile="+33639980012", email=None, landline=None, address=[], language="fr")
    marks = shown(person)
    assert changed_since(person, marks) == frozenset()
    person.mobile, person.wants_paper = "+33639980013", True
    assert changed_since(person, marks) == {"mobile", "paper"}
    assert "mobile" in changed_since(person, "nothing that a page would say")


def test_documents_have_a_number_for_the_journal() -> None:
    assert [document.number for document in Document] == [1, 2, 3, 4, 5]
    assert (date(2026, 1, 1), Document.IDENTITY_CARD.number)[1] == 1
