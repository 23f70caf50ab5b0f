"""Letters that the post brings back: entered by key, one after the other; and counted by week, town and reason."""

from datetime import date
from typing import Any, NamedTuple

from flask import g, redirect, render_template, request, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.letters.forms import ReturnForm
from portal.letters.forms_words import RETURN_FAULTS, RETURN_REASONS
from portal.letters.models import Letter, ReturnReason
from portal.letters.queries import ROLES, says_its_message
from portal.letters.queries_post import letter_of_key
from portal.letters.queries_returns import first_week, just_noted, tallies
from portal.letters.rules import key_of
from portal.letters.rules_returns import ReturnFault, Tally, by_group
from portal.letters.services_returns import note_return
from portal.letters.views import bp
from portal.letters.views_keys import require_letter
from portal.letters.views_room import room_of
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.request import now, reading, transaction
from portal.words import moment_words


class Row(NamedTuple):
    """A line of a table of rates: what it counts, letters posted and come back, the rate, by reason."""

    name: str
    posted: int
    returned: int
    rate: str
    reasons: list[int]
    is_hidden: bool
    week: date | None = None


@bp.route("/agents/courriers/retours", methods=["GET", "POST"])
@allow(*ROLES)
def returns() -> Response | str:
    """Enters what came back: the key, and Enter; the reason stays from one letter to the next."""
    form = ReturnForm()
    if request.method == "GET":
        form.reason.data = request.args.get("motif")
        return _page(form)
    if form.takes_figure() or not form.validate():
        return _page(form)
    try:
        with transaction() as session:
            require_letter(session, form.key.reference, ReturnFault.UNKNOWN)
            done = note_return(session, now(), reference=form.key.reference, reason=form.chosen, by=actor())
            known = "" if done.is_new else _known(done.letter)
    except Refused as refused:
        form.key.errors = [RETURN_FAULTS[ReturnFault(refused.reason)]]
        return _page(form)
    if known:
        form.key.errors = [known]
        return _page(form)
    # The key too: somebody else may note another one before this page is shown.
    return redirect(url_for("letters.returns", motif=form.chosen.value, fait=1, cle=form.key.reference), 303)


@bp.get("/agents/courriers/retours/taux")
@allow(*ROLES)
def return_rates() -> str:
    """How many of the letters posted came back, by week; by town, over twelve weeks or one of them."""
    with reading() as session:
        found = tallies(session, now(), agent_id=g.agent.id)
        room = room_of(session)
    weeks: dict[date, Tally] = {}
    for monday, _town, tally in found:
        weeks[monday] = weeks.get(monday, Tally()) + tally
    chosen = next((week for week in weeks if week.isoformat() == request.args.get("semaine")), None)
    towns, others = by_group((town, tally) for week, town, tally in found if chosen in {None, week})
    rows = [_row(town or str(_("À l'étranger")), tally) for town, tally in towns]
    if others is not None:
        rows.append(_row(str(_("Les autres communes")), others))
    return render_template(
        "letters/return_rates.html",
        weeks=[_row("", tally, week) for week, tally in sorted(weeks.items(), reverse=True)],
        towns=rows,
        reasons=list(RETURN_REASONS.values()),
        chosen=chosen,
        since=first_week(now()),
        **room,
    )


def _page(form: ReturnForm) -> str:
    with reading() as session:
        rows = [_noted(letter) for letter in just_noted(session, now(), agent_id=g.agent.id)]
        done = _done(session) if request.method == "GET" and request.args.get("fait") else None
        room = room_of(session)
    has_errors = bool(form.errors)
    return render_template("letters/returns.html", form=form, rows=rows, done=done, form_has_errors=has_errors, **room)


def _done(session: Session) -> dict[str, Any] | None:
    """The letter that this agent has just noted, by the key of the address; None when it names none that came back."""
    key = key_of(request.args.get("cle", ""))
    found = letter_of_key(session, now(), key, agent_id=g.agent.id) if key else None
    return _noted(found) if found is not None and found.returned_at is not None else None


def _noted(letter: Letter) -> dict[str, Any]:
    lines = (letter.message.recipient or "").splitlines() or [""]
    return {
        "reference": letter.reference,
        "recipient": lines[0],
        "town": lines[-1] if says_its_message(letter) else letter.postcode,
        "reason": RETURN_REASONS[letter.return_reason] if letter.return_reason else "",
        "at": letter.returned_at,
    }


def _known(letter: Letter) -> str:
    when = moment_words(letter.returned_at, "fr") if letter.returned_at else ""
    reason = RETURN_REASONS[letter.return_reason] if letter.return_reason else ""
    return str(_("Cette lettre est déjà notée\u00a0: %(reason)s, %(moment)s.", reason=reason, moment=when))


def _row(name: str, tally: Tally, week: date | None = None) -> Row:
    return Row(
        name=name,
        posted=tally.posted,
        returned=tally.total,
        rate=_("%(share)s %%", share=format_decimal(tally.rate, format="0.0")),
        reasons=[tally.returned.get(reason, 0) for reason in ReturnReason],
        is_hidden=tally.is_hidden,
        week=week,
    )
