"""Seeing, moving and cancelling an appointment with its code and one fact only its person knows."""

from datetime import timedelta

from portal.notifications.models import Status
from tests.browser.journeys import (
    booked,
    fill_date,
    messages,
    on_a_phone_with_and_without_scripts,
    open_with,
    take,
    the_appointment,
    town,
)
from tests.world import at

MONDAY = "lundi 30 novembre 2026"


@on_a_phone_with_and_without_scripts
def test_a_code_is_read_however_it_is_typed(device, visit, world):
    appointment = booked(world)
    typed = f" {appointment.code[:4].lower().replace('0', 'o')} - {appointment.code[4:].replace('1', 'l')} "
    visitor = visit(**device)
    open_with(visitor, typed)
    visitor.reads("Votre rendez-vous")
    visitor.reads("MDS Essai")


def test_the_link_of_a_message_opens_with_the_birth_date_alone(visit, world, worker, gateways):
    appointment = booked(world)
    worker()
    (text,) = gateways.sms.sent
    path = f"/r/{appointment.code}"
    assert path in text.text
    visitor = visit(phone=True)
    visitor.go(path)
    assert "MDS Essai" not in visitor.page.inner_text("body")
    fill_date(visitor, "birth_date", "29", "2", "1980")
    visitor.press("Ouvrir")
    visitor.reads("MDS Essai")


@on_a_phone_with_and_without_scripts
def test_an_appointment_is_moved_and_its_person_told_once(device, visit, world, worker, gateways):
    appointment = booked(world)
    worker()
    visitor = visit(**device)
    open_with(visitor, appointment.code)
    visitor.follow("Changer l'heure")
    visitor.follow("Semaine suivante")
    take(visitor, "11 h", MONDAY)
    visitor.press("Confirmer la nouvelle heure")
    visitor.reads("Le jour et l'heure ont changé")
    visitor.reads(f"{MONDAY} à 11 h")
    moved = the_appointment(world)
    assert (moved.code, moved.id) == (appointment.code, appointment.id)
    assert moved.starts_at == at("2026-11-30", "11:00")
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2
    assert messages(world, Status.WAITING) == [("reminder", "email", "waiting"), ("reminder", "sms", "waiting")]


@on_a_phone_with_and_without_scripts
def test_an_appointment_is_cancelled_and_nothing_more_leaves_but_the_news_of_it(
    device, visit, world, worker, gateways, clock
):
    appointment = booked(world)
    worker()
    visitor = visit(**device)
    open_with(visitor, appointment.code)
    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    visitor.reads("Ce rendez-vous est annulé")
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2
    clock.set(appointment.starts_at - timedelta(hours=1))
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2


def test_the_loser_of_a_race_to_move_keeps_the_old_hour_until_another_is_taken(visit, world):
    here = town(world)
    appointment = booked(world, here=here)
    visitor = visit(phone=True)
    open_with(visitor, appointment.code)
    visitor.follow("Changer l'heure")
    visitor.follow("Semaine suivante")
    take(visitor, "11 h", MONDAY)
    world.appointment(here.agent, here.place, here.motif, at("2026-11-30", "11:00"))
    visitor.press("Confirmer la nouvelle heure")
    visitor.reads("Ce créneau n'est pas libre")
    visitor.reads("lundi 7 décembre 2026 à 10 h")
    take(visitor, "11 h 30", MONDAY)
    visitor.press("Confirmer la nouvelle heure")
    visitor.reads(f"{MONDAY} à 11 h 30")


def test_five_wrong_birth_dates_lock_the_code_for_a_quarter_of_an_hour(visit, world, clock):
    appointment = booked(world)
    visitor = visit()
    for day in ("1", "2", "3", "4", "5"):
        open_with(visitor, appointment.code, day)
    visitor.go(f"/r/{appointment.code}")
    visitor.reads("15 minutes")
    assert visitor.page.locator("#birth_date-day").count() == 0
    clock.forward(timedelta(minutes=16))
    open_with(visitor, appointment.code)
    visitor.reads("MDS Essai")


def test_the_calendar_file_opens_only_for_who_gave_the_birth_date(visit, world):
    appointment = booked(world)
    stranger = visit()
    answer = stranger.page.request.get(f"{stranger.site}/r/{appointment.code}/agenda.ics")
    assert "BEGIN:VCALENDAR" not in answer.text()
    open_with(stranger, appointment.code)
    answer = stranger.page.request.get(f"{stranger.site}/r/{appointment.code}/agenda.ics")
    assert "BEGIN:VCALENDAR" in answer.text()


def test_past_the_deadline_the_page_gives_the_phone_instead_of_the_button(visit, world, clock):
    appointment = booked(world)
    clock.set(appointment.starts_at - timedelta(hours=2))
    visitor = visit(phone=True)
    open_with(visitor, appointment.code)
    assert visitor.page.get_by_role("link", name="Changer l'heure").count() == 0
    assert visitor.page.get_by_role("link", name="Annuler").count() == 0
    visitor.reads("03 53 01 00 10")


def test_the_link_of_the_first_message_works_until_the_day_after(visit, world, clock):
    appointment = booked(world)
    clock.set(appointment.ends_at + timedelta(hours=23))
    visitor = visit()
    open_with(visitor, appointment.code)
    visitor.reads("MDS Essai")
    clock.set(appointment.ends_at + timedelta(hours=25))
    open_with(visitor, appointment.code)
    visitor.reads("Ce rendez-vous est passé")
