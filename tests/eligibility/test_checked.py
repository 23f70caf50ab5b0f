"""Where the checking of the rules stands, on screen and on the list to print; one household before the whole book."""

import copy
import tomllib
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import func, select

from portal.eligibility.loader import OWN, read_rights, write_rights
from portal.eligibility.models import RightsCount, SavedAnswers
from portal.eligibility.rules_checked import SOON, Check, State, by_theme, checks_of, of_check, state_of, tally
from portal.eligibility.rules_counts import SMALLEST, shown
from portal.eligibility.rules_reading import book_of
from portal.eligibility.rules_trial import trial_of
from portal.files.report import Report
from tests.eligibility.conftest import REAL, TODAY
from tests.entering import enter

RULES, TO_CHECK, TRIAL = (f"/agents/reglages/droits{end}" for end in ("", "-a-relire", "-essai"))


@pytest.fixture
def admin(client, world, request):
    """An admin at the screen of a Département that offers the pre-diagnostic."""
    request.getfixturevalue("offered")
    enter(client, world.agent("admin"))
    return client


@pytest.fixture
def small(definition):
    """The book of the Pas-de-Calais with four rules: one checked, one that ends soon, one that is over, one off."""
    written = copy.deepcopy(definition)
    checked, ending, over, off = written["right"][:4]
    checked |= {"checked_on": "2026-11-20", "checked_by": "Camille Essai", "themes": ["sante", "famille"]}
    ending |= {"valid_to": (TODAY + SOON).isoformat(), "valid_from": (TODAY + timedelta(days=1)).isoformat()}
    over |= {"valid_to": "2026-11-22", "checked_on": "2026-01-05", "checked_by": "Camille Essai"}
    off |= {"enabled": False, "valid_to": (TODAY + SOON + timedelta(days=1)).isoformat()}
    written["right"] = [checked, ending, over, off]
    return written


@pytest.fixture
def four(small, names):
    """The same, read."""
    return book_of(small, "small", names.territories)


def test_a_rule_is_checked_or_not_and_ends_soon_or_not(four):
    rights = list(four.rights.values())
    assert [state_of(right, TODAY) for right in rights] == [State.IN_FORCE, State.TO_COME, State.OVER, State.OFF]
    assert [sorted(checks_of(right, TODAY)) for right in rights] == [
        [Check.CHECKED],
        [Check.DATED, Check.NEVER],
        [Check.DATED, Check.CHECKED],
        [Check.NEVER],
    ]
    assert tally(rights, TODAY) == {Check.CHECKED: 2, Check.NEVER: 2, Check.DATED: 2}
    assert of_check(rights, TODAY, None) == rights
    assert of_check(rights, TODAY, Check.NEVER) == [rights[1], rights[3]]


def test_on_a_working_list_each_rule_is_read_once_under_its_first_theme(four):
    groups = by_theme(list(four.rights.values()), four.themes)
    assert sorted(right.key for _theme, first, _elsewhere in groups for right in first) == sorted(four.rights)
    checked = next(iter(four.rights.values()))
    there = {theme.key: (checked in first, checked in elsewhere) for theme, first, elsewhere in groups}
    assert (there["famille"], there["sante"]) == ((True, False), (False, True))
    alone = by_theme([checked], {"sante": four.themes["sante"], "budget": four.themes["budget"]})
    assert [(theme.key, first) for theme, first, _elsewhere in alone] == [("sante", [checked])]


def test_what_is_checked_is_counted_filtered_and_listed_with_its_sources(admin, database, small):
    with database.transaction() as session:
        write_rights(session, small, TODAY, Report())
    names = [" ".join(rule["name"].split()) for rule in small["right"]]
    text = admin.get(RULES).page.text()
    for words in ("Toutes 4", "Relues 2", "Jamais relues 2", "Finies, ou dans les 90 jours 2"):
        assert words in text
    never = admin.get(f"{RULES}?relecture=jamais").page
    assert [name for name in names if name in never.text()] == [names[1], names[3]]
    listed = admin.get(never.links()["La liste de travail à imprimer, avec les sources"]).page
    assert [name for name in names if name in listed.text()] == [names[1], names[3]]
    assert small["right"][1]["source"][0]["place"].replace("\u00a0", " ") in listed.text()
    assert "Relue le 20 novembre 2026" not in listed.text()
    assert "Camille Essai" in admin.get(TO_CHECK).page.text()
    of_theme = admin.get(f"{TO_CHECK}?theme=mobilite&relecture=zzz").page
    assert "Aucune règle." in of_theme.text()


