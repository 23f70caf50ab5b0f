"""The print room: each letter as the bytes to print and as a page to read; its other pages are in `views_*`."""

import logging
from collections.abc import Sequence
from hashlib import sha256

from flask import Blueprint, Response, abort, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from portal.journal.services import record
from portal.letters.content import content_from
from portal.letters.models import Letter
from portal.letters.queries import ROLES, latest_drawing, letter, letter_for, letter_of_message, says_its_message
from portal.letters.queries_post import pull_reason
from portal.letters.queries_runs import IN_THE_HOUSE
from portal.letters.rules_post import LEFT
from portal.letters.twin import ICONS, twin_sections
from portal.letters.views_room import REASONS, bytes_answer, gone, printer_words, standing
from portal.notifications.models import Status
from portal.people.views_browser import actor
from portal.web.access import Role, allow, may_open
from portal.web.request import now, portal, transaction

bp = Blueprint("letters", __name__)
log = logging.getLogger("portal.letters")

# The addresses take numbers up to the widest that the database holds.
KINDS = {
    "appointment_booked": _l("Confirmation de rendez-vous"),
    "appointment_moved": _l("Changement de rendez-vous"),
    "appointment_cancelled": _l("Annulation de rendez-vous"),
    "appointment_missed": _l("Proposition d'une autre date"),
    "appointment_reminder": _l("Rappel de rendez-vous"),
    "activation_code": _l("Code pour entrer"),
    "address_changed": _l("Adresse changée"),
    "contact_changed": _l("Téléphone ou e-mail changé"),
    "preferences_changed": _l("Choix changés"),
    "paper_chosen": _l("Lettres par courrier"),
    "already_so": _l("Réponse à un papier : rien à changer"),
    "wish_noted": _l("Demande de rendez-vous notée"),
    "page_asked": _l("Page demandée"),
    "form_sent": _l("Papier à remplir"),
    "mandate_given": _l("Mandat donné"),
    "mandate_ending": _l("Mandat qui finit bientôt"),
    "mandate_ended": _l("Mandat fini"),
    "space_closed": _l("Espace fermé"),
}


def kind_words(kind: str) -> str:
    """What a kind of letter is called in the print room."""
    return str(KINDS.get(kind, _("Autre lettre")))


@bp.get("/agents/courriers/<int(max=9223372036854775807):letter_id>.pdf")
@allow(*ROLES)
def pdf(letter_id: int) -> Response:
    """The bytes that were drawn, or nothing: bytes that are no longer the same are not printed."""
    with transaction() as session:
        found = _found(letter_for(session, now(), letter_id, agent_id=g.agent.id, with_pdf=True))
        _record_opening(session, found)
    return _pdf_answer(found, url_for("letters.twin", letter_id=letter_id))


@bp.get("/agents/courriers/<int(max=9223372036854775807):letter_id>")
@allow(*ROLES)
def twin(letter_id: int) -> Response:
    """The same words as the sheet, as an accessible page."""
    with transaction() as session:
        found = _found(letter_for(session, now(), letter_id, agent_id=g.agent.id))
        _record_opening(session, found)
        latest = latest_drawing(session, found.message_id)
        wrong = _why_pulled(session, found)
    newer = latest if latest is not None and latest.id > found.id else None
    pdf_url = url_for("letters.pdf", letter_id=letter_id)
    return _twin_answer(found, pdf_url, "base_agents.html", newer=newer, wrong=wrong, acts=_acts(found, wrong))


@bp.get("/demo/lettre/<int(max=9223372036854775807):message_id>.pdf")
@allow(Role.EVERYONE)
def demo_pdf(message_id: int) -> Response:
    """In the demonstration, the sheet that an invented person receives."""
    return _pdf_answer(_demo_letter(message_id, with_pdf=True), url_for("letters.demo_twin", message_id=message_id))


@bp.get("/demo/lettre/<int(max=9223372036854775807):message_id>")
@allow(Role.EVERYONE)
def demo_twin(message_id: int) -> Response:
    """In the demonstration, the words that an invented person receives."""
    found = _demo_letter(message_id)
    return _twin_answer(found, url_for("letters.demo_pdf", message_id=message_id), "base.html")


def _found(found: Letter | None) -> Letter:
    return found or abort(404)


def _demo_letter(message_id: int, *, with_pdf: bool = False) -> Letter:
    if not portal().settings.demo:
        abort(404)
    with transaction() as session:
        drawn = letter_of_message(session, message_id)
        return _found(letter(session, drawn.id if drawn else 0, with_pdf=with_pdf))


def _record_opening(session: Session, found: Letter) -> None:
    record(
        session,
        now(),
        actor=actor(),
        verb="letter.opened",
        for_person_id=found.message.person_id,
        object_kind="letter",
        object_id=found.id,
    )


def _pdf_answer(found: Letter, twin_url: str) -> Response:
    if found.pdf is None:
        return gone(found.sha256, twin_url, _("Lire les mots de la lettre"))
    if sha256(found.pdf).hexdigest() != found.sha256:
        log.error("letter altered id=%s", found.id)
        abort(500)
    return bytes_answer(found.pdf, f"{found.reference}.pdf")


def _state(found: Letter) -> str:
    with transaction() as session:
        return standing(session, found)


def _why_pulled(session: Session, found: Letter) -> str:
    """Why a letter in a run is to be taken out of it; nothing when it may leave, or has left."""
    stands = found.run_id is not None and found.pulled_at is None and found.returned_at is None
    reason = pull_reason(session, found.message) if stands and found.message.status not in LEFT else None
    return str(REASONS[reason]) if reason is not None else ""


def _acts(found: Letter, wrong: str) -> list[tuple[str, str]]:
    """What may be done with a letter of the print room: each with its address."""
    has_ended = found.pulled_at is not None or found.returned_at is not None
    can_leave = found.message.status in {Status.QUEUED, *IN_THE_HOUSE}
    acts = []
    if found.run_id is not None and not has_ended and not wrong and may_open("letters.reprint"):
        acts.append((url_for("letters.reprint", cle=found.reference), str(_("Réimprimer"))))
    if not has_ended and (can_leave or wrong) and may_open("letters.pull"):
        acts.append((url_for("letters.pull", cle=found.reference, motif=None if wrong else "asked"), str(_("Retirer"))))
    return acts


def _twin_answer(  # noqa: PLR0913 - a letter, and what stands beside it
    found: Letter,
    pdf_url: str,
    layout: str,
    *,
    newer: Letter | None = None,
    wrong: str = "",
    acts: Sequence[tuple[str, str]] = (),
) -> Response:
    message = found.message
    is_own = says_its_message(found)  # else these words and this address are those of the sheet drawn since
    content = content_from((message.rendered or {})["content"]) if is_own else None
    page = render_template(
        "letters/twin.html",
        letter=found,
        kind=kind_words(message.kind),
        state=_state(found),
        said=printer_words(found),
        is_old=found.pulled_at is not None or found.returned_at is not None,
        newer=newer,
        wrong=wrong,
        acts=acts,
        address=(message.recipient or "").splitlines() if is_own else [],
        content=content,
        sections=twin_sections(content) if content else (),
        icons=ICONS,
        pdf_url=pdf_url,
        layout=layout,
    )
    answer = Response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


from portal.letters import (  # noqa: E402 - they need the blueprint above
    views_calendar,  # noqa: F401
    views_kept,  # noqa: F401
    views_keys,  # noqa: F401
    views_post,  # noqa: F401
    views_registered,  # noqa: F401
    views_returns,  # noqa: F401
    views_runs,  # noqa: F401
    views_today,  # noqa: F401
)
