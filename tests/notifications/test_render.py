"""Each kind of message on each route: its words, and its limits."""

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from portal.notifications import gsm, render
from portal.notifications.models import Route
from portal.words import hour_words
from tests.notifications.conftest import context
from tests.parsing import parse
from tests.world import at

KINDS = ("appointment_booked", "appointment_moved", "appointment_cancelled", "appointment_reminder")
STARTS = at("2026-11-25", "10:30")  # a Wednesday: the longest name of a day, "mercredi"
DATE = "mercredi 25 novembre 2026"
NEUTRAL = re.compile(r"PMI|RSA|MDPH|handicap|social|budget|Essai|Dominique|Lina", re.IGNORECASE)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def words(kind: str = "appointment_booked", **given):
    values = {"appointment_cancelled": {"cancelled_by": "service"}, "appointment_moved": {"old_starts_at": OLD}}
    return context(STARTS, **values.get(kind, {}) | given)


OLD = (STARTS - timedelta(days=6)).isoformat()


# The alphabet


@pytest.mark.parametrize(
    ("french", "sent"),
    [
        ("Nœux-les-Mines, Œuf", "Noeux-les-Mines, OEuf"),
        ("Hôpital, forêt, août, maïs, Noël, château", "Hopital, foret, aout, mais, Noel, chateau"),
        ("reçu, Ça va, ÇA", "recu, Ça va, ÇA"),
        ("été à Étaples, où, Évin", "été à Étaples, où, Évin"),
        ("«\u00a0Bonjour\u00a0»", '" Bonjour "'),
        ("l’heure…\u202f10\u00a0h\u00a030 – 11\u00a0h", "l'heure... 10 h 30 - 11 h"),
        ("ÀÊ", "AE"),
        ("a\u200bb\u00ad", "ab"),
        ("日本", "??"),
    ],
)
def test_french_is_mapped_to_the_alphabet_of_text_messages(french, sent):
    assert gsm.to_gsm(french) == sent
    assert gsm.septets(sent) == len(sent)


def test_signs_of_the_extension_table_count_double():
    assert gsm.septets("10 €") == 5
    assert gsm.septets("[{}]") == 8
    with pytest.raises(ValueError, match=r"U\+0153"):
        gsm.septets("œ")


@given(st.text())
def test_any_text_becomes_one_of_the_alphabet_and_stays_so(text):
    sent = gsm.to_gsm(text)

    assert gsm.septets(sent) >= len(sent)
    assert gsm.to_gsm(sent) == sent


# Text messages


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["place", "phone", "home", "video"])
def test_a_text_message_holds_date_hour_link_and_phone_in_one_segment_and_nothing_that_tells_why(kind, language, mode):
    text = render.sms(kind, words(kind, mode=mode, language=language, names=["Lina Essai"]))

    assert gsm.fits(text)
    assert "25" in text
    assert "2026" in text
    assert ("10:30" if language == "en" else "10 h 30") in text
    assert "https://porte.exemple.fr/r/ABCDEFGH" in text
    assert "03 53 01 00 62" in text
    assert not NEUTRAL.search(text)


def test_a_confirmation_names_the_place():
    assert render.sms("appointment_booked", words()) == (
        "Rendez-vous mercredi 25 novembre 2026 à 10 h 30, MDS Arras Nord, Saint-Nicolas. "
        "Voir, changer, annuler : https://porte.exemple.fr/r/ABCDEFGH ou 03 53 01 00 62"
    )


@pytest.mark.parametrize(
    ("by", "long", "short"),
    [
        ("person", "Vous avez annulé le rendez-vous", "Rendez-vous annulé par vous : "),
        ("service", "Nous devons annuler le rendez-vous", "Rendez-vous annulé par nous : "),
        (None, "Rendez-vous annulé : ", "Rendez-vous annulé : "),
    ],
)
def test_a_cancellation_says_who_cancelled_even_in_short(by, long, short):
    over = words(cancelled_by=by, cancel_until=None, move_until=None)

    assert render.sms("appointment_cancelled", over | {"place_name": "Lens"}).startswith(long)
    squeezed = over | {"link": f"https://{'a' * 62}.fr/r/ABCDEFGH"}
    assert render.sms("appointment_cancelled", squeezed).startswith(short)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("MDPH du Pas-de-Calais, site de Lens", "8 rue Inventée, Lens."),
        ("Consultation de PMI de Lens", "8 rue Inventée, Lens."),
        ("Maison de l'Autonomie de Lens", "8 rue Inventée, Lens."),
        ("MDS Lens 1", "MDS Lens 1."),
    ],
)
def test_the_name_of_a_place_that_tells_why_one_goes_there_gives_way_to_its_street(name, shown):
    given = words(place_name=name, place_lines=["8 rue Inventée", "62300 Lens"])

    assert f" à 10 h 30, {shown}" in render.sms("appointment_booked", given)


