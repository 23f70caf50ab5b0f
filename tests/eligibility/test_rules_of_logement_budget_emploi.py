"""What the rules of housing, budget, mobility and work say of the households that the reference texts name."""

from datetime import date

import pytest

from portal.eligibility.rules_questions import value_of
from portal.eligibility.rules_reading import answer_of
from portal.eligibility.rules_rights import known, next_question, outcome

TODAY = date(2026, 11, 23)
LAST, AFTER = date(2027, 12, 31), date(2028, 1, 1)
THEMES = ["logement", "budget", "mobilite", "emploi"]
TENANT = {"home": "private", "rent_debt": "yes", "eviction": "no", "moving": "no", "home_trouble": "no"}


def finding(book, key, facts, day=TODAY):
    """What is said of one right, wherever it stands."""
    answers = {name: answer_of(value) for name, value in facts.items()}
    found = outcome(book, known(book, answers, {}, day), day, THEMES)
    return next(one for one in (*found.perhaps, *found.unsure, *found.unlikely) if one.right.key == key)


def notes(book, key, facts):
    return " ".join(finding(book, key, facts).notes)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (15, {"faj": "yes", "mission-locale": "no", "cej": "no", "e2c": "no", "cllaj": "no", "rsa-jeune": "no"}),
        (16, {"faj": "yes", "mission-locale": "yes", "cej": "yes", "e2c": "yes", "cllaj": "yes", "rsa-jeune": "no"}),
        (17, {"faj": "yes", "cej": "yes", "cllaj": "yes", "rsa": "no", "rsa-jeune": "no", "prime-activite": "no"}),
        (18, {"faj": "yes", "cej": "yes", "cllaj": "yes", "rsa": "no", "rsa-jeune": "yes", "prime-activite": "yes"}),
        (25, {"faj": "yes", "mission-locale": "yes", "cej": "yes", "cllaj": "yes", "rsa": "yes", "rsa-jeune": "no"}),
        (26, {"faj": "no", "mission-locale": "no", "cej": "no", "e2c": "yes", "cllaj": "yes", "rsa": "yes"}),
        (30, {"cej": "no", "e2c": "yes", "cllaj": "yes", "solution-logement-jeunes": "no"}),
        (31, {"cej": "no", "e2c": "no", "cllaj": "no", "rsa": "yes"}),
    ],
)
def test_each_age_has_the_aids_of_its_age(asked, age, expected):
    said = asked(
        {"age": age, "activity": "searching", "diploma": "no", "disability": "no", "moving": "yes", "first_home": "yes"}
        | {"income": ["work"], "short": "yes", "children": ["none"], "pregnant": "no", "worked_two_years": "yes"}
    )
    assert {key: said[key] for key in expected} == expected


def test_a_recognised_handicap_keeps_the_young_peoples_contract_until_29(asked):
    person = {"activity": "searching", "disability": "yes"}
    assert [asked(person | {"age": age})["cej"] for age in (26, 29, 30)] == ["yes", "yes", "no"]


def test_a_parent_under_25_is_not_ruled_out_of_rsa_by_age(asked):
    single = {"age": 22, "income": ["none"], "couple": "no"}
    assert asked(single | {"children": ["none"], "pregnant": "no"})["rsa"] == "no"
    assert asked(single | {"children": ["under3"]})["rsa"] == "yes"
    assert asked(single | {"children": ["none"], "pregnant": "yes"})["rsa"] == "yes"
    assert asked({"age": 22, "income": ["none"], "couple": "yes", "children": ["under3"]})["rsa"] == "yes"


@pytest.mark.parametrize(
    ("debt", "income", "expected"),
    [
        (1000, ["rsa"], {"fsl-maintien": "yes", "fpel": "no", "equipe-mobile-expulsion": "yes"}),
        (1000, ["work"], {"fsl-maintien": "yes", "fpel": "yes", "equipe-mobile-expulsion": "yes"}),
        (2000, ["rsa"], {"fsl-maintien": "yes", "fpel": "no", "equipe-mobile-expulsion": "yes"}),
        (4600, ["rsa"], {"fsl-maintien": "yes", "fpel": "yes", "equipe-mobile-expulsion": "no"}),
        (6000, ["rsa"], {"fsl-maintien": "yes", "fpel": "yes", "equipe-mobile-expulsion": "no"}),
    ],
)
def test_a_rent_debt_leads_to_the_funds_of_its_size_and_always_to_a_jurist(asked, debt, income, expected):
    said = asked(
        TENANT | {"age": 40, "eviction": "demand", "rent_debt_amount": debt, "fsl_before": "no", "income": income}
    )
    assert {key: said[key] for key in expected} == expected
    assert (said["adil"], said["numero-expulsion"]) == ("yes", "yes")


def test_a_household_already_helped_by_the_fsl_may_ask_both_funds(book, asked):
    again = TENANT | {"rent_debt_amount": 1000, "fsl_before": "yes", "income": ["rsa"]}
    assert (asked(again)["fsl-maintien"], asked(again)["fpel"]) == ("yes", "yes")
    assert "Les textes ne disent pas tous" in notes(book, "fsl-maintien", again)


