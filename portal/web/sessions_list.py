"""The sessions of somebody: for them to see, and to end, one or all."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session

from portal.web.sessions import WebSession, hash_of, is_usable


@dataclass(frozen=True)
class OpenSession:
    """A browser in which somebody is signed in. `handle` names it in a form, and opens nothing."""

    handle: str
    device: str | None  # "Firefox, Android"
    created_at: datetime
    seen_at: datetime


def sessions_of_person(session: Session, now: datetime, person_id: int) -> list[OpenSession]:
    """The sessions that still open a person's space, the one used last first."""
    rows = session.execute(
        select(WebSession.key_hash, WebSession.device, WebSession.created_at, WebSession.seen_at)
        .where(WebSession.person_id == person_id, is_usable(now))
        .order_by(WebSession.seen_at.desc(), WebSession.key_hash)
    )
    return [OpenSession(_handle(row.key_hash), row.device, row.created_at, row.seen_at) for row in rows]


def handle_of(key: str | None) -> str | None:
    """The handle of the session of a key, as `flask.session.key` gives it: for telling one's own from the others."""
    return None if key is None else _handle(hash_of(key))


def end_session(session: Session, now: datetime, person_id: int, handle: str) -> bool:
    """Ends the session of a person that has this handle, at once; False when the person has none such."""
    hashes = session.scalars(
        select(WebSession.key_hash)
        .where(WebSession.person_id == person_id, is_usable(now))
        .order_by(WebSession.key_hash)
    )
    named = [key_hash for key_hash in hashes if _handle(key_hash) == handle]
    return _end(session, now, WebSession.key_hash.in_(named)) > 0


def end_sessions_of_person(session: Session, now: datetime, person_id: int, *, but: str | None = None) -> int:
    """Ends every session of a person, but the one of the key `but`; gives how many."""
    kept = WebSession.key_hash != hash_of(but) if but else WebSession.person_id.is_not(None)
    return _end(session, now, and_(WebSession.person_id == person_id, kept))


def end_sessions_opened_by(session: Session, now: datetime, person_id: int, how: str, *, but: str | None = None) -> int:
    """Ends the sessions of a person that were opened in one way, which opens their space no more; gives how many.

    `how`: mobile, email, franceconnect. The one of the key `but` stays: whoever changes a way is still there.
    """
    opened = and_(WebSession.person_id == person_id, WebSession.data["how"].astext == how)
    return _end(session, now, and_(opened, WebSession.key_hash != hash_of(but)) if but else opened)


def _end(session: Session, now: datetime, which: ColumnElement[bool]) -> int:
    ended = update(WebSession).where(which, WebSession.ended_at.is_(None)).values(ended_at=now, data={})
    return int(session.execute(ended).rowcount)  # type: ignore[attr-defined]


def _handle(key_hash: str) -> str:
    return hashlib.sha256(f"handle {key_hash}".encode()).hexdigest()[:16]
