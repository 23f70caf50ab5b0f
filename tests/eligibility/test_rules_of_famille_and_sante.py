"""What the rules of family and health say of named households: the checks of the reference reports, bound by bound."""

import re

import pytest

from portal.eligibility.rules_questions import Kind
from portal.eligibility.rules_rights import known, next_question, outcome
from tests.eligibility.conftest import TODAY

FAMILY, HEALTH = "famille", "sante"
ILL = {"disability": "yes"}


def noted(book, facts, key):
    """The points of attention that a household reads beside a right, whatever is said of it."""
    answers = {fact: str(value) for fact, value in facts.items()}
    found = outcome(book, known(book, answers, {}, TODAY), TODAY, book.themes)
    return " ".join(
        note
        for finding in (*found.perhaps, *found.unsure, *found.unlikely)
        if finding.right.key == key
        for note in finding.notes
    )


def path_of(book, theme, household):
    """The questions put to a household, in order, and its answers: what it does not say is answered by no."""
    answers = {}
    while question := next_question(book, answers, known(book, answers, {}, TODAY), TODAY, [theme]):
        quiet = next((choice.key for choice in question.choices if choice.key in {"no", "none"}), "?")
        assert question.key in household or question.kind not in {Kind.AGE, Kind.NUMBER}, question.key
        answers[question.key] = str(household.get(question.key, quiet))
    return answers


# --- Age and autonomy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        ({"age": 59, "daily_help": "yes"}, "no"),
        ({"age": 60, "daily_help": "yes"}, "yes"),
        ({"age": 60, "daily_help": "no", "care_home": "yes"}, "yes"),
        ({"age": 95, "daily_help": "no", "care_home": "no"}, "no"),
        ({"age": 95}, "unknown"),
    ],
)
def test_the_apa_begins_at_60_at_home_or_in_an_establishment(asked, household, expected):
    assert asked(household, themes=[HEALTH])["apa"] == expected


def test_the_apa_never_promises_what_the_evaluation_decides(book):
    """GIR 5 and 6 are led to their pension fund; nobody is asked for a GIR that only the team can measure."""
    for key in ("apa", "apa-proche"):
        notes = " ".join(note.text for note in book.rights[key].notes)
        assert "groupes 1 à 4" in notes
        assert "caisse-retraite" in book.rights[key].partners
    assert not [question.text for question in book.questions.values() if "GIR" in question.text]
    assert "dès 60" in noted(book, {"age": 60, "daily_help": "yes"}, "apa")
    assert "dès 60" not in noted(book, {"age": 61, "daily_help": "yes"}, "apa")


@pytest.mark.parametrize(
    ("household", "expected"),
    [
        ({"age": 12}, "yes"),
        ({"age": 59}, "yes"),  # under 60
        ({"age": 60, "before_60": "yes"}, "yes"),  # criteria met before 60 …
        ({"age": 74, "before_60": "yes"}, "yes"),
        ({"age": 75, "before_60": "yes"}, "yes"),  # … at any age since 2020: the wider of two texts
        ({"age": 62, "before_60": "no", "actp": "no", "activity": "self"}, "yes"),  # still working
        ({"age": 70, "before_60": "no", "actp": "yes"}, "yes"),  # holds the ACTP and chooses
        ({"age": 60, "before_60": "no", "actp": "no", "activity": "retired"}, "no"),
        ({"age": 60}, "unknown"),
    ],
)
def test_the_pch_knows_its_five_cases_of_age(asked, household, expected):
    assert asked(ILL | household, themes=[HEALTH])["pch"] == expected


def test_where_texts_differ_on_75_years_the_person_is_told_to_ask(book):
    assert "75" not in noted(book, ILL | {"age": 74, "before_60": "yes"}, "pch")
    assert "75" in noted(book, ILL | {"age": 75, "before_60": "yes"}, "pch")
    assert "2025" in noted(book, ILL | {"age": 75, "before_60": "no"}, "pch")  # swift illnesses, after 60
    assert len(book.rights["pch"].sources) > 1


def test_the_actp_is_shown_to_its_holders_and_to_nobody_else(asked, book):
    for newcomer in ({"age": 50}, ILL | {"age": 50}, ILL | {"age": 50, "actp": "no"}, ILL | {"age": 50, "actp": "?"}):
        assert "actp" not in asked(newcomer, themes=[HEALTH])
    assert asked(ILL | {"age": 50, "actp": "yes"}, themes=[HEALTH])["actp"] == "yes"
    assert "actp" not in path_of(book, HEALTH, ILL | {"age": "1999-05-04"})  # 6 years old when it closed
    assert "actp" in path_of(book, HEALTH, ILL | {"age": "1970-05-04"})


