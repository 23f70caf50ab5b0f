"""The words of notices: on each route, in each language, within their limits, and discreet."""

import re

import pytest

from portal.notifications import gsm, render
from portal.notifications.models import Route
from portal.people.models import Person
from tests.notifications.conftest import context
from tests.notifications.notices_of import BY_EVERY_ROUTE, CODES, MANDATE, NOT_BY_POST, TEXT_ONLY, notice_context
from tests.parsing import parse
from tests.world import at

CODE = "123456"
LONG = "Association d'Entraide des Communes de la Haute Vallée de la Canche, de l'Authie et de la Ternoise"
TEXTS = CODES | BY_EVERY_ROUTE | NOT_BY_POST | TEXT_ONLY
MAILS = CODES | BY_EVERY_ROUTE | NOT_BY_POST
APPOINTMENTS = ("appointment_booked", "appointment_moved", "appointment_cancelled", "appointment_reminder")
STARTS = at("2026-11-25", "10:30")
HIDDEN = {
    "place_name": "",
    "place_lines": [],
    "place_phone": None,
    "step_free": None,
    "directions": None,
    "bring": [],
    "before": None,
    "after": None,
    "words": "rendez-vous",
}
WITHOUT_NBSP = re.compile(r"[^\s\u00a0<>/]? [:;?!»](?![:/])|« ")


def words(kind, **more):
    """The context of a kind, its code made."""
    return notice_context(**TEXTS[kind] | {"code": CODE} | more)


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("who", ["Lou", LONG])
@pytest.mark.parametrize("phone", ["03 53 01 00 62", None])
def test_a_text_message_is_one_segment_whatever_the_names(kind, language, who, phone):
    more = {"who": who} if "who" in TEXTS[kind] else {}
    text = render.sms(kind.partition(" ")[0], words(kind, language=language, phone=phone, **more))

    assert gsm.fits(text)
    assert "None" not in text
    assert "  " not in text


@pytest.mark.parametrize("kind", CODES)
def test_a_text_message_with_a_code_begins_with_it(kind):
    assert render.sms(kind, words(kind)).startswith("Votre code La Bonne Porte : 123456.")


@pytest.mark.parametrize(
    ("kind", "is_filled"), [("sign_in_code", True), ("contact_code", True), ("consent_code", False)]
)
def test_a_telephone_fills_in_the_codes_that_are_typed_on_our_pages_and_no_other(kind, is_filled):
    assert (render.sms(kind, words(kind)).rpartition("\n")[2] == "@porte.exemple.fr #123456") is is_filled


@pytest.mark.parametrize("link", [f"https://{'a' * 60}.exemple.fr", "https://éàü.exemple.fr", "mailto:x"])
def test_the_line_for_telephones_is_left_out_when_it_does_not_fit(link):
    assert "#123456" not in render.sms("contact_code", words("contact_code", link=link)).replace("@ #", "")


def test_consent_by_text_message_names_who_until_when_and_what_for():
    text = render.sms("mandate_asked", words("mandate_asked", who="CCAS d'Essai"))

    assert text == (
        "CCAS d'Essai demande à agir pour vous jusqu'au 24/12/2026, pour les rendez-vous, les messages, les choix, "
        "les droits. Vous acceptez ? Répondez OUI ou NON."
    )


@pytest.mark.parametrize("procedures", [["appointments"], MANDATE["procedures"]])
def test_consent_by_text_message_keeps_what_counts_with_a_long_name(procedures):
    text = render.sms("mandate_asked", words("mandate_asked", who=LONG, procedures=procedures))

    assert text.startswith("Association d'Entraide")
    assert "24/12/2026" in text
    assert "les rendez-vous" in text
    assert "Répondez OUI ou NON." in text


@pytest.mark.parametrize("kind", sorted(BY_EVERY_ROUTE))
def test_a_text_message_that_lies_open_names_neither_procedure_nor_what_changed(kind):
    text = render.sms(kind, words(kind))

    assert not re.search(r"droits|messages|mobile|papier", text.replace("votre numéro de mobile a changé", ""))


