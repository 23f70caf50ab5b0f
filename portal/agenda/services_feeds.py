"""Calendar feeds made and revoked, each with its line in the journal; the caller commits."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from portal.agenda.models import CalendarFeed
from portal.journal.services import Actor, record
from portal.sealing import Sealer

MOST = 10  # feeds of one agent that run at once: a telephone, a computer, and a few forgotten ones
READ_NOTED_EVERY = timedelta(hours=1)


def create_feed(  # noqa: PLR0913 - what it says, and whose hand makes it
    session: Session, now: datetime, *, agent_id: int, is_discreet: bool, sealer: Sealer, by: Actor
) -> tuple[CalendarFeed, str]:
    """A feed and its token, 43 characters (256 bits) that are shown once: only their hash is kept."""
    token = secrets.token_urlsafe(32)
    feed = CalendarFeed(agent_id=agent_id, token_hash=hash_of(token, sealer), is_discreet=is_discreet, created_at=now)
    session.add(feed)
    session.flush()
    record(session, now, actor=by, verb="feed.created", object_kind="calendar_feed", object_id=feed.id)
    return feed, token


def revoke_feed(session: Session, now: datetime, *, agent_id: int, feed_id: int, by: Actor) -> bool:
    """Ends a feed of this agent's at once. False when there is none that runs, whoever revoked it."""
    ended = session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.id == feed_id, CalendarFeed.agent_id == agent_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(CalendarFeed.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if ended is None:
        return False
    record(session, now, actor=by, verb="feed.revoked", object_kind="calendar_feed", object_id=feed_id)
    return True


def note_read(session: Session, now: datetime, feed_id: int) -> None:
    """Notes that a calendar has just read a feed, once an hour at most."""
    session.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.id == feed_id,
            or_(CalendarFeed.read_at.is_(None), CalendarFeed.read_at <= now - READ_NOTED_EVERY),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )


def hash_of(token: str, sealer: Sealer) -> str:
    """What the table knows of a token."""
    return sealer.hash("calendar_feed", token)
