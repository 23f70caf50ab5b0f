"""The first two steps: where a code is sent, and the code."""

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.directory.models import Departement
from portal.identity.forms import CodeForm, ContactForm
from portal.identity.rules import CodeFault
from portal.identity.services import check_code
from portal.identity.services_entry import ask_sign_in
from portal.identity.views import bp
from portal.identity.views_enter import destination
from portal.identity.views_limits import spend_code, spend_sending
from portal.identity.views_marks import browser_mark
from portal.identity.views_steps import asked_step, keep_asked, keep_proved
from portal.people.models_credentials import CredentialKind
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.headers import revisitable_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response


@bp.get("/connexion")
@allow(Role.EVERYONE)
def sign_in() -> Page:
    """Asks for a mobile or an e-mail, and shows the other ways. Whoever is signed in is led on."""
    if g.person:
        return redirect(destination(request.args.get("suite")), 303)
    return _sign_in_page(ContactForm())


@bp.post("/connexion")
@allow(Role.EVERYONE)
def ask() -> Page:
    """Sends a code, whether anybody is known by this mobile or e-mail or not: the answer is the same."""
    form = ContactForm()
    if not form.validate_on_submit():
        return _sign_in_page(form), 422
    _send(form.contact.kind, form.contact.to, request.args.get("suite", ""))
    return redirect(url_for("identity.code"), 303)


@bp.get("/connexion/code")
@allow(Role.EVERYONE)
def code() -> Page:
    """Asks for the code that was sent."""
    return _code_page(CodeForm())


@bp.post("/connexion/code")
@allow(Role.EVERYONE)
def prove_code() -> Page:
    """Checks the code. Five wrong ones end it."""
    step = asked_step()
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form), 422
    spend_code()
    with transaction() as database:
        checked = check_code(
            database,
            now(),
            challenge_id=step.challenge_id,
            code=form.code.data,
            mark=browser_mark(),
            sealer=Sealer(portal().settings.secret_key),
        )
    if isinstance(checked, Refused):
        form.code.errors = [_fault_words(checked)]
        return _code_page(form), 422
    keep_proved(step)
    return redirect(url_for("identity.who"), 303)


@bp.post("/connexion/code/autre")
@allow(Role.EVERYONE)
def again() -> Page:
    """Sends another code to the same place; the former one serves no more."""
    step = asked_step()
    if PortalForm().validate_on_submit():
        _send(step.credential_kind, step.to, step.suite)
    return redirect(url_for("identity.code", autre="1"), 303)


@bp.get("/connexion/code/autre")
@allow(Role.EVERYONE)
def not_again() -> Page:
    """Only a press of the button sends a code: a reload or a bookmark leads back."""
    return redirect(url_for("identity.code"), 303)


def _send(kind: CredentialKind, to: str, suite: str) -> None:
    spend_sending(to)
    with transaction() as database:
        challenge = ask_sign_in(
            database,
            now(),
            kind=kind,
            to=to,
            mark=browser_mark(),
            sealer=Sealer(portal().settings.secret_key),
            departement=departement_of(database),
            base_url=portal().settings.base_url,
            language=language(),
        )
    keep_asked(challenge, kind, to, suite)


def departement_of(database: Session) -> Departement:
    """The Département that this portal serves."""
    return database.get_one(Departement, 1)


def _fault_words(refusal: Refused) -> str:
    words = {
        CodeFault.WRONG: _("Ce code n'est pas le bon. Vérifiez les 6 chiffres du dernier message."),
        CodeFault.TOO_MANY_TRIES: _("Il y a eu trop d'essais. Demandez un autre code, plus bas."),
        CodeFault.OVER: _("Ce code ne sert plus. Demandez un autre code, plus bas."),
    }
    return str(words[CodeFault(refusal.reason)])


def _sign_in_page(form: ContactForm) -> str:
    revisitable_page()
    return render_template(
        "identity/sign_in.html",
        form=form,
        suite=request.args.get("suite"),
        has_franceconnect=portal().settings.franceconnect is not None,
        form_has_errors=bool(form.errors),
    )


def _code_page(form: CodeForm) -> str:
    step = asked_step()
    return render_template(
        "identity/code.html",
        form=form,
        step=step,
        is_email=step.credential_kind is CredentialKind.EMAIL,
        is_another="autre" in request.args,
        form_has_errors=bool(form.errors),
    )
