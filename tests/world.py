"""A world of defaults: a test says only what matters to it, the rest is filled in here."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.booking.models import (
    Absence,
    Appointment,
    AppointmentStatus,
    Invitation,
    Opening,
    Participation,
    Recurrence,
)
from portal.booking.models_waiting import Wish
from portal.booking.models_workshops import Workshop
from portal.clock import at_wall_clock
from portal.database import Database
from portal.directory.models import (
    BookedBy,
    Commune,
    CommuneAttachment,
    Departement,
    Helpline,
    Mds,
    Mode,
    Motif,
    Place,
    PlaceAttachment,
    Territory,
    Theme,
)
from portal.directory.models_settings import DayException
from portal.people.models import Agent, Person, Referent, RouteState
from portal.people.models_access import Assignment, Organisation
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.rules import match_key

ALWAYS = Range(date(2020, 1, 1), None)
CODES = "ABCDEFGHJKMNPQRSTVWXYZ"


class World:
    """Builds rows. Each builder commits, and returns the row, detached and readable."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database = database
        self.now = now
        self._count = 0

    def _number(self) -> int:
        self._count += 1
        return self._count

    def _add(self, *rows: Any) -> None:
        with self.database.transaction() as session:
            session.add_all(rows)

    def _one(self, session: Session, model: Any, **values: Any) -> Any:
        return session.query(model).filter_by(**values).one_or_none()

    def departement(self, **given: Any) -> Departement:
        """The Pas-de-Calais, once."""
        with self.database.transaction() as session:
            row = session.get(Departement, 1)
            if row is None:
                row = Departement(
                    **{
                        "id": 1,
                        "code": "62",
                        "name": "Pas-de-Calais",
                        "full_name": "Département du Pas-de-Calais",
                        "phone": "03 53 01 00 62",
                        "phone_hours": "du lundi au vendredi, de 9 h à 17 h",
                        "return_address": ["DEPARTEMENT DU PAS DE CALAIS", "62018 ARRAS CEDEX 9"],
                        "is_demo": True,
                    }
                    | given
                )
                session.add(row)
            return row

    def helpline(self, number: str = "115", **given: Any) -> Helpline:
        """An emergency number."""
        row = Helpline(
            **{
                "number": number,
                "position": self._number(),
                "purpose": "Vous n'avez pas d'endroit où dormir.",
                "by_text": False,
                "source": "source d'essai",
                "checked_on": date(2026, 11, 1),
            }
            | given
        )
        self._add(row)
        return row

    def territory(self, key: str = "arrageois", name: str = "Arrageois") -> Territory:
        """A territory and its MDS, once per key."""
        with self.database.transaction() as session:
            row = self._one(session, Territory, key=key)
            if row is None:
                row = Territory(key=key, name=name)
                session.add(row)
                session.flush()
                session.add(Mds(key=f"mds-{key}", name=f"MDS {name}", territory_id=row.id))
            return row

    def commune(self, insee: str = "62041", name: str = "Arras", **given: Any) -> Commune:
        """A commune, once per number."""
        territory = self.territory()
        with self.database.transaction() as session:
            row = session.get(Commune, insee)
            if row is None:
                row = Commune(
                    **{
                        "insee": insee,
                        "name": name,
                        "search_key": name.lower(),
                        "postal_codes": ["62000"],
                        "postal_label": name.upper(),
                        "population": 42_600,
                        "lat": 50.2910,
                        "lon": 2.7776,
                        "gone_on": None,
                    }
                    | given
                )
                session.add(row)
                session.flush()
                session.add(
                    CommuneAttachment(
                        insee=insee, commune_number=int(insee, 36), territory_id=territory.id, valid=ALWAYS
                    )
                )
            return row

    def place(self, **given: Any) -> Place:
        """An MDS site in Arras, with a street and a phone."""
        number = self._number()
        self.departement()
        commune = self.commune()
        territory = self.territory()
        row = Place(
            **{
                "key": f"lieu-{number}",
                "kind": "mds_site",
                "name": f"MDS Essai {number}",
                "street": f"{number} rue de la Démonstration",
                "postal_code": "62000",
                "city": "Arras",
                "insee": commune.insee,
                "phone": "03 53 01 00 10",
                "lat": 50.2910,
                "lon": 2.7776,
                "step_free": True,
                "directions": "En face de la mairie, la porte bleue.",
                "hours": ["Du lundi au vendredi, de 9 h à 12 h"],
                "urgent_hours": "Du lundi au vendredi, de 9 h à 12 h, sans rendez-vous",
                "is_demo_address": True,
                "source": "invention d'essai",
                "checked": False,
                "closed_on": None,
            }
            | given
        )
        with self.database.transaction() as session:
            session.add(row)
            session.flush()
            mds = session.query(Mds).filter_by(territory_id=territory.id).one()
            session.add(PlaceAttachment(place_id=row.id, mds_id=mds.id, valid=ALWAYS))
        return row

    def theme(self, key: str = "droits", **given: Any) -> Theme:
        """A theme, once per key."""
        with self.database.transaction() as session:
            row = self._one(session, Theme, key=key)
            if row is None:
                row = Theme(
                    **{
                        "key": key,
                        "position": self._number(),
                        "title": "Mon argent et mes droits",
                        "line": "Un budget difficile, une aide à demander.",
                        "pictogram": "wallet",
                    }
                    | given
                )
                session.add(row)
            return row

    def motif(self, **given: Any) -> Motif:
        """30 minutes and no buffer, open to everyone, in a place, with no notice."""
        number = self._number()
        theme = self.theme()
        row = Motif(
            **{
                "key": f"motif-{number}",
                "theme_id": theme.id,
                "position": number,
                "family": "social",
                "title": f"Parler de mon budget {number}",
                "line": "Une personne regarde avec vous votre situation.",
                "detail": "Vous êtes reçu par une personne du Département.",
                "audience": "Tout le monde",
                "max_age_years": None,
                "minutes": 30,
                "buffer_minutes": 0,
                "notice_minutes": 0,
                "horizon_days": 60,
                "mode": Mode.PLACE,
                "booked_by": BookedBy.EVERYONE,
                "with_referent": False,
                "cancel_minutes": 240,
                "move_minutes": 24 * 60,
                "upcoming_limit": 1,
                "bring": ["Une pièce d'identité"],
                "before": None,
                "after": None,
                "discreet": False,
                "neutral_words": "rendez-vous avec le Département",
                "closed_on": None,
            }
            | given
        )
        self._add(row)
        return row

    def organisation(self, **given: Any) -> Organisation:
        """A partner under a convention that runs."""
        number = self._number()
        row = Organisation(
            **{"key": f"partenaire-{number}", "name": f"CCAS d'Essai {number}", "convention": ALWAYS} | given
        )
        self._add(row)
        return row

    def agent(self, role: str = "professionnel", *, place: Place | None = None, **given: Any) -> Agent:
        """An active agent without a password, who holds `role` at a place or everywhere."""
        number = self._number()
        families = given.pop("families", [])
        row = Agent(
            **{
                "key": f"agent-{number}",
                "given_name": "Camille",
                "family_name": f"Essai-{number}",
                "job": "assistante sociale",
                "email": None,
                "password_hash": None,
                "is_active": True,
            }
            | given
        )
        self._add(row)
        self.assignment(row, role, place, families=families)
        return row

    def assignment(self, agent: Agent, role: str, place: Place | None = None, **given: Any) -> Assignment:
        """A role, at a place or everywhere."""
        row = Assignment(
            **{
                "agent_id": agent.id,
                "role": role,
                "place_id": place.id if place else None,
                "valid": ALWAYS,
                "families": [],
                "is_from_files": False,
            }
            | given
        )
        self._add(row)
        return row

    def mandate(self, person: Person, **given: Any) -> Mandate:
        """In force from now for 31 days, for appointments, agreed on paper. Give one holder."""
        number = self._number()
        row = Mandate(
            **{
                "reference": f"MAND{number:04}",
                "kind": MandateKind.ORGANISATION,
                "person_id": person.id,
                "procedures": ["appointments"],
                "state": MandateState.ACTIVE,
                "consent": Consent.PAPER,
                "facts": [],
                "asked_at": self.now,
                "agreed_at": self.now,
                "starts_at": self.now,
                "ends_at": self.now + timedelta(days=31),
            }
            | given
        )
        self._add(row)
        return row

    def credential(self, person: Person, kind: CredentialKind, value: str, **given: Any) -> Credential:
        """A mobile or e-mail that the person has proved."""
        row = Credential(
            **{"person_id": person.id, "kind": kind, "value": value, "proved_at": self.now, "is_vouched": False} | given
        )
        self._add(row)
        return row

    def opening(self, agent: Agent, place: Place, *motifs: Motif, **given: Any) -> Opening:
        """Every weekday from 9:00 to 12:00."""
        with self.database.transaction() as session:
            row = Opening(
                **{
                    "key": None,
                    "agent_id": agent.id,
                    "place_id": place.id,
                    "recurrence": Recurrence.WEEKLY,
                    "weekdays": [0, 1, 2, 3, 4],
                    "interval_weeks": 1,
                    "nth_week": None,
                    "first_day": date(2026, 1, 5),
                    "last_day": None,
                    "starts": time(9),
                    "ends": time(12),
                    "skipped": [],
                }
                | given
            )
            row.motifs = [session.merge(motif) for motif in motifs]
            session.add(row)
        return row

    def absence(self, agent: Agent, starts_at: datetime, ends_at: datetime) -> Absence:
        """Time in which an agent is away."""
        row = Absence(agent_id=agent.id, starts_at=starts_at, ends_at=ends_at)
        self._add(row)
        return row

    def odd_day(self, day: date, place: Place | None = None, *, is_open: bool = False) -> DayException:
        """A day closed though it is no holiday, or open though it is one; everywhere without a place."""
        row = DayException(day=day, place_id=place.id if place else None, is_open=is_open, label="Essai")
        self._add(row)
        return row

    def person(self, **given: Any) -> Person:
        """An adult with a mobile and an e-mail, and no address."""
        number = self._number()
        values: dict[str, Any] = {
            "family_name": "Essai",
            "given_names": f"Dominique {CODES[number % 22]}{CODES[number // 22 % 22]}",
            "birth_date": date(1980, 2, 29),
            "guardian_id": None,
            "mobile": f"+336399800{number % 100:02}",
            "mobile_state": RouteState.UNTRIED,
            "email": f"essai{number}@exemple.fr",
            "email_state": RouteState.UNTRIED,
            "landline": None,
            "address": [],
            "address_state": RouteState.UNTRIED,
            "wants_paper": False,
            "wants_large_print": False,
            "wants_silence": False,
            "language": "fr",
            "maybe_double": False,
            "created_at": self.now,
        } | given
        values["match_key"] = match_key(values["family_name"], values["given_names"], values["birth_date"])
        row = Person(**values)
        self._add(row)
        return row

    def referent(self, person: Person, agent: Agent) -> Referent:
        """The agent who follows a person, since always."""
        row = Referent(person_id=person.id, agent_id=agent.id, valid=ALWAYS)
        self._add(row)
        return row

    def invitation(self, person: Person, motif: Motif, **given: Any) -> Invitation:
        """The right to book a motif, for a month."""
        row = Invitation(
            **{
                "code": f"NV{self._number():06}",
                "person_id": person.id,
                "motif_id": motif.id,
                "last_day": (self.now + timedelta(days=30)).date(),
            }
            | given
        )
        self._add(row)
        return row

    def appointment(
        self,
        agent: Agent,
        place: Place,
        motif: Motif,
        starts_at: datetime,
        *people: Person,
        for_nobody: bool = False,
        **given: Any,
    ) -> Appointment:
        """A booked appointment with no message: the row alone."""
        ends_at = starts_at + timedelta(minutes=motif.minutes)
        row = Appointment(
            **{
                "code": f"ZZ{self._number():06}",
                "request_key": uuid4(),
                "motif_id": motif.id,
                "place_id": place.id,
                "agent_id": agent.id,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "busy_until": ends_at + timedelta(minutes=motif.buffer_minutes),
                "status": AppointmentStatus.BOOKED,
                "is_overbooked": False,
                "sequence": 0,
                "created_at": self.now,
                "changed_at": self.now,
            }
            | given
        )
        concerned = () if for_nobody else people or (self.person(),)
        row.participations = [Participation(person_id=person.id) for person in concerned]
        self._add(row)
        return row

    def workshop(self, agent: Agent, place: Place, motif: Motif, starts_at: datetime, **given: Any) -> Workshop:
        """A session of the motif's length with eight seats, all free."""
        held = self.appointment(agent, place, motif, starts_at, for_nobody=True)
        row = Workshop(
            **{"appointment_id": held.id, "title": "Atelier d'essai", "seats": 8, "created_at": self.now} | given
        )
        self._add(row)
        return row

    def wish(self, person: Person, motif: Motif, place: Place | None = None, **given: Any) -> Wish:
        """Someone who waits from today on, mornings and afternoons."""
        row = Wish(
            **{
                "person_id": person.id,
                "motif_id": motif.id,
                "place_id": place.id if place else None,
                "first_day": self.now.date(),
                "last_day": None,
                "mornings": True,
                "afternoons": True,
                "created_at": self.now,
            }
            | given
        )
        self._add(row)
        return row

    def office(self, **motif: Any) -> tuple[Place, Motif, Agent]:
        """A place where one agent receives for one motif every weekday from 9:00 to 12:00."""
        place, kind, agent = self.place(), self.motif(**motif), self.agent()
        self.opening(agent, place, kind)
        return place, kind, agent


def at(day: str, hour: str) -> datetime:
    """The instant of a day and an hour in France: at("2026-11-24", "10:30")."""
    return at_wall_clock(date.fromisoformat(day), time.fromisoformat(hour))
