"""What the address of an appointment answers while it is not open: the birth date asked, a code locked, a day past."""

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking import pages
from portal.booking.forms import BirthForm
from portal.booking.guard import GuardRefusal, is_locked
from portal.clock import paris_day
from portal.refusal import Refused
from portal.web.request import now

Answer = str | tuple[str, int]


def closed_page(database: Session, code: str) -> Answer:
    """What asks the birth date; while the code is locked, what says so."""
    if is_locked(database, now(), code):
        return _locked_page(database, code)
    return birth_page(database, code, BirthForm(today=paris_day(now())))


def birth_page(database: Session, code: str, form: BirthForm) -> str:
    """Asks the one fact that only the person knows."""
    call = pages.call_for(database, None)
    return render_template("booking/birth.html", code=code, form=form, call=call, form_has_errors=bool(form.errors))


def shut_page(database: Session, code: str, form: BirthForm, refusal: Refused) -> Answer:
    """Why a birth date opened nothing. The words are the same whether the code exists or not."""
    if refusal.reason is GuardRefusal.OVER:
        return over_page(database)
    if refusal.reason is GuardRefusal.LOCKED:
        return _locked_page(database, code)
    form.birth_date.errors = [_("Ce code et cette date ne vont pas ensemble. Vérifiez les deux.")]
    return birth_page(database, code, form), 422


def over_page(database: Session) -> Answer:
    """The appointment is past, and its code opens nothing any more."""
    return render_template("booking/over.html", call=pages.call_for(database, None)), 410


def _locked_page(database: Session, code: str) -> Answer:
    return render_template("booking/locked.html", code=code, call=pages.call_for(database, None)), 429
