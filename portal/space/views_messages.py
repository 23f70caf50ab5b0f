"""All that was said to a person: the words, the way, and whether they arrived."""

from flask import Response, abort, url_for
from flask_babel import lazy_gettext as _l

from portal.letters.content import content_from
from portal.letters.twin import ICONS, twin_sections
from portal.notifications.forms_words import ROUTES, kind_named
from portal.notifications.models import Message, Route
from portal.notifications.post import PostalCalendar
from portal.notifications.queries_post import calendar_of
from portal.notifications.views_arrival import arrival_sentence, is_held
from portal.people.models import Person
from portal.people.views_browser import is_hidden_from_helper
from portal.space import queries
from portal.space.rules import Standing, standing
from portal.space.views import bp
from portal.space.views_shared import asked_page, me, page
from portal.web.access import Procedure, Role, allow
from portal.web.i18n import language
from portal.web.request import now, transaction
from portal.words import day_words, moment_words

_ID = "<int(max=9223372036854775807):message_id>"

_FAILURES = {
    Route.SMS: _l("Pas arrivé : ce numéro ne répond plus."),
    Route.EMAIL: _l("Pas arrivé : cette adresse e-mail ne répond plus."),
    Route.LETTER: _l("Pas arrivée : l'adresse n'est pas bonne, ou c'était trop tard."),
    Route.CALL: _l("Nous n'avons pas pu vous joindre par téléphone."),
    Route.DESK: _l("Nous n'avons pas pu vous le dire sur place."),
}


class Shown:
    """A message in words."""

    def __init__(self, message: Message, post: PostalCalendar, person: Person) -> None:
        self.id = message.id
        self.title = kind_named(message.kind).to_reader
        self.icon, self.way = ROUTES[message.route]
        at = message.sent_at or message.due_at
        # Of a letter the day alone: its hour is the machine's.
        words = day_words if message.route is Route.LETTER else moment_words
        self.when = words(at, language())
        self.hides_where = message.route is Route.LETTER and is_hidden_from_helper(person)
        self.to = "" if self.hides_where else message.recipient or message.to or ""
        self.route = message.route.value
        self.standing = standing(message, now())
        self.failure = _FAILURES[message.route]
        self.delivered_at = message.delivered_at
        self.due_at = message.due_at
        said = message.rendered or {}
        self.subject, self.text = said.get("subject", ""), said.get("text", "")
        self.arrival = arrival_sentence(message, post, now(), person=person)
        self.is_held = is_held(message, person)
        self.is_good = self.standing in {Standing.ARRIVED, Standing.TOLD}


@bp.get("/messages")
@allow(Role.REACHABLE, procedure=Procedure.MESSAGES)
def messages() -> str:
    """Twenty at a time, the newest first."""
    with transaction() as database:
        person = me(database)
        listed = queries.messages_of(database, person, asked_page())
        post = calendar_of(database)
        shown = [Shown(message, post, person) for message in listed.messages]
    return page("messages", listed=listed, shown=shown)


@bp.get(f"/messages/{_ID}")
@allow(Role.REACHABLE, procedure=Procedure.MESSAGES)
def message(message_id: int) -> str:
    """One message, word for word; a letter as the page that says the same."""
    with transaction() as database:
        person = me(database)
        found = queries.message_of(database, person, message_id)
        if found is None:
            abort(404)
        letter = queries.letter_of(database, person, message_id)
        shown = Shown(found, calendar_of(database), person)
        content = content_from(found.rendered["content"]) if letter and found.rendered else None
    return page(
        "message",
        shown=shown,
        content=content,
        sections=twin_sections(content) if content else [],
        icons=ICONS,
        pdf_url=url_for("space.letter", message_id=message_id) if letter and not shown.hides_where else "",
        pages=letter.pages if letter else 0,
    )


@bp.get(f"/messages/{_ID}.pdf")
@allow(Role.REACHABLE, procedure=Procedure.MESSAGES)
def letter(message_id: int) -> Response:
    """The letter as it was printed."""
    with transaction() as database:
        person = me(database)
        found = queries.letter_of(database, person, message_id, with_pdf=True)
    if found is None or is_hidden_from_helper(person):  # its envelope says where it went
        abort(404)
    answer = Response(found.pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{found.reference}.pdf"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
