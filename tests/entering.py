"""Opens a session of someone without their proofs: what signing in leaves, written by hand."""

import hashlib
import secrets
from datetime import datetime
from typing import Any

from portal.database import Database
from portal.people.models import Agent, Level, Person
from portal.people.models_mandates import Mandate
from portal.web.sessions import COOKIE, WebSession


def enter_as(
    client: Any,
    database: Database,
    now: datetime,
    *,
    agent: Agent | None = None,
    person: Person | None = None,
    level: Level = Level.REACHABLE,
    mandate: Mandate | None = None,
    confirmed_at: datetime | None = None,
) -> str:
    """Gives `client` the cookie of a session just opened; gives its key too."""
    data: dict[str, Any] = {}
    if agent is not None:
        data |= {"agent_id": agent.id, "idle_minutes": 20, "confirmed_at": (confirmed_at or now).isoformat()}
    if person is not None:
        data |= {"person_id": person.id, "level": level.value, "how": "mobile"}
    if mandate is not None:
        data["mandate_id"] = mandate.id
    key = secrets.token_urlsafe(32)
    with database.transaction() as session:
        session.add(
            WebSession(
                key_hash=hashlib.sha256(key.encode()).hexdigest(),
                agent_id=data.get("agent_id"),
                person_id=data.get("person_id"),
                data=data,
                idle_minutes=data.get("idle_minutes", 30),
                created_at=now,
                seen_at=now,
            )
        )
    client.set_cookie(COOKIE, key)
    return key
