"""Without a telephone nor an e-mail: a letter is asked for, and its code is typed."""

from datetime import date

from flask import g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.identity.forms import LetterCodeForm, LetterForm
from portal.identity.services_entry import admit_by_letter
from portal.identity.services_letters import ask_letter as ask_for_letter
from portal.identity.services_letters import open_letter
from portal.identity.views import bp
from portal.identity.views_enter import destination, lead_in
from portal.identity.views_limits import spend_code, spend_letter
from portal.identity.views_sign_in import departement_of
from portal.notifications.queries_post import calendar_of
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.access import Role, allow
from portal.web.headers import revisitable_page
from portal.web.request import now, portal, reading, transaction

Page = str | tuple[str, int] | Response


@bp.get("/connexion/courrier")
@allow(Role.EVERYONE)
def ask_letter() -> Page:
    """Asks who wants a letter, and where they live."""
    return _ask_page(LetterForm(today=paris_day(now())))


@bp.post("/connexion/courrier")
@allow(Role.EVERYONE)
def send_letter() -> Page:
    """Sends a letter to the address on the file when all agrees; the answer is the same in any case."""
    form = LetterForm(today=paris_day(now()))
    if not form.validate_on_submit():
        return _ask_page(form), 422
    spend_letter(form.identity)
    with transaction() as database:
        ask_for_letter(
            database,
            now(),
            identity=form.identity,
            address=form.address,
            sealer=Sealer(portal().settings.secret_key),
            departement=departement_of(database),
            base_url=portal().settings.base_url,
        )
    return redirect(url_for("identity.letter_asked"), 303)


@bp.get("/connexion/courrier/demande")
@allow(Role.EVERYONE)
def letter_asked() -> Page:
    """What happens next, whoever asked."""
    return render_template("identity/letter_asked.html", arrives_on=_arrival())


@bp.get("/connexion/courrier/code")
@allow(Role.EVERYONE)
def letter() -> Page:
    """Asks for the code of a letter. Whoever is signed in is led on."""
    if g.person:
        return redirect(destination(request.args.get("suite")), 303)
    return _code_page(LetterCodeForm(today=paris_day(now())))


@bp.post("/connexion/courrier/code")
@allow(Role.EVERYONE)
def prove_letter() -> Page:
    """Lets in whoever has the letter and knows the birth date."""
    form = LetterCodeForm(today=paris_day(now()))
    if not form.validate_on_submit():
        return _code_page(form), 422
    spend_code()
    with transaction() as database:
        opened = open_letter(
            database,
            now(),
            code=form.code.data,
            birth_date=form.birth_date.data,
            sealer=Sealer(portal().settings.secret_key),
        )
        level = None if isinstance(opened, Refused) else admit_by_letter(database, now(), challenge=opened)
    if isinstance(opened, Refused) or level is None:
        form.code.errors = [_("Ce code et cette date ne vont pas ensemble, ou ce code ne sert plus.")]
        return _code_page(form), 422
    return lead_in(int(opened.person_id or 0), level, "letter", request.args.get("suite"))


def _ask_page(form: LetterForm) -> str:
    revisitable_page()
    return render_template(
        "identity/ask_letter.html", form=form, form_has_errors=bool(form.errors), arrives_on=_arrival()
    )


def _arrival() -> date:
    """About when a letter asked for now arrives."""
    with reading() as database:
        return calendar_of(database).arrival(now())


def _code_page(form: LetterCodeForm) -> str:
    return render_template("identity/letter_code.html", form=form, form_has_errors=bool(form.errors))