def test_each_aid_for_living_in_an_establishment_tells_its_own_recovery(asked, book):
    old, disabled = book.rights["ash-personnes-agees"], book.rights["ash-personnes-handicapees"]
    said_old, said_disabled = (" ".join(note.text for note in one.notes) for one in (old, disabled))
    assert "obligation alimentaire" in said_old
    assert "obligation alimentaire" not in said_disabled
    assert "Rien n'est repris" in said_disabled
    assert "Rien n'est repris" not in said_old
    there = {"care_home": "yes"}
    for age, expected in ((59, "no"), (60, "yes"), (64, "yes"), (65, "yes")):
        assert asked(ILL | there | {"age": age, "before_60": "no"}, themes=[HEALTH])[old.key] == expected
    assert "65" in noted(book, there | {"age": 64}, old.key)
    assert "65" not in noted(book, there | {"age": 65}, old.key)
    for facts, expected in (
        ({"age": 30}, "yes"),
        ({"age": 64, "before_60": "no"}, "yes"),
        ({"age": 65, "before_60": "no"}, "no"),
        ({"age": 65, "before_60": "yes"}, "yes"),
    ):
        assert asked(ILL | there | facts, themes=[HEALTH])[disabled.key] == expected


def test_the_aah_and_the_card_follow_their_widest_bounds(asked):
    assert [asked(ILL | {"age": age}, themes=[HEALTH])["aah"] for age in (15, 16, 20)] == ["no", "yes", "yes"]
    card = "carte-mobilite-inclusion"
    frail = {"disability": "no", "daily_help": "yes"}
    assert [asked(frail | {"age": age}, themes=[HEALTH])[card] for age in (59, 60)] == ["no", "yes"]
    assert asked(ILL | {"age": 9}, themes=[HEALTH])[card] == "yes"


def test_health_cover_is_for_who_has_none_or_too_little(asked):
    for facts, expected in (
        ({"health_cover": "no"}, "yes"),
        ({"health_cover": "yes", "short": "yes"}, "yes"),
        ({"health_cover": "yes", "short": "no"}, "no"),
    ):
        assert asked(facts, themes=[HEALTH])["css"] == expected


# --- Family -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "expected"), [(17, "no"), (18, "yes"), (19, "yes"), (20, "yes"), (21, "no"), (22, "no")]
)
def test_the_contract_of_young_adults_is_for_who_leaves_care_and_for_who_is_alone(asked, age, expected):
    assert asked({"age": age, "in_care": "yes", "alone": "no"}, themes=[FAMILY])["contrat-jeune-majeur"] == expected
    assert asked({"age": age, "in_care": "no", "alone": "yes"}, themes=[FAMILY])["contrat-jeune-majeur"] == expected
    family = {"age": age, "in_care": "no", "alone": "no"}
    assert asked(family, themes=[FAMILY])["contrat-jeune-majeur"] == "no"


def test_the_young_are_told_what_prepares_18_and_what_goes_on_after_21(book):
    assert "18" in noted(book, {"age": 17}, "contrat-jeune-majeur")
    assert "année d'études" in noted(book, {"age": 20, "in_care": "yes"}, "contrat-jeune-majeur")
    assert "Un texte ne parle que" in noted(book, {"age": 20, "in_care": "no"}, "contrat-jeune-majeur")


def test_the_strong_support_of_the_young_is_for_18_to_25_with_little_money(asked):
    alone = {"alone": "yes", "short": "yes"}
    ages = (17, 18, 25, 26)
    assert [asked(alone | {"age": age}, themes=[FAMILY])["envaul"] for age in ages] == ["no", "yes", "yes", "no"]
    assert asked({"age": 22, "alone": "yes", "short": "no"}, themes=[FAMILY])["envaul"] == "no"


def test_money_for_a_child_is_for_families_pregnancies_and_the_young_under_21(asked):
    poor = {"children": ["none"], "pregnant": "no", "alone": "no", "short": "yes"}
    assert [asked(poor | {"age": age}, themes=[FAMILY])["afase"] for age in (17, 18, 20, 21)] == [
        "no",
        "yes",
        "yes",
        "no",
    ]
    assert asked({"age": 40, "children": ["from6"], "child_needs": "yes"}, themes=[FAMILY])["afase"] == "yes"
    assert asked(poor | {"age": 30, "pregnant": "yes"}, themes=[FAMILY])["afase"] == "yes"
    assert asked(poor | {"age": 30, "pregnant": "yes", "short": "no"}, themes=[FAMILY])["afase"] == "no"


def test_both_parents_are_welcome_at_the_interview_of_the_fourth_month(asked, book):
    for parent in ({"age": 24}, {"age": 44, "couple": "yes"}):
        assert asked(parent | {"pregnant": "yes"}, themes=[FAMILY])["entretien-prenatal"] == "yes"
    assert asked({"age": 24, "pregnant": "no"}, themes=[FAMILY])["entretien-prenatal"] == "no"
    right = book.rights["entretien-prenatal"]
    assert "deux parents" in right.short
    assert right.motifs == ("entretien-prenatal",)


