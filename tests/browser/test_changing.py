"""Seeing, moving and cancelling an appointment with its code and one fact only its person knows."""

from datetime import timedelta

from tests.browser.journeys import choose_an_hour, confirm, fill_date, messages, say_who, the_appointment, town


def booked(visit, world, **motif):
    here = town(world, **motif)
    visitor = visit()
    choose_an_hour(visitor, here, weeks=2)
    say_who(visitor, mobile="06 39 98 00 12", email="dominique@exemple.fr")
    confirm(visitor)
    return the_appointment(world)


def open_with(visitor, typed, day="29"):
    visitor.go("/r/")
    visitor.fill("Votre code", typed)
    visitor.press("Continuer")
    fill_date(visitor, "birth_date", day, "2", "1980")
    visitor.press("Ouvrir")


def test_a_code_is_read_however_it_is_typed(visit, world):
    appointment = booked(visit, world)
    typed = f" {appointment.code[:4].lower().replace('0', 'o')} - {appointment.code[4:].replace('1', 'l')} "
    visitor = visit(phone=True, scripts=False)
    open_with(visitor, typed)
    visitor.reads("Votre rendez-vous")
    visitor.reads("MDS Essai")


def test_an_appointment_is_moved_and_its_person_told_once(visit, world, worker, gateways):
    appointment = booked(visit, world)
    worker()
    visitor = visit(phone=True)
    open_with(visitor, appointment.code)
    visitor.follow("Changer l'heure")
    visitor.follow("Semaine suivante")
    visitor.page.get_by_role("radio", name="11 h", exact=True).first.check()
    visitor.press("Confirmer la nouvelle heure")
    visitor.reads("Le jour et l'heure ont changé")
    moved = the_appointment(world)
    assert (moved.code, moved.id) == (appointment.code, appointment.id)
    assert moved.starts_at != appointment.starts_at
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2
    waiting = [row for row in messages(world) if row[2] == "waiting"]
    assert waiting == [("reminder", "email", "waiting"), ("reminder", "sms", "waiting")]


def test_an_appointment_is_cancelled_and_nothing_more_leaves_but_the_news_of_it(visit, world, worker, gateways, clock):
    appointment = booked(visit, world)
    worker()
    visitor = visit()
    open_with(visitor, appointment.code)
    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    visitor.reads("Ce rendez-vous est annulé")
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2
    clock.set(appointment.starts_at - timedelta(hours=1))
    worker()
    assert len(gateways.sms.sent) == len(gateways.mail.sent) == 2


def test_five_wrong_birth_dates_lock_the_code_for_a_quarter_of_an_hour(visit, world, clock):
    appointment = booked(visit, world)
    visitor = visit()
    for day in ("1", "2", "3", "4", "5"):
        open_with(visitor, appointment.code, day)
    open_with(visitor, appointment.code)
    visitor.reads("15 minutes")
    clock.forward(timedelta(minutes=16))
    open_with(visitor, appointment.code)
    visitor.reads("MDS Essai")


def test_the_calendar_file_opens_only_for_who_gave_the_birth_date(visit, world):
    appointment = booked(visit, world)
    stranger = visit()
    answer = stranger.page.request.get(f"{stranger.site}/r/{appointment.code}/agenda.ics")
    assert "BEGIN:VCALENDAR" not in answer.text()
    open_with(stranger, appointment.code)
    answer = stranger.page.request.get(f"{stranger.site}/r/{appointment.code}/agenda.ics")
    assert "BEGIN:VCALENDAR" in answer.text()


def test_past_the_deadline_the_page_gives_the_phone_instead_of_the_button(visit, world, clock):
    appointment = booked(visit, world)
    clock.set(appointment.starts_at - timedelta(hours=2))
    visitor = visit(phone=True)
    open_with(visitor, appointment.code)
    assert visitor.page.get_by_role("link", name="Changer l'heure").count() == 0
    assert visitor.page.get_by_role("link", name="Annuler").count() == 0
    visitor.reads("03 53 01 00 10")


def test_the_link_of_the_first_message_works_until_the_day_after(visit, world, clock):
    appointment = booked(visit, world)
    clock.set(appointment.ends_at + timedelta(hours=23))
    visitor = visit()
    open_with(visitor, appointment.code)
    visitor.reads("MDS Essai")
    clock.set(appointment.ends_at + timedelta(hours=25))
    open_with(visitor, appointment.code)
    visitor.reads("Ce rendez-vous est passé")
