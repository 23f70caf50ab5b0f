"""agents.toml: the members of staff who can be booked or who sign in. Passwords are never in a file."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session, selectinload

from portal.files.folder import Folder
from portal.files.report import Report
from portal.files.row import Row
from portal.files.upsert import upsert
from portal.people.contacts import ContactFault, parse_email
from portal.people.models import Agent
from portal.people.models_access import Assignment

FILE = "agents.toml"

ROLES = ("accueil", "professionnel", "référent", "courrier", "encadrant", "admin")  # as web/access names them


@dataclass
class Staff:
    """The agents of the file by key, each the values of its columns. `is_given`: there is such a file."""

    is_given: bool
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_staff(folder: Folder) -> Staff:
    """The agents that the file names; what is wrong with it is in `folder.faults`."""
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
            "role": _role(row),
            "email": email,
            "is_active": True,
        }
        row.finish()
    return staff


def write_staff(session: Session, staff: Staff, report: Report) -> None:
    """Adds and changes the agents of the file; those it no longer names cannot sign in or be booked, and are kept.

    Without such a file nothing changes. Passwords are left as they are. Does not commit.
    """
    if not staff.is_given:
        return
    tally = report.tally("agents")
    roles = {key: values.pop("role") for key, values in staff.agents.items()}
    _, others = upsert(session, Agent, "key", staff.agents, tally)
    for agent in others:
        if agent.is_active:
            agent.is_active = False
            tally.closed += 1
    session.flush()
    _assign(session, roles)


def _assign(session: Session, roles: dict[str, str]) -> None:
    """The role of the file, everywhere, to those who hold none from it."""
    known = select(Agent).where(Agent.key.in_(roles)).options(selectinload(Agent.assignments)).order_by(Agent.id)
    for agent in session.scalars(known).all():
        if not any(one.is_from_files and one.role == roles[agent.key] for one in agent.assignments):
            session.add(
                Assignment(
                    agent_id=agent.id, role=roles[agent.key], valid=Range(date(2020, 1, 1), None), is_from_files=True
                )
            )
    session.flush()


def agent_keys(session: Session) -> frozenset[str]:
    """The keys of the agents who can be booked."""
    return frozenset(session.scalars(select(Agent.key).where(Agent.is_active).order_by(Agent.key)))


def _role(row: Row) -> str:
    role = row.text("role")
    if role and role not in ROLES:
        row.fault(f'"{role}": "role" must be one of {", ".join(ROLES)}', "role")
    return role


def _email(row: Row) -> str | None:
    typed = row.optional_text("email")
    if typed is None:
        return None
    try:
        return parse_email(typed).lower()  # signing in compares small letters
    except ContactFault:
        row.fault(f'"{typed}" is not an e-mail address', "email")
        return None
