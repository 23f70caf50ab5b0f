"""Kinds of mandates and their limits; what a new one takes from older ones; what a text message answers."""

import string
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.clock import paris, paris_day
from portal.mandates.rules import (
    ORGANISATION_DAYS,
    SENSITIVE,
    USUAL,
    EndedBy,
    Fault,
    Known,
    answer_by,
    days_end,
    end_of,
    facts_of,
    holder_name,
    is_end_told,
    is_minor,
    is_running,
    is_waiting,
    last_day_of_year,
    lasting_fault,
    left_after,
    legal_dates_fault,
    majority_day,
    may_text,
    ordered,
    phone_fault,
    relative_end_fault,
    told_until,
)
from portal.mandates.rules_answers import Answer, read_answer
from portal.people.models import Agent, Person, RouteState
from portal.people.models_access import Organisation
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from tests.world import at

NOW = at("2026-11-23", "09:02")
TODAY = date(2026, 11, 23)
NOTHING = Known(None, ())
ALL_FACTS = {"birth_date", "mobile", "address"}


def person(**given):
    values = {
        "id": 1,
        "given_names": "Odette",
        "family_name": "Modèle",
        "birth_date": date(1947, 11, 2),
        "address": ["12 PLACE DU MODELE", "62500 SAINT OMER"],
        "mobile": "+33639980012",
        "mobile_state": RouteState.UNTRIED,
        "landline": None,
        "email": None,
        "is_protected": False,
        "wants_sms": True,
        "wants_silence": False,
    }
    return Person(**values | given)


def mandate(kind=MandateKind.ORGANISATION, procedures=("appointments",), **given):
    values = {
        "kind": kind,
        "procedures": list(procedures),
        "state": MandateState.ACTIVE,
        "consent": Consent.PAPER,
        "asked_at": NOW,
        "starts_at": NOW,
        "ends_at": NOW + timedelta(days=31),
        "agent": None,
        "organisation": None,
        "holder": None,
    }
    return Mandate(**values | given)


# --- facts on the phone


def test_only_what_the_file_holds_can_be_asked_on_the_phone():
    assert set(facts_of(person(), NOTHING)) == ALL_FACTS
    bare = person(address=[], mobile=None)
    assert set(facts_of(bare, NOTHING)) == {"birth_date"}
    full = person(landline="+33353010071", email="odette@exemple.fr")
    known = Known(NOW, (("Lou", date(2024, 3, 8)),))
    assert set(facts_of(full, known)) == {*ALL_FACTS, "landline", "email", "relative", "appointment"}


@pytest.mark.parametrize(
    ("right", "script_read", "expected"),
    [
        (ALL_FACTS, True, None),
        (ALL_FACTS, False, Fault.SCRIPT),
        ({"birth_date", "mobile"}, True, Fault.FACTS),
        ({"birth_date", "mobile", "email"}, True, Fault.FACTS),  # no e-mail in the file: nothing was compared
        ([], True, Fault.FACTS),
    ],
)
def test_phone_help_needs_three_right_facts_and_the_script(right, script_read, expected):
    assert phone_fault(person(), right, NOTHING, script_read=script_read) is expected


def test_someone_protected_is_led_to_their_legal_representative():
    protected = person(is_protected=True)
    assert phone_fault(protected, ALL_FACTS, NOTHING, script_read=True) is Fault.PROTECTED
    for kind in (MandateKind.ORGANISATION, MandateKind.RELATIVE):
        assert lasting_fault(kind, protected, ["appointments"]) is Fault.PROTECTED
    assert lasting_fault(MandateKind.LEGAL, protected, ["appointments"]) is None


@pytest.mark.parametrize(
    ("procedures", "may_name_sensitive", "expected"),
    [
        (["appointments"], False, None),
        (["appointments", "carnet"], True, None),
        (["appointments", "documents"], False, Fault.TOO_SENSITIVE),
        ([], True, Fault.NO_PROCEDURE),
        (["everything"], True, Fault.NO_PROCEDURE),
    ],
)
def test_a_lasting_mandate_names_its_procedures(procedures, may_name_sensitive, expected):
    fault = lasting_fault(MandateKind.RELATIVE, person(), procedures, may_name_sensitive=may_name_sensitive)
    assert fault is expected


