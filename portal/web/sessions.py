"""Sessions in the database: the cookie holds a random key, the table its hash, so that a session can be ended at once.

Flask's `session` works as usual. Nothing is written for a visitor who has nothing to keep.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import BigInteger, ColumnElement, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import CallbackDict

from portal.clock import Clock
from portal.database import Base, Database
from portal.web.devices import device_words

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
COOKIE = "porte"
WATCHING = "Portal-Watching"  # the header of a page that reads itself again: nobody need be there, the session may end


class WebSession(Base):
    """What the portal remembers of one browser, under the hash of its key."""

    __tablename__ = "web_session"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    agent_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    person_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    idle_minutes: Mapped[int] = mapped_column(default=30, server_default=text("30"))
    device: Mapped[str | None]  # "Firefox, Android": for whoever looks for a session of theirs to end
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class BrowserSession(CallbackDict[str, Any], SessionMixin):
    """Flask's session object, which knows its key and whether it changed."""

    def __init__(self, initial: dict[str, Any] | None = None, key: str | None = None) -> None:
        def changed(session: "BrowserSession") -> None:
            session.modified = True

        super().__init__(initial or {}, changed)
        self.key = key
        self.renewed_from: str | None = None
        self.new = key is None
        self.modified = False
        self.accessed = True

    def renew(self) -> None:
        """A new key for the same content: after signing in, a key known before is worth nothing."""
        self.renewed_from = self.renewed_from or self.key
        self.key = None
        self.modified = True

    def end(self) -> None:
        """Forgets everything and ends this session in the database."""
        self.renew()
        self.clear()


class DatabaseSessions(SessionInterface):
    """Keeps `BrowserSession`s in `web_session`."""

    def __init__(self, database: Callable[[], Database], clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def open_session(self, _app: Flask, request: Request) -> BrowserSession:
        """The session of the cookie's key, or an empty one when it is unknown, ended, idle or too old."""
        key = request.cookies.get(COOKIE)
        if not key or len(key) > 100:
            return BrowserSession()
        now = self._clock()
        with self._database().reading() as session:
            row = session.execute(
                select(WebSession.data, WebSession.seen_at).where(WebSession.key_hash == hash_of(key), is_usable(now))
            ).one_or_none()
        if row is None:
            return BrowserSession()
        if now - row.seen_at > timedelta(minutes=1) and WATCHING not in request.headers:
            self._note_seen(key, now)
        return BrowserSession(row.data, key)

    def _note_seen(self, key: str, now: datetime) -> None:
        seen = update(WebSession).where(WebSession.key_hash == hash_of(key), WebSession.ended_at.is_(None))
        with self._database().transaction() as session:
            session.execute(seen.values(seen_at=now))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Writes a changed session; a session without content is ended and its cookie removed."""
        if not isinstance(session, BrowserSession) or not session.modified:
            return
        now = self._clock()
        with self._database().transaction() as transaction:
            if session.renewed_from:
                transaction.execute(
                    update(WebSession)
                    .where(WebSession.key_hash == hash_of(session.renewed_from))
                    .values(ended_at=now, data={})
                )
            if not session:
                response.delete_cookie(COOKIE, path="/")
                return
            is_first = session.key is None
            session.key = session.key or secrets.token_urlsafe(32)
            row = {
                "key_hash": hash_of(session.key),
                "agent_id": session.get("agent_id"),
                "person_id": session.get("person_id"),
                "idle_minutes": session.get("idle_minutes", IDLE // timedelta(minutes=1)),
                "device": device_words(str(request.user_agent)) if {"person_id", "agent_id"} & session.keys() else None,
                "data": dict(session),
                "created_at": now,
                "seen_at": now,
            }
            kept = {name: value for name, value in row.items() if name not in {"key_hash", "created_at"}}
            transaction.execute(
                insert(WebSession)
                .values(row)
                .on_conflict_do_update(
                    index_elements=[WebSession.key_hash], set_=kept, where=WebSession.ended_at.is_(None)
                )
            )
        if is_first:
            response.set_cookie(
                COOKIE,
                session.key,
                path="/",
                httponly=True,
                samesite="Lax",
                secure=app.config["SESSION_COOKIE_SECURE"],
            )


def forget_old_sessions(session_of_database: Any, now: datetime) -> int:
    """Removes sessions that can no longer be used; returns how many. Part of the upkeep.

    A session that is too old is one too: it is seen no more, and is removed when it has been idle for long enough.
    """
    result = session_of_database.execute(delete(WebSession).where(_is_idle(now)))
    return int(result.rowcount)


def is_usable(now: datetime) -> ColumnElement[bool]:
    """Whether a session opens anything now: neither ended, nor idle for too long, nor too old."""
    return and_(
        WebSession.ended_at.is_(None),
        ~_is_idle(now),
        WebSession.created_at > now - LONGEST,
    )


def _is_idle(now: datetime) -> ColumnElement[bool]:
    return WebSession.seen_at <= now - func.make_interval(0, 0, 0, 0, 0, WebSession.idle_minutes)


def hash_of(key: str) -> str:
    """What the table knows of a session's key."""
    return hashlib.sha256(key.encode()).hexdigest()
