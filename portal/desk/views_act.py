"""What an agent has checked with the person: their identity, their address, a protection; and the letter of a code."""

from collections.abc import Callable

from flask import redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.desk import services
from portal.desk.forms import IdentityForm, ShownForm
from portal.desk.forms_words import FAULT_WORDS
from portal.desk.rules import DeskFault, Document
from portal.desk.views import bp
from portal.desk.views_person import person_page
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand
from portal.directory.models import Departement
from portal.identity.services_letters import send_activation
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.request import now, portal, transaction

Page = tuple[str, int] | Response


@bp.post(f"{PERSON}/identite")
@allow(*ACTORS)
def identity(person_id: int) -> Page:
    """An identity document was seen at the counter."""
    form = IdentityForm()
    if not form.validate_on_submit():
        return _again(person_id, form)

    def note(database: Session) -> None:
        services.see_identity(
            database,
            now(),
            person_id=person_id,
            by=hand(),
            document=Document(str(form.document.data)),
            checked=form.checked,
            shown=form.shown.data or "",
        )

    return _done(person_id, "identite", note)


@bp.post(f"{PERSON}/adresse")
@allow(*ACTORS)
def address(person_id: int) -> Page:
    """The address was checked with the person."""
    form = ShownForm()
    if not form.validate_on_submit():
        return _again(person_id)

    def note(database: Session) -> None:
        services.confirm_address(database, now(), person_id=person_id, by=hand(), shown=form.shown.data or "")

    return _done(person_id, "adresse", note)


@bp.post(f"{PERSON}/lettre")
@allow(*ACTORS)
def letter(person_id: int) -> Page:
    """The letter with a code that opens the person's space."""
    if not PortalForm().validate_on_submit():
        return _again(person_id)

    def send(database: Session) -> None:
        settings = portal().settings
        send_activation(
            database,
            now(),
            person=file_or_404(database, person_id)[0],
            sealer=Sealer(settings.secret_key),
            departement=database.get_one(Departement, 1),
            base_url=settings.base_url,
            by=hand(),
        )

    return _done(person_id, "lettre", send)


@bp.post(f"{PERSON}/protection/<any(oui, non):answer>")
@allow(*ACTORS)
def protect(person_id: int, answer: str) -> Page:
    """The person is, or is no longer, under a legal protection of adults."""
    if not PortalForm().validate_on_submit():
        return _again(person_id)

    def mark(database: Session) -> None:
        services.mark_protected(
            database,
            now(),
            person_id=person_id,
            by=hand(),
            is_protected=answer == "oui",
            base_url=portal().settings.base_url,
        )

    return _done(person_id, "protection", mark)


def _done(person_id: int, what: str, act: Callable[[Session], None]) -> Page:
    """Acts on a file that this agent may read, and goes back to it; or says there why not."""
    try:
        with transaction() as database:
            file_or_404(database, person_id)
            act(database)
    except Refused as refusal:
        return _again(person_id, refusal=refusal)
    return redirect(url_for("desk.person", person_id=person_id, fait=what), 303)


def _again(person_id: int, form: IdentityForm | None = None, refusal: Refused | None = None) -> tuple[str, int]:
    """The file as it stands now, with what is wrong."""
    fault = "" if form else _("Cette page est restée ouverte longtemps. Recommencez.")
    if refusal:
        fault = str(FAULT_WORDS.get(refusal.reason, _("Aucune lettre ne peut arriver à cette adresse.")))  # type: ignore[call-overload]
    with transaction() as database:
        found, how_much = file_or_404(database, person_id)
        status = 409 if refusal and refusal.reason is DeskFault.CHANGED else 422
        return person_page(database, found, how_much, identity=form, fault=fault), status
