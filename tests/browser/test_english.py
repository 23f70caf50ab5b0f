"""The whole life of an appointment, read in English: every label is the one of the English catalogue."""

from portal.booking.models import AppointmentStatus
from tests.browser.journeys import choose_an_hour, confirm, open_with, say_who, take, the_appointment, town
from tests.world import at


def in_english(visitor):
    """Presses « English » on the home page."""
    visitor.page.goto(visitor.site)
    visitor.reading = "en"
    visitor.follow("English")
    return visitor


def test_an_english_reader_books_moves_and_cancels(visit, world, worker, gateways):
    here = town(world)
    visitor = in_english(visit(phone=True))
    choose_an_hour(visitor, here, "10:00", weeks=2)
    say_who(visitor, mobile="06 39 98 00 12", email="dominique@exemple.fr")
    confirm(visitor)
    booked = the_appointment(world)
    assert booked.starts_at == at("2026-12-07", "10:00")
    visitor.reads("Your appointment is booked")
    worker()

    visitor = in_english(visit())  # another day, on another device
    open_with(visitor, booked.code)
    visitor.follow("Changer l'heure")
    visitor.follow("Semaine suivante")
    take(visitor, "11:00")
    visitor.press("Confirmer la nouvelle heure")
    visitor.reads("Le jour et l'heure ont changé. Voici votre nouveau rendez-vous.")
    assert the_appointment(world).starts_at == at("2026-11-30", "11:00")
    worker()

    visitor.follow("Annuler")
    visitor.press("Oui, annuler")
    visitor.reads("Ce rendez-vous est annulé")
    visitor.reads("Annulé par vous.")
    worker()

    with world.database.transaction() as session:
        assert session.get_one(type(booked), booked.id).status is AppointmentStatus.EXCUSED
    subjects = [mail.subject for mail in gateways.mail.sent]
    assert ["appointment" in subject.lower() for subject in subjects] == [True, True, True], subjects
    assert len(gateways.sms.sent) == 3
