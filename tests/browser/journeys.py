"""What a resident does on the portal, step by step, and what they receive."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.rules import BookingRequest
from portal.booking.services import book
from portal.directory.models import Motif, Place
from portal.notifications.models import Message, Route, Status
from portal.people.contacts import Contact
from portal.people.rules import Identity
from tests.world import World, at

FUTURE_HOUR = "10 h"
IN_TWO_WEEKS = at("2026-12-07", "10:00")
ADDRESS = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}

on_a_phone_with_and_without_scripts = pytest.mark.parametrize(
    "device", [{"phone": True}, {"phone": True, "scripts": False}], ids=["with scripts", "without scripts"]
)


@dataclass(frozen=True)
class Town:
    """One place, one motif, one agent who receives every weekday from 9:00 to 12:00."""

    place: Place
    motif: Motif
    agent: Any


def town(world: World, **motif: Any) -> Town:
    """A Département small enough to know by heart, with its emergency numbers."""
    for number in ("115", "119", "3919", "15", "17", "114"):
        world.helpline(number, by_text=number == "114")
    place, kind, agent = world.office(title="Parler de mon budget", **motif)
    return Town(place, kind, agent)


def choose_an_hour(
    visitor: Any, here: Town, hour: str = FUTURE_HOUR, *, weeks: int = 1, day: str | None = None
) -> None:
    """From the home page to the hour: the week after next by default, so that letters arrive in time."""
    visitor.go("/")
    visitor.follow("Prendre rendez-vous")
    visitor.follow(here.motif.title)
    visitor.fill("Votre commune ou votre code postal", "arras")
    visitor.press("Chercher")
    visitor.follow(f"{visitor.say('Choisir ce lieu')} {here.place.name}")
    for _week in range(weeks):
        visitor.follow("Semaine suivante")
    take(visitor, hour, day)
    visitor.press("Continuer")


def take(visitor: Any, hour: str, day: str | None = None) -> None:
    """Ticks an hour: of a day ("mardi 24 novembre 2026"), or of the first of the week that has it."""
    days = visitor.page.get_by_role("group", name=day) if day else visitor.page
    days.get_by_role("radio", name=hour, exact=True).first.check()


def say_who(visitor: Any, *, family_name: str = "Essai", given_names: str = "Dominique", **reach: str) -> None:
    """Fills in the person's own names, birth date, and the ways to reach them that are given (label: text)."""
    if not visitor.page.locator("[name=concerned]:checked").count():
        visitor.tick("Pour moi")
    own = visitor.page
    own.locator("#family_name").fill(family_name)
    own.locator("#given_names").fill(given_names)
    fill_date(visitor, "birth_date", "29", "2", "1980")
    for field, text in reach.items():
        own.locator(f"#{field}").fill(text)


def fill_date(visitor: Any, field: str, day: str, month: str, year: str) -> None:
    """A date in its three inputs."""
    for part, text in (("day", day), ("month", month), ("year", year)):
        visitor.page.locator(f"#{field}-{part}").fill(text)


def confirm(visitor: Any) -> None:
    """Reviews, then confirms once."""
    visitor.press("Vérifier mes réponses")
    visitor.press("Confirmer mon rendez-vous")
    visitor.reads("Votre rendez-vous est pris")


def the_appointment(world: World) -> Appointment:
    """The only one booked."""
    with world.database.transaction() as session:
        return session.scalars(select(Appointment).where(Appointment.status == AppointmentStatus.BOOKED)).one()


def all_messages(world: World) -> list[Message]:
    """Everything that was promised, in that order."""
    with world.database.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def messages(world: World, *statuses: Status) -> list[tuple[str, str, str]]:
    """(step, route, status) of each message, or of those in these states, sorted."""
    return sorted(
        (row.step, row.route, row.status) for row in all_messages(world) if not statuses or row.status in statuses
    )


def letters(world: World) -> list[tuple[str, str]]:
    """(kind, status) of each letter, in the order in which they were promised."""
    return [(row.kind, row.status) for row in all_messages(world) if row.route is Route.LETTER]


def booked(world: World, contact: Contact | None = None, *, here: Town | None = None) -> Appointment:
    """What Dominique Essai has booked: Monday in two weeks at 10:00, reached by mobile and e-mail if not said."""
    here = here or town(world)
    reached = contact or Contact(mobile="+33639980012", email="dominique@exemple.fr")
    request = BookingRequest(
        key=uuid4(),
        motif_id=here.motif.id,
        place_id=here.place.id,
        starts_at=IN_TWO_WEEKS,
        booker=Identity("Essai", "Dominique", date(1980, 2, 29)),
        contact=reached,
    )
    with world.database.transaction() as session:
        book(session, world.now, request=request, base_url="https://porte.exemple.fr")
    return the_appointment(world)


def open_with(visitor: Any, typed: str, day: str = "29") -> None:
    """Types a code, then a birth date in February 1980."""
    visitor.go("/r/")
    visitor.fill("Votre code", typed)
    visitor.press("Continuer")
    fill_date(visitor, "birth_date", day, "2", "1980")
    visitor.press("Ouvrir")
