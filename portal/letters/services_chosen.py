"""The garantie papier, told by letter wherever it was chosen."""

from datetime import datetime

from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.notifications.models import Route
from portal.notifications.notices import base_context, tell_person
from portal.people.models import Person

KIND = "paper_chosen"


def tell_chosen(  # noqa: PLR0913 - whose, by whom, and the words of the message
    session: Session,
    now: datetime,
    person: Person,
    *,
    by: Actor,
    base_url: str,
    avoid: frozenset[Route] = frozenset(),
) -> None:
    """Promises that somebody is told, by letter and by the ways they have, that everything comes by post from now on.

    `avoid`: ways that must not tell it. A human holds it where no letter can leave.
    """
    tell_person(
        session,
        now,
        kind=KIND,
        person=person,
        context=base_context(session.get_one(Departement, 1), base_url, person=person),
        subject="person",
        subject_id=person.id,
        avoid=avoid,
        place_id=by.place_id,
    )
