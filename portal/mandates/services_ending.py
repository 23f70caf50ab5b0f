"""Ends of mandates: at once when asked; told 30 days before; noted when their last day has gone."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import MACHINE, Actor
from portal.mandates import queries
from portal.mandates.rules import (
    ENDING_TOLD,
    LASTS_LONG,
    EndedBy,
    Fault,
    is_running,
    silence_is_no,
)
from portal.mandates.services_telling import Voice, close, refuse, tell
from portal.people.models_mandates import MandateKind, MandateState, SmsReceived
from portal.refusal import Refused

_BATCH = 200  # rows of each kind at a time
_REMEMBERED = timedelta(days=30)  # a provider repeats a message for hours, not for weeks


def end(  # noqa: PLR0913 - who ends what, and how
    session: Session, now: datetime, *, mandate_id: int, by: Actor, how: EndedBy, voice: Voice
) -> bool:
    """Ends a mandate at once, or refuses what was only asked; the person is told. False when it was over already.

    Whoever writes under it at this instant is waited for, and finds it over the next time. The caller has made sure
    that it is theirs to end. Raises `Refused` (not_found).
    """
    mandate = queries.mandate(session, mandate_id, held=True)
    if mandate is None:
        raise Refused(Fault.NOT_FOUND)
    if mandate.state is MandateState.ASKED:
        refuse(session, now, mandate, by=by)
        return True
    if not is_running(mandate, now):
        return False
    close(session, now, mandate, by=by, how=how, voice=voice)
    return True


def end_for_protected(session: Session, now: datetime, *, person_id: int, by: Actor, voice: Voice) -> int:
    """Ends what a person now under legal protection had given: their legal representative alone acts; gives how many.

    What is only asked is left: nobody can agree to it any more.
    """
    given = [one for one in queries.running_of_person(session, now, person_id) if one.kind is not MandateKind.LEGAL]
    active = sorted(one.id for one in given if one.state is MandateState.ACTIVE)
    return sum(end(session, now, mandate_id=one, by=by, how=EndedBy.REPLACED, voice=voice) for one in active)


def tell_endings(session: Session, now: datetime, *, base_url: str) -> int:
    """What time does to mandates, a batch at a time; gives how many it changed. Part of the upkeep.

    Told once, 30 days before its end: what was given for longer than 31 days. Refused: what nobody answered (7 days
    for a text message, 31 for the rest). Ended: what is past its last day, which the person knows.
    """
    departement = session.get(Departement, 1)
    if departement is None:
        return 0
    voice = Voice(departement, base_url)
    soon = queries.ending_soon(session, now, ENDING_TOLD, LASTS_LONG, _BATCH)
    for mandate in soon:
        mandate.end_told_at = now
        tell(session, now, mandate, "mandate_ending", voice=voice)
    texts, others = silence_is_no()
    silent = queries.unanswered(session, now, texts, others, _BATCH)
    for mandate in silent:
        refuse(session, now, mandate, by=MACHINE)
    over = queries.past(session, now, _BATCH)
    for mandate in over:
        close(session, mandate.ends_at, mandate, by=MACHINE, how=EndedBy.OVER, voice=voice)
    session.execute(delete(SmsReceived).where(SmsReceived.received_at <= now - _REMEMBERED))
    return len(soon) + len(silent) + len(over)
