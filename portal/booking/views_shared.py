"""What the booking views share: the motif and place of an address, the letter that opens a motif, slots as radios."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import abort, current_app, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from portal.booking import asked, pages, queries
from portal.booking.availability import Scope, choose_agent
from portal.booking.forms import SlotForm
from portal.booking.models import Invitation
from portal.booking.rules import invitation_refusal
from portal.booking.views_known import subject
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Commune, Motif, Place
from portal.web.i18n import language
from portal.web.request import now, portal
from portal.words import day_words, hour_words

PASS = "laissez_passer"  # the hidden field that keeps a motif open when the session has ended meanwhile  # noqa: S105
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_INSEE = re.compile(r"[0-9][0-9AB][0-9]{3}")

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True)
class Choice:
    """A motif at a place, as an address names them, and whose slots may be shown.

    `known_id`: the file of whoever books, when the portal knows them.
    """

    motif: Motif
    place: Place
    scope: Scope
    call: pages.Call
    invitation: Invitation | None
    known_id: int | None

    def url(self, page: str, **arguments: Any) -> str:
        """The address of a page about this motif at this place."""
        return url_for(f"booking.{page}", motif_key=self.motif.key, place_key=self.place.key, **arguments)

    def is_free(self, database: Session, starts_at: datetime) -> bool:
        """Whether someone can take this very slot now."""
        return choose_agent(database, now(), self.scope, self.place.id, starts_at) is not None

    @property
    def urls(self) -> dict[str, Any]:
        """The addresses that the pages of this motif at this place lead to."""
        insee = insee_asked()
        return {
            "url_of_places": url_for("booking.places", motif_key=self.motif.key, insee=insee),
            "url_of_week": self.url("week"),
            "url_of_details": self.url("details"),
            "url_of_review": self.url("review"),
            "url_of_confirm": self.url("confirm"),
        }


def motif_of(database: Session, key: str) -> Motif:
    """The motif of an address. A motif that residents never see does not exist (404)."""
    motif = directory.motif(database, key, paris_day(now())) if _KEY.fullmatch(key) else None
    if motif is None or motif.booked_by is BookedBy.AGENTS:
        abort(404)
    return motif


def choice_of(database: Session, motif_key: str, place_key: str) -> Choice:
    """The motif and place of an address. A motif that a letter opens leads to its form first."""
    motif = motif_of(database, motif_key)
    invitation = invitation_of(database, motif)
    if motif.booked_by is BookedBy.NOBODY or (motif.booked_by is BookedBy.INVITED and invitation is None):
        abort(redirect(url_for("booking.places", motif_key=motif.key)))
    place = directory.place(database, place_key, paris_day(now())) if _KEY.fullmatch(place_key) else None
    if place is None:
        abort(404)
    known_id = known_for(invitation)
    scope = pages.scope_of(database, now(), motif, invitation.person_id if invitation else known_id, place.id)
    return Choice(motif, place, scope, pages.call_for(database, place), invitation, known_id)


def invitation_of(database: Session, motif: Motif) -> Invitation | None:
    """The invitation that this browser has opened for a motif, or that someone known has; as long as it holds."""
    code = session.get("invited", {}).get(motif.key) or _code_of_pass(motif, request.form.get(PASS, ""))
    invitation = queries.invitation_by_code(database, code) if code else None
    number = subject()
    if invitation is None and number is not None and motif.booked_by is BookedBy.INVITED:
        invitation = queries.invitation_for(database, number, motif.id, paris_day(now()))
    if invitation is None or invitation_refusal(invitation, motif.id, invitation.person.birth_date, now()):
        return None
    return invitation


def known_for(invitation: Invitation | None) -> int | None:
    """The file of whoever books, when the portal knows them; nobody's when the letter opened here is another's."""
    number = subject()
    return None if invitation is not None and invitation.person_id != number else number


def remember_invitation(motif: Motif, invitation: Invitation) -> None:
    """Opens a motif for the rest of this browser session."""
    session["invited"] = {**session.get("invited", {}), motif.key: invitation.code}


def pass_of(choice: Choice) -> str:
    """What the forms of an opened motif carry, so that a session that ends loses nothing; empty for other motifs."""
    return _signer().dumps([choice.motif.key, choice.invitation.code]) if choice.invitation else ""


def groups_of(days: Iterable[tuple[date, Sequence[datetime]]]) -> Groups:
    """Slots as radios: the day in words, then the value and the hour of each."""
    return [
        (day_words(day, language()), [(asked.written(start), hour_words(start, language())) for start in starts])
        for day, starts in days
    ]


def week_page(database: Session, choice: Choice, fault: str = "") -> str:
    """The week of a place; with a `fault`, what is wrong with the slot that was asked for."""
    form = SlotForm(MultiDict(), meta={"csrf": False})
    form.creneau.errors = [fault] if fault else []
    insee = insee_asked()
    shown = pages.week(database, now(), choice.scope, asked.day(request.args.get("semaine")))
    urls = choice.urls | {
        "url_of_week": lambda monday: choice.url("week", semaine=monday.isoformat(), insee=insee),
    }
    return render_template(
        "booking/week.html",
        motif=choice.motif,
        place=choice.place,
        call=choice.call,
        week=shown,
        groups=groups_of(shown.days),
        form=form,
        form_has_errors=bool(fault),
        **urls,
    )


def lost_slot() -> str:
    """The sentence about a slot that can no longer be had, whatever the reason."""
    return str(_("Ce créneau n'est pas libre. Choisissez-en un autre."))


def still_open(deadline: datetime) -> datetime | None:
    """A deadline that has not passed, else None."""
    return deadline if now() <= deadline else None


def short_address() -> str:
    """The address to type to find an appointment, as it is printed: without its scheme."""
    return portal().settings.base_url.partition("://")[2] + "/r/"


def insee_asked() -> str | None:
    """The commune chosen on the way, kept from page to page."""
    insee = request.args.get("insee", "")
    return insee if _INSEE.fullmatch(insee) else None


def url_of_commune(endpoint: str, **arguments: Any) -> Any:
    """A function that gives the address of a page for a commune."""

    def url(commune: Commune) -> str:
        return url_for(endpoint, insee=commune.insee, **arguments)

    return url


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="invitation")


def _code_of_pass(motif: Motif, text: str) -> str | None:
    try:
        key, code = _signer().loads(text)
    except (BadSignature, TypeError, ValueError):
        return None
    return str(code) if key == motif.key else None
