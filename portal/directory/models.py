"""The Département as dated data: what exists, where, and what belongs to what from which day."""

from datetime import date, time
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import Text

from portal.database import Base


class Mode(StrEnum):
    """Where an appointment happens."""

    PLACE = "place"
    PHONE = "phone"
    HOME = "home"
    VIDEO = "video"


class BookedBy(StrEnum):
    """Who may take a slot of a motif. `nobody`: the motif is explained, never booked."""

    EVERYONE = "everyone"
    INVITED = "invited"
    AGENTS = "agents"
    NOBODY = "nobody"


class Departement(Base):
    """The one Département this portal serves (a single row)."""

    __tablename__ = "departement"
    __table_args__ = (
        CheckConstraint("id = 1", name="single"),
        CheckConstraint("delivery_days BETWEEN 1 AND 15", name="delivery_days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    full_name: Mapped[str | None]  # as it signs, with its article: "Département du Pas-de-Calais"
    phone: Mapped[str | None]  # printed form, "03 53 01 00 62"
    phone_hours: Mapped[str | None]
    return_address: Mapped[list[str]] = mapped_column(ARRAY(Text))
    is_demo: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # The post: which public holidays hold here (portal.holidays), when letters are collected (France's wall clock, or
    # the region's own), how many postal days they travel.
    holiday_region: Mapped[str] = mapped_column(default="metropole", server_default=text("'metropole'"))
    cut_off: Mapped[time] = mapped_column(default=time(16, 30), server_default=text("'16:30'"))
    delivery_days: Mapped[int] = mapped_column(default=3, server_default=text("3"))

    @property
    def author(self) -> str:
        """Who writes: its full name, else its name alone, for no rule gives the article of a name."""
        return self.full_name or self.name


class Helpline(Base):
    """A number for emergencies, with what it is for and where that is said."""

    __tablename__ = "helpline"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    purpose: Mapped[str]
    by_text: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    source: Mapped[str]
    checked_on: Mapped[date]


class Territory(Base):
    """One of the nine territories; communes belong to it by `CommuneAttachment`."""

    __tablename__ = "territory"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Mds(Base):
    """A Maison du Département Solidarité: the house that answers for a territory; its sites are places."""

    __tablename__ = "mds"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)


class Commune(Base):
    """A commune. `search_key` is its name as typed without accents, case, hyphens or "Saint" in full."""

    __tablename__ = "commune"

    insee: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    search_key: Mapped[str] = mapped_column(index=True)
    postal_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    postal_label: Mapped[str]
    population: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    gone_on: Mapped[date | None]  # absent from the last load: kept for its history, no longer offered


class Place(Base):
    """Where one actually goes. A closed place keeps its appointments and its history."""

    __tablename__ = "place"
    __table_args__ = (CheckConstraint("agents_idle_minutes BETWEEN 5 AND 60", name="idle"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]  # mds_site, maison_autonomie, permanence, pmi
    name: Mapped[str]
    street: Mapped[str | None]
    postal_code: Mapped[str]
    city: Mapped[str]
    insee: Mapped[str] = mapped_column(ForeignKey("commune.insee"), index=True)
    phone: Mapped[str | None]
    lat: Mapped[float]
    lon: Mapped[float]
    step_free: Mapped[bool | None]  # None: not known, and said so
    directions: Mapped[str | None]
    hours: Mapped[list[str]] = mapped_column(ARRAY(Text))
    urgent_hours: Mapped[str | None]  # same-day permanence, for an emergency
    agents_idle_minutes: Mapped[int] = mapped_column(
        default=20, server_default=text("20")
    )  # shared desks: see web.sessions
    is_demo_address: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    source: Mapped[str]
    checked: Mapped[bool]
    closed_on: Mapped[date | None]
    # Columns last written on screen: the Département's files no longer change them.
    edited: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))


class PlaceAttachment(Base):
    """Which MDS a place answers to, from a day (included) to another (excluded)."""

    __tablename__ = "place_attachment"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(place_id, place_id, '[]')"), "&&"),
            ("valid", "&&"),
            name="ex_place_attachment_one_mds_a_day",
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    mds_id: Mapped[int] = mapped_column(ForeignKey("mds.id"), index=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)


class CommuneAttachment(Base):
    """Which territory a commune is in, from a day (included) to another (excluded)."""

    __tablename__ = "commune_attachment"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(commune_number, commune_number, '[]')"), "&&"),
            ("valid", "&&"),
            name="ex_commune_attachment_one_territory_a_day",
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    insee: Mapped[str] = mapped_column(ForeignKey("commune.insee"), index=True)
    # GiST compares no text without btree_gist, which the embedded server lacks; "2A004" is no number, so a stable
    # one is derived by the loader from the letters (base 36).
    commune_number: Mapped[int] = mapped_column(BigInteger)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    valid: Mapped[Range[date]] = mapped_column(DATERANGE)


class Theme(Base):
    """What an appointment is about, in a resident's words: "my child", "my housing"."""

    __tablename__ = "theme"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    title: Mapped[str]
    line: Mapped[str]
    pictogram: Mapped[str]


class Motif(Base):
    """A kind of appointment and its rules."""

    __tablename__ = "motif"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 5 AND 480", name="minutes"),
        CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name="buffer"),
        CheckConstraint("notice_minutes >= 0 AND horizon_days > 0", name="window"),
        CheckConstraint("cancel_minutes >= 0 AND move_minutes >= 0", name="deadlines"),
        CheckConstraint("upcoming_limit > 0", name="limit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), index=True)
    position: Mapped[int]
    family: Mapped[str]  # pmi, cpef, social, insertion, autonomie: whose files these are
    title: Mapped[str]
    line: Mapped[str]  # one plain sentence under the title
    detail: Mapped[str]  # shown before confirming: who receives, with or without a doctor
    audience: Mapped[str]
    max_age_years: Mapped[int | None]  # of the person concerned, on the day: under this age
    minutes: Mapped[int]
    buffer_minutes: Mapped[int]
    notice_minutes: Mapped[int]
    horizon_days: Mapped[int]
    mode: Mapped[Mode]
    booked_by: Mapped[BookedBy]
    with_referent: Mapped[bool]  # only the slots of the person's own referent
    cancel_minutes: Mapped[int]
    move_minutes: Mapped[int]
    upcoming_limit: Mapped[int]
    bring: Mapped[list[str]] = mapped_column(ARRAY(Text))
    before: Mapped[str | None]
    after: Mapped[str | None]
    discreet: Mapped[bool]
    neutral_words: Mapped[str]  # what messages say instead of the motif
    closed_on: Mapped[date | None]
    edited: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list, server_default=text("'{}'"))  # as for places

    theme: Mapped[Theme] = relationship(lazy="raise")

    @property
    def title_in_sight(self) -> str:
        """Its title; neutral words for a discreet one, which anyone may read over a shoulder."""
        return self.neutral_words[:1].upper() + self.neutral_words[1:] if self.discreet else self.title


Index("ix_motif_theme_position", Motif.theme_id, Motif.position)