def test_the_two_funds_that_are_not_promised_end_with_their_plan(asked):
    leaver = TENANT | {"age": 20, "in_care": "yes", "rent_debt_amount": 6000}
    shown = {day: asked(leaver, day=day).keys() & {"fpel", "fonds-solvabilisation"} for day in (LAST, AFTER)}
    assert shown == {LAST: {"fpel", "fonds-solvabilisation"}, AFTER: set()}


def test_a_small_debt_is_for_another_team(book):
    summoned = TENANT | {"eviction": "demand", "fsl_before": "no", "income": ["rsa"]}
    for debt, other in ((1499, True), (1500, False)):
        assert (
            "autre équipe" in notes(book, "equipe-mobile-expulsion", summoned | {"rent_debt_amount": debt})
        ) is other


@pytest.mark.parametrize(("paper", "helped"), [("no", False), ("demand", True), ("hearing", True), ("date", True)])
def test_any_paper_to_leave_leads_to_the_jurist_and_the_free_number(asked, paper, helped):
    said = asked({"eviction": paper, "home": "owner", "moving": "no", "home_trouble": "no"})
    assert [said["adil"], said["numero-expulsion"]] == (["yes", "yes"] if helped else ["no", "no"])


def test_a_couple_of_29_without_a_child_may_have_an_equipped_home(asked):
    couple = {"age": 29, "couple": "yes", "moving": "yes", "first_home": "yes"}
    assert asked(couple | {"children": ["none"]})["solution-logement-jeunes"] == "yes"
    assert asked(couple | {"children": ["from3"]})["solution-logement-jeunes"] == "no"
    assert asked(couple | {"children": ["none"], "age": 30})["solution-logement-jeunes"] == "no"
    assert asked(couple | {"children": ["none"], "first_home": "no"})["solution-logement-jeunes"] == "no"


def test_a_young_person_who_left_care_is_helped_with_the_rent(asked):
    leaver = {"age": 20, "in_care": "yes", "home": "hosted", "moving": "yes"}
    said = asked(leaver)
    assert (said["fonds-solvabilisation"], said["logement-jeunes-ase"]) == ("yes", "yes")
    assert asked(leaver | {"in_care": "no"})["fonds-solvabilisation"] == "no"


@pytest.mark.parametrize("missing", ["age", "income", "money_hard", "money_danger"])
def test_masp_asks_for_all_its_conditions_together(asked, missing):
    person = {"age": 50, "income": ["benefits"], "money_hard": "yes", "money_danger": "yes"}
    assert asked(person)["masp"] == "yes"
    against = {"age": 17, "income": ["work"], "money_hard": "no", "money_danger": "no"}
    assert asked(person | {missing: against[missing]})["masp"] == "no"
    assert asked({fact: value for fact, value in person.items() if fact != missing})["masp"] == "unknown"


def test_masp_never_asks_about_the_mind_and_shows_no_payment(book):
    person = {"age": 50, "income": ["rsa"], "money_hard": "yes", "money_danger": "yes"}
    said = notes(book, "masp", person)
    assert "Un juge la décide" in said
    assert not any(sum_paid in said for sum_paid in ("177", "210"))
    assert not any("mental" in question.text for question in book.questions.values())


def test_afp_is_for_rsa_holders_and_says_that_it_is_exceptional_and_justified(book, asked):
    holder = {"income": ["rsa"], "job_cost": "yes"}
    assert asked(holder)["afp"] == "yes"
    assert asked(holder | {"income": ["jobless", "benefits"]})["afp"] == "no"
    assert "exceptionnelle et doit être justifiée" in notes(book, "afp", holder)


def test_the_energy_aid_shows_both_its_conditions(book):
    said = notes(book, "fsl-energie", {"energy_debt": "yes"})
    assert "Première condition" in said
    assert "Deuxième condition" in said


def test_secours_d_urgence_is_never_automatic(book, asked):
    right = book.rights["secours-urgence"]
    assert "Elle n'est pas automatique." in right.short
    assert asked({"food": "no"})["secours-urgence"] == "yes"
    assert "qu'une fois dans l'année" in notes(book, "secours-urgence", {"food": "no"})


@pytest.mark.parametrize("key", ["faj", "cllaj", "coup-de-pouce-competences", "fpel", "rsa"])
def test_where_the_texts_differ_a_note_says_so_and_both_are_named(book, key):
    young = {"age": 17, "moving": "yes", "training_cost": "yes", "income": ["none"], "children": ["under3"]}
    person = young | {"home": "private", "rent_debt": "yes"}
    assert "texte" in notes(book, key, person)
    assert len(book.rights[key].sources) > 1


def test_no_sentence_gives_the_age_of_the_youth_fund_before_it_is_settled(book):
    right = book.rights["faj"]
    said = " ".join([right.name, right.short, right.decides, *(note.text for note in right.notes)])
    assert not any(sign.isdigit() for sign in said)


