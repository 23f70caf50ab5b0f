"""The roles that agents.toml gives: read with their lines, written with their dates, ended when it drops them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from portal.files.report import Tally
from portal.files.row import Row
from portal.people.loader_organisations import period
from portal.people.models_access import Assignment
from portal.people.queries_access import BOOKERS
from portal.web.access import AGENTS, PARTNERS

ROLES = tuple(sorted(role.value for role in AGENTS))
FAMILIES = ("pmi", "cpef", "social", "insertion", "autonomie")  # of files, as motifs name them

ALWAYS = date(2020, 1, 1)  # the first day of a role without one: before the portal


@dataclass(frozen=True)
class Scopes:
    """The MDS and the places that a role may name, by key; the directory stands beside people, not under."""

    mds: Collection[str]
    places: Collection[str]


@dataclass(frozen=True)
class RoleGiven:
    """A role as the file gives it; without `first`, it holds since always, or since the load that first gave it."""

    role: str
    mds: str | None
    place: str | None
    first: date | None
    after: date | None  # the first day on which it no longer holds
    families: tuple[str, ...]
    may_overbook: bool = False


Placed = tuple[RoleGiven, int | None, int | None]  # with the ids of its MDS and its place


def read_roles(row: Row, scopes: Scopes, *, is_partner: bool) -> list[RoleGiven]:
    """The roles of an agent: the simple `role`, held everywhere, and the tables `[[agent.roles]]`."""
    tables = row.rows("roles")
    given = []
    if row.has("role") or not tables:
        families, role = _families(row), _role(row, is_partner=is_partner)
        given.append(RoleGiven(role, None, None, None, None, families, _may_overbook(row, role)))
    given += [_given(table, scopes, is_partner=is_partner) for table in tables]
    for rank, one in enumerate(given):
        if any(_key(one) == _key(other) and one.first == other.first for other in given[:rank]):
            row.fault(f'the role "{one.role}" is given twice, at the same place from the same day', "role")
    return given


def write_roles(
    session: Session,
    agent_id: int,
    given: Iterable[Placed],
    today: date,
    tally: Tally,
) -> None:
    """Brings an agent's roles from files to those given (with the ids of their MDS and place). Others are left alone.

    One that is no longer given ends today, and is kept; one that had not begun is taken back.
    """
    held = list(
        session.scalars(
            select(Assignment).where(Assignment.agent_id == agent_id, Assignment.is_from_files).order_by(Assignment.id)
        )
    )
    running = [one for one in held if one.valid.upper is None or one.valid.upper > today]
    for role, mds_id, place_id in given:
        scope = (role.role, mds_id, place_id)
        same = [one for one in running if _scope(one) == scope and _may_become(one, role)]
        if same:
            running.remove(same[0])
            _update(same[0], role, tally)
        elif role.after is None or role.after > today or not _was_held(held, scope, role):
            session.add(_assignment(agent_id, role, mds_id, place_id, _first(held, scope, role, today)))
            tally.added += 1
        else:
            tally.same += 1
    for one in running:
        _end(session, one, today)
        tally.closed += 1
    session.flush()


def end_roles(session: Session, agent_ids: Collection[int], today: date, tally: Tally) -> None:
    """Ends the roles from files of agents that the file no longer names."""
    for agent_id in sorted(agent_ids):
        write_roles(session, agent_id, (), today, tally)


def ids_of(role: RoleGiven, mds_ids: Mapping[str, int], place_ids: Mapping[str, int]) -> tuple[int | None, int | None]:
    """The ids of a role's MDS and place."""
    return (mds_ids[role.mds] if role.mds else None, place_ids[role.place] if role.place else None)


def _given(row: Row, scopes: Scopes, *, is_partner: bool) -> RoleGiven:
    mds = row.one_of("mds", scopes.mds, "MDS") if row.has("mds") else None
    place = row.one_of("place", scopes.places, "place") if row.has("place") else None
    if mds and place:
        row.fault('"mds" and "place" do not go together: a place is enough', "place")
    first = row.optional_day("from")
    valid = period(row, first or ALWAYS, "until")
    role = _role(row, is_partner=is_partner)
    given = RoleGiven(role, mds, place, first, valid.upper, _families(row), _may_overbook(row, role))
    row.asked.update({"mds", "place"})
    row.finish()
    return given


def _role(row: Row, *, is_partner: bool) -> str:
    role = row.text("role")
    if role and role not in ROLES:
        row.fault(f'"{role}": "role" must be one of {", ".join(ROLES)}', "role")
    elif role and is_partner and role not in set(PARTNERS):
        row.fault(f'"{role}": an agent of an organisation holds "partenaire 1" or "partenaire 2" only', "role")
    elif role and not is_partner and role in set(PARTNERS):
        row.fault(f'"{role}": only an agent with an "organisation" may hold it', "role")
    return role


def _families(row: Row) -> tuple[str, ...]:
    found = row.texts("families")
    for family in found:
        if family not in FAMILIES:
            row.fault(f'"{family}": "families" takes {", ".join(FAMILIES)}', "families")
    return tuple(family for family in FAMILIES if family in found)


def _may_overbook(row: Row, role: str) -> bool:
    found = row.flag("overbook")
    if found and role not in set(BOOKERS):
        row.fault(f'"{role}" books no appointment: it cannot "overbook"', "overbook")
    return found


def _key(role: RoleGiven) -> tuple[str, str | None, str | None]:
    return (role.role, role.mds, role.place)


def _scope(one: Assignment) -> tuple[str, int | None, int | None]:
    return (one.role, one.mds_id, one.place_id)


def _may_become(one: Assignment, role: RoleGiven) -> bool:
    ends_after_it_began = role.after is None or one.valid.lower is None or role.after > one.valid.lower
    return role.first in (None, one.valid.lower) and ends_after_it_began


def _was_held(held: Iterable[Assignment], scope: tuple[str, int | None, int | None], role: RoleGiven) -> bool:
    return any(_scope(one) == scope and role.first in (None, one.valid.lower) for one in held)


def _first(held: Iterable[Assignment], scope: tuple[str, int | None, int | None], role: RoleGiven, today: date) -> date:
    if role.first is not None:
        return role.first
    # Given again after it had ended: it was not held in between.
    return today if any(_scope(one) == scope for one in held) else ALWAYS


def _assignment(agent_id: int, role: RoleGiven, mds_id: int | None, place_id: int | None, first: date) -> Assignment:
    return Assignment(
        agent_id=agent_id,
        role=role.role,
        mds_id=mds_id,
        place_id=place_id,
        valid=Range(first, role.after),
        families=list(role.families),
        may_overbook=role.may_overbook,
        is_from_files=True,
    )


def _update(one: Assignment, role: RoleGiven, tally: Tally) -> None:
    valid = Range(one.valid.lower, role.after)
    given = (valid, list(role.families), role.may_overbook)
    if (one.valid, one.families, one.may_overbook) == given:
        tally.same += 1
        return
    one.valid, one.families, one.may_overbook = given
    tally.changed += 1


def _end(session: Session, one: Assignment, today: date) -> None:
    if one.valid.lower is not None and one.valid.lower >= today:
        session.delete(one)
    else:
        one.valid = Range(one.valid.lower, today)
