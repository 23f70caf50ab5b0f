"""Whether what somebody wishes on paper may be put on the list by whoever holds the paper."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking.rules_service import may_book
from portal.booking.rules_waiting import WishFault, books_family
from portal.clock import paris_day
from portal.directory.models import Motif
from portal.journal.services import Actor
from portal.paper.queries import places_given
from portal.paper.rules import PaperFault
from portal.people.queries_access import services_of
from portal.refusal import Refused


def refuse_wish(session: Session, now: datetime, *, motif_id: int, place_id: int | None, by: Actor) -> None:
    """The motif is of the agent's service; the place need not be, where the motif is given: nothing is booked.

    Those who book there see the wish, and answer it. Raises `Refused`: WishFault (NOT_YOUR_SERVICE), PaperFault
    (NOT_THERE).
    """
    day = paris_day(now)
    motif, services = session.get(Motif, motif_id), services_of(session, by.id or 0, day)
    if motif is None or not books_family(services, motif.family):
        raise Refused(WishFault.NOT_YOUR_SERVICE)
    if place_id is None or may_book(services, family=motif.family, place_id=place_id):
        return
    if place_id not in places_given(session, day).get(motif_id, ()):
        raise Refused(PaperFault.NOT_THERE)