@pytest.mark.parametrize("kind", ["mandate_given", "mandate_ended", "mandate_ending", "preferences_changed"])
def test_to_someone_who_wants_discretion_no_route_but_a_voice_names_who_or_what(kind):
    discreet = words(kind, discreet=True)
    mail = render.email(kind, discreet)
    said = " ".join((render.sms(kind, discreet), mail.subject, mail.text, mail.html))

    assert not re.search(r"CCAS|droits|papier", said)
    assert "dans votre espace" in mail.text or "Votre espace" in mail.text


def test_to_someone_who_wants_discretion_no_e_mail_says_that_we_keep_their_letters():
    for place, is_said in (("MDS Essai Nord", True), ("", False)):
        mail = render.email("letter_waits", words("letter_waits", place=place))
        assert ["garder vos lettres" in said for said in (mail.text, mail.html)] == [is_said] * 2
        assert "\n\n\n\n" not in mail.text


@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_e_mail_is_whole_valid_and_well_set(kind, language):
    mail = render.email(kind, words(kind, language=language))

    assert parse(mail.html)[1] == []
    assert "\n" not in mail.subject
    assert mail.html.count("<h1>") == 1
    for text in (mail.text, mail.subject):
        assert not WITHOUT_NBSP.search(text)
    assert "None" not in mail.html
    assert "\n\n\n" not in mail.text
    assert all(line == line.strip() or line.startswith("  ") for line in mail.text.splitlines())


@pytest.mark.parametrize("kind", MAILS)
def test_what_people_write_is_never_markup(kind):
    mail = render.email(kind, words(kind, **({"who": "<b>Lou</b>"} if "who" in TEXTS[kind] else {})))

    assert "<b>" not in mail.html


@pytest.mark.parametrize("kind", APPOINTMENTS)
def test_the_name_of_whoever_acted_is_never_markup(kind):
    assert "<b>" not in render.email(kind, context(STARTS, acted_by="<b>Lou</b>")).html


@pytest.mark.parametrize("kind", BY_EVERY_ROUTE)
@pytest.mark.parametrize("route", [Route.CALL, Route.DESK])
@pytest.mark.parametrize("phone", ["03 53 01 00 62", None])
def test_an_agent_has_whole_sentences_to_say(kind, route, phone):
    said = render.task(kind, words(kind, phone=phone), route)

    assert "Dominique" not in said
    assert "vérifiez qui parle" in said
    assert "None" not in said
    assert said.rstrip().endswith("Voulez-vous que je répète\u00a0?\u00a0»")
    assert not WITHOUT_NBSP.search(said)


@pytest.mark.parametrize("what", ["mobile", "email"])
@pytest.mark.parametrize("by", ["person", "agent"])
def test_a_changed_contact_is_named_and_who_wrote_it(what, by):
    more = {"what": what, "by": by}
    said = [
        render.sms("contact_changed", words("contact_changed", **more)),
        render.email("contact_changed", words("contact_changed", **more)).html,
        render.task("contact_changed", words("contact_changed", **more), Route.CALL),
    ]

    assert all(("mobile" if what == "mobile" else "e-mail") in text for text in said)
    assert all(("agent du D" in text) is (by == "agent") for text in said)


@pytest.mark.parametrize("how", ["space", "phone", "sms", "letter", "agent", "holder", "replaced", "over"])
def test_the_end_of_a_mandate_says_why(how):
    mail = render.email("mandate_ended", words("mandate_ended", ended_by=how))
    said = render.task("mandate_ended", words("mandate_ended", ended_by=how), Route.CALL)
    why = {
        "agent": "L'aide est terminée.",
        "holder": "Cette personne ou cet organisme l'a arrêté.",
        "over": "La date de fin est passée.",
        "replaced": "Un nouveau mandat le remplace.",
    }.get(how, "C'est fait, comme vous l'avez demandé.")

    assert why in mail.text
    assert why in said


def test_a_mandate_whose_holder_is_not_known_yet_has_no_hole():
    for kind in ("mandate_given", "mandate_ended", "mandate_ending"):
        given = words(kind, who="")
        assert "Une personne" in render.sms(kind, given)
        assert "ne personne" in render.email(kind, given).text
        assert "Une personne" in render.task(kind, given, Route.CALL)


