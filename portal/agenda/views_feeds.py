"""Calendar feeds: made, shown once, revoked; and the feed itself, which calendars read without signing in."""

import hashlib

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.agenda import queries_feeds, services_feeds
from portal.agenda.forms_feeds import FeedForm
from portal.agenda.ics import Feed, calendar_of
from portal.agenda.models import CalendarFeed
from portal.agenda.rules_agenda import SEERS
from portal.agenda.views import bp
from portal.desk.views_shared import hand
from portal.sealing import Sealer
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction
from portal.web.throttle import Limit, spend, visitor_address

Page = str | tuple[str, int] | Answer

# A house of agents behind one address, each calendar reading every few minutes; a guesser of tokens gets nowhere.
_READS = Limit("calendar_feed", 600, services_feeds.READ_NOTED_EVERY, is_open=True)


@bp.get("/agents/agenda/abonnements")
@allow(*SEERS)
def feeds() -> Page:
    """The feeds that run, and the form of a new one."""
    return _page(FeedForm(formdata=None))


@bp.post("/agents/agenda/abonnements")
@allow(*SEERS)
def create_feed() -> Page:
    """A new feed; its address is shown on this answer, and never again."""
    form = FeedForm()
    if not form.validate_on_submit():
        return _page(form), 422
    with transaction() as database:
        if queries_feeds.running(database, g.agent.id) >= services_feeds.MOST:
            return _page(form, fault=_("Vous avez déjà dix abonnements. Arrêtez-en un d'abord.")), 422
        _feed, token = services_feeds.create_feed(
            database, now(), agent_id=g.agent.id, is_discreet=bool(form.discreet.data), sealer=_sealer(), by=hand()
        )
    absences = "oui" if form.absences.data else None
    return _page(
        FeedForm(formdata=None),
        address=portal().settings.base_url + url_for("agenda.ics", token=token, absences=absences),
    )


@bp.post("/agents/agenda/abonnements/<int(max=9223372036854775807):feed_id>/fin")
@allow(*SEERS)
def revoke_feed(feed_id: int) -> Page:
    """Ends a feed at once; 404 for somebody else's, and for one that has ended."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("agenda.feeds"), 303)
    with transaction() as database:
        if not services_feeds.revoke_feed(database, now(), agent_id=g.agent.id, feed_id=feed_id, by=hand()):
            abort(404)
    return redirect(url_for("agenda.feeds", fait="fin"), 303)


@bp.get("/agenda/<token>.ics")
@allow(Role.EVERYONE)
def ics(token: str) -> Answer:
    """The feed of a token. One that is unknown, revoked, or of an agent who has left: 404, the same for all."""
    spend(_READS, visitor_address())
    with transaction() as database:
        feed = queries_feeds.feed_of_token(database, now(), services_feeds.hash_of(token, _sealer()))
        if feed is None:
            abort(404)
        body = calendar_of(_content(database, feed, with_absences=request.args.get("absences") == "oui"))
        services_feeds.note_read(database, now(), feed.id)
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, max-age=300"
    answer.headers["Content-Disposition"] = 'inline; filename="agenda.ics"'
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return answer.make_conditional(request)


def _content(database: Session, feed: CalendarFeed, *, with_absences: bool) -> Feed:
    events = queries_feeds.events(database, now(), feed.agent_id)
    booked = [one for one, _place in events]
    return Feed(
        events,
        {} if feed.is_discreet else queries_feeds.guests(database, booked),
        queries_feeds.absences(database, now(), feed.agent_id) if with_absences else (),
        feed.is_discreet,
        portal().settings.base_url,
    )


def _page(form: FeedForm, *, address: str = "", fault: str = "") -> str:
    personal_page()
    with transaction() as database:
        listed = queries_feeds.feeds_of(database, g.agent.id)
    return render_template(
        "agenda/feeds.html",
        form=form,
        listed=listed,
        address=address,
        fault=fault,
        is_ended=request.args.get("fait") == "fin",
        plain=PortalForm(formdata=None),
        form_has_errors=bool(form.errors or fault),
    )


def _sealer() -> Sealer:
    return Sealer(portal().settings.secret_key)
