"""What the pages of the print room share: who has all of it, and what is said when something is no longer kept."""

from typing import Any

from flask import Response, abort, g, make_response, render_template
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.letters.forms_words import RETURN_REASONS
from portal.letters.models import Letter, PullReason
from portal.letters.queries_today import holds_the_room
from portal.letters.rules_today import Left
from portal.notifications.models import Status
from portal.notifications.queries_post import calendar_of
from portal.notifications.views_arrival import standing_line
from portal.people.models import Person
from portal.web.access import may_open
from portal.web.request import now
from portal.words import NBSP

RUN = "int(max=2147483647)"  # the numbers of runs and of files, up to the widest that the database holds
_MEGABYTE = 1_000_000
_DOORS = (
    "letters.pull",
    "letters.reprint",
    "letters.returns",
    "paper.blocked_letters",
    "letters.calendar",
    "letters.to_hand_over",
)
REASONS = {
    PullReason.OVERTAKEN: _l("Le rendez-vous a changé."),
    PullReason.MOVED_AWAY: _l("L'adresse a changé."),
    PullReason.LOST: _l("La lettre est introuvable."),
    PullReason.ASKED: _l("Quelqu'un l'a demandé."),
    PullReason.REJECTED: _l("L'imprimeur l'a refusée."),
    PullReason.ALTERED: _l("La lettre gardée était abîmée\u00a0: elle n'est pas imprimée, une autre est faite."),
    PullReason.TOO_LATE: _l("Elle arriverait trop tard."),
    PullReason.DOUBTFUL: _l("L'adresse est à vérifier."),
    PullReason.REWORDED: _l("Ses mots ont changé. Une autre lettre est faite."),
}
_STATES = {
    Status.WAITING: _l("Attend d'être préparée"),
    Status.QUEUED: _l("Attend un lot"),
    Status.IN_RUN: _l("Dans un lot"),
    Status.PRINTED: _l("Imprimée"),
    Status.POSTED: _l("Remise à La Poste"),
    Status.RETURNED: _l("Revenue"),
    Status.WITHDRAWN: _l("Retirée\u00a0: une autre l'a remplacée"),
    Status.EXPIRED: _l("Retirée\u00a0: elle ne sert plus"),
    Status.FAILED: _l("Retirée\u00a0: dite autrement"),
    Status.DONE: _l("Retirée\u00a0: dite autrement"),
}


def state_words(letter: Letter) -> str:
    """Where a letter stands, its message loaded: of one pulled, or come back, the message tells of the one after it."""
    if letter.returned_at is not None and letter.return_reason is not None:
        return str(_("Revenue\u00a0: %(reason)s", reason=RETURN_REASONS[letter.return_reason]))
    if letter.pulled_at is not None:
        return str(_("Retirée"))
    if letter.handed_at is not None:
        return str(_("Remise à la personne"))
    return str(_STATES.get(letter.message.status, ""))


def printer_words(letter: Letter) -> str:
    """What an outside printer said of a letter that it rejected; nothing of any other."""
    return str(_("L'imprimeur dit\u00a0: «\u00a0%(words)s\u00a0».", words=letter.rejection)) if letter.rejection else ""


def standing(session: Session, letter: Letter) -> str:
    """Where a letter stands (`state_words`); of one under way, when it was posted and about when it arrives too."""
    words = state_words(letter)
    if letter.pulled_at is not None or letter.returned_at is not None or letter.handed_at is not None:
        return words
    person = None if letter.message.person_id is None else session.get(Person, letter.message.person_id)
    return standing_line(words, letter.message, calendar_of(session), now(), person=person)


def require_the_room(session: Session) -> None:
    """Runs are of every place at once: whoever has only some places reads a sentence that says so (403)."""
    if not holds_the_room(session, now(), g.agent.id):
        abort(make_response(render_template("letters/not_here.html"), 403))


def doors() -> list[str]:
    """The other pages of the print room that open to this agent."""
    return [door for door in _DOORS if may_open(door)]


def room_of(session: Session) -> dict[str, Any]:
    """What the tabs of the print room need on a page."""
    return {"doors": doors(), "has_room": holds_the_room(session, now(), g.agent.id)}


def gone(sha256: str, url: str, words: str) -> Response:
    """The page (410) of bytes that are no longer kept: their hash is, and what is left is read elsewhere."""
    return make_response(render_template("letters/gone.html", sha256=sha256, url=url, words=words), 410)


def bytes_answer(content: bytes, name: str, mimetype: str = "application/pdf", *, is_shown: bool = True) -> Response:
    """A file that no cache keeps; shown by the browser, or put among its downloads."""
    answer = Response(content, mimetype=mimetype)
    answer.headers["Content-Disposition"] = f'{"inline" if is_shown else "attachment"}; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def size_words(size: int) -> str:
    """The size of a file: "74 ko", "1,2 Mo"."""
    if size < _MEGABYTE:
        return f"{max(1, round(size / 1000))}{NBSP}{_('ko')}"
    return f"{format_decimal(size / _MEGABYTE, format='#,##0.0')}{NBSP}{_('Mo')}"


def words_left(left: Left) -> str:
    """How long it is until a moment: "dans 2 h 10", "dans 10 min", "dans 3 jours"."""
    days = ngettext("%(num)s jour", "%(num)s jours", left.days)
    if left.days and left.hours:
        said = _("dans %(days)s et %(hours)s\u00a0h", days=days, hours=left.hours)
    elif left.days:
        said = _("dans %(days)s", days=days)
    elif left.hours and left.minutes:
        said = _("dans %(hours)s\u00a0h\u00a0%(minutes)s", hours=left.hours, minutes=f"{left.minutes:02}")
    elif left.hours:
        said = _("dans %(hours)s\u00a0h", hours=left.hours)
    else:
        said = _("dans %(minutes)s\u00a0min", minutes=left.minutes) if left.minutes else _("dans moins d'une minute")
    return str(said)
