"""What a letter opens: a kind of appointment that only invited people book, some with their own référent alone."""

from datetime import time

import pytest

from portal.directory.models import BookedBy
from tests.browser.journeys import confirm, fill_date, say_who, take, the_appointment, town


@pytest.fixture
def person(world):
    return world.person(given_names="Dominique", mobile="+33639980012")


def open_letter(visitor, here, code, *, day="29"):
    visitor.go(f"/rendez-vous/{here.motif.key}")
    visitor.reads("La lettre donne un code.")
    visitor.fill("Le code de votre lettre", code)
    fill_date(visitor, "birth_date", day, "2", "1980")
    visitor.press("Continuer")


def test_the_code_of_a_letter_and_a_birth_date_open_what_only_invited_people_book(visit, world, person):
    here = town(world, booked_by=BookedBy.INVITED)
    letter = world.invitation(person, here.motif)
    visitor = visit(phone=True)
    visitor.go(f"/rendez-vous/{here.motif.key}/{here.place.key}")
    assert visitor.page.get_by_role("radio").count() == 0
    open_letter(visitor, here, letter.code, day="28")
    visitor.reads("Ce code et cette date ne vont pas ensemble.")
    open_letter(visitor, here, letter.code.lower())
    visitor.fill("Votre commune ou votre code postal", "62000")
    visitor.press("Chercher")
    visitor.follow(f"Choisir ce lieu {here.place.name}")
    take(visitor, "10 h")
    visitor.press("Continuer")
    say_who(visitor, mobile="06 39 98 00 12")
    confirm(visitor)
    booked = the_appointment(world)
    assert booked.motif_id == here.motif.id


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_referents_appointment_shows_the_hours_of_that_referent_alone(scripts, visit, world, person):
    here = town(world, booked_by=BookedBy.INVITED, with_referent=True)
    other = world.agent()
    world.opening(other, here.place, here.motif, starts=time(14), ends=time(17))
    world.referent(person, here.agent)
    letter = world.invitation(person, here.motif)
    visitor = visit(phone=True, scripts=scripts)
    open_letter(visitor, here, letter.code)
    visitor.reads("Votre référent vous reçoit ici")
    visitor.follow(f"Choisir ce lieu {here.place.name}")
    visitor.follow("Semaine suivante")
    hours = {label.inner_text().replace("\u00a0", " ") for label in visitor.page.locator(".slot label").all()}
    assert hours == {"9 h", "9 h 30", "10 h", "10 h 30", "11 h", "11 h 30"}
    take(visitor, "9 h 30")
    visitor.press("Continuer")
    say_who(visitor, mobile="06 39 98 00 12")
    confirm(visitor)
    assert the_appointment(world).agent_id == here.agent.id
