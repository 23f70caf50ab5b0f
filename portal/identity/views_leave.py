"""Staying and leaving: a session extended, ended, or left in haste."""

from flask import g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from portal.identity.services_entry import note_leaving
from portal.identity.views import bp
from portal.identity.views_enter import destination
from portal.identity.views_franceconnect import franceconnect_logout_url, leave_franceconnect
from portal.people.views_browser import AGENTS_IDLE_MINUTES, actor
from portal.people.views_browser import leave as end_session
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.sessions import IDLE

# What this browser kept of the portal: pages, cookies, and whatever a script could have stored.
_TRACES = '"cache", "cookies", "storage"'
# Where someone who must not be seen here lands at once: a page that anyone may be reading.
NEUTRAL_SITE = "https://fr.wikipedia.org/wiki/M%C3%A9t%C3%A9orologie"


@bp.post("/quitter")
@allow(Role.EVERYONE)
def leave() -> Response:
    """Ends the session in the database, clears what the browser kept, and leads home with a word of goodbye.

    No token is asked for: whoever leaves a shared computer must not fail, and what another site posts is refused.
    """
    onwards = franceconnect_logout_url()
    _end()
    if onwards is not None:  # whoever sits here next must not enter by the session that FranceConnect still holds
        return _cleared(leave_franceconnect(onwards))
    return _cleared(redirect(url_for("pages.home", quitte="1"), 303))


@bp.post("/quitter-vite")
@allow(Role.EVERYONE)
def leave_quickly() -> Response:
    """Ends the session, clears, and leads at once to a neutral site; the script does not even wait for the answer.

    Not by a redirect: browsers hold those of a form to the portal's own pages (`form-action`). The answer says
    nothing of where one was: it may be seen for an instant.
    """
    _end()
    response = _cleared(Response(NEUTRAL_SITE, mimetype="text/plain"))
    response.headers["Refresh"] = f"0; url={NEUTRAL_SITE}"
    return response


@bp.route("/session", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def stay() -> str | Response:
    """Extends the session, by a press of the button; a script that posts gets 204, or 401 when it is over."""
    is_signed_in = bool(g.person or g.agent)
    if request.method == "GET" and is_signed_in:
        return _stay_page()
    if is_signed_in:
        session.modified = True  # written as seen at this instant, not within a minute of it
    if request.accept_mimetypes.best == "application/json":
        return Response(status=204 if is_signed_in else 401)
    return redirect(url_for("identity.stay", fait="1") if is_signed_in else url_for("identity.sign_in"), 303)


@bp.app_template_global("known_csrf")
def known_csrf() -> str:
    """The token of this session when it has one; nothing is kept in a browser for the sake of a way out."""
    return str(generate_csrf()) if "csrf_token" in session else ""


@bp.app_template_global("idle_minutes")
def idle_minutes() -> int | None:
    """After how many minutes without a page whoever is signed in is signed out; None for nobody."""
    if g.get("agent") is None and g.get("person") is None:
        return None
    default = AGENTS_IDLE_MINUTES if g.get("agent") else int(IDLE.total_seconds() // 60)
    return int(session.get("idle_minutes", default))


@bp.app_template_global("neutral_site")
def neutral_site() -> str:
    """Where "Quitter vite" leads."""
    return NEUTRAL_SITE


def _end() -> None:
    if g.person or g.agent:
        with transaction() as database:
            note_leaving(database, now(), by=actor())
    end_session()


def _cleared(response: Response) -> Response:
    response.headers["Clear-Site-Data"] = _TRACES
    response.headers["Cache-Control"] = "no-store"
    for name in request.cookies:  # not every browser heeds the header, and answers about violence may be in one
        response.delete_cookie(name)
    return response


def _stay_page() -> str:
    return render_template(
        "identity/stay.html",
        form=PortalForm(),
        minutes=idle_minutes(),
        is_done="fait" in request.args,
        home="/agents" if g.agent else destination(None),
    )
