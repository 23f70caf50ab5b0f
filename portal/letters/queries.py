"""What the print room reads."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload, undefer

from portal.clock import paris_day
from portal.letters.models import Letter
from portal.letters.rules import key_of
from portal.notifications.models import Message, Status
from portal.people.queries_access import Work, within_reach
from portal.web.access import Role

LISTED = 100  # letters on one page of the print room
FIRST = 20  # of them, on the page of today
_ACCENTED, _PLAIN = "àâäéèêëîïôöùûüçñ", "aaaeeeeiioouuucn"


def letter_of_message(session: Session, message_id: int) -> Letter | None:
    """The letter that was drawn for a message, if one was; of several the latest. Its PDF is not loaded."""
    chosen = select(Letter).where(Letter.message_id == message_id, Letter.pulled_at.is_(None))
    return session.scalars(chosen.order_by(Letter.id.desc()).limit(1)).one_or_none()


ROLES = (Role.COURRIER, Role.ADMIN)
# One that was pulled, or came back, has left its message to the letter drawn anew.
WAITS = and_(Message.status == Status.QUEUED, Letter.pulled_at.is_(None), Letter.returned_at.is_(None))
_WORK = Work(ROLES, workers=(Role.COURRIER,))  # whose work it is: an admin alone would leave letters waiting


def letters_waiting(
    session: Session, now: datetime, *, agent_id: int, count: int = LISTED, after: int = 0
) -> Sequence[Letter]:
    """Letters drawn that wait for the post and for this agent, oldest first, with their messages: `count` at most.

    Those of the places where they hold one of `ROLES`, and those that nobody would see (`within_reach`). `after`: how
    many are passed over.
    """
    chosen = select(Letter).join(Letter.message).where(WAITS, of_room(session, now, agent_id))
    ordered = chosen.options(joinedload(Letter.message)).order_by(Letter.drawn_at, Letter.id)
    return session.scalars(ordered.offset(after).limit(count)).all()


def letters_found(session: Session, now: datetime, typed: str, *, agent_id: int) -> Sequence[Letter]:
    """Of the letters that wait, the one of a key; or those to a name, accents and capitals aside; at most `LISTED`."""
    key = key_of(typed)
    chosen = select(Letter).join(Letter.message).where(WAITS, of_room(session, now, agent_id))
    if key is not None:
        chosen = chosen.where(Letter.reference == key)
    else:
        name = func.translate(func.lower(func.split_part(Message.recipient, "\n", 1)), _ACCENTED, _PLAIN)
        words = typed.lower().translate(str.maketrans(_ACCENTED, _PLAIN)).split()
        chosen = chosen.where(*(name.contains(word, autoescape=True) for word in words))
    ordered = chosen.options(joinedload(Letter.message)).order_by(Letter.drawn_at, Letter.id)
    return session.scalars(ordered.limit(LISTED)).all()


def letter_for(
    session: Session, now: datetime, letter_id: int, *, agent_id: int, with_pdf: bool = False
) -> Letter | None:
    """A letter of this agent's places, as `letter` gives it; None when it is another's."""
    mine = select(Letter.id).join(Letter.message).where(Letter.id == letter_id, of_room(session, now, agent_id))
    return None if session.scalar(mine) is None else letter(session, letter_id, with_pdf=with_pdf)


def letter(session: Session, letter_id: int, *, with_pdf: bool = False) -> Letter | None:
    """One letter with its message, whatever its state; its bytes too when they are asked for."""
    chosen = select(Letter).where(Letter.id == letter_id).options(joinedload(Letter.message))
    return session.scalars(chosen.options(undefer(Letter.pdf)) if with_pdf else chosen).one_or_none()


def latest_drawing(session: Session, message_id: int) -> Letter | None:
    """The letter drawn last for a message, whatever became of it. Its PDF is not loaded."""
    chosen = select(Letter).where(Letter.message_id == message_id)
    return session.scalars(chosen.order_by(Letter.id.desc()).limit(1)).one_or_none()


def says_its_message(letter: Letter) -> bool:
    """Whether the words and the address that its message keeps are those of this sheet, and not of one drawn since."""
    if letter.pulled_at is None and letter.returned_at is None:
        return True
    rendered = letter.message.rendered or {}
    return bool(rendered.get("reference", letter.reference) == letter.reference)


def of_room(session: Session, now: datetime, agent_id: int) -> ColumnElement[bool]:
    """Whether a message is before this agent in the print room: of their places, or of those that nobody would see."""
    return within_reach(session, agent_id, _WORK, paris_day(now), Message.place_id)
