"""A Département's files as values: communes.csv, departement.toml, places.toml and motifs.toml, checked together."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any

from portal.directory.loader_subjects import Subjects, read_subjects
from portal.directory.parsing_motifs import read_motifs
from portal.directory.search_key import search_key
from portal.files.folder import Folder
from portal.files.row import Row
from portal.holidays import METROPOLE, REGIONS

FILES = ("communes.csv", "departement.toml", "places.toml", "motifs.toml")

_COLUMNS = ("insee", "name", "postal_codes", "postal_label", "territory", "population", "lat", "lon")
_INSEE = re.compile(r"\d[0-9AB]\d{3}")
_POSTAL_CODE = re.compile(r"\d{5}")
_PHONE = re.compile(r"0[1-9](?: \d\d){4}")
_HELPLINE = re.compile(r"\d{2,6}")

Values = dict[str, Any]


class PlaceKind(StrEnum):
    """What a place is. A `permanence` is a partner's premises where the Département receives."""

    MDS_SITE = "mds_site"
    MAISON_AUTONOMIE = "maison_autonomie"
    PERMANENCE = "permanence"
    PMI = "pmi"


@dataclass
class Directory:
    """What the files say. Each thing is the values of its columns, by its key; what belongs to what is apart."""

    departement: Values = field(default_factory=dict)
    helplines: dict[str, Values] = field(default_factory=dict)
    territories: dict[str, Values] = field(default_factory=dict)
    mds: dict[str, Values] = field(default_factory=dict)  # with "territory", a key
    communes: dict[str, Values] = field(default_factory=dict)
    territory_of: dict[str, str] = field(default_factory=dict)  # of a commune, by INSEE code
    commune_steps: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    places: dict[str, Values] = field(default_factory=dict)
    mds_of: dict[str, str] = field(default_factory=dict)  # of a place
    place_steps: dict[str, list[tuple[date, str]]] = field(default_factory=dict)
    themes: dict[str, Values] = field(default_factory=dict)
    motifs: dict[str, Values] = field(default_factory=dict)  # with "theme", a key
    subjects: Subjects = field(default_factory=Subjects)
    has_rights: bool = False  # the pre-diagnostic is offered


def read_directory(folder: Folder) -> Directory:
    """Everything the four files say, and those of calls where they are there.

    What is wrong is in `folder.faults`; the result is then not to be used.
    """
    folder.require(*FILES)
    read = Directory()
    moves = _read_departement(folder, read)
    for row in folder.csv("communes.csv", _COLUMNS):
        _read_commune(row, read)
    for row in moves:
        insee = row.one_of("commune", read.communes, "commune")
        _add_step(row, read.commune_steps, insee, row.one_of("territory", read.territories, "territory"))
    _read_places(folder, read)
    read.themes, read.motifs = read_motifs(folder)
    read.subjects = read_subjects(folder, read.themes, read.motifs)
    return read


def phone_of(row: Row, key: str = "phone") -> str | None:
    """A French number as it is printed, "03 21 00 00 00", or None."""
    found = row.optional_text(key)
    if found and not _PHONE.fullmatch(found):
        row.fault(f'"{found}" is not a phone number written as "03 21 00 00 00"', key)
    return found


def _read_departement(folder: Folder, read: Directory) -> list[Row]:
    """Fills in the Département and what it names; gives back the moves of communes, to be read after them."""
    tables = folder.tables(
        "departement.toml", {"": None, "territory": "key", "mds": "key", "helpline": "number", "attachment": None}
    )
    for row in tables[""]:
        read.departement = {
            "code": row.text("code"),
            "name": row.text("name"),
            "full_name": row.optional_text("full_name"),
            "phone": phone_of(row),
            "phone_hours": row.optional_text("phone_hours"),
            "return_address": row.texts("return_address"),
            "holiday_region": _region_of(row),
            "cut_off": row.hour("cut_off") if row.has("cut_off") else time(16, 30),
            "delivery_days": row.integer("delivery_days", 1, 15, 3),
            "is_demo": row.flag("demo"),
        }
        read.has_rights = row.flag("pre_diagnostic")
        if not read.departement["return_address"]:
            row.fault('"return_address" is missing: letters that cannot be delivered come back there')
        row.finish()
    for row in tables["territory"]:
        read.territories[row.key("key")] = {"name": row.text("name")}
        row.finish()
    for row in tables["mds"]:
        territory = row.one_of("territory", read.territories, "territory")
        read.mds[row.key("key")] = {"name": row.text("name"), "territory": territory}
        row.finish()
    for position, row in enumerate(tables["helpline"]):
        read.helplines[_number_of(row)] = {
            "position": position,
            "purpose": row.text("purpose"),
            "by_text": row.flag("by_text"),
            "source": row.text("source"),
            "checked_on": row.day("checked_on"),
        }
        row.finish()
    return tables["attachment"]


