"""A person's own paper forms. Their rows are another feature's, which stands beside this one: read, never written."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.database import Base
from portal.directory.models import Motif, Place


class Paper(NamedTuple):
    """A form: when it was given, when its answers were entered, and what they say, places and subjects named."""

    kind: str
    made_at: datetime
    entered_at: datetime | None
    answers: Mapping[str, Any]


def papers_of(session: Session, person_id: int) -> Iterator[Paper]:
    """The forms given to a person, the oldest first."""
    forms = Base.metadata.tables["paper_form"].c
    rows = session.execute(
        select(forms.kind, forms.made_at, forms.entered_at, forms.answers)
        .where(forms.person_id == person_id)
        .order_by(forms.made_at, forms.id)
    )
    for row in rows:
        answers = dict(row.answers or {})
        motif = session.get(Motif, answers.pop("motif_id", None) or 0)
        place = session.get(Place, answers.pop("place_id", None) or 0)
        named = {"motif": motif.title_in_sight if motif else None, "place": place.name if place else None}
        yield Paper(str(row.kind), row.made_at, row.entered_at, answers | named)