def test_the_social_driving_school_is_everywhere_but_in_two_territories(asked, names):
    said = {
        place: asked({"commune": place, "travel": ["licence"]})["auto-ecole-sociale"] for place in names.territories
    }
    assert {place for place, word in said.items() if word == "no"} == {"boulonnais", "montreuillois"}
    assert set(said.values()) == {"yes", "no"}


def test_mobility_advice_is_for_rsa_holders_the_young_and_whoever_looks_for_work(asked):
    stuck = {"travel": ["vehicle"], "age": 40, "income": ["work"], "activity": "employed"}
    assert asked(stuck)["mamobilite62"] == "no"
    for change in ({"income": ["rsa"]}, {"age": 25}, {"activity": "searching"}):
        assert asked(stuck | change)["mamobilite62"] == "yes"


def test_work_for_energy_is_followed_for_owners_alone(asked):
    assert asked({"home": "owner", "works": "yes"})["astre"] == "yes"
    assert asked({"home": "social"})["astre"] == "no"


def test_whoever_has_no_address_may_have_one_and_whoever_has_no_roof_a_number(asked):
    said = asked({"home": "none", "mail": "no", "tonight": "no"})
    assert (said["domiciliation"], said["hebergement-urgence"]) == ("yes", "yes")


@pytest.mark.parametrize("theme", THEMES)
def test_no_path_ends_without_somebody_to_see(asked, theme):
    said = asked({"age": 35, "income": ["work"], "short": "no"}, themes=[theme])
    assert (said["permanence-sociale"], said["aide-demarches"]) == ("yes", "yes")


def test_national_aids_name_an_official_page_and_no_department(book):
    for right in book.rights.values():
        if right.nature == "national" and set(right.themes) & set(THEMES):
            assert right.links, right.key
            assert not any("Pôle emploi" in note.text for note in right.notes), right.key


def test_france_travail_bears_its_name(book):
    assert "France Travail" in book.rights["france-travail"].name


WELL = {
    "age": "40",
    "commune": "artois",
    "home": "private",
    "income": "work",
    "activity": "employed",
    "children": "none",
    "travel": "none",
    "food": "yes",
    "tonight": "yes",
    "mail": "yes",
    "diploma": "yes",
    "rent_debt_amount": "0",
}
PATHS = {
    "logement": [
        {"rent_debt": "yes", "rent_debt_amount": "2000", "income": "rsa"},
        {"age": "20", "home": "hosted", "moving": "yes", "first_home": "yes", "income": "none"},
        {"age": "19", "home": "hosted", "moving": "yes", "first_home": "yes", "in_care": "yes", "income": "none"},
        {"home": "owner", "works": "yes", "energy_debt": "yes", "age": "60", "income": "pension"},
        {"home": "none", "moving": "yes", "income": "none"},
    ],
    "budget": [
        {"income": "none", "short": "yes", "urgent_cost": "yes"},
        {"age": "20", "income": "jobless", "short": "yes", "worked_two_years": "yes"},
        {"age": "20", "income": "benefits", "short": "no", "money_hard": "yes"},
        {"age": "22", "children": "under3", "income": "benefits", "short": "yes"},
        {"income": "rsa", "short": "yes", "money_hard": "yes", "money_danger": "yes"},
        {"age": "72", "income": "pension", "short": "yes"},
    ],
    "mobilite": [
        {"income": "rsa", "travel": "licence", "activity": "searching"},
        {"age": "19", "income": "none", "travel": "licence cost", "activity": "searching"},
        {"travel": "cost"},
    ],
    "emploi": [
        {"age": "17", "activity": "other", "diploma": "no", "income": "none"},
        {"age": "20", "activity": "searching", "diploma": "no", "income": "none", "travel": "licence"},
        {"income": "rsa", "activity": "searching", "training_cost": "yes", "job_cost": "yes"},
        {"age": "55", "activity": "searching", "income": "jobless"},
    ],
}


def path(book, theme, told, territories):
    """The questions put to a household, in their order: what it does not tell is no."""
    answers = {}
    while question := next_question(book, answers, known(book, answers, territories, TODAY), TODAY, {theme}):
        answer = told.get(question.key, "no")
        assert value_of(question, answer, territories) is not None, question.key
        answers[question.key] = answer
    return list(answers)


@pytest.mark.parametrize(("theme", "told"), [(theme, told) for theme, homes in PATHS.items() for told in homes])
def test_a_typical_path_has_five_to_twelve_questions(book, theme, told):
    assert 5 <= len(path(book, theme, WELL | told, {"artois": "artois"})) <= 12


def test_each_theme_opens_with_the_question_that_one_expects(book):
    first = {theme: path(book, theme, WELL, {"artois": "artois"})[0] for theme in THEMES}
    assert first == {"logement": "eviction", "budget": "food", "mobilite": "travel", "emploi": "activity"}