def _region_of(row: Row) -> str:
    """Whose public holidays hold: a key of `REGIONS`."""
    found = row.optional_text("holiday_region") or METROPOLE
    if found not in REGIONS:
        row.fault(f'"{found}" is none of {", ".join(REGIONS)}', "holiday_region")
    return found


def _number_of(row: Row) -> str:
    number = row.text("number")
    if number and not _HELPLINE.fullmatch(number):
        row.fault(f'"{number}" is not a short number such as "115"', "number")
    return number


def _read_commune(row: Row, read: Directory) -> None:
    insee, name, codes = row.text("insee"), row.text("name"), row.text("postal_codes").split(";")
    if insee and not _INSEE.fullmatch(insee):
        row.fault(f'"{insee}" is not the INSEE code of a commune (five signs, such as 62041 or 2A004)')
    if insee in read.communes:
        row.fault(f"the commune {insee} is there already, above")
    if wrong := [code for code in codes if code and not _POSTAL_CODE.fullmatch(code)]:
        row.fault(f'"{wrong[0]}" is not a postal code (five figures; several are parted by ";")')
    read.territory_of[insee] = row.one_of("territory", read.territories, "territory")
    read.communes[insee] = {
        "name": name,
        "search_key": search_key(name),
        "postal_codes": codes,
        "postal_label": row.text("postal_label"),
        "population": row.integer("population", 0, 10_000_000),
        "lat": row.number("lat", -90, 90),
        "lon": row.number("lon", -180, 180),
        "gone_on": None,
    }


def _read_places(folder: Folder, read: Directory) -> None:
    tables = folder.tables("places.toml", {"place": "id", "attachment": None})
    parents: dict[str, Row] = {}
    for row in tables["place"]:
        key = row.key("id")
        parents[key] = row
        read.places[key] = _place(row, read.communes)
        row.text("parent")
        row.finish()
    mds_by_territory = {values["territory"]: key for key, values in read.mds.items()}
    for key, row in parents.items():
        read.mds_of[key] = _mds_above(key, parents, mds_by_territory, read.mds)
        if not read.mds_of[key]:
            row.fault(f'"{row.values.get("parent")}": no territory, MDS or place above has this key', "parent")
    for row in tables["attachment"]:
        place = row.one_of("place", read.places, "place")
        _add_step(row, read.place_steps, place, row.one_of("mds", read.mds, "MDS"))


def _place(row: Row, communes: dict[str, Values]) -> Values:
    insee = row.one_of("insee", communes, "commune")
    commune = communes.get(insee)
    postal_code = row.text("postal_code")
    if commune and postal_code and postal_code not in commune["postal_codes"]:
        row.fault(f"{postal_code} is not a postal code of {commune['name']} in communes.csv", "postal_code")
    lat, lon = row.optional_number("lat", -90, 90), row.optional_number("lon", -180, 180)
    if (lat is None) != (lon is None):
        row.fault('"lat" and "lon" go together')
    return {
        "kind": row.choice("kind", PlaceKind).value,
        "name": row.text("name"),
        "street": row.optional_text("street"),
        "postal_code": postal_code,
        "city": row.text("city"),
        "insee": insee,
        "phone": phone_of(row),
        "lat": lat if lat is not None else commune["lat"] if commune else 0.0,
        "lon": lon if lon is not None else commune["lon"] if commune else 0.0,
        "step_free": row.optional_flag("step_free"),
        "directions": row.optional_text("directions"),
        "hours": row.texts("hours"),
        "urgent_hours": row.optional_text("urgent_hours"),
        "agents_idle_minutes": row.integer("agents_idle_minutes", 5, 60, default=20),
        "is_demo_address": row.flag("demo_address"),
        "source": row.text("source"),
        "checked": row.flag("checked"),
        "closed_on": None,
    }


def _mds_above(key: str, rows: dict[str, Row], mds_by_territory: dict[str, str], mds: Collection[str]) -> str:
    """The MDS a place answers to: that of its parent, be it an MDS, a territory or another place."""
    seen: set[str] = set()
    while key in rows and key not in seen:
        seen.add(key)
        key = str(rows[key].values.get("parent", ""))
    return key if key in mds else mds_by_territory.get(key, "")


def _add_step(row: Row, steps: dict[str, list[tuple[date, str]]], thing: str, owner: str) -> None:
    day = row.day("from")
    known = steps.setdefault(thing, [])
    if any(day == other for other, _ in known):
        row.fault(f'"{thing}" has two attachments from the same day', "from")
    known.append((day, owner))
    row.finish()
