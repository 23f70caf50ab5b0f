"""An appointment in a calendar: readable by machines, silent about people."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from portal.booking.ics import calendar_of
from portal.booking.models import Appointment, AppointmentStatus
from portal.directory.models import Departement, Mode, Motif, Place
from tests.world import at

START = at("2026-11-24", "10:30")
HOUSE = Departement(id=1, name="Pas-de-Calais", phone="03 53 01 00 62")


def appointment(
    status: AppointmentStatus = AppointmentStatus.BOOKED, mode: Mode = Mode.PLACE, sequence: int = 0, **place: object
) -> Appointment:
    return Appointment(
        id=7,
        code="SECRETXX",
        starts_at=START,
        ends_at=START + timedelta(minutes=45),
        status=status,
        sequence=sequence,
        changed_at=at("2026-11-23", "09:02"),
        motif=Motif(title="Consultation PMI", neutral_words="rendez-vous avec le Département", mode=mode),
        place=Place(
            **{
                "name": "MDS de Démonstration, à l'hôtel du Département",
                "street": "12 rue de la Démonstration, bâtiment des Trois Portes; au fond",
                "postal_code": "62000",
                "city": "Arras",
                "phone": "03 53 01 00 10",
            }
            | place
        ),
    )


def text_of(one: Appointment) -> str:
    return calendar_of(one, departement=HOUSE, base_url="https://porte.exemple.fr")


def test_an_appointment_is_published_with_its_time_its_place_and_a_stable_number() -> None:
    calendar = Calendar.from_ical(text_of(appointment()))
    (event,) = calendar.events
    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert event["UID"] == "rendez-vous-7@porte.exemple.fr"
    assert (event.start, event.end) == (START, START + timedelta(minutes=45))
    assert event["SUMMARY"] == "Rendez-vous avec le Département"
    assert event["LOCATION"].endswith("au fond, 62000 Arras")
    assert (event["STATUS"], event["CLASS"], event["SEQUENCE"]) == ("CONFIRMED", "PRIVATE", 0)


def test_a_cancelled_one_says_so_under_the_same_number() -> None:
    calendar = Calendar.from_ical(text_of(appointment(AppointmentStatus.EXCUSED, sequence=2)))
    (event,) = calendar.events
    assert calendar["METHOD"] == "CANCEL"
    assert (event["STATUS"], event["SEQUENCE"], event["UID"]) == ("CANCELLED", 2, "rendez-vous-7@porte.exemple.fr")


def test_lines_end_with_crlf_and_hold_75_octets_at_most() -> None:
    octets = text_of(appointment()).encode()
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in octets.replace(b"\r\n", b"")
    assert max(len(line) for line in octets.split(b"\r\n")) <= 75


def test_it_tells_neither_the_code_nor_the_motif() -> None:
    text = text_of(appointment()).replace("\r\n ", "")
    assert "SECRETXX" not in text
    assert "PMI" not in text


@pytest.mark.parametrize(
    ("mode", "where"), [(Mode.PHONE, "Par téléphone"), (Mode.HOME, "À votre domicile"), (Mode.VIDEO, "Par vidéo")]
)
def test_what_happens_elsewhere_says_how(mode: Mode, where: str) -> None:
    (event,) = Calendar.from_ical(text_of(appointment(mode=mode))).events
    assert event["LOCATION"] == where


def test_a_place_without_street_or_phone_is_told_with_its_town_and_the_departement_s_phone() -> None:
    (event,) = Calendar.from_ical(text_of(appointment(street=None, phone=None))).events
    assert event["LOCATION"] == "MDS de Démonstration, à l'hôtel du Département, 62000 Arras"
    assert "03 53 01 00 62" in event["DESCRIPTION"]


def test_an_invented_address_is_called_so() -> None:
    (event,) = Calendar.from_ical(text_of(appointment(is_demo_address=True))).events
    assert event["LOCATION"].endswith("au fond, 62000 Arras, adresse de démonstration")


def test_the_same_appointment_gives_the_same_bytes() -> None:
    assert text_of(appointment()) == text_of(appointment())
