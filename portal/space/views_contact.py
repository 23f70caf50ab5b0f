"""A new mobile or e-mail, proved by a code before it is used; and the removal of one."""

from typing import Any

from flask import redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.directory.models import Departement
from portal.identity.forms import CodeForm
from portal.identity.rules import CodeFault
from portal.identity.services import ask_code, check_code
from portal.identity.services_entry import PER_PERSON
from portal.identity.views_limits import spend_code, spend_sending
from portal.identity.views_marks import browser_mark
from portal.people.models_credentials import CredentialKind, Purpose
from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.space import queries
from portal.space.forms import EmailForm, MobileForm
from portal.space.rules import doubtful, value_of, ways_left
from portal.space.services import remove_way, replace_way
from portal.space.views import bp
from portal.space.views_shared import Page, base_url, browser_key, is_known, me, page, sealer
from portal.web.access import Procedure, Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.throttle import spend

_WAY = "/preferences/<any(mobile, email):way>"
_FORMS: dict[CredentialKind, type[MobileForm | EmailForm]] = {
    CredentialKind.MOBILE: MobileForm,
    CredentialKind.EMAIL: EmailForm,
}
_ASKED = "contact"  # in the browser's session: the code that is out


@bp.route(_WAY, methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def contact(way: str) -> Page:
    """Asks for a new mobile or e-mail, and sends it a code."""
    kind = CredentialKind(way)
    form = _FORMS[kind]()
    if form.validate_on_submit():
        return _send(kind, form.read)
    with transaction() as database:
        person = me(database)
    return page("contact", form=form, way=way, person=person), 422 if form.errors else 200


@bp.post(f"{_WAY}/prouver")
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def prove_contact(way: str) -> Page:
    """Sends a code to the mobile or e-mail that the file has already: "yes, it is mine"."""
    kind = CredentialKind(way)
    with transaction() as database:
        value = value_of(me(database), kind)
    if value is None or not PortalForm().validate_on_submit():
        return redirect(url_for("space.contact", way=way), 303)
    return _send(kind, value)


@bp.route(f"{_WAY}/code", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def contact_code(way: str) -> Page:
    """Asks for the code, and writes the way once it is right."""
    asked = _asked(way)
    if asked is None:
        return redirect(url_for("space.contact", way=way), 303)
    form = CodeForm()
    if form.validate_on_submit():
        spend_code()
        fault = _check(CredentialKind(way), asked, form.code.data)
        if fault is None:
            session.pop(_ASKED, None)
            return redirect(url_for("space.preferences", fait=way), 303)
        form.code.errors = [_code_words(fault)]
    return page("contact_code", form=form, way=way, to=asked["to"]), 422 if form.errors else 200


@bp.route(f"{_WAY}/retirer", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def remove_contact(way: str) -> Page:
    """Says what is lost with a mobile or an e-mail, then takes it out of the file."""
    kind, form = CredentialKind(way), PortalForm()
    with transaction() as database:
        person = me(database)
        is_doubtful = is_known() and kind in doubtful(person, queries.vouched_of(database, person.id))
    if value_of(person, kind) is None:
        return redirect(url_for("space.preferences"), 303)
    if form.validate_on_submit():
        with transaction() as database:
            is_strange = is_doubtful and request.form.get("raison") == "inconnu"
            remove_way(
                database,
                now(),
                person_id=subject_id(),
                kind=kind,
                by=actor(),
                base_url=base_url(),
                is_strange=is_strange,
                browser=browser_key(),
            )
        return redirect(url_for("space.preferences", fait=f"sans-{way}"), 303)
    left = [route.value for route in ways_left(person, without=kind)]
    return page(
        "contact_remove", form=form, way=way, value=value_of(person, kind), left=left, is_doubtful=is_doubtful
    ), 422 if form.errors else 200


def _send(kind: CredentialKind, to: str) -> Response:
    spend_sending(to)
    spend(PER_PERSON, f"person {subject_id()}")
    with transaction() as database:
        person = me(database)
        challenge = ask_code(
            database,
            now(),
            purpose=Purpose.CONTACT,
            kind=kind,
            to=to,
            mark=browser_mark(),
            sealer=sealer(),
            departement=database.get_one(Departement, 1),
            base_url=base_url(),
            language=person.language,
            person_id=person.id,
            is_vouched=is_known(),
            by=actor(),
        )
        session[_ASKED] = {"id": challenge.id, "way": kind.value, "to": to, "for": person.id}
    return redirect(url_for("space.contact_code", way=kind.value), 303)


def _asked(way: str) -> dict[str, Any] | None:
    """The code that this browser has asked for, for this way of this person."""
    asked: dict[str, Any] | None = session.get(_ASKED)
    return asked if asked and (asked["way"], asked["for"]) == (way, subject_id()) else None


def _check(kind: CredentialKind, asked: dict[str, Any], code: str) -> CodeFault | None:
    with transaction() as database:
        found = check_code(database, now(), challenge_id=asked["id"], code=code, mark=browser_mark(), sealer=sealer())
    if isinstance(found, Refused):
        return CodeFault(found.reason)
    with transaction() as database:
        replace_way(
            database,
            now(),
            person_id=subject_id(),
            kind=kind,
            value=asked["to"],
            by=actor(),
            is_vouched=found.is_vouched and is_known(),
            base_url=base_url(),
            browser=browser_key(),
        )
    return None


def _code_words(fault: CodeFault) -> str:
    words = {
        CodeFault.WRONG: _("Ce n'est pas le bon code. Vérifiez les 6 chiffres du message."),
        CodeFault.TOO_MANY_TRIES: _("Il y a eu trop d'essais. Demandez un nouveau code."),
        CodeFault.OVER: _("Ce code ne sert plus. Demandez un nouveau code."),
    }
    return str(words[fault])
