"""« M'envoyer ma réponse »: the result of the answers under way, to the mailbox that the person names."""

from datetime import timedelta

from flask import g, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.eligibility.forms_mail import ToMeForm
from portal.eligibility.rules_mail import mail_words
from portal.eligibility.services_mail import send_result
from portal.eligibility.views_answers import sealer
from portal.eligibility.views_result import page_of, result_of
from portal.eligibility.views_shared import Asking, asking_or_404, bp
from portal.people.models import Person, RouteState
from portal.people.views_browser import actor
from portal.web.access import Role, allow
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.web.throttle import Limit, spend, visitor_address

Page = str | tuple[str, int] | Response

_DAY = timedelta(days=1)
_FROM = Limit("rights-mail-from", 10, _DAY)  # of one line: a library shares it
_TO = Limit("rights-mail-to", 4, _DAY)  # to one mailbox, whoever asks
_IN_ALL = Limit("rights-mail-in-all", 500, _DAY)  # that nobody signed in has asked for


@bp.route("/mes-droits/resultat/envoyer", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def to_me() -> Page:
    """Says who may read it, then sends it. The address is filled in for whoever is signed in and has one that works."""
    with transaction() as database:
        found = asking_or_404(database)
        person = _own_file(database)
    if not found.sheet.themes:
        return redirect(url_for("eligibility.home"), 303)
    personal_page()
    form = ToMeForm(data={"email": person.email if person and person.email_state is not RouteState.FAILED else ""})
    if not form.validate_on_submit():
        is_discreet = bool(person and person.wants_discretion)
        shown = render_template(
            "eligibility/to_me.html", form=form, is_discreet=is_discreet, form_has_errors=bool(form.errors)
        )
        return (shown, 422) if form.is_submitted() else shown
    to = str(form.email.email)
    _spend(to, is_signed_in=person is not None)
    with transaction() as database:
        _send(database, found, to, person)
    return redirect(url_for("eligibility.sent"), 303)


@bp.get("/mes-droits/resultat/envoye")
@allow(Role.EVERYONE)
def sent() -> str:
    """It is on its way; and what to do next."""
    return render_template("eligibility/sent.html")


def _own_file(database: Session) -> Person | None:
    """The file of whoever is signed in; nothing for whoever acts for another, who may not know their address."""
    return database.get_one(Person, g.person.id) if g.person and not g.acting else None


def _spend(to: str, *, is_signed_in: bool) -> None:
    """Nobody floods a mailbox. Raises 429."""
    spend(_FROM, visitor_address())
    spend(_TO, to.casefold())
    if not is_signed_in:
        spend(_IN_ALL, "everybody")


def _send(database: Session, found: Asking, to: str, person: Person | None) -> None:
    shown = result_of(database, found.book, found.sheet.answers, found.sheet.themes)
    base_url = portal().settings.base_url
    send_result(
        database,
        now(),
        to=to,
        words=mail_words(page_of(found, shown, is_sent=True), language=language(), site=base_url),
        language=language(),
        base_url=base_url,
        sealer=sealer(),
        by=actor(),
        person_id=person.id if person else None,
        large_print=bool(person and person.wants_large_print),
    )