def test_a_place_that_tells_and_has_no_street_is_named_by_its_town():
    given = words(place_name="MDPH, site de Lens", place_lines=["62300 Lens"])

    assert " à 10 h 30, Lens." in render.sms("appointment_booked", given)


@pytest.mark.parametrize("name", ["MDS Arras Nord", "MDPH, site d'Arras"])
def test_an_invented_address_is_called_so_where_there_is_room_and_takes_none_in_a_text_message(name):
    plainly = words(place_name=name)
    invented = plainly | {"place_lines": [*plainly["place_lines"], "adresse de démonstration"]}

    mail = render.email("appointment_booked", invented)
    for text in (mail.text, mail.html, render.task("appointment_booked", invented, Route.CALL)):
        assert "adresse de démonstration" in text
    assert render.sms("appointment_booked", invented) == render.sms("appointment_booked", plainly)


def test_a_long_name_gives_way_to_the_town_and_never_the_rest():
    long = "Maison France services intercommunale du canton de Saint-Pol-sur-Ternoise et environs"
    text = render.sms("appointment_reminder", words(place_name=long, place_lines=["62130 Saint-Pol"]))

    assert "mercredi 25 novembre 2026 à 10 h 30, Saint-Pol." in text
    assert "https://porte.exemple.fr/r/ABCDEFGH ou 03 53 01 00 62" in text


names = st.text(min_size=0, max_size=120) | st.text("œêçÉ'’« »-€[] abc", max_size=120)
phones = (
    st.none()
    | st.from_regex(r"0[1-9]( ?[0-9]{2}){4}", fullmatch=True)
    | st.from_regex(r"\+33[1-9][0-9]{8}", fullmatch=True)
)


@given(
    kind=st.sampled_from(KINDS),
    language=st.sampled_from(["fr", "en"]),
    name=names,
    street=names,
    town=names,
    phone=phones,
    host=st.integers(1, 60),
    cancelled_by=st.sampled_from([None, "person", "service"]),
    starts_at=st.integers(0, 500_000).map(lambda minutes: at("2026-01-02", "10:30") + timedelta(minutes=minutes)),
)
def test_any_place_and_phone_make_one_segment_with_date_hour_link_and_phone(
    kind, language, name, street, town, phone, host, cancelled_by, starts_at
):
    link = f"https://{'a' * host}.fr/r/ABCDEFGH"
    given_words = context(
        starts_at,
        language=language,
        place_name=name,
        place_lines=[street, f"62000 {town}"],
        phone=phone,
        link=link,
        cancelled_by=cancelled_by,
    )
    text = render.sms(kind, given_words)

    assert gsm.fits(text)
    # A portal with a host above 50 characters may lose "https://", never the rest.
    assert (link if host <= 47 else link.removeprefix("https://")) in text
    assert "2026" in text
    assert plain(hour_words(starts_at, language)) in text
    if phone:
        assert phone[-2:] in text


def test_an_address_that_leaves_no_room_is_a_fault_rather_than_a_cut_message():
    with pytest.raises(ValueError, match="no room"):
        render.sms("appointment_booked", words(link=f"https://{'a' * 120}.fr/r/ABCDEFGH"))


