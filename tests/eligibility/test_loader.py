"""The files: a wrong rule stops the load with its file, its line and the reason; what is right is kept once."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from portal.eligibility.loader import read_rights, write_rights
from portal.eligibility.models import RuleBook
from portal.eligibility.queries import book_in_force, book_of_version
from portal.files.report import Report
from portal.loading import load
from tests.eligibility.conftest import REAL, TODAY

RIGHT = """
[[right]]
key = "essai"
name = "Aide d'essai"
nature = "facultative"
themes = ["budget"]
short = "Une aide."
decides = "Le Département."
partners = ["caf"]
when = [{ fact = "age", from = 18 }]

[[right.source]]
document = "Texte d'essai"
dated = "2026"
place = "l. 1"

[[right.case]]
given = { age = 18 }
expect = "yes"

[[right.case]]
given = { age = 17 }
expect = "no"
"""
ENTRY = '[[entry]]\nkey = "x"\ntitle = "X"\nwords = ["x"]\n'
QUESTION = """
[[question]]
key = "essai"
kind = "choice"
text = "Essai ?"
why = "Pour voir."
icon = "house"

[[question.choice]]
key = "yes"
title = "Oui"
said = "Vous dites oui."
"""


@pytest.fixture
def faults_of(tmp_path, names):
    """The faults of a file laid in the folder `droits` of a Département."""

    def read(text, file="essai.toml"):
        (tmp_path / "droits").mkdir(exist_ok=True)
        (tmp_path / "droits" / file).write_text(text, encoding="utf-8")
        faults = []
        read_rights([tmp_path], names, faults)
        return [str(fault).removeprefix(str(tmp_path)) for fault in faults]

    return read


def test_a_right_of_the_departement_is_added_to_the_others(faults_of):
    assert faults_of(RIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ('key = "essai"', 'key = "rsa"', 3, '"rsa": another right has this key'),
        ('nature = "facultative"', 'nature = "droit"', 5, '"droit": "nature" must be one of'),
        ('themes = ["budget"]', "themes = []", 6, "a right is in one theme at least"),
        ('themes = ["budget"]', 'themes = ["argent"]', 6, '"argent" is not known among the themes'),
        ('short = "Une aide."', 'short = "Vous avez droit à une aide."', 7, '"Vous avez droit" promises'),
        ('short = "Une aide."', 'short = "Une aide de 100 €."', 7, '"€" promises, or gives an amount'),
        ('partners = ["caf"]', 'partners = ["zzz"]', 9, '"zzz" is not known among the partners'),
        ('partners = ["caf"]', "", 2, "a right ends with somebody to see or to call"),
        ('partners = ["caf"]', 'partners = ["caf"]\npage = "/zzz"', 10, '"/zzz": no page has this address'),
        ('partners = ["caf"]', 'partners = ["caf"]\nform = "zzz"', 10, '"zzz": no paper form has this name'),
        ('partners = ["caf"]', 'partners = ["caf"]\nnot_in = ["paris"]', 10, '"paris" is not known among the not_in'),
        ('partners = ["caf"]', 'partners = ["caf"]\nfree = true', 10, '"free" is not known here'),
        ('fact = "age"', 'fact = "height"', 10, '"height": no question has this key'),
        ("when = [{", "when = [{ }, {", 10, "nothing: one of fact, all, any, not"),
        ('when = [{ fact = "age", from = 18 }]', "", 2, "is no condition"),
        ("given = { age = 18 }", "given = { age = 19 }", 10, 'no case tries "age" at 18: every bound has a case'),
        ("given = { age = 17 }", "given = { age = 16 }", 10, 'no case tries "age" at 17: every bound has a case'),
        ('expect = "no"', 'expect = "yes"', 23, "the rule says no of this household, not yes"),
        ('expect = "no"', 'expect = "peut-être"', 21, 'expect = "yes", "no" or "unknown"'),
        ("given = { age = 17 }", "given = 17", 21, "a case has given"),
        ("given = { age = 17 }", "given = { age = 17, height = 2 }", 22, '"height": no question takes 2'),
        ("given = { age = 17 }", 'given = { age = 17, home = "castle" }', 22, "\"home\": no question takes 'castle'"),
        ("[[right.source]]", '[[right.link]]\ntitle = "Site"\nurl = "http://x"\n\n[[right.source]]', 2, "https://"),
        ('[[right.source]]\ndocument = "Texte d\'essai"\ndated = "2026"\nplace = "l. 1"\n', "", 2, "[[right.source]]"),
    ],
)
def test_a_wrong_right_is_said_with_its_file_its_line_and_the_reason(faults_of, old, new, line, reason):
    assert old in RIGHT
    found = faults_of(RIGHT.replace(old, new))
    assert [fault for fault in found if f"essai.toml, line {line}: " in fault and reason in fault], found


def test_a_case_may_say_that_something_is_not_known(faults_of):
    assert faults_of(RIGHT + '\n[[right.case]]\nexpect = "unknown"\n') == []


def test_a_note_is_checked_too(faults_of):
    note = '\n[[right.note]]\ntext = "Attention."\nwhen = { fact = "height", from = 1 }\n'
    assert any("height" in fault for fault in faults_of(RIGHT + note))


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('kind = "choice"', 'kind = "number"', "a question has choices when"),
        ('why = "Pour voir."', 'why = "Pour voir."\nasked_if = { fact = "home", is = "owner" }', "come together"),
        ('why = "Pour voir."', 'why = "Pour voir."\nopens = ["argent"]', "no theme has this key"),
        (
            'why = "Pour voir."',
            'why = "Pour voir."\notherwise = "yes"\nasked_if = { fact = "height", is = "tall" }',
            "no question has this key, or it comes later",
        ),
        ('icon = "house"', 'icon = "castle"', "no pictogram has this name"),
        ('said = "Vous dites oui."', 'said = "Vous dites oui."\nurgency = "zzz"', "no urgency has this key"),
    ],
)
def test_a_wrong_question_is_said(faults_of, old, new, reason):
    assert old in QUESTION
    assert any(reason in fault for fault in faults_of(QUESTION.replace(old, new), "questions.toml"))


def test_a_number_repeats_its_answer(faults_of):
    number = QUESTION.split("[[question.choice]]", maxsplit=1)[0].replace("choice", "number")
    assert any("it holds {value}" in fault for fault in faults_of(number, "questions.toml"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '[[entry]]\nkey = "x"\ntitle = "X"\ntheme = "budget"\nwords = ["x"]\ngiven = { home = "castle" }\n',
            "no answer",
        ),
        (ENTRY + 'theme = "argent"\n', "no theme has this key"),
        ('[[urgency]]\nkey = "x"\ntitle = "X"\ntext = "X"\nhelplines = ["99"]\n', "not known among the helplines"),
        ('[[urgency]]\nkey = "x"\ntitle = "X"\ntext = "X"\npartners = ["zzz"]\n', "not known among the partners"),
        ('[[urgency]]\nkey = "x"\ntitle = "X"\ntext = "X"\nmotifs = ["zzz"]\n', "not known among the motifs"),
    ],
)
def test_wrong_words_or_urgencies_are_said(faults_of, text, reason):
    assert any(reason in fault for fault in faults_of(text, "entries.toml"))


def test_rights_of_another_departement_are_left_out(definition, names):
    elsewhere = read_rights([REAL], replace(names, departement="59"), [])
    keys = {right["key"] for right in elsewhere["right"]}
    assert "rsa" in keys
    assert "mamobilite62" not in keys
    assert "mamobilite62" in {right["key"] for right in definition["right"]}


def test_a_load_keeps_a_book_once_and_an_older_one_for_what_was_answered_to_it(session, definition, world, names):
    for key in sorted(names.territories):
        world.territory(key)
    assert book_in_force(session) is None
    for _ in range(2):
        write_rights(session, definition, TODAY, Report())
        session.flush()
    first = session.scalars(select(RuleBook.id)).one()
    write_rights(session, definition | {"entry": []}, TODAY, Report())
    session.flush()
    in_force, book = book_in_force(session)
    assert in_force != first
    assert book.entries == {}
    assert book_of_version(session, first).entries


def test_the_files_of_the_pas_de_calais_load_with_all_the_rest(session):
    report = load(session, [REAL], TODAY)
    assert "rights of the pre-diagnostic" in str(report)
    assert load(session, [REAL], TODAY).changes == 0