def test_carnet_and_documents_are_never_usual():
    assert {"carnet", "documents"} == SENSITIVE
    assert not USUAL & SENSITIVE
    assert ordered({"rights", "appointments"}) == ["appointments", "rights"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, True),
        ({"mobile": None}, False),
        ({"mobile_state": RouteState.FAILED}, False),
        ({"wants_sms": False}, False),
        ({"wants_silence": True}, False),
    ],
)
def test_a_question_goes_only_where_text_messages_are_wanted(given, expected):
    assert may_text(person(**given)) is expected


# --- dates


@pytest.mark.parametrize("days", ORGANISATION_DAYS)
def test_an_organisation_s_mandate_ends_with_its_last_day_today_being_the_first(days):
    end = days_end(NOW, days)
    assert paris(end).time() == time()
    assert (paris_day(end) - paris_day(NOW)).days == days


def test_no_other_length_exists():
    with pytest.raises(ValueError, match="30"):
        days_end(NOW, 30)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_a_relative_s_mandate_never_lasts_longer_than_twelve_months(today):
    last = last_day_of_year(today)
    assert timedelta(364) <= last - today <= timedelta(365)
    assert relative_end_fault(today, last) is None
    assert relative_end_fault(today, last + timedelta(1)) is Fault.END_FAR
    assert relative_end_fault(today, today) is None
    assert relative_end_fault(today, today - timedelta(1)) is Fault.END_PAST


def test_a_mandate_holds_until_the_end_of_its_last_day():
    assert end_of(TODAY) == at("2026-11-24", "00:00")
    assert told_until(mandate(ends_at=end_of(TODAY))) == TODAY
    assert last_day_of_year(date(2028, 2, 29)) == date(2029, 2, 28)


def test_a_minor_s_mandate_ends_before_their_eighteen_years():
    child = person(birth_date=date(2010, 3, 8))
    assert is_minor(child, TODAY)
    assert legal_dates_fault(child, TODAY, TODAY, date(2028, 3, 7)) is None
    assert legal_dates_fault(child, TODAY, TODAY, date(2028, 3, 8)) is Fault.AGE
    assert majority_day(date(2008, 2, 29)) == date(2026, 3, 1)


def test_the_dates_of_a_judgement_are_in_order_and_not_past():
    adult = person()
    assert legal_dates_fault(adult, TODAY, date(2020, 1, 1), date(2031, 1, 1)) is None
    assert legal_dates_fault(adult, TODAY, date(2020, 1, 1), date(2026, 11, 22)) is Fault.END_PAST
    assert legal_dates_fault(adult, TODAY, date(2027, 1, 1), date(2026, 12, 1)) is Fault.END_PAST


def test_a_text_message_is_waited_for_seven_days_and_a_paper_a_month():
    texted = mandate(state=MandateState.ASKED, consent=Consent.SMS)
    assert answer_by(texted) == NOW + timedelta(days=7)
    assert is_waiting(texted, NOW + timedelta(days=6))
    assert not is_waiting(texted, NOW + timedelta(days=7))
    assert answer_by(mandate(ends_at=NOW + timedelta(days=400))) == NOW + timedelta(days=31)
    assert answer_by(mandate(consent=Consent.SMS, ends_at=NOW + timedelta(days=1))) == NOW + timedelta(days=1)
    assert not is_waiting(mandate(), NOW)


def test_a_mandate_runs_until_its_last_instant():
    assert is_running(mandate(), NOW + timedelta(days=31) - timedelta(seconds=1))
    assert not is_running(mandate(), NOW + timedelta(days=31))
    assert not is_running(mandate(state=MandateState.ENDED), NOW)


# --- what a new one takes


@pytest.mark.parametrize(
    ("new", "old", "minor", "left"),
    [
        (MandateKind.ORGANISATION, MandateKind.RELATIVE, False, ["messages"]),
        (MandateKind.RELATIVE, MandateKind.ORGANISATION, False, ["messages"]),
        (MandateKind.LEGAL, MandateKind.RELATIVE, False, ["messages"]),
        (MandateKind.LEGAL, MandateKind.LEGAL, False, ["messages"]),
        (MandateKind.LEGAL, MandateKind.LEGAL, True, ["appointments", "messages"]),  # both parents
        (MandateKind.RELATIVE, MandateKind.LEGAL, True, ["appointments", "messages"]),
        (MandateKind.PHONE, MandateKind.ORGANISATION, False, ["appointments", "messages"]),
        (MandateKind.ORGANISATION, MandateKind.COUNTER, False, ["appointments", "messages"]),
    ],
)
def test_a_new_lasting_mandate_takes_its_procedures_from_older_ones(new, old, minor, left):
    older = mandate(old, ["appointments", "messages"])
    assert left_after(mandate(new, ["appointments"]), older, minor=minor) == left


