"""What a provider calls back, and the demonstration's page of all messages."""

import re

from flask import Blueprint, abort, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.notifications import queries
from portal.notifications.forms_words import ROUTES, kind_named
from portal.notifications.gateways.twilio import REFUSED_NUMBER, STATUS_PATH
from portal.notifications.outcomes import record_delivery, record_loss
from portal.notifications.queries import Kept
from portal.notifications.queries_post import calendar_of
from portal.notifications.views_arrival import standing_line
from portal.notifications.views_signed import require_signed
from portal.web.access import Role, allow
from portal.web.request import in_its_turn, now, portal, transaction
from portal.web.text import whole

bp = Blueprint("notifications", __name__)

_ARRIVED = frozenset({"delivered", "read"})
_LOST = frozenset({"undelivered", "failed"})


@bp.post(STATUS_PATH)
@allow(Role.MACHINE)
def twilio_status() -> Response:
    """Takes what Twilio says of a text message, if Twilio signed it; in any order, and as often as it says it."""
    require_signed()
    in_its_turn(_take)
    return Response(status=204)


@bp.get("/demo/messages")
@allow(Role.EVERYONE)
def demo_messages() -> str:
    """Shows every message produced, as its receiver sees it. In the demonstration only."""
    if not portal().settings.demo:
        abort(404)
    kept = _kept(request.args.get("voie", ""))
    with transaction() as session:
        page = queries.message_page(session, kept, request.args.get("page", 1, type=int))
        post = calendar_of(session)
    return render_template(
        "notifications/demo_messages.html",
        page=page,
        kept=kept,
        choices=Kept,
        routes=ROUTES,
        kind_named=kind_named,
        standing=lambda words, message: standing_line(words, message, post, now(), person=message.person),
        mail_body=_mail_body,
    )


def _take(session: Session) -> None:
    provider_id, status = request.form.get("MessageSid", ""), request.form.get("MessageStatus", "")
    message_id = queries.message_of_provider(session, request.args.get("message"), provider_id)
    if message_id is None or not provider_id:
        return
    if status in _ARRIVED:
        record_delivery(session, now(), message_id, provider_id=provider_id)
    elif status in _LOST:
        number = whole(request.form.get("ErrorCode"))
        record_loss(
            session,
            now(),
            message_id,
            provider_id=provider_id,
            code=f"twilio_{number or status}",
            refused=number in REFUSED_NUMBER,
            post=calendar_of(session),
        )


def _kept(asked: str) -> Kept:
    try:
        return Kept(asked)
    except ValueError:
        return Kept.ALL


def _mail_body(html: str) -> Markup:
    """The body of an e-mail, its headings two levels lower, to stand inside a page.

    It was rendered with its values escaped; nothing typed by anyone is markup in it.
    """
    body = html.partition("<body>")[2].partition("</body>")[0]
    lower = re.sub(r"<(/?)h([1-4])>", lambda found: f"<{found[1]}h{int(found[2]) + 2}>", body)
    return Markup(lower)  # noqa: S704 - as said above
