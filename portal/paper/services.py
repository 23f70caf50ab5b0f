"""Paper forms given out, and entered once when they come back. The caller commits.

A form is claimed first, in one statement: of two who enter it at once the second waits, then reads what the first has
entered. On `Refused` the caller lets the transaction roll back: the form then still waits.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import and_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.codes import new_code
from portal.journal.services import Actor, record
from portal.paper import queries
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import BLANK_CODES, CHOOSES, SAYS, STANDS, PaperFault
from portal.people.services import file_held
from portal.refusal import Refused

__all__ = ["PaperFault", "claim", "claim_slip", "give", "give_for_blank"]


def give(  # noqa: PLR0913 - a form's own parts
    session: Session,
    now: datetime,
    *,
    kind: FormKind,
    person_id: int,
    appointment_id: int | None = None,
    known: dict[str, Any],
    by: Actor,
) -> PaperForm:
    """A new form for a person, with a code of its own; `known` is what is printed on it. Journaled.

    Raises `LookupError` when there is no such file.
    """
    file_id = file_held(session, person_id)
    if file_id is None:
        raise LookupError("no such file")
    form = PaperForm(
        code=_free_code(),
        kind=kind,
        person_id=file_id,
        appointment_id=appointment_id,
        known=known,
        made_at=now,
        made_by=by.id if by.is_agent else None,
    )
    session.add(form)
    session.flush()
    _note(session, now, by, "form.given", form.id, file_id)
    return form


def give_for_blank(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, kind: FormKind, person_id: int, known: dict[str, Any], by: Actor
) -> PaperForm:
    """The form of a person that stands for a blank one which came back filled in: one, until it is entered.

    Pressing twice gives the same. Raises `LookupError` when there is no such file.
    """
    file_id = file_held(session, person_id)  # of two presses at once the second waits
    waiting = None if file_id is None else queries.form_for_blank(session, kind, file_id)
    return waiting or give(session, now, kind=kind, person_id=person_id, known=known | {STANDS: True}, by=by)


def claim(session: Session, now: datetime, *, form_id: int, answers: dict[str, Any], by: Actor) -> PaperForm:
    """Writes what a form that came back says; journaled. What follows from it is done in the same transaction.

    Raises `Refused`: ENTERED (what stands is the first entry), NO_FILE; and `LookupError` for no such form.
    """
    known = queries.form(session, form_id)
    if known is None:
        raise LookupError("no such form")
    if known.person_id is None or (file_id := file_held(session, known.person_id)) is None:
        raise Refused(PaperFault.NO_FILE)
    claimed = (
        update(PaperForm)
        .where(PaperForm.id == form_id, PaperForm.entered_at.is_(None))
        .values(entered_at=now, entered_by=by.id, answers=answers, person_id=file_id)
        .returning(PaperForm.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(claimed) is None:
        raise Refused(PaperFault.ENTERED)
    _note(session, now, by, "form.entered", form_id, file_id)
    return queries.form_held(session, form_id)


def claim_slip(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    code: str,
    appointment_id: int,
    person_id: int,
    answers: dict[str, Any],
    by: Actor,
) -> PaperForm:
    """The same for the slip of an appointment's letter, which bears the appointment's own code.

    Each letter of it has one: what one says that tells nothing of the appointment (`is_half_said`) is kept with what
    the next one says. Raises `Refused` (ENTERED).
    """
    file_id = file_held(session, person_id) or person_id
    row = {
        "code": code,
        "kind": FormKind.CANCELLATION,
        "person_id": file_id,
        "appointment_id": appointment_id,
        "known": {},
        "made_at": now,
        "made_by": None,
        "entered_at": now,
        "entered_by": by.id,
        "answers": answers,
    }
    fresh = insert(PaperForm).values(row)
    half_said = PaperForm.answers.has_key(CHOOSES), ~PaperForm.answers.has_key(SAYS)
    claimed = fresh.on_conflict_do_update(
        index_elements=[PaperForm.code],
        set_={
            "answers": PaperForm.answers.concat(fresh.excluded.answers),
            "entered_at": now,
            "entered_by": by.id,
        },
        where=and_(PaperForm.kind == FormKind.CANCELLATION, *half_said, fresh.excluded.answers.has_key(SAYS)),
    )
    form_id = session.scalar(claimed.returning(PaperForm.id).execution_options(populate_existing=True))
    if form_id is None:
        raise Refused(PaperFault.ENTERED)
    _note(session, now, by, "form.entered", form_id, file_id)
    return queries.form_held(session, form_id)


def _free_code() -> str:
    return next(code for code in iter(new_code, "") if code not in BLANK_CODES.values())


def _note(  # noqa: PLR0913, PLR0917 - a line's own parts
    session: Session, now: datetime, by: Actor, verb: str, form_id: int, person_id: int
) -> None:
    record(session, now, actor=by, verb=verb, for_person_id=person_id, object_kind="paper_form", object_id=form_id)
