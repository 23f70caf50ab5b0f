"""What the worker does every few minutes: forgets what is no longer of use, however much of it robots leave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.booking.guard import LOCKED_FOR
from portal.booking.models import CodeTries
from portal.booking.services_waiting import end_past_wishes
from portal.calls.services_received import tie_booked
from portal.figures.services import note_waiting
from portal.letters.services_keeping import forget_bytes
from portal.paper.services_keeping import forget_answers
from portal.people.models_credentials import Challenge, IdentityCase
from portal.web.sessions import forget_old_sessions
from portal.web.throttle import forget_spent

CHALLENGES_KEPT = timedelta(days=31)  # after they expired: whoever asks why a code failed can still be told
CASES_KEPT = timedelta(days=31)  # after they were settled: the names that FranceConnect gave serve no more


@dataclass(frozen=True)
class Upkeep:
    """How many rows were forgotten. `wishes`: how many were ended; `waiting`: how many waiting times were noted.

    `calls`: how many calls received were tied to the appointment that they led to. `letters`: of how many letters the
    bytes were removed. `papers`: of how many paper forms the answers were emptied.
    """

    sessions: int
    code_tries: int
    spent: int = 0
    challenges: int = 0
    identity_cases: int = 0
    wishes: int = 0
    waiting: int = 0
    calls: int = 0
    letters: int = 0
    papers: int = 0


NOTHING = Upkeep(sessions=0, code_tries=0)


def upkeep(session: Session, now: datetime) -> Upkeep:
    """Removes what no longer counts.

    Browser sessions that can no longer be used, wrong tries (15 minutes), counters whose window is over; codes that
    expired, and identities that were settled, more than 31 days ago. Ends the wishes whose last day is past.
    Notes how long one waits, once a day, and which appointment each call received has led to. Removes the bytes of
    letters that the post took 30 days ago; their hashes stay. Empties the answers of paper forms entered more than 12
    months ago.
    """
    tries = session.execute(delete(CodeTries).where(CodeTries.last_at <= now - LOCKED_FOR))
    codes = session.execute(delete(Challenge).where(Challenge.expires_at < now - CHALLENGES_KEPT))
    cases = session.execute(delete(IdentityCase).where(IdentityCase.closed_at < now - CASES_KEPT))
    return Upkeep(
        sessions=forget_old_sessions(session, now),
        code_tries=tries.rowcount,  # type: ignore[attr-defined]
        spent=forget_spent(session, now),
        challenges=codes.rowcount,  # type: ignore[attr-defined]
        identity_cases=cases.rowcount,  # type: ignore[attr-defined]
        wishes=end_past_wishes(session, now),
        waiting=note_waiting(session, now),
        calls=tie_booked(session, now),
        letters=forget_bytes(session, now),
        papers=forget_answers(session, now),
    )