def test_whoever_changed_the_choices_is_named_when_known():
    mail = render.email("preferences_changed", words("preferences_changed", acted_by="Camille Exemple"))
    said = render.task("preferences_changed", words("preferences_changed", acted_by="Camille Exemple"), Route.CALL)

    assert "Camille Exemple l'a fait pour vous." in mail.text
    assert "Camille Exemple" in said


@pytest.mark.parametrize("until", ["2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00+00:00"])
def test_an_agent_is_invited_by_a_link_until_a_moment(until):
    link = "https://porte.exemple.fr/agents/invitation/abc"
    mail = render.email("agent_invitation", notice_context(name="Camille Essai", link=link, until=until))

    assert link in mail.text
    assert f'href="{link}"' in mail.html
    assert "mardi 1er décembre 2026 à 9 h" in mail.text.replace("\u00a0", " ")


def test_the_words_follow_the_language_and_the_print_of_the_person():
    person = Person(
        given_names="Lou", family_name="Essai", language="en", wants_large_print=True, wants_discretion=True
    )
    given = notice_context(person)

    assert (given["language"], given["large_print"], given["discreet"]) == ("en", True, True)
    assert given["recipient_name"] == "Lou Essai"


# Appointments: who acted, and discretion


@pytest.mark.parametrize(
    ("kind", "more", "said", "in_short"),
    [
        ("appointment_booked", {}, "Pris pour vous par Lou Essai.", "Pris par Lou Essai."),
        (
            "appointment_moved",
            {"old_starts_at": STARTS.isoformat()},
            "Changé pour vous par Lou Essai.",
            "Changé par Lou Essai.",
        ),
        (
            "appointment_cancelled",
            {"cancelled_by": "person"},
            "Annulé pour vous par Lou Essai.",
            "Annulé par Lou Essai.",
        ),
        ("appointment_reminder", {}, "Pris pour vous par Lou Essai.", "Pris par Lou Essai."),
        (
            "appointment_reminder",
            {"old_starts_at": STARTS.isoformat()},
            "Changé pour vous par Lou Essai.",
            "Changé par Lou Essai.",
        ),
    ],
)
def test_a_message_says_who_acted_for_the_person(kind, more, said, in_short):
    given = context(STARTS, acted_by="Lou Essai", **more)
    mail = render.email(kind, given)

    assert said in mail.text
    assert said in mail.html
    assert said in render.task(kind, given, Route.CALL)
    assert in_short in render.sms(kind, given)
    assert "Vous avez annulé" not in mail.text


def test_an_organisation_that_tells_why_is_not_named_in_a_text_message():
    assert "CCAS" not in render.sms("appointment_booked", context(STARTS, acted_by="CCAS d'Essai"))


def test_the_date_the_hour_and_the_link_come_before_who_acted():
    text = render.sms("appointment_booked", context(STARTS, acted_by=LONG.replace("Communes", "Villages")))

    assert gsm.fits(text)
    assert "MDS Arras Nord" in text
    assert "https://porte.exemple.fr/r/ABCDEFGH" in text


@pytest.mark.parametrize("kind", APPOINTMENTS)
@pytest.mark.parametrize("mode", ["place", "phone", "home", "video"])
def test_a_discreet_message_tells_day_hour_and_code_and_has_no_hole(kind, mode):
    given = context(STARTS, mode=mode, **HIDDEN)
    mail, text = render.email(kind, given), render.sms(kind, given)
    said = render.task(kind, given, Route.CALL)

    for words_of_it in (mail.text, mail.html):
        assert "ABCD-EFGH" in words_of_it
        assert "Saint-Nicolas" not in words_of_it
        assert "Pour quoi" not in words_of_it
        assert not re.search(r":\u00a0?\s*(</p>|$)", words_of_it.partition("<body>")[2] or words_of_it, re.MULTILINE)
        assert "Comment venir" not in words_of_it
        assert "sans marche" not in words_of_it
    assert (", ." in text, ",," in text, " ." in text) == (False, False, False)
    assert "25" in text
    assert "C'est à ce lieu" not in said
