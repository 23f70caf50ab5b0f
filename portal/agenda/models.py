"""Calendar feeds that agents subscribe to from their own calendar."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.database import Base


class CalendarFeed(Base):
    """An address that gives an agent's appointments to a calendar program, until it is revoked.

    Its token is in nobody's hands but the agent's: only its hash is kept.
    """

    __tablename__ = "calendar_feed"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    agent_id: Mapped[int] = mapped_column(ForeignKey("agent.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    is_discreet: Mapped[bool]  # neither names nor subjects: the hours, the place and "occupé"
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
