"""Contacts and preferences, changed by an agent for the person, who is told."""

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.forms_kept import Keepers
from portal.booking.pages import PostalNames
from portal.desk import services
from portal.desk.forms import ChangeForm
from portal.desk.forms_words import CHANGED_WORDS
from portal.desk.rules import WATCHED, DeskFault, changed_since, shown
from portal.desk.views import bp
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand, note_reading
from portal.directory import queries as directory
from portal.letters.queries_kept import keeping_places, place_that_keeps
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import allow, safe_next
from portal.web.headers import personal_page
from portal.web.i18n import LANGUAGES
from portal.web.request import now, portal, transaction
from portal.words import phone_words

Page = str | tuple[str, int] | Response


@bp.route(f"{PERSON}/modifier", methods=["GET", "POST"])
@allow(*ACTORS)
def change(person_id: int) -> Page:
    """The form, filled in with what is known; sent when somebody else has just changed the file, it says what."""
    try:
        with transaction() as database:
            found = file_or_404(database, person_id)[0]
            form = _form(database, found)
            if request.method != "POST":
                note_reading(database, person_id)
                form.shown.data = shown(found)
                return _page(found, form)
            if not form.validate_on_submit():
                return _page(found, form), 422
            services.change_file(
                database,
                now(),
                person_id=person_id,
                by=hand(),
                wanted=form.wanted,
                shown=form.shown.data or "",
                base_url=portal().settings.base_url,
            )
    except Refused as refusal:
        if refusal.reason is DeskFault.ASK_IF_SAFE:
            return _safe_page(person_id), 422
        if refusal.reason is not DeskFault.CHANGED:
            raise
        return _changed_page(person_id), 409
    return redirect(_after(person_id), 303)


def _after(person_id: int) -> str:
    """Where to go on once it is saved: back where the agent came from, in this portal, else the card."""
    back = _back()
    if not back:
        return url_for("desk.person", person_id=person_id, fait="modifie")
    return f"{back}{'&' if '?' in back else '?'}fait=modifie"


def _back() -> str:
    return safe_next(request.args.get("retour"), "")


def _changed_page(person_id: int) -> str:
    """What somebody else has changed, as it is now, beside what was typed, which is kept."""
    with transaction() as database:
        found = file_or_404(database, person_id)[0]
        form = _form(database, found)
        form.validate()
        changed = changed_since(found, form.shown.data or "")
        form.shown.data = shown(found)
        return _page(found, form, [(str(CHANGED_WORDS[name]), _now(found, name)) for name in sorted(changed)])


def _safe_page(person_id: int) -> str:
    """The question, above what was typed, which is kept: whoever they fear may open that letter box."""
    with transaction() as database:
        found = file_or_404(database, person_id)[0]
        form = _form(database, found)
        form.validate()
        form.asks_about(form.address)
        form.is_safe.data = False
        form.is_safe.errors = [_("Demandez-lui si cette adresse est sûre. Sinon, changez l'adresse ou le courrier.")]
        return _page(found, form)


def _form(database: Session, found: Person) -> ChangeForm:
    communes = PostalNames(directory.commune_index(database))
    keepers = Keepers(keeping_places(database, now(), communes), place_that_keeps(database, found))
    return ChangeForm(person=found, communes=communes, keepers=keepers)


def _page(found: Person, form: ChangeForm, changed: list[tuple[str, str]] | None = None) -> str:
    personal_page()
    return render_template(
        "desk/change.html",
        person=found,
        form=form,
        changed=changed or [],
        back=_back(),
        form_has_errors=bool(form.errors or changed),
    )


def _now(found: Person, name: str) -> str:
    """A thing of the file as it stands, in words."""
    if name in {"mobile", "landline"}:
        return phone_words(getattr(found, name) or "") or str(_("Rien"))
    if name in {"birth_name", "email"}:
        return str(getattr(found, name) or _("Rien"))
    if name == "address":
        return ", ".join(line for line in found.address if line) or str(_("Rien"))
    if name == "language":
        return LANGUAGES.get(found.language, LANGUAGES["fr"])
    return str(_("Oui") if getattr(found, WATCHED[name]) else _("Non"))
