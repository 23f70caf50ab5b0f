"""The agents' list: what an organisation holds; the documents that a second agent must see; ends and papers."""

from datetime import timedelta

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.mandates import queries
from portal.mandates.forms import PartnerForm
from portal.mandates.rules import EndedBy, Fault
from portal.mandates.services import ask_by_sms, end, receive_paper, second_look
from portal.mandates.views_shared import (
    HELPERS,
    HIGHEST_ID,
    PARTNERS,
    bp,
    mandate_at_desk,
    mandate_or_404,
    may_read,
    own_actor,
    shown_mandate,
    today,
    voice,
)
from portal.people.models_mandates import Mandate
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.throttle import Limit, spend

MANDATE = f"/agents/mandats/<int(max={HIGHEST_ID}):mandate_id>"

_ASKS = Limit("mandate-asks", 20, timedelta(hours=1))  # by one partner's agent
_HOWS = {how.value: how for how in (EndedBy.PHONE, EndedBy.LETTER, EndedBy.AGENT)}


@bp.route("/agents/mandats", methods=["GET", "POST"])
@allow(*HELPERS, *PARTNERS)
def held() -> str | Response:
    """What the agent's organisation holds, and whom it may ask; for staff, the documents to see a second time."""
    form = PartnerForm()
    form.today = today()
    is_partner = g.agent.organisation_id is not None
    if is_partner and form.validate_on_submit():
        _ask(form)
        if not form.errors:
            return redirect(url_for("mandates.held", fait="demande"))
    with transaction() as database:
        mine = queries.held_by_organisation(database, now(), g.agent.organisation_id) if is_partner else ()
        waiting = () if is_partner else queries.documents_to_see(database, now())
        to_see = [one for one in waiting if may_read(database, one.person_id)]
        shown = [shown_mandate(one) for one in mine], [shown_mandate(one) for one in to_see]
    return render_template(
        "mandates/held.html",
        held=shown[0],
        to_see=shown[1],
        form=form,
        is_partner=is_partner,
        done=request.args.get("fait", ""),
    )


@bp.post(f"{MANDATE}/rendre")
@allow(*PARTNERS)
def give_back(mandate_id: int) -> Response:
    """Ends a mandate that the agent's organisation holds; 404 for any other."""
    with transaction() as database:
        mandate = mandate_or_404(queries.mandate(database, mandate_id))
        is_ours = mandate.organisation_id is not None and mandate.organisation_id == g.agent.organisation_id
        mandate_or_404(mandate if is_ours else None)
    _end(mandate_id, EndedBy.HOLDER)
    return redirect(url_for("mandates.held", fait="fini"))


@bp.post(f"{MANDATE}/fin")
@allow(*HELPERS)
def end_for(mandate_id: int) -> Response:
    """Ends a mandate because the person asks for it, by phone or by letter; or because the help is finished."""
    mandate = _found(mandate_id)
    _end(mandate_id, _HOWS.get(request.form.get("how", ""), EndedBy.PHONE))
    return redirect(url_for("mandates.of_person", person_id=mandate.person_id, fait="fini"))


@bp.post(f"{MANDATE}/papier")
@allow(*HELPERS)
def paper_signed(mandate_id: int) -> Response:
    """Notes that the signed paper is here."""
    mandate, done = _found(mandate_id), "papier"
    if PortalForm().validate_on_submit():
        try:
            with transaction() as database:
                receive_paper(database, now(), mandate_id=mandate_id, by=own_actor(), voice=voice(database))
        except Refused as refused:
            done = str(refused.reason)
    return redirect(url_for("mandates.of_person", person_id=mandate.person_id, fait=done))


@bp.post(f"{MANDATE}/vu")
@allow(*HELPERS)
def document_seen(mandate_id: int) -> Response:
    """Notes that a second agent has seen the document."""
    _found(mandate_id)
    done = "vu"
    if PortalForm().validate_on_submit():
        try:
            with transaction() as database:
                second_look(database, now(), mandate_id=mandate_id, by=own_actor(), voice=voice(database))
        except Refused as refused:
            done = str(refused.reason)
    return redirect(url_for("mandates.held", fait=done))


def _found(mandate_id: int) -> Mandate:
    with transaction() as database:
        return mandate_at_desk(database, mandate_id)


def _end(mandate_id: int, how: EndedBy) -> None:
    if not PortalForm().validate_on_submit():
        return
    with transaction() as database:
        end(database, now(), mandate_id=mandate_id, by=own_actor(), how=how, voice=voice(database))


def _ask(form: PartnerForm) -> None:
    """Asks the person, if there is such a file; says the same whether there is or not."""
    spend(_ASKS, f"agent {g.agent.id}")
    mobile = form.mobile.phone.e164 if form.mobile.phone else ""
    with transaction() as database:
        person = queries.only_file(database, form.identity, mobile=mobile)
        partner = queries.organisation(database, now(), g.agent.organisation_id)
        if person is None or partner is None:
            return
        try:
            ask_by_sms(
                database,
                now(),
                person=person,
                organisation=partner,
                procedures=form.procedures.data,
                days=int(form.days.data or 0),
                by=own_actor(),
                voice=voice(database),
            )
        except Refused as refused:
            if refused.reason not in {Fault.PROTECTED, Fault.NO_MOBILE, Fault.ASKED_LATELY}:
                raise
