"""The attendance sheet of a workshop: printed to be ticked and signed, or ticked on the screen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.agenda.queries_seats import seats_of
from portal.agenda.rules_acts import Act, Standing, acts, standing
from portal.agenda.rules_agenda import SEERS, Booked
from portal.agenda.views import bp
from portal.agenda.views_lines import words_of_lines
from portal.agenda.views_status import fault_words, press
from portal.agenda.views_words import DONE_WORDS
from portal.agenda.views_workshops import not_yours
from portal.agenda.views_workshops_shared import WORKSHOP, Shown, holds, neutral, workshop_or_404
from portal.booking.asked import sequence_of
from portal.booking.rules_status import StatusFault
from portal.booking.services_workshops import mark_all_present
from portal.desk.views_shared import hand
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, transaction
from portal.web.text import whole

Page = str | tuple[str, int] | Response

_ACTS = (Act.SEEN, Act.NOSHOW, Act.EXCUSED, Act.UNDO)
_EVERYBODY = "tous"
_MEANWHILE = (StatusFault.CHANGED, StatusFault.CANCELLED, StatusFault.AGENT_TAKEN)
_BLANK = 4  # lines for who comes without being expected


@dataclass(frozen=True)
class Row:
    """A seat on the sheet."""

    booked: Booked
    name: str
    standing: Standing
    acts: Sequence[Act]

    @property
    def is_expected(self) -> bool:
        """Whether the paper has a line for it."""
        return holds(self.booked.status)


@bp.get(f"{WORKSHOP}/feuille")
@allow(*SEERS)
def sheet(workshop_id: int) -> Page:
    """The list by name; in neutral words on paper unless asked otherwise."""
    with transaction() as database:
        shown = workshop_or_404(database, workshop_id)
        return _page(database, shown) if shown.may_name else not_yours(database, shown)


@bp.post(f"{WORKSHOP}/feuille")
@allow(*SEERS)
def tick(workshop_id: int) -> Page:
    """One press: somebody came, or did not; or everybody of whom nothing is noted yet came."""
    typed = request.form.get("acte", "")
    try:
        with transaction() as database:
            shown = workshop_or_404(database, workshop_id)
            if not shown.may_name:
                return not_yours(database, shown)
            if not PortalForm().validate_on_submit() or typed not in {_EVERYBODY, *_ACTS}:
                fault = str(_("Cette page est restée ouverte longtemps. Recommencez."))
                return _page(database, shown, fault=fault), 422
            if typed == _EVERYBODY:
                noted = mark_all_present(database, now(), workshop_id=workshop_id, by=hand())
                return _back(workshop_id, tous=noted)
            seat_id = _seat_or_none(database, workshop_id)
            if seat_id is None:
                return _page(database, shown, fault=fault_words(Refused(StatusFault.CHANGED))), 409
            press(database, seat_id, Act(typed), sequence_of(request.form.get("sequence")))
    except Refused as refusal:
        with transaction() as database:
            shown = workshop_or_404(database, workshop_id)
            code = 409 if refusal.reason in _MEANWHILE else 422
            return _page(database, shown, fault=fault_words(refusal)), code
    return _back(workshop_id, fait=typed, rdv=seat_id)


def _back(workshop_id: int, **said: Any) -> Response:
    number = said.get("rdv")
    anchor = f"place-{number}" if number else None
    return redirect(url_for("agenda.sheet", workshop_id=workshop_id, **said, _anchor=anchor), 303)


def _seat_or_none(database: Session, workshop_id: int) -> int | None:
    """The seat that was pressed, if it is one of this workshop."""
    number = whole(request.form.get("rdv"))
    return next((one.booked.id for one in seats_of(database, workshop_id) if one.booked.id == number), None)


def _page(database: Session, shown: Shown, *, fault: str = "") -> str:
    personal_page()
    rows = _rows(database, shown)
    with_title, with_signature = request.args.get("titre") == "oui", request.args.get("signature") != "non"
    held = shown.seats.workshop.appointment
    return render_template(
        "agenda/sheet.html",
        shown=shown,
        rows=rows,
        pressed=whole(request.form.get("rdv")) if fault else None,
        left=sum(row.standing in {Standing.RUNNING, Standing.FORGOTTEN, Standing.ARRIVED} for row in rows),
        came=sum(row.standing is Standing.SEEN for row in rows),
        paper_title=shown.title if with_title else neutral(held.motif.neutral_words),
        with_title=with_title,
        with_signature=with_signature,
        blanks=min(_BLANK, shown.seats.free),
        url_of_title=_paper(shown, with_title=not with_title, with_signature=with_signature),
        url_of_signature=_paper(shown, with_title=with_title, with_signature=not with_signature),
        printed_at=now(),
        done="" if fault else _done(rows),
        fault=fault,
        form=PortalForm(formdata=None),
        form_has_errors=bool(fault),
        everybody=_EVERYBODY,
        **words_of_lines(),
    )


def _rows(database: Session, shown: Shown) -> list[Row]:
    """Those expected, and those of whom something was noted since the beginning; not the seats given back before."""
    return [
        Row(
            one.booked,
            one.guest.name,
            standing(one.booked, now()),
            [act for act in acts(one.booked, now()) if act in _ACTS],
        )
        for one in seats_of(database, shown.id)
        if holds(one.booked.status) or one.booked.changed_at >= one.booked.starts_at
    ]


def _paper(shown: Shown, *, with_title: bool, with_signature: bool) -> str:
    return url_for(
        "agenda.sheet",
        workshop_id=shown.id,
        titre="oui" if with_title else None,
        signature=None if with_signature else "non",
    )


def _done(rows: Sequence[Row]) -> str:
    """What was just noted, as the address says it."""
    noted, said = whole(request.args.get("tous")), request.args.get("fait", "")
    if noted is not None:
        return str(ngettext("Une présence est notée.", "%(num)s présences sont notées.", noted))
    number = whole(request.args.get("rdv"))
    row = next((row for row in rows if row.booked.id == number), None)
    return f"{row.name} : {DONE_WORDS[Act(said)]}" if row is not None and said in set(_ACTS) else ""
