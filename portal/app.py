"""The application: the only place that chooses."""

from flask import Flask, Response
from jinja2 import StrictUndefined
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix

import portal.administration.views
import portal.agenda.views
import portal.booking.views
import portal.calls.views
import portal.counter.views
import portal.demo.views
import portal.desk.views
import portal.eligibility.views
import portal.figures.views
import portal.identity.views
import portal.letters.views
import portal.mandates.views
import portal.notifications.views
import portal.pages.views
import portal.paper.views
import portal.space.views
import portal.staff.views
from portal.clock import Clock, clock_started_at, system_clock
from portal.database import Database
from portal.desk.queries import reads_file
from portal.letters.desk import PrintRoom
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.notifications.gateways.smtp import SmtpMail
from portal.notifications.gateways.twilio import TwilioSms
from portal.paths import STATIC, TEMPLATES, TRANSLATIONS
from portal.people.views_browser import note_refusal, visitor_of_browser
from portal.sealing import Sealer
from portal.settings import Settings
from portal.web import access, errors, filters, headers, i18n, sessions, static
from portal.web.request import Portal, transaction
from portal.web.request import portal as current_portal


def create_app(settings: Settings, *, clock: Clock, database: Database, gateways: Gateways) -> Flask:
    """A web application that serves `database` at the time of `clock`. It starts and sends nothing by itself."""
    app = Flask("portal", template_folder=str(TEMPLATES), static_folder=str(STATIC))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a form is good for as long as its session
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
    )
    app.url_map.strict_slashes = False  # "/r/ABCDEFGH/", typed from a letter, opens all the same
    app.extensions["portal"] = Portal(settings, clock, database, gateways, reads_file)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(is_demo=settings.demo, site_name="La Bonne Porte", form_has_errors=False)
    app.session_interface = sessions.DatabaseSessions(
        lambda: current_portal().database, lambda: current_portal().clock()
    )
    headers.install(app)
    i18n.install(app)
    filters.install(app)
    static.install(app)
    errors.install(app)
    access.install(app, visitor_of_browser, note_refusal)
    for feature in (
        portal.pages,
        portal.booking,
        portal.notifications,
        portal.letters,
        portal.identity,
        portal.staff,
        portal.mandates,
        portal.space,
        portal.desk,
        portal.eligibility,
        portal.figures,
        portal.administration,
        portal.counter,
        portal.calls,
        portal.agenda,
        portal.paper,
    ):
        app.register_blueprint(feature.views.bp)
    if settings.demo:
        app.register_blueprint(portal.demo.views.bp)
    app.add_url_rule("/healthz", view_func=healthz)
    if not settings.demo:
        # One proxy (nginx) stands in front in production: its word on the scheme and the address is taken, no other.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    return app


@access.allow(access.Role.EVERYONE)
def healthz() -> Response:
    """`ok` when this process and the database answer."""
    with transaction() as session:
        session.execute(text("SELECT 1"))
    return Response("ok", mimetype="text/plain")


def clock_of(settings: Settings) -> Clock:
    """The machine's clock, or one that starts at PORTAL_NOW and runs on."""
    return clock_started_at(settings.now) if settings.now else system_clock


def gateways_of(settings: Settings) -> Gateways:
    """The ways out that the settings name. In the demo everything is kept on screen and nothing leaves."""
    sealer = Sealer(settings.secret_key)
    paper = PrintRoom(settings.base_url, sealer)
    if settings.demo:
        return Gateways(sms=MemorySms(), mail=MemoryMail(), paper=paper, sealer=sealer)
    sms, mail = TwilioSms.from_settings(settings), SmtpMail.from_settings(settings)
    return Gateways(sms=sms, mail=mail, paper=paper, sealer=sealer)
