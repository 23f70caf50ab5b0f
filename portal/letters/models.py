"""Letters as drawn: the bytes are kept, and never drawn twice."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.database import Base
from portal.notifications.models import Message


class Letter(Base):
    """One letter, drawn once. Its message's status says where it stands (queued, withdrawn)."""

    __tablename__ = "letter"
    __table_args__ = (CheckConstraint("pages BETWEEN 1 AND 4", name="pages"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("message.id"), unique=True)
    reference: Mapped[str] = mapped_column(unique=True)  # printed on each page, with the page number
    pages: Mapped[int]
    sha256: Mapped[str]
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    drawn_at: Mapped[datetime]

    message: Mapped[Message] = relationship(lazy="raise")
