"""A mandate checked at the instant of a write: what began under it must not end after it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.journal.services import Actor
from portal.people.models_mandates import Mandate
from portal.people.queries_access import in_force
from portal.refusal import Refused
from portal.web.access import Procedure


class MandateFault(StrEnum):
    """Why nobody may act under a mandate."""

    OVER = "over"  # ended, or past its dates
    NOT_NAMED = "not_named"  # the mandate does not name this procedure


def hold_mandate(session: Session, now: datetime, actor: Actor, procedure: Procedure) -> Mandate | None:
    """The mandate under which `actor` writes, held until the transaction ends; None when they act for themselves.

    Whoever ends it at this instant waits, or was first. Raises `Refused` (MandateFault).
    """
    if actor.mandate_id is None:
        return None
    mandate = session.scalars(
        select(Mandate).where(Mandate.id == actor.mandate_id, in_force(now)).with_for_update(read=True)
    ).one_or_none()
    if mandate is None:
        raise Refused(MandateFault.OVER)
    if procedure not in mandate.procedures:
        raise Refused(MandateFault.NOT_NAMED)
    return mandate
