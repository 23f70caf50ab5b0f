"""From what it is about to the hour: the subject, the place, the week."""

from enum import StrEnum

from flask import render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from portal.booking import asked, pages
from portal.booking.forms import InvitationForm
from portal.booking.guard import GuardRefusal, open_invitation
from portal.booking.models import Invitation
from portal.booking.views import bp
from portal.booking.views_limits import right_guess, spend_guess, spend_search
from portal.booking.views_shared import (
    choice_of,
    insee_asked,
    invitation_of,
    known_for,
    motif_of,
    remember_invitation,
    url_of_commune,
    week_page,
)
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Motif
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.request import now, transaction


@bp.get("/rendez-vous")
@allow(Role.EVERYONE)
def themes() -> str:
    """What it is about, in plain words; the urgent door first."""
    with transaction() as database:
        return render_template("booking/themes.html", themes=pages.themes(database, now()))


@bp.get("/rendez-vous/urgent")
@allow(Role.EVERYONE)
def urgent() -> str:
    """Numbers to call, and the nearest place that receives today. It never leads to a slot."""
    spend_search()
    with transaction() as database:
        search = _search(database)
        return render_template(
            "booking/urgent.html",
            helplines=directory.helplines(database),
            search=search,
            site=pages.site_of_today(database, now(), search.found) if search.found else None,
            url_of_commune=url_of_commune("booking.urgent"),
            form_has_errors=search.is_refused,
        )


@bp.get("/rendez-vous/<motif_key>")
@allow(Role.EVERYONE)
def places(motif_key: str) -> str:
    """Where: the places that offer the motif, the nearest first. Or why not here; or the code of a letter first."""
    spend_search()
    with transaction() as database:
        motif = motif_of(database, motif_key)
        if motif.booked_by is BookedBy.NOBODY:
            return render_template("booking/explained.html", motif=motif, call=pages.call_for(database, None))
        invitation = invitation_of(database, motif)
        if motif.booked_by is BookedBy.INVITED and invitation is None:
            return _letter_page(database, motif, InvitationForm(today=paris_day(now())))
        return _places_page(database, motif, invitation)


@bp.post("/rendez-vous/<motif_key>")
@allow(Role.EVERYONE)
def open_with_letter(motif_key: str) -> Response | str | tuple[str, int]:
    """Opens a motif for the rest of this browser session, with the code of a letter and a birth date."""
    form = InvitationForm(today=paris_day(now()))
    is_valid = form.validate_on_submit()
    if is_valid:
        spend_guess()
    with transaction() as database:
        motif = motif_of(database, motif_key)
        found = None
        if is_valid:
            found = open_invitation(database, now(), code=form.code.data, birth_date=form.birth_date.data)
            form.code.errors = [_sentence_of(found)]
        if not isinstance(found, Invitation) or found.motif_id != motif.id:
            return _letter_page(database, motif, form), 422
        remember_invitation(motif, found)
    right_guess()
    return redirect(url_for("booking.places", motif_key=motif.key), 303)


@bp.get("/rendez-vous/<motif_key>/<place_key>")
@allow(Role.EVERYONE)
def week(motif_key: str, place_key: str) -> str | tuple[str, int]:
    """When: a week of one place, its slots as radios grouped by day."""
    wanted = request.args.get("semaine")
    with transaction() as database:
        choice = choice_of(database, motif_key, place_key)
        if wanted is not None and asked.day(wanted) is None:
            return week_page(database, choice, _("Cette semaine n'existe pas. Choisissez une semaine ci-dessous.")), 400
        return week_page(database, choice)


def _places_page(database: Session, motif: Motif, invitation: Invitation | None) -> str:
    search = _search(database)
    scope = pages.scope_of(database, now(), motif, invitation.person_id if invitation else known_for(None))
    insee = search.found.insee if search.found else insee_asked()
    page = pages.places_page(database, now(), scope, search, show_all="tous" in request.args)
    return render_template(
        "booking/places.html",
        motif=motif,
        page=page,
        call=pages.call_for(database, None),
        url_of_commune=url_of_commune("booking.places", motif_key=motif.key),
        url_of_place=lambda place: url_for("booking.week", motif_key=motif.key, place_key=place.key, insee=insee),
        url_of_all=url_for("booking.places", motif_key=motif.key, insee=insee, tous=1) + "#lieux",
        form_has_errors=search.is_refused,
    )


def _letter_page(database: Session, motif: Motif, form: InvitationForm) -> str:
    return render_template(
        "booking/invitation.html",
        motif=motif,
        form=form,
        call=pages.call_for(database, None),
        form_has_errors=bool(form.errors),
    )


def _search(database: Session) -> pages.CommuneSearch:
    return pages.search_commune(database, request.args.get("commune", ""), request.args.get("insee", ""))


def _sentence_of(found: Invitation | Refused) -> str:
    if isinstance(found, Refused):
        sentences: dict[StrEnum, str] = {
            GuardRefusal.LOCKED: _("Il y a eu trop d'essais. Attendez 15 minutes, ou appelez."),
            GuardRefusal.OVER: _("Ce code n'est plus valable. Appelez pour en avoir un autre."),
        }
        if found.reason in sentences:
            return str(sentences[found.reason])
    return str(_("Ce code et cette date ne vont pas ensemble. Vérifiez les deux sur votre lettre."))