# E-mails


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["place", "phone", "home", "video"])
@pytest.mark.parametrize("bare", [False, True])
def test_an_e_mail_renders_with_its_date_in_the_subject_and_a_page_without_fault(kind, language, mode, bare):
    nothing = dict.fromkeys(
        ("place_phone", "step_free", "directions", "phone", "phone_hours", "cancel_until", "move_until")
    )
    given = nothing | {"bring": [], "return_address": [], "place_lines": []} if bare else {"names": ["Lina Essai"]}
    mail = render.email(kind, words(kind, mode=mode, language=language, **given))

    assert "\n" not in mail.subject
    assert ("Wednesday 25 November 2026" if language == "en" else DATE) in plain(mail.subject)
    assert not NEUTRAL.search(mail.subject)
    for body in (mail.text, mail.html):
        assert "https://porte.exemple.fr/r/ABCDEFGH" in body
        assert "ABCD-EFGH" in body
        assert ("Lina Essai" in body) is not bare
        assert "None" not in body
    page, faults = parse(mail.html)
    assert faults == []
    assert page.get("lang") == language
    assert len(list(page.iter("h1"))) == 1
    assert not list(page.iter("table")) + list(page.iter("img")) + list(page.iter("script"))
    assert not [element for element in page.iter() if element.get("style")]


def test_an_e_mail_tells_what_to_keep_what_to_bring_and_until_when_one_may_change():
    mail = render.email("appointment_booked", words(before="Ne mangez pas avant."))

    for said in (
        "Quand : mercredi 25 novembre 2026 à 10 h 30",
        "12 rue de la Démonstration",
        "Une pièce d'identité",
        "Ne mangez pas avant.",
        "annuler jusqu'au mercredi 25 novembre 2026 à 6 h 30",
        "changer la date jusqu'au mardi 24 novembre 2026 à 10 h 30",
        "03 53 01 00 62",
    ):
        assert said in plain(mail.text)


def test_words_typed_by_someone_are_no_markup_in_an_e_mail():
    mail = render.email("appointment_booked", words(names=["<b>Lina</b> & 'fils'"]))

    assert "<b>" not in mail.html
    assert "&lt;b&gt;Lina" in mail.html
    assert "<b>Lina</b> & 'fils'" in mail.text


def test_what_exists_in_french_alone_is_marked_so_in_an_english_page_and_nowhere_in_a_french_one():
    french = {"before": "Venez <b>tôt</b>.", "after": "Reposez-vous.", "language": "en"}
    given = words(**french)
    said = [given[name] for name in ("before", "after", "directions", "words", "phone_hours", "place_name")]

    page, _faults = parse(render.email("appointment_booked", given).html)
    marked = [element.text for element in page.iter("span") if element.get("lang") == "fr"]

    assert sorted(marked) == sorted([*said, *given["bring"], *given["place_lines"]])
    assert "<span" not in render.email("appointment_booked", given | {"language": "fr"}).html
    assert "<span" not in render.email("appointment_booked", given).text


def test_a_cancelled_e_mail_neither_says_what_to_bring_nor_how_to_come():
    mail = render.email("appointment_cancelled", words(cancelled_by="person"))

    assert "Vous avez annulé ce rendez-vous." in mail.text
    assert "Ne venez pas" in mail.text
    assert "Une pièce d'identité" not in mail.text + mail.html


def test_large_print_makes_the_page_larger():
    assert "22px" in render.email("appointment_booked", words(large_print=True)).html


# Tasks


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("route", [Route.CALL, Route.DESK])
def test_an_agent_checks_who_speaks_before_saying_anything(kind, route):
    text = plain(render.task(kind, words(kind, names=["Lina Essai"]), route))

    checks, says = text.index("vérifiez qui parle"), text.index("Ensuite, dites")
    assert checks < says
    assert DATE not in text[:says]
    assert DATE in text[says:]
    assert ("répondeur" in text) is (route is Route.CALL)
    machine = text[: text.index("D'abord")]
    assert not re.search(r"rendez-vous|Lina|MDS", machine)


def test_an_agent_is_told_of_another_language_in_french():
    text = render.task("appointment_booked", words(language="en"), Route.CALL)

    assert "préfère l'anglais" in text
    assert DATE in plain(text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_word_is_a_fault_and_never_a_blank(kind):
    given = words(kind)
    del given["code"]

    with pytest.raises(UndefinedError):
        render.email(kind, given)
    with pytest.raises(UndefinedError):
        render.task(kind, given, Route.CALL)
