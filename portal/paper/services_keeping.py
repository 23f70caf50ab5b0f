"""How long what a paper form says is kept: a year, in which whoever wrote it may ask what became of it."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.paper.models import PaperForm

KEPT = timedelta(days=365)  # after the answers were entered; what followed from them stands in the file


def forget_answers(session: Session, now: datetime) -> int:
    """Empties the answers of the forms entered more than 12 months ago, and what was printed on them; how many.

    That a form of this kind was given and entered, when, and by whom, stays.
    """
    old = (
        update(PaperForm)
        .where(PaperForm.entered_at < now - KEPT, (PaperForm.answers != {}) | (PaperForm.known != {}))
        .values(answers={}, known={})
        .execution_options(synchronize_session=False)
    )
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]
