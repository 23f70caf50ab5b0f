"""What a resident does on the portal, step by step, and what they receive."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.directory.models import Motif, Place
from portal.notifications.models import Message, Status
from tests.world import World

FUTURE_HOUR = "10 h"


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


def choose_an_hour(visitor: Any, here: Town, hour: str = FUTURE_HOUR, *, weeks: int = 1) -> None:
    """From the home page to the hour: the week after next by default, so that letters arrive in time."""
    visitor.go("/")
    visitor.follow("Prendre rendez-vous")
    visitor.follow(here.motif.title)
    visitor.fill("Votre commune ou votre code postal", "arras")
    visitor.press("Chercher")
    visitor.follow(f"Choisir ce lieu {here.place.name}")
    for _week in range(weeks):
        visitor.follow("Semaine suivante")
    visitor.page.get_by_role("radio", name=hour, exact=True).first.check()
    visitor.press("Continuer")


def say_who(visitor: Any, *, family_name: str = "Essai", given_names: str = "Dominique", **reach: str) -> None:
    """Fills in the person's own names, birth date, and the ways to reach them that are given (label: text)."""
    if not visitor.page.get_by_label("Pour mon enfant").is_checked():
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


ADDRESS = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}


def the_appointment(world: World) -> Appointment:
    """The only one booked."""
    with world.database.transaction() as session:
        return session.scalars(select(Appointment).where(Appointment.status == AppointmentStatus.BOOKED)).one()


def messages(world: World, *statuses: Status) -> list[tuple[str, str, str]]:
    """(step, route, status) of each message, or of those in these states."""
    with world.database.transaction() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
    return sorted((row.step, row.route, row.status) for row in rows if not statuses or row.status in statuses)
