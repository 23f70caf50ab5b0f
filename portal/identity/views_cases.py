"""Agents say whose an identity given by FranceConnect is, when it fits several files."""

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.identity import queries_cases as queries
from portal.identity.services_cases import CaseFault, decide
from portal.identity.views import bp
from portal.people.models import Person
from portal.people.models_credentials import IdentityCase
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.forms import ChoiceField, PortalForm, selectable
from portal.web.request import now, transaction

WHO = (Role.ACCUEIL, Role.ENCADRANT, Role.ADMIN)
NEW = "new"

Page = str | tuple[str, int] | Response


class CaseForm(PortalForm):
    """Which file is theirs."""

    file = ChoiceField(
        _l("Quel dossier est celui de cette personne ?"),
        choices=(),
        required=_l("Choisissez un dossier, ou « Aucun de ces dossiers »."),
    )


@bp.get("/agents/personnes/a-rapprocher")
@allow(*WHO)
def cases() -> Page:
    """The identities that wait for an agent."""
    with transaction() as database:
        return render_template(
            "identity/cases.html", cases=queries.open_cases(database), is_settled="fait" in request.args
        )


@bp.get("/agents/personnes/a-rapprocher/<int(max=9223372036854775807):case_id>")
@allow(*WHO)
def case(case_id: int) -> Page:
    """An identity, and the files that may be theirs."""
    with transaction() as database:
        waiting = queries.open_case(database, case_id) or abort(404)
        return _page(database, waiting, CaseForm())


@bp.post("/agents/personnes/a-rapprocher/<int(max=9223372036854775807):case_id>")
@allow(*WHO)
def settle_case(case_id: int) -> Page:
    """Joins the identity to a file, or to a new one."""
    form = CaseForm()
    with transaction() as database:
        waiting = queries.open_case(database, case_id)
        if waiting is None:  # settled meanwhile, or pressed twice; or never was
            return redirect(url_for("identity.cases"), 303) if queries.was_case(database, case_id) else abort(404)
        _offer(database, waiting, form)
        if not form.validate_on_submit():
            return _page(database, waiting, form), 422
    try:
        with transaction() as database:
            chosen = None if form.file.data == NEW else int(form.file.data or 0)
            decide(database, now(), case_id=case_id, person_id=chosen, by=actor())
    except Refused as refused:
        return _refused(case_id, form, refused)
    return redirect(url_for("identity.cases", fait="1"), 303)


def _refused(case_id: int, form: CaseForm, refused: Refused) -> Page:
    with transaction() as database:
        waiting = queries.open_case(database, case_id)
        if waiting is None:
            return redirect(url_for("identity.cases"), 303)
        has_changed = refused.reason is CaseFault.NO_CANDIDATE
        form.file.errors = [_("Ce dossier a changé. Choisissez de nouveau.") if has_changed else _impossible()]
        return _page(database, waiting, form), 422


def _impossible() -> str:
    return str(_("Aucun dossier ne peut porter ce nom ou cette date de naissance. Prévenez l'administrateur."))


def _offer(database: Session, waiting: IdentityCase, form: CaseForm) -> tuple[list[Person], frozenset[int]]:
    files, taken = queries.candidates(database, waiting)
    named = [(str(file.id), _("Dossier %(id)s", id=file.id)) for file in files]
    form.file.choices = selectable([*named, (NEW, _("Aucun de ces dossiers : en faire un nouveau"))])
    return files, taken


def _page(database: Session, waiting: IdentityCase, form: CaseForm) -> str:
    files, taken = _offer(database, waiting, form)
    return render_template(
        "identity/case.html",
        form=form,
        form_has_errors=bool(form.errors),
        case=waiting,
        place=queries.place_name(database, waiting.birth_place),
        files=files,
        places={file.id: queries.place_name(database, file.birth_place) for file in files},
        taken=taken,
    )