@pytest.mark.parametrize(
    ("children", "expected"),
    [(["under3"], "yes"), (["from3"], "yes"), (["from3", "from6"], "yes"), (["from6"], "no"), (["none"], "no")],
)
def test_the_consultations_of_small_children_end_at_6(asked, book, children, expected):
    assert asked({"children": children}, themes=[FAMILY])["pmi"] == expected
    at_school = "bilan de santé se passe à l'école" in noted(book, {"children": " ".join(children)}, "pmi")
    assert at_school is ("from3" in children)
    assert "bilan-4-ans" not in book.rights["pmi"].motifs  # held at school: there is nothing to book


def test_a_child_with_a_disability_leads_to_the_aeeh_until_20(asked, book):
    assert asked({"children": ["from6"], "child_disability": "yes"}, themes=[FAMILY])["aeeh"] == "yes"
    assert asked({"children": ["from6"], "child_disability": "no"}, themes=[FAMILY])["aeeh"] == "no"
    assert asked({"children": ["none"]}, themes=[FAMILY])["aeeh"] == "no"
    assert "20" in noted(book, {"children": "from18", "child_disability": "yes"}, "aeeh")


def test_who_helps_a_relative_is_helped_and_the_relative_too(asked):
    helping = {"carer": "yes", "relative_help": "yes"}
    expected = {
        59: {"aide-aidants": "yes", "repit": "yes", "apa-proche": "no", "pch-proche": "yes"},
        60: {"aide-aidants": "yes", "repit": "yes", "apa-proche": "yes", "pch-proche": "no"},
    }
    for age, rights in expected.items():
        assert asked(helping | {"relative_age": age}, themes=[FAMILY]).items() >= rights.items()
    nobody = asked({"carer": "no"}, themes=[FAMILY])
    assert {nobody[key] for key in expected[60]} == {"no"}


def test_what_is_said_in_confidence_has_a_neutral_name(book):
    right = book.rights["cpef"]
    assert not re.search("contracep|sexu|grossess|avort|ivg", f"{right.key} {right.name} {right.short}", re.IGNORECASE)
    assert book.questions["talk"].is_private


# --- The paths --------------------------------------------------------------------------------------------------------

HOUSEHOLDS = {
    "a worker of 40": {"age": 40},
    "a pupil of 16": {"age": 16},
    "out of care at 19": {"age": 19, "alone": "yes", "in_care": "yes", "short": "yes"},
    "a mother of 20": {"age": 20, "children": "under3"},
    "expecting at 28": {"age": 28, "pregnant": "yes"},
    "two children": {"age": 32, "children": "under3 from6", "child_care": "yes"},
    "a parent who helps a father": {"age": 38, "children": "from6", "carer": "yes", "relative_age": 70},
    "82 and frail": {"age": 82, "daily_help": "yes"},
    "82, frail and ill": {"age": 82, "daily_help": "yes", "disability": "yes", "activity": "retired"},
    "35 and disabled": {"age": 35, "disability": "yes"},
    "62, ill since last year, at work": {"age": 62, "disability": "yes", "activity": "employed"},
    "in a home at 45": {"age": 45, "disability": "yes", "care_home": "yes"},
}


@pytest.mark.parametrize("theme", [FAMILY, HEALTH])
@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_a_typical_path_has_5_to_12_questions_and_leaves_nothing_open(book, name, theme):
    household = {"relative_age": 70} | HOUSEHOLDS[name]
    answers = path_of(book, theme, household)
    path = list(answers)
    assert 5 <= len(path) <= 12, path
    assert path[1] == "age"  # after the one question that cannot wait
    if "relative_help" in path:
        assert path.index("relative_help") == path.index("carer") + 1  # « ce proche » has just been named
    found = outcome(book, known(book, answers, {}, TODAY), TODAY, [theme])
    assert found.unsure == ()
    assert [finding for finding in found.perhaps if finding.right.motifs]  # somebody to see, always


def test_every_right_is_told_in_short_sentences_with_its_source(book):
    for right in book.rights.values():
        if not {FAMILY, HEALTH} & set(right.themes):
            continue
        told = [right.name, right.short, right.decides, right.takes, *right.bring, *(note.text for note in right.notes)]
        for sentence in re.split(r"(?<=[.!?])\s", "\n".join(told).replace("\n", ". ")):
            assert len(re.findall(r"[\w'’-]*\w", sentence)) <= 15, (right.key, sentence)
            assert not re.search(r"[^\u00a0][:;?!»]|« ", sentence.replace("https:", "")), (right.key, sentence)
        assert right.checked_on is None  # nobody has checked them yet: nothing may say so
        assert right.sources
