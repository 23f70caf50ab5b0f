"""A resident's pages: who may act for me, whom I act for."""

from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.mandates import queries
from portal.mandates.forms import GiveForm, TakeForm
from portal.mandates.rules import EndedBy, Fault
from portal.mandates.services import end, give_in_space, take_up
from portal.mandates.views_shared import (
    HIGHEST_ID,
    bp,
    mandate_or_404,
    person_or_404,
    shown_mandate,
    today,
    voice,
)
from portal.people.models_mandates import Mandate, MandateKind
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.throttle import Limit, spend

MINE = "/mon-espace/mandats"
_ID = f"<int(max={HIGHEST_ID}):mandate_id>"
_TAKES = Limit("mandate-references", 10, timedelta(hours=1))  # references tried by one person


@bp.get(MINE)
@allow(Role.REACHABLE)
def mine() -> str:
    """Who may act for me, and whom I may act for."""
    with transaction() as database:
        running = queries.running_of_person(database, now(), g.person.id)
        given = [shown_mandate(one) for one in running]
        over = [shown_mandate(one) for one in queries.over_of_person(database, now(), g.person.id)]
        held_by_me = [shown_mandate(one) for one in queries.held_by_person(database, now(), g.person.id)]
    return render_template(
        "mandates/mine.html",
        given=given,
        lawful=[one.id for one in running if one.kind is MandateKind.LEGAL],
        over=over,
        held=held_by_me,
        form=PortalForm(),
        done=request.args.get("fait", ""),
    )


@bp.route(f"{MINE}/donner", methods=["GET", "POST"])
@allow(Role.REACHABLE)
def give() -> str | Response:
    """Lets someone close act for me: what for, and until when; a reference to pass on comes next."""
    form = GiveForm()
    form.today = today()
    if not g.person.is_known:
        form.without_sensitive()
    with transaction() as database:
        person = person_or_404(database, g.person.id)
    mandate = _given(form) if form.validate_on_submit() else None
    if mandate is not None:
        return redirect(url_for("mandates.mine_one", mandate_id=mandate.id))
    return render_template("mandates/give.html", form=form, person=person)


@bp.get(f"{MINE}/{_ID}")
@allow(Role.REACHABLE)
def mine_one(mandate_id: int) -> str:
    """One mandate that I have given: its reference while somebody has yet to take it."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate_of_person(database, g.person.id, mandate_id))
        shown = shown_mandate(mandate)
    lawful = [mandate_id] if mandate.kind is MandateKind.LEGAL else []
    return render_template("mandates/mine_one.html", mandate=shown, lawful=lawful, form=PortalForm())


@bp.route(f"{MINE}/recevoir", methods=["GET", "POST"])
@allow(Role.REACHABLE)
def take() -> str | Response:
    """Takes up a mandate whose reference somebody passed on."""
    form = TakeForm()
    form.today = today()
    if form.validate_on_submit() and _taken(form):
        return redirect(url_for("mandates.mine", fait="recu"))
    return render_template("mandates/take.html", form=form)


@bp.post(f"{MINE}/{_ID}/fin")
@allow(Role.REACHABLE)
def end_mine(mandate_id: int) -> Response:
    """Ends at once what I have given, or refuses what I am asked; 404 for another's, and for what the law gave."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate_of_person(database, g.person.id, mandate_id))
        mandate_or_404(None if mandate.kind is MandateKind.LEGAL else mandate)
    return _end(mandate_id, EndedBy.SPACE)


@bp.post(f"{MINE}/{_ID}/rendre")
@allow(Role.REACHABLE)
def give_up(mandate_id: int) -> Response:
    """Ends a mandate that I hold; 404 for another's."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate(database, mandate_id))
        mandate_or_404(mandate if mandate.holder_id == g.person.id else None)
    return _end(mandate_id, EndedBy.HOLDER)


def _end(mandate_id: int, how: EndedBy) -> Response:
    if not PortalForm().validate_on_submit():
        return redirect(url_for("mandates.mine"))
    with transaction() as database:
        end(database, now(), mandate_id=mandate_id, by=actor(), how=how, voice=voice(database))
    return redirect(url_for("mandates.mine", fait="fini"))


def _given(form: GiveForm) -> Mandate | None:
    try:
        with transaction() as database:
            return give_in_space(
                database,
                now(),
                person=person_or_404(database, g.person.id),
                procedures=form.procedures.data,
                last_day=form.last_day.data,
                is_known=g.person.is_known,
                by=actor(),
            )
    except Refused as refused:
        fault = Fault(refused.reason)
        form.say("last_day" if fault in {Fault.END_PAST, Fault.END_FAR} else "procedures", fault)
        return None


def _taken(form: TakeForm) -> bool:
    spend(_TAKES, f"person {g.person.id}")
    try:
        with transaction() as database:
            take_up(
                database,
                now(),
                holder=person_or_404(database, g.person.id),
                reference=form.reference.data,
                birth_date=form.birth_date.data,
                is_known=g.person.is_known,
                voice=voice(database),
            )
    except Refused as refused:
        form.say("reference", Fault(refused.reason))
        return False
    return True