def test_the_two_keys_that_the_list_shows_are_those_that_check_a_rule(admin, names, tmp_path):
    page = admin.get(f"{TO_CHECK}?relecture=jamais").page
    shown_lines = "".join(page.all("pre")[0].itertext())
    written = tomllib.loads(shown_lines)["right"][0]
    assert set(written) == {"key", "checked_on", "checked_by"}
    first = page.all("section", class_="to-check")[0]
    file = page.text(first.findall(".//code")[0])
    (tmp_path / OWN).mkdir()
    (tmp_path / OWN / file).write_text(shown_lines, encoding="utf-8")
    faults = []
    read = read_rights([REAL, tmp_path], names, faults)
    assert faults == []
    rule = next(rule for rule in read["right"] if rule["key"] == written["key"])
    assert (rule["checked_on"], rule["checked_by"]) == (written["checked_on"].isoformat(), "Prénom Nom, fonction")


def household(page, **typed):
    """What the form of a page sends, what is chosen in its lists too."""
    lists = {
        one.get("name"): option.get("value")
        for one in page.all("select")
        for option in one.iter("option")
        if option.get("selected") is not None
    }
    return page.fields() | lists | {f"f_{key}": value for key, value in typed.items()}


def test_one_household_is_tried_on_the_whole_book_and_kept_nowhere(admin, book, session):
    page = admin.get(TRIAL).page
    assert {f"f_{key}" for key in book.questions} - set(page.fields()) == {
        f"f_{key}" for key, question in book.questions.items() if question.kind == "several"
    }, "every question, once; boxes that nobody ticked are not sent"
    answer = admin.post(TRIAL, data=household(page, food="no", age="40", children="under3"))
    lists = answer.page.all("ul", class_="tested")
    perhaps = answer.page.text(lists[0])
    assert "Aide alimentaire" in perhaps
    assert book.questions["food"].choice("no").said in perhaps, "why, in the words of the result"
    assert sum(len(one.findall("li")) for one in lists) == len(book.rights), "every right is in one of the lists"
    one_theme = admin.post(TRIAL, data=household(page, food="no") | {"theme": "mobilite"}).page
    shown_there = sum(len(one.findall("li")) for one in one_theme.all("ul", class_="tested"))
    assert shown_there == len([right for right in book.rights.values() if "mobilite" in right.themes])
    refused = admin.post(TRIAL, data=household(page, age="quarante"))
    assert refused.status_code == 422
    assert 'value="quarante"' in refused.page.html
    for table in (SavedAnswers, RightsCount):
        assert session.scalar(select(func.count()).select_from(table)) == 0


def test_a_rule_opens_with_the_household_and_gives_it_back(admin):
    typed = household(admin.get(TRIAL).page, food="no", home="private") | {"theme": "budget"}
    page = admin.post(TRIAL, data=typed).page
    button = next(one for one in page.all("button") if page.text(one) == "Aide alimentaire")
    path = button.get("formaction").partition("#")[0]
    assert "?" not in path
    rule = admin.post(path, data=household(page)).page
    assert "La page dirait : vous pouvez peut-être demander." in rule.text()
    assert (household(rule)["f_food"], household(rule)["f_home"]) == ("no", "private")
    back = next(one for one in rule.all("button") if one.get("formaction"))
    tried = admin.post(back.get("formaction"), data=household(rule))
    assert tried.status_code == 200
    again = tried.page
    assert [household(again)[name] for name in ("f_food", "f_home", "theme")] == ["no", "private", "budget"]
    alone = admin.get(f"{RULES}/aide-alimentaire").page  # which puts its own questions, and no other
    assert admin.post(TRIAL, data=household(alone, food="no")).status_code == 200, (
        "a rule's own questions, and no other"
    )
    assert admin.post(TRIAL, data=household(alone, food="zzz")).status_code == 422


def test_a_question_that_was_not_to_be_put_is_named_without_an_answer(book):
    found = trial_of(book, {"home": "none", "rent_debt": "yes"}, {"artois": "Artois"}, TODAY)
    reasons = [reason for one in found.unlikely for reason in one.because]
    assert not any(reason.said for reason in reasons if reason.question == book.questions["rent_debt"].text)
    assert any(reason.said for reason in reasons if reason.question == book.questions["home"].text)


def test_no_table_tells_a_group_under_five():
    """Whoever knows how numbers are hidden and looks at all that one row shows finds no small group in it."""
    seen: dict[str, list[tuple[int, ...]]] = {}
    for counts in product(range(1, 13), repeat=3):
        row = shown({"rsa": dict(zip("abc", counts, strict=True))})["rsa"]
        seen.setdefault(repr(row), []).append(counts)
    for behind in seen.values():
        for column in zip(*behind, strict=True):
            assert len(set(column)) > 1 or column[0] >= SMALLEST, behind
    assert shown({"a": {"x": 13, "y": 9}, "b": {"x": 3}, "c": {"x": 7}}) == {
        "a": ({"x": 10, "y": 5}, 20),
        "b": ({}, None),
        "c": ({}, None),
    }
