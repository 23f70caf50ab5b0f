"""agents.toml: the members of staff who can be booked or who sign in. Passwords are never in a file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.files.folder import Folder
from portal.files.report import FilesError, Report
from portal.files.row import Row
from portal.files.upsert import upsert
from portal.people.contacts import ContactFault, parse_email
from portal.people.loader_organisations import organisation_ids
from portal.people.loader_roles import ROLES, RoleGiven, Scopes, end_roles, ids_of, read_roles, write_roles
from portal.people.models import Agent
from portal.people.models_access import Assignment

__all__ = ["FILE", "ROLES", "Staff", "agent_keys", "read_staff", "write_staff"]

FILE = "agents.toml"


@dataclass
class Staff:
    """The agents of the file by key, each the values of its columns. `is_given`: there is such a file."""

    is_given: bool
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    organisation_of: dict[str, str | None] = field(default_factory=dict)
    roles: dict[str, list[RoleGiven]] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)


def read_staff(folder: Folder, scopes: Scopes, organisations: Collection[str]) -> Staff:
    """The agents that the file names; what is wrong with it is in `folder.faults`.

    `organisations`: the keys of the partners that an agent may belong to.
    """
    staff = Staff(folder.has(FILE))
    emails: set[str] = set()
    for row in folder.tables(FILE, {"agent": "key"})["agent"]:
        key, email = row.key("key"), _email(row)
        if email and email in emails:
            row.fault(f'"{email}" is the address of another agent, above', "email")
        emails.add(email or "")
        staff.agents[key] = {
            "given_name": row.text("given_name"),
            "family_name": row.text("family_name"),
            "job": row.text("job"),
            "email": email,
            "is_active": True,
        }
        partner = row.one_of("organisation", organisations, "organisation") if row.has("organisation") else None
        row.asked.add("organisation")
        staff.organisation_of[key] = partner
        staff.roles[key] = read_roles(row, scopes, is_partner=row.has("organisation"))
        staff.rows[key] = row
        row.finish()
    return staff


def write_staff(  # noqa: PLR0913 - what was read, when, and the ids of what it names
    session: Session,
    staff: Staff,
    today: date,
    report: Report,
    *,
    mds_ids: Mapping[str, int],
    place_ids: Mapping[str, int],
) -> None:
    """Adds and changes the agents of the file; those it no longer names cannot sign in or be booked, and are kept.

    Without such a file nothing changes. Passwords, suspensions and what an admin gave are left as they are; so are
    accounts that no file ever named. Does not commit. Raises FilesError when an address belongs to such an account.
    """
    if not staff.is_given:
        return
    _refuse_taken(session, staff)
    tally, partners = report.tally("agents"), organisation_ids(session)
    wanted = {
        key: values | {"organisation_id": partners[partner] if (partner := staff.organisation_of[key]) else None}
        for key, values in staff.agents.items()
    }
    _free_addresses(session, wanted)
    kept, others = upsert(session, Agent, "key", wanted, tally)
    from_files = _from_files(session)
    gone = [agent for agent in others if agent.id in from_files]
    for agent in gone:
        if agent.is_active:
            agent.is_active = False
            tally.closed += 1
    session.flush()
    tally = report.tally("roles of agents")
    for key, agent in kept.items():
        given = [(role, *ids_of(role, mds_ids, place_ids)) for role in staff.roles[key]]
        write_roles(session, agent.id, given, today, tally)
    end_roles(session, [agent.id for agent in gone], today, tally)


def agent_keys(session: Session) -> frozenset[str]:
    """The keys of the agents who can be booked."""
    return frozenset(session.scalars(select(Agent.key).where(Agent.is_active).order_by(Agent.key)))


def _from_files(session: Session) -> frozenset[int]:
    """The agents that the files have named once: an admin has invited the others."""
    chosen = select(Assignment.agent_id).where(Assignment.is_from_files).distinct().order_by(Assignment.agent_id)
    return frozenset(session.scalars(chosen))


def _refuse_taken(session: Session, staff: Staff) -> None:
    """Refuses an address that an account made on the portal has: one person would have two."""
    from_files = _from_files(session)
    known = session.execute(select(Agent.id, Agent.key, Agent.email).where(Agent.email.is_not(None)).order_by(Agent.id))
    taken = {email: key for agent_id, key, email in known if agent_id not in from_files}
    faults = []
    for key, values in staff.agents.items():
        if taken.get(values["email"], key) != key:
            staff.rows[key].fault(f'"{values["email"]}" is the address of an account made on the portal', "email")
            faults += staff.rows[key].faults  # none before: reading had found no fault
    if faults:
        raise FilesError(faults)


def _free_addresses(session: Session, wanted: Mapping[str, Mapping[str, Any]]) -> None:
    """Takes addresses away from the agents of files who lose them: another of the same file may have them now."""
    owners = {values["email"]: key for key, values in wanted.items() if values["email"]}
    for agent in session.scalars(select(Agent).where(Agent.email.in_(owners)).order_by(Agent.id)):
        if owners[agent.email or ""] != agent.key:
            agent.email = None
    session.flush()


def _email(row: Row) -> str | None:
    typed = row.optional_text("email")
    if typed is None:
        return None
    try:
        return parse_email(typed).lower()  # signing in compares small letters
    except ContactFault:
        row.fault(f'"{typed}" is not an e-mail address', "email")
        return None