def test_an_older_mandate_left_with_nothing_keeps_nothing():
    assert left_after(mandate(), mandate(), minor=False) == []


@pytest.mark.parametrize(
    ("kind", "how", "told"),
    [
        (MandateKind.PHONE, EndedBy.AGENT, False),
        (MandateKind.PHONE, EndedBy.SPACE, True),
        (MandateKind.ORGANISATION, EndedBy.HOLDER, True),
        (MandateKind.ORGANISATION, EndedBy.OVER, False),
        (MandateKind.RELATIVE, EndedBy.AGENT, True),
    ],
)
def test_the_person_is_told_of_an_end_they_were_not_told_before(kind, how, told):
    assert is_end_told(mandate(kind), how) is told


def test_the_holder_is_named():
    agent = Agent(given_name="Camille", family_name="Essai")
    assert holder_name(mandate(agent=agent)) == "Camille Essai"
    assert holder_name(mandate(organisation=Organisation(name="CCAS d'Essai"))) == "CCAS d'Essai"
    assert holder_name(mandate(holder=person())) == "Odette Modèle"
    assert holder_name(mandate()) == ""


# --- answers

YESES = [
    "OUI",
    "oui merci",
    "Ouais",
    "d'accord",
    "D’ACCORD",
    "ok",
    "Oui !",
    "oui, d'accord. Merci beaucoup",
    "je suis d'accord",
]
NOES = ["NON", "non merci", "Non !!", "pas d'accord", "je ne suis pas d'accord", "je refuse", "nan", "Je veux pas"]
STOPS = [
    "STOP MANDAT",
    "stop mandat",
    " Stop   Mandat ! ",
    "STOPMANDAT",
    "🛑 stop-mandat 🙏",
    "stop le mandat svp",
    "Ștop mandat",
]
UNCLEARS = [
    "", "   ", "👍", "oui mais non", "oui non", "oui ?", "non d'accord ok", "pas oui", "oui pas d'accord", "ok stop",
    "peut-être", "qui êtes-vous ?",
    "oui 👎", "ok mais seulement les rendez-vous", "j'accepte pas", "pas bien sûr", "mandat",
    "o" * 2000, "nonoui", "je suis en réunion", "merci",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        *((text, Answer.YES) for text in YESES),
        *((text, Answer.NO) for text in NOES),
        *((text, Answer.STOP_MANDATE) for text in STOPS),
        *((text, Answer.UNCLEAR) for text in UNCLEARS),
        ("STOP", Answer.STOP),
        ("Stop !", Answer.STOP),
        ("stop merci", Answer.STOP),
    ],
)
def test_a_text_message_is_read_as_its_writer_meant_it(text, answer):
    assert read_answer(text) is answer


around = st.text(alphabet=" .!,;-\t\n…🙂🙏😀\u00a0\u202f", max_size=8)


@given(
    around,
    around,
    around,
    st.sampled_from(["stop mandat", "STOP MANDAT", "STOP MANDATE", "Stop Mandât", "stop le mandat"]),
)
def test_stop_mandat_is_read_whatever_stands_around(before, between, after, words):
    first, *rest = words.split(" ")
    assert read_answer(before + first + (between or " ") + " ".join(rest) + after) is Answer.STOP_MANDATE


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    assert read_answer(text) in Answer


@given(st.lists(st.sampled_from(["oui", "ok", "d'accord", "merci", "ouais"]), min_size=1, max_size=5), st.data())
def test_no_yes_holds_a_word_that_refuses_or_is_unknown(words, data):
    other = data.draw(
        st.one_of(
            st.sampled_from(["non", "pas", "jamais", "stop", "mais", "refuse", "plus", "ne"]),
            st.text(alphabet=string.ascii_lowercase, min_size=9, max_size=12),
        )
    )
    at_ = data.draw(st.integers(0, len(words)))
    assert read_answer(" ".join([*words[:at_], other, *words[at_:]])) is not Answer.YES
