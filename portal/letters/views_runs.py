"""A print run: its files, its manifest and its bordereau, what must be taken out of it, each letter by its key."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.journal.services import record
from portal.letters.bordereau import Bordereau, FileLine, Hand, draw_bordereau
from portal.letters.forms_words import RETURN_REASONS
from portal.letters.manifest import PULLED, file_name, manifest
from portal.letters.models import Letter, Printer, PrintRun, PullReason, RunState
from portal.letters.queries import ROLES
from portal.letters.queries_gone import Gone, gone_from, registered_of, returned_of
from portal.letters.queries_post import large_windows, pull_reason, set_aside
from portal.letters.queries_runs import file_of, letter_by_reference, papers_of, run_of, to_pull
from portal.letters.queries_runs import runs as latest_runs
from portal.letters.queries_today import names_of, pulled_of, sizes_of
from portal.letters.rules import key_of
from portal.letters.rules_post import LEFT
from portal.letters.views import bp, kind_words
from portal.letters.views_room import (
    REASONS,
    RUN,
    bytes_answer,
    doors,
    gone,
    printer_words,
    require_the_room,
    room_of,
    size_words,
    standing,
    state_words,
)
from portal.people.views_browser import actor
from portal.web.access import allow, may_open
from portal.web.forms import PortalForm
from portal.web.request import now, reading, transaction
from portal.web.text import printable

log = logging.getLogger("portal.letters")

_STATES = {
    RunState.MAKING: _l("En préparation"),
    RunState.MADE: _l("À imprimer"),
    RunState.PRINTED: _l("Imprimé"),
    RunState.POSTED: _l("Remis à La Poste"),
}


@dataclass(frozen=True)
class Place:
    """A letter in its run, as the tray is searched: in which file, the how manieth."""

    letter: Letter
    file: int
    reason: PullReason | None = None
    standing: str = ""  # as it is known to the day

    @property
    def kind(self) -> str:
        """What the letter is."""
        return kind_words(self.letter.message.kind)

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.standing or state_words(self.letter)

    @property
    def words(self) -> str:
        """Why it came back, or is taken out; with what an outside printer says of it."""
        if self.letter.return_reason:
            return str(RETURN_REASONS[self.letter.return_reason])
        why = str(REASONS[self.reason]) if self.reason else ""
        said = printer_words(self.letter)
        return f"{why} {said}" if said else why


@bp.get("/agents/courriers/lots")
@allow(*ROLES)
def runs() -> str:
    """The latest runs, newest first."""
    with reading() as session:
        require_the_room(session)
        found = latest_runs(session)
        gone = gone_from(session, [one.id for one in found])
        held = {one.id: letters_words(one, gone[one.id]) if one.id in gone else str(one.letters) for one in found}
        return render_template("letters/runs.html", runs=found, held=held, run_state=run_state, doors=doors())


@bp.get(f"/agents/courriers/lots/<{RUN}:run_id>")
@allow(*ROLES)
def run(run_id: int) -> str:
    """A run; while its files are being made, how many are."""
    with reading() as session:
        return run_page(session, _run(session, run_id), refreshes="arret" not in request.args)


def run_page(session: Session, found: PrintRun, *, refreshes: bool = False, **more: Any) -> str:
    """The whole page of a run; `more`: steps that were refused, as they were typed."""
    is_making, gone = found.state is RunState.MAKING, gone_from(session, [found.id]).get(found.id, Gone())
    return render_template(
        "letters/run.html",
        run=found,
        form=PortalForm(formdata=None),
        run_state=run_state(found),
        held=letters_words(found, gone),
        is_empty=gone.pulled == found.letters,
        made=sum(file.made_at is not None for file in found.files),
        sizes={at: size_words(size) for at, size in sizes_of(session, found.id).items()},
        names=names_of(session, _hands_of(found)),
        aside=set_aside(session, found.id),
        letters_to_pull=[] if is_making or found.state is RunState.POSTED else _to_pull(session, found),
        letters_pulled=placed(found, (one for one in pulled_of(session, found.id) if one.returned_at is None)),
        letters_returned=placed(found, returned_of(session, found.id)),
        asked=_asked(session, found),
        is_making=is_making,
        is_outside=found.printer is Printer.OUTSIDE,
        refreshes=is_making and refreshes,
        opens=may_open,
        said=request.args.get("fait", ""),
        **room_of(session),
        **more,
    )


def run_state(run: PrintRun) -> str:
    """Where a run stands, and how much of it is printed; one that was closed empty went nowhere."""
    is_closed = run.state is RunState.POSTED and run.posted_on is None
    printed, total = sum(file.printed_at is not None for file in run.files), len(run.files)
    if run.state is RunState.MADE and printed:
        words = ngettext(
            "%(num)s fichier imprimé sur %(total)s", "%(num)s fichiers imprimés sur %(total)s", printed, total=total
        )
        return f"{_STATES[run.state]}, {words}"
    return str(_("Fermé\u00a0: il est vide")) if is_closed else str(_STATES[run.state])


def letters_words(run: PrintRun, gone: Gone) -> str:
    """How many letters a run holds, or sent, and how many were taken out of it.

    Once it is posted, a letter taken out that came back all the same is one of those sent.
    """
    out = gone.pulled - gone.left if run.state is RunState.POSTED else gone.pulled
    stay = run.letters - out
    if not out:
        return str(ngettext("%(num)s lettre", "%(num)s lettres", run.letters))
    pulled = str(ngettext("%(num)s retirée", "%(num)s retirées", out))
    if not stay:
        return pulled
    if run.state is RunState.POSTED:
        return f"{ngettext('%(num)s postée', '%(num)s postées', stay)}, {pulled}"
    return f"{ngettext('%(num)s à poster', '%(num)s à poster', stay)}, {pulled}"


@bp.get(f"/agents/courriers/lots/<{RUN}:run_id>/<{RUN}:position>.pdf")
@allow(*ROLES)
def run_file(run_id: int, position: int) -> Response:
    """A file to print, as it was made: bytes that are no longer the same are not printed."""
    with transaction() as session:
        require_the_room(session)
        found = file_of(session, run_id, position)
        if found is None or found.sha256 is None:
            abort(404)
        if found.pdf is None:
            return gone(
                found.sha256, url_for("letters.run", run_id=run_id), _("Revenir au lot %(number)s", number=run_id)
            )
        if sha256(found.pdf).hexdigest() != found.sha256:
            log.error("run file altered id=%s", found.id)
            abort(500)
        _record(session, run_id, position=position)
    return bytes_answer(found.pdf, file_name(run_id, position))


@bp.get(f"/agents/courriers/lots/<{RUN}:run_id>/manifeste.csv", endpoint="manifest")
@allow(*ROLES)
def run_manifest(run_id: int) -> Response:
    """One line for each letter of a run, those pulled marked."""
    with transaction() as session:
        found = _run(session, run_id)
        wrong = {letter.id for letter in to_pull(session, run_id)} if found.state is not RunState.POSTED else set()
        letters = papers_of(session, run_id)
        written = manifest(run_id, found.files, letters, to_pull=wrong, posted_on=found.posted_on)
        _record(session, run_id)
    return bytes_answer(written, f"lot-{run_id}-manifeste.csv", "text/csv", is_shown=False)


@bp.get(f"/agents/courriers/lots/<{RUN}:run_id>/bordereau.pdf")
@allow(*ROLES)
def bordereau(run_id: int) -> Response:
    """The sheet that goes with a run, as the run is now."""
    with transaction() as session:
        found = _run(session, run_id)
        drawn = draw_bordereau(_bordereau(session, found))
        _record(session, run_id)
    return bytes_answer(drawn, f"lot-{run_id}-bordereau.pdf")


def _run(session: Session, run_id: int) -> PrintRun:
    require_the_room(session)
    return run_of(session, run_id) or abort(404)


def _record(session: Session, run_id: int, **ids: int) -> None:
    record(session, now(), actor=actor(), verb="run.downloaded", object_kind="print_run", object_id=run_id, **ids)


def _hands_of(found: PrintRun) -> list[int | None]:
    hands = [found.made_by, found.printed_by, found.inserted_by, found.posted_by]
    return hands + [file.printed_by for file in found.files]


def _to_pull(session: Session, found: PrintRun) -> list[Place]:
    files = {file.id: file.position for file in found.files}
    return [
        Place(letter, files[letter.file_id or 0], pull_reason(session, letter.message))
        for letter in to_pull(session, found.id)
    ]


def placed(found: PrintRun, letters: Iterable[Letter]) -> list[Place]:
    """Letters of a run, where each stands in it."""
    files = {file.id: file.position for file in found.files}
    return [Place(letter, files[letter.file_id or 0], letter.pull_reason) for letter in letters]


def _asked(session: Session, found: PrintRun) -> dict[str, Any]:
    """The letter whose key was typed, or read by a scanner."""
    typed = printable(request.args.get("cle", "").strip()[:60])
    key = key_of(typed) if typed else None
    letter = letter_by_reference(session, key) if key else None
    files = {file.id: file.position for file in found.files}
    stands = letter is not None and letter.pulled_at is None and letter.returned_at is None
    wrong = pull_reason(session, letter.message) if letter and stands and letter.message.status not in LEFT else None
    return {
        "typed": typed,
        "is_key": key is not None,
        "other_run": letter.run_id if letter and letter.run_id != found.id else None,
        "letter": letter,
        "stands": stands,
        "wrong": str(REASONS[wrong]) if wrong is not None else "",
        "place": Place(letter, files[letter.file_id or 0], letter.pull_reason, standing(session, letter))
        if letter and letter.run_id == found.id
        else None,
    }


def _bordereau(session: Session, found: PrintRun) -> Bordereau:
    names = names_of(session, _hands_of(found))
    pulled = pulled_of(session, found.id)
    return Bordereau(
        run_id=found.id,
        posting_day=found.posting_day,
        made_at=found.made_at,
        registered=registered_of(session, found.id),
        large_windows=len(large_windows(session, found.id)),
        made_by=f"par {names[found.made_by]}" if found.made_by in names else "par le programme",
        files=[FileLine(file.position, file.sheets_each, file.letters) for file in found.files],
        pulled=[(letter.reference, PULLED[letter.pull_reason]) for letter in pulled if letter.pull_reason],
        pulled_sheets=sum(letter.sheets for letter in pulled),
        counted_letters=found.counted_letters,
        counted_sheets=found.counted_sheets,
        hands=[
            Hand("Imprimé", names.get(found.printed_by or 0, ""), found.printed_at),
            Hand("Mis sous pli", names.get(found.inserted_by or 0, ""), found.inserted_at),
            Hand("Remis à La Poste", names.get(found.posted_by or 0, ""), found.posted_on),
        ],
    )
