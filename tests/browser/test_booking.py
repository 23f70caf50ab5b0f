"""Booking as each kind of person: what they see, what they receive, and that nothing else leaves."""

from datetime import date, timedelta

import pytest

from portal.directory.models import Mode
from tests.browser.journeys import (
    ADDRESS,
    all_messages,
    choose_an_hour,
    confirm,
    fill_date,
    messages,
    on_a_phone_with_and_without_scripts,
    say_who,
    the_appointment,
    town,
)

SMS, EMAIL, LETTER, CALL, DESK = "sms", "email", "letter", "call", "desk"
TOMORROW = "mardi 24 novembre 2026"  # a letter posted today arrives on the 26th


def notice(route, status):
    return ("notice", route, status)


def reminder(route, status="waiting"):
    return ("reminder", route, status)


CHOSEN = notice(LETTER, "queued")  # everything comes by post: a letter of its own says so
KINDS = {
    "mobile and e-mail": (
        {"mobile": "06 39 98 00 12", "email": "dominique@exemple.fr"},
        (),
        [notice(EMAIL, "sent"), notice(SMS, "sent"), reminder(EMAIL), reminder(SMS)],
    ),
    "a mobile alone": ({"mobile": "+33 6 39 98 00 12"}, (), [notice(SMS, "sent"), reminder(SMS)]),
    "an e-mail alone": ({"email": "dominique@exemple.fr"}, (), [notice(EMAIL, "sent"), reminder(EMAIL)]),
    "garantie papier and a mobile": (
        {"mobile": "0639980012", **ADDRESS},
        ("Je veux tout recevoir par courrier",),
        [CHOSEN, notice(LETTER, "queued"), notice(SMS, "sent"), reminder(LETTER), reminder(SMS)],
    ),
    "an address alone": (ADDRESS, (), [notice(LETTER, "queued"), reminder(LETTER)]),
    "a landline alone": ({"landline": "03 53 01 00 99"}, (), [notice(CALL, "open"), reminder(CALL)]),
    "nothing at all": ({}, (), [notice(DESK, "open")]),
    "silence": (
        {"mobile": "06 39 98 00 12"},
        ("Ne me contactez pas",),
        [],
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_person_is_told_by_what_reaches_them_and_by_nothing_else(kind, visit, world, worker, gateways):
    here = town(world)
    reach, ticks, expected = KINDS[kind]
    visitor = visit(phone=True)
    choose_an_hour(visitor, here, weeks=2)
    say_who(visitor, **reach)
    for label in ticks:
        visitor.tick(label)
    confirm(visitor)
    appointment = the_appointment(world)
    visitor.reads(f"{appointment.code[:4]}-{appointment.code[4:]}")
    worker()
    assert messages(world) == sorted(expected)
    assert len(gateways.sms.sent) == sum(route == SMS and status == "sent" for _step, route, status in expected)
    assert len(gateways.mail.sent) == sum(route == EMAIL and status == "sent" for _step, route, status in expected)


def test_the_whole_journey_works_without_scripts_on_a_small_screen(visit, world, worker, gateways):
    here = town(world)
    visitor = visit(phone=True, scripts=False)
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    confirm(visitor)
    worker()
    (text,) = gateways.sms.sent
    assert f"/r/{the_appointment(world).code}" in text.text
    assert "budget" not in text.text
    assert "Essai" not in text.text.replace(here.place.name, "")


WITHOUT_THE_POST = {
    "a landline is called": (
        {"landline": "03 53 01 00 99", **ADDRESS},
        (),
        [notice(CALL, "open")],
        "Une personne vous appelle pour confirmer.",
    ),
    "an address alone leaves it to the place": (
        ADDRESS,
        (),
        [notice(DESK, "open")],
        "Le lieu vous donnera les nouvelles en personne.",
    ),
    "garantie papier and a mobile: it rings too": (
        {"mobile": "06 39 98 00 12", **ADDRESS},
        ("Je veux tout recevoir par courrier",),
        [notice(CALL, "open"), CHOSEN, notice(SMS, "sent")],
        "Une personne vous appelle pour confirmer.",
    ),
}


@pytest.mark.parametrize("kind", WITHOUT_THE_POST)
def test_a_letter_that_cannot_arrive_by_the_day_before_is_a_task_of_today(kind, visit, world, worker, clock):
    here = town(world)
    reach, ticks, expected, words = WITHOUT_THE_POST[kind]
    visitor = visit(phone=True)
    choose_an_hour(visitor, here, weeks=0, day=TOMORROW)
    say_who(visitor, **reach)
    for label in ticks:
        visitor.tick(label)
    confirm(visitor)
    visitor.reads(TOMORROW)
    visitor.reads(words)
    assert "lettre part" not in visitor.page.inner_text("main")
    worker()
    assert messages(world) == expected
    assert {message.due_at for message in all_messages(world)} == {clock.now}


def test_a_child_is_booked_by_their_parent_who_is_told_once(visit, world, worker, gateways):
    here = town(world, max_age_years=6)
    visitor = visit()
    choose_an_hour(visitor, here)
    visitor.tick("Pour mon enfant")
    visitor.page.locator("#relative_family_name").fill("Essai")
    visitor.page.locator("#relative_given_names").fill("Petit")
    fill_date(visitor, "relative_birth_date", "1", "3", "2024")
    say_who(visitor, email="dominique@exemple.fr")
    confirm(visitor)
    worker()
    (mail,) = gateways.mail.sent
    assert "Petit" in mail.text
    assert messages(world) == [notice(EMAIL, "sent"), reminder(EMAIL)]


def test_faults_are_said_beside_their_field_and_nothing_typed_is_lost(visit, world):
    here = town(world)
    visitor = visit(phone=True)
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98", email="pas une adresse", street="12 rue de la Paix", postcode="62000")
    fill_date(visitor, "birth_date", "31", "2", "1980")
    visitor.press("Vérifier mes réponses")
    assert visitor.page.title().startswith("Erreur")
    assert visitor.page.locator("#error-summary li").count() >= 4
    assert visitor.page.locator("#mobile").input_value() == "06 39 98"
    assert visitor.page.locator("#birth_date-day").input_value() == "31"
    assert visitor.page.locator("#family_name").input_value() == "Essai"
    focused = visitor.page.evaluate("document.activeElement.id")
    assert focused == "error-summary"


def test_a_double_press_makes_one_appointment(visit, world, worker, gateways):
    here = town(world)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    visitor.press("Vérifier mes réponses")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Confirmer mon rendez-vous").dblclick()
    visitor.reads("Votre rendez-vous est pris")
    the_appointment(world)
    worker()
    assert len(gateways.sms.sent) == 1


def test_back_shows_the_review_again_and_confirming_it_again_changes_nothing(visit, world, worker, gateways):
    here = town(world)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    confirm(visitor)
    confirmation, first = visitor.page.url, the_appointment(world)
    worker()
    visitor.back()
    # As it was: asked again, the server would say that this hour is no longer free.
    assert visitor.page.inner_text("h1") == "Vérifier et confirmer"
    visitor.reads("06 39 98 00 12")
    visitor.press("Confirmer mon rendez-vous")
    assert visitor.page.url == confirmation
    visitor.reads("Votre rendez-vous est pris")
    assert the_appointment(world).id == first.id
    worker()
    assert len(gateways.sms.sent) == 1
    assert messages(world) == [notice(SMS, "sent"), reminder(SMS)]


def test_back_from_the_review_returns_to_the_form_with_what_was_typed(visit, world):
    here = town(world)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    visitor.press("Vérifier mes réponses")
    visitor.back()
    assert visitor.page.locator("#family_name").input_value() == "Essai"
    assert visitor.page.locator("#mobile").input_value() == "06 39 98 00 12"


@on_a_phone_with_and_without_scripts
def test_the_loser_of_a_race_keeps_what_was_typed_and_takes_another_hour(device, visit, world, worker, gateways):
    here = town(world)
    first, second = visit(**device), visit(**device)
    for visitor, name, mobile in ((first, "Dominique", "06 39 98 00 12"), (second, "Claude", "06 39 98 00 13")):
        choose_an_hour(visitor, here)
        say_who(visitor, given_names=name, mobile=mobile)
        visitor.press("Vérifier mes réponses")
    first.press("Confirmer mon rendez-vous")
    first.reads("Votre rendez-vous est pris")
    second.press("Confirmer mon rendez-vous")
    second.reads("Cette heure n'est plus libre")
    second.reads("Vos réponses sont gardées")
    second.page.get_by_role("radio").first.check()
    second.press("Confirmer mon rendez-vous")
    second.reads("Votre rendez-vous est pris")
    second.reads("Comment nous vous prévenons")
    worker()
    assert [text.number for text in gateways.sms.sent] == ["+33639980012", "+33639980013"]


@on_a_phone_with_and_without_scripts
def test_an_urgent_need_leads_to_people_and_never_to_a_slot(device, visit, world):
    town(world)
    visitor = visit(**device)
    visitor.go("/rendez-vous")
    assert visitor.page.locator("main .choices a").first.inner_text().strip().startswith("C'est urgent")
    visitor.follow("C'est urgent")
    numbers = {link.get_attribute("href"): link.inner_text() for link in visitor.page.locator(".numbers a").all()}
    assert list(numbers) == ["tel:115", "tel:119", "tel:3919", "tel:15", "tel:17", "sms:114"]
    visitor.fill("Votre commune ou votre code postal", "62000")
    visitor.press("Chercher")
    visitor.reads("MDS Essai")
    visitor.reads("sans rendez-vous")
    assert visitor.page.get_by_role("radio").count() == 0
    assert visitor.page.locator("main a[href*='/rendez-vous/motif']").count() == 0


def test_a_discreet_appointment_sends_nothing_and_says_how_to_learn_the_news(visit, world, worker, gateways):
    here = town(world, discreet=True)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12", email="dominique@exemple.fr")
    confirm(visitor)
    visitor.reads("Nous n'envoyons rien")
    worker()
    assert messages(world) == []
    assert (gateways.sms.sent, gateways.mail.sent) == ([], [])


def test_a_week_without_slots_says_so_and_gives_the_phone(visit, world):
    here = town(world)
    with world.database.transaction() as session:
        session.merge(here.agent).is_active = False
    visitor = visit(phone=True)
    visitor.go(f"/rendez-vous/{here.motif.key}/{here.place.key}")
    visitor.reads("Pas de créneau libre")
    visitor.reads("03 53 01 00 10")


def test_someone_outside_the_departement_is_told_so_with_a_way_on(visit, world):
    here = town(world)
    visitor = visit()
    visitor.go(f"/rendez-vous/{here.motif.key}")
    visitor.fill("Votre commune ou votre code postal", "75011")
    visitor.press("Chercher")
    visitor.reads("Nous ne connaissons pas cette commune dans le Département")
    visitor.reads("hors du Département")


def test_a_phone_appointment_sends_nobody_to_a_place(visit, world):
    here = town(world, mode=Mode.PHONE)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    confirm(visitor)
    assert here.place.street not in visitor.page.inner_text("main")


def test_what_was_typed_survives_a_session_that_ended(visit, world, clock):
    here = town(world)
    visitor = visit()
    choose_an_hour(visitor, here, weeks=2)
    say_who(visitor, mobile="06 39 98 00 12")
    clock.forward(timedelta(minutes=45))
    visitor.press("Vérifier mes réponses")
    visitor.reads("Rien n'est perdu")
    assert visitor.page.locator("#given_names").input_value() == "Dominique"
    confirm(visitor)


def test_the_birth_date_of_tomorrow_is_refused(visit, world):
    here = town(world)
    visitor = visit()
    choose_an_hour(visitor, here)
    say_who(visitor, mobile="06 39 98 00 12")
    fill_date(visitor, "birth_date", "1", "1", str(date(2027, 1, 1).year))
    visitor.press("Vérifier mes réponses")
    assert visitor.page.locator("#error-summary").count() == 1
