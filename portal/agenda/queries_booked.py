"""Appointments of agendas and those they are for, as plain rows: a week of a team has thousands of values."""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Integer,
    Select,
    any_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from portal.agenda.rules_agenda import Booked, Viewer
from portal.booking.models import HOLDS_TIME, Appointment, Participation
from portal.booking.models_workshops import Workshop
from portal.directory import models as directory
from portal.people.models import Person

# Written out, not sent as parameters: else the server's general plan could not use the index of those that hold time.
HOLDS: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in HOLDS_TIME]


class Guest(NamedTuple):
    """Someone an appointment is for, and how whoever answers for them is reached."""

    appointment_id: int
    person_id: int
    given_names: str
    family_name: str
    wants_paper: bool
    wants_discretion: bool
    mobile: str | None
    landline: str | None
    address: list[str]

    @property
    def name(self) -> str:
        """Prénom Nom, as whoever booked wrote them."""
        return f"{self.given_names} {self.family_name}"


def guests_of(session: Session, viewer: Viewer, booked: Collection[Booked]) -> dict[int, list[Guest]]:
    """Those whom appointments are for, by appointment; only of those whose people the viewer knows."""
    known = [one.id for one in booked if viewer.knows(agent_id=one.agent_id, place_id=one.place_id)]
    return guests_rows(session, known)


def guests_rows(session: Session, appointment_ids: Collection[int]) -> dict[int, list[Guest]]:
    """Those whom appointments are for, by appointment."""
    found: dict[int, list[Guest]] = {}
    if appointment_ids:
        for row in session.connection().execute(_guests(), {"ids": list(appointment_ids)}).all():
            found.setdefault(row[0], []).append(Guest._make(row))
    return found


def booked_rows(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The statement whose rows make `Booked`, soonest first."""
    return _all_booked().where(*conditions)


def among(column: InstrumentedAttribute[int], numbers: Collection[int]) -> ColumnElement[bool]:
    """`IN`, as one array: a thousand parameters take longer to write than their rows to read."""
    return column == any_(literal(list(numbers), ARRAY(Integer)))


@cache
def _all_booked() -> Select[*tuple[Any, ...]]:
    """The statement without its conditions: building it costs more than sending it, so it is built once."""
    seats = aliased(Appointment)
    taken = (
        select(func.count())
        .where(seats.workshop_id == Workshop.id, seats.status.in_(HOLDS))
        .correlate(Workshop)
        .scalar_subquery()
    )
    return (
        select(
            Appointment.id,
            Appointment.agent_id,
            Appointment.place_id,
            _plain(Appointment.starts_at),
            _plain(Appointment.ends_at),
            _plain(Appointment.busy_until),
            Appointment.status,
            _plain(Appointment.changed_at),
            Appointment.overbook_reason,
            _plain(Appointment.arrived_at),
            _plain(Appointment.called_at),
            Appointment.is_door_closed,
            Appointment.sequence,
            directory.Motif.family,
            directory.Motif.key,
            directory.Motif.title,
            directory.Motif.neutral_words,
            directory.Motif.discreet,
            directory.Motif.mode,
            directory.Place.name,
            Workshop.id,
            Workshop.title,
            Workshop.seats,
            case((Workshop.id.is_not(None), taken), else_=0),
        )
        .join(directory.Motif, directory.Motif.id == Appointment.motif_id)
        .join(directory.Place, directory.Place.id == Appointment.place_id)
        .join(Workshop, Workshop.appointment_id == Appointment.id, isouter=True)
        .order_by(Appointment.starts_at, Appointment.id)
    )


@cache
def _guests() -> Select[*tuple[Any, ...]]:
    guardian, told = aliased(Person), aliased(Person)
    home = func.coalesce(guardian.address, Person.address)
    return (
        select(
            Participation.appointment_id,
            Person.id,
            func.coalesce(Participation.given_names, Person.given_names),
            func.coalesce(Participation.family_name, Person.family_name),
            func.coalesce(guardian.wants_paper, Person.wants_paper),
            func.coalesce(guardian.wants_discretion, Person.wants_discretion),
            func.coalesce(told.mobile, guardian.mobile, Person.mobile),
            func.coalesce(told.landline, guardian.landline, Person.landline),
            case((func.cardinality(Person.address) > 0, Person.address), else_=home),
        )
        .join(Appointment, Appointment.id == Participation.appointment_id)
        .join(Person, Person.id == Participation.person_id)
        .join(guardian, guardian.id == Person.guardian_id, isouter=True)
        .join(told, told.id == Appointment.told_id, isouter=True)
        .where(Participation.appointment_id == any_(bindparam("ids", type_=ARRAY(Integer))))
        .order_by(Participation.appointment_id, Participation.person_id)
    )


def _plain(moment: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """An instant as the driver reads it, in UTC as every connection is: a week has thousands of them."""
    return type_coerce(moment, DateTime(timezone=True))
