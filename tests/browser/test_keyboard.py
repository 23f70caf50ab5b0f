"""The same journeys by keyboard alone: Tab, Space, Enter, and what is typed."""

import pytest

from portal.booking.models import Appointment, AppointmentStatus
from tests.browser.journeys import booked, town
from tests.browser.keyboard import Keyboard


@pytest.fixture
def keyboard(visit):
    return Keyboard(visit())


def test_an_appointment_is_booked_by_keyboard_alone(keyboard, world):
    here = town(world)
    keyboard.visitor.go("/")
    keyboard.enter("Prendre rendez-vous")
    keyboard.enter(here.motif.title)
    keyboard.go_to("Votre commune ou votre code postal", "textbox")
    keyboard.keys.type("arras")
    keyboard.send()
    keyboard.enter(f"Choisir ce lieu {here.place.name}")
    keyboard.enter("Semaine suivante")
    keyboard.choose("9 h")
    keyboard.enter("Continuer", "button")
    keyboard.choose("Pour moi")
    keyboard.type_on("Essai", "Dominique", "29", "2", "1980")  # what is asked about someone else is out of the way
    keyboard.enter("Vérifier mes réponses", "button")
    keyboard.enter("Confirmer mon rendez-vous", "button")
    keyboard.visitor.reads("Votre rendez-vous est pris")


def test_an_appointment_is_opened_and_cancelled_by_keyboard_alone(keyboard, world):
    appointment = booked(world)
    keyboard.visitor.go("/r/")
    keyboard.go_to("Votre code", "textbox")
    keyboard.keys.type(f"{appointment.code[:4]} {appointment.code[4:]}".lower())
    keyboard.send()
    keyboard.go_to("Jour", "textbox")
    keyboard.keys.type("29")
    keyboard.type_on("2", "1980")
    keyboard.send()
    keyboard.visitor.reads("MDS Essai")
    keyboard.enter("Annuler")
    keyboard.enter("Oui, annuler", "button")
    keyboard.visitor.reads("Ce rendez-vous est annulé")
    with world.database.transaction() as session:
        assert session.get_one(Appointment, appointment.id).status is AppointmentStatus.EXCUSED


def test_a_refused_form_is_mended_by_keyboard_alone(keyboard, world):
    appointment = booked(world)
    keyboard.visitor.go(f"/r/{appointment.code}")
    keyboard.enter("Ouvrir", "button")
    assert keyboard.visitor.page.evaluate("document.activeElement.id") == "error-summary"
    with keyboard.visitor.page.expect_navigation():  # to the field, on the same page
        keyboard.keys.press("Tab")
        keyboard.keys.press("Enter")
    keyboard.go_to("Jour", "textbox")
    keyboard.keys.type("29")
    keyboard.type_on("2", "1980")
    keyboard.send()
    keyboard.visitor.reads("MDS Essai")
