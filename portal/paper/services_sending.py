"""A form sent by post: a letter of the print room, with its cover. The caller commits."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.desk.queries import file
from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.letters.paper_form import FormPaper
from portal.letters.paper_kept import as_json
from portal.letters.wording_forms import ENCLOSED, KIND
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to
from portal.notifications.planner import TIDINGS_LAST
from portal.notifications.wanted import HUSHED
from portal.notifications.ways import takes_letters
from portal.paper.models import FormKind, PaperForm
from portal.paper.queries import form_on_its_way
from portal.paper.rules import SUBJECT, PostFault, hushed, known_of
from portal.paper.services import give
from portal.people.mandates import hold_mandate
from portal.people.models import Person
from portal.people.services import file_held
from portal.refusal import Refused
from portal.web.access import Procedure

Known = Mapping[str, Any]


def letter_fault(reader: Person, *, by: Actor) -> PostFault | None:
    """Why no letter may leave for a person, or None.

    Whoever asked for silence is not written to by an agent; what they ask for themselves comes.
    """
    if by.is_agent and reader.wants_silence:
        return PostFault.SILENCE
    if not any(reader.address):
        return PostFault.NO_ADDRESS
    if reader.wants_discretion and reader.letters_chosen_at is None:
        return PostFault.DISCREET
    return None if takes_letters(reader) else PostFault.DOUBTFUL


def send_form(  # noqa: PLR0913 - what, to whom, by whom, in which words
    session: Session,
    now: datetime,
    *,
    kind: FormKind,
    person_id: int,
    words: Callable[[PaperForm, Known], FormPaper],
    by: Actor,
    base_url: str,
) -> PaperForm:
    """A new form for a person, and the letter that carries it to them, or to whoever answers for them; journaled.

    The same one when it was asked for already and waits for its print run: pressing twice sends one. `words`: all that
    is printed on it, of what is known; it waits with the letter, which leaves out the address and the numbers of
    whoever asks for discretion meanwhile. No other way takes over when the letter cannot leave: the print room
    sees it, and mends the address. Raises `Refused` (PostFault, MandateFault) and `LookupError` when there is no such
    file.
    """
    mandate = hold_mandate(session, now, by, Procedure.PREFERENCES)
    if mandate is not None and mandate.person_id != person_id:
        raise LookupError("the mandate is for somebody else")
    person = file(session, file_held(session, person_id) or 0)
    if person is None:
        raise LookupError("no such file")
    reader = person.guardian or person
    if (fault := letter_fault(reader, by=by)) is not None:
        raise Refused(fault)
    waiting = form_on_its_way(session, kind, person.id)
    if waiting is not None:
        return waiting
    departement = session.get_one(Departement, 1)
    known = known_of(person, departement, language=person.language)
    form = give(session, now, kind=kind, person_id=person.id, known=known, by=by)
    printed: dict[str, Any] = {
        ENCLOSED: as_json(words(form, known)),
        "form_kind": kind.value,
        "form_is_blank": False,
    }
    if hushed(known) != known:
        printed[HUSHED] = as_json(words(form, hushed(known)))
    send_to(
        session,
        now,
        kind=KIND,
        route=Route.LETTER,
        to=None,
        context=base_context(departement, base_url, person=reader, **printed),
        expires_at=now + TIDINGS_LAST,
        subject=SUBJECT,
        subject_id=form.id,
        person_id=reader.id,
    )
    record(
        session,
        now,
        actor=by,
        verb="form.posted",
        for_person_id=person.id,
        object_kind=SUBJECT,
        object_id=form.id,
    )
    return form
