"""The garantie papier, told by letter wherever it was chosen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

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
    more: Mapping[str, Any] | None = None,
) -> None:
    """Promises that somebody is told, by letter and by the ways they have, that everything comes by post from now on.

    It promises a call to whoever gave a phone alone. `avoid`: ways that must not tell it. `more`: of the context, what
    the same paper said beside it (`changes`, `values`, `on_paper`), or that letters are chosen for an appointment alone
    (`one_appointment`). A human holds it where no letter can leave.
    """
    words = {"is_called": bool(person.mobile or person.landline), **(more or {})}
    tell_person(
        session,
        now,
        kind=KIND,
        person=person,
        context=base_context(session.get_one(Departement, 1), base_url, person=person, **words),
        subject="person",
        subject_id=person.id,
        avoid=avoid,
        place_id=by.place_id,
    )
