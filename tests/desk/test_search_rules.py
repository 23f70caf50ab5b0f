"""What the one search box understands of what is typed, and which questions it asks."""

from datetime import date

import pytest

from portal.desk.rules_search import Sought, resembles, steps, understood
from portal.people.contacts import Contact
from portal.people.models import Person
from portal.people.rules import Identity

TODAY = date(2026, 11, 23)
BORN = date(1980, 11, 24)


@pytest.mark.parametrize(
    ("typed", "sought"),
    [
        ("Lefèvre-Essai", Sought(words=("lefevre", "essai"))),
        ("Mme O'Brien", Sought(words=("o", "brien"))),
        ("dupont 24/11/1980", Sought(words=("dupont",), birth_date=BORN)),
        ("24 11 80", Sought(birth_date=BORN)),
        ("24.11.1980 Dupont", Sought(words=("dupont",), birth_date=BORN)),
        ("24 novembre 1980", Sought(birth_date=BORN)),
        ("née le 24 nov. 80 Dupont", Sought(words=("dupont",), birth_date=BORN)),
        ("1980-11-24", Sought(birth_date=BORN, code="19801124")),
        ("24111980", Sought(birth_date=BORN, code="24111980")),
        ("1er août 1950", Sought(birth_date=date(1950, 8, 1))),
        ("3 juin 1950", Sought(birth_date=date(1950, 6, 3))),
        ("3 juillet 1950", Sought(birth_date=date(1950, 7, 3))),
        ("29 2 2000", Sought(birth_date=date(2000, 2, 29))),
        ("24 11 26", Sought(birth_date=date(1926, 11, 24))),  # tomorrow is no birth date
        ("22 11 26", Sought(birth_date=date(2026, 11, 22))),
        ("dupont 1980", Sought(words=("dupont",), year=1980)),
        ("06 39 98 00 12", Sought(phone="+33639980012")),
        ("dupont 06.39.98.00.12", Sought(words=("dupont",), phone="+33639980012")),
        ("+33 (0)6 39 98 00 12", Sought(phone="+33639980012")),
        ("0033639980012", Sought(phone="+33639980012")),
        ("0639 980012", Sought(phone="+33639980012")),
        ("639980012", Sought(phone="+33639980012")),
        ("03 53 01 00 71", Sought(phone="+33353010071")),
        ("06 39 98", Sought(phone_start="+3363998")),
        ("24/11/1980 06 39 98 00 12", Sought(birth_date=BORN, phone="+33639980012")),
        ("Camille@Exemple.fr", Sought(email="camille@exemple.fr")),
        ("K7M2-9XQ4", Sought(code="K7M29XQ4", is_code=True)),
        ("k7m2 9xqo", Sought(code="K7M29XQ0", is_code=True)),
        ("LEFEBVRE", Sought(words=("lefebvre",), code="1EFEBVRE")),  # a name, and perhaps a code
        ("c0000123J-1-2", Sought(letter="C0000123J")),
        ("C 0000123 J", Sought(letter="C0000123J")),
        ("dupont 24/11", Sought(words=("dupont",), unread=("24/11",))),
        ("31/02/1990", Sought(unread=("31/02/1990",))),
        ("99 foo 1990", Sought(words=("foo",), year=1990, unread=("99",))),
        ("0639 / 0640", Sought(phone_start="+336390640")),
        ("0639 x 0640", Sought(words=("x",), phone_start="+33639", unread=("0640",))),
        ("+99 12", Sought(unread=("+99 12",))),
        ("a@b", Sought(words=("a", "b"))),
        ("+44 20 7946 0018", Sought(unread=("+44 20 7946 0018",))),
    ],
)
def test_the_box_understands_what_was_typed(typed, sought) -> None:
    assert understood(typed, TODAY) == sought


@pytest.mark.parametrize(
    ("typed", "is_enough"),
    [("l", False), ("l m", False), ("le", True), ("1980", False), ("12", False), ("24/11/1980", True), ("0639", True)],
)
def test_one_letter_or_a_year_alone_is_not_enough(typed, is_enough) -> None:
    assert understood(typed, TODAY).is_enough is is_enough


@pytest.mark.parametrize(
    ("typed", "questions"),
    [
        ("dupont", ["('dupont')", "('dupont':*)", "(('dupont':* | '~dup3'))"]),
        ("dup", ["('dup')", "('^dup':*)", "(('^dup':* | '~du'))"]),
        ("le", ["('le')"]),
        (
            "j dupont",
            [
                "('j' & 'dupont') | ('jdupont')",
                "('.j' & 'dupont':*) | ('jdupont':*)",
                "('.j' & ('dupont':* | '~dup3')) | (('jdupont':* | '~jdup3'))",
            ],
        ),
        ("24/11/1980", ["'=1980-11-24'"]),
        ("06 39 98", ["'+3363998':*"]),
        ("06 39 98 00 12", []),
        ("1980", []),
        ("zz 1980", ["(('zz')) & '=1980-':*", "(('.zz')) & '=1980-':*"]),
    ],
)
def test_the_surest_question_comes_first_and_each_is_asked_once(typed, questions) -> None:
    plainly = str.maketrans("", "", "()")
    asked = [question.translate(plainly) for question in steps(understood(typed, TODAY))]
    assert asked == [question.translate(plainly) for question in questions]


@pytest.mark.parametrize(
    ("names", "born", "contact", "is_alike"),
    [
        (("Lefebvre", "Kamille"), BORN, Contact(), True),
        (("Camille", "Lefèvre"), BORN, Contact(), True),
        (("Durand", "Camille"), BORN, Contact(), True),  # the name of birth
        (("Lefèvre", "Camille"), date(1980, 11, 25), Contact(), False),
        (("Lefèvre", "Marc"), BORN, Contact(), False),
        (("Autre", "Marc"), date(1950, 1, 1), Contact(mobile="+33639980012"), True),
        (("Autre", "Marc"), date(1950, 1, 1), Contact(landline="+33639980012"), True),
        (("Autre", "Marc"), date(1950, 1, 1), Contact(email="ESSAI@exemple.fr"), True),
        (("Autre", "Marc"), date(1950, 1, 1), Contact(email="autre@exemple.fr"), False),
    ],
)
def test_a_file_resembles_by_a_way_to_reach_someone_or_by_names_and_birth_date(names, born, contact, is_alike) -> None:
    known = {"mobile": "+33639980012", "email": "essai@exemple.fr", "landline": None}
    person = Person(family_name="Lefèvre", birth_name="Durand", given_names="Camille", birth_date=BORN, **known)
    assert resembles(person, Identity(*names, born), contact) is is_alike
