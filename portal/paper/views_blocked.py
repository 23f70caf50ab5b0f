"""Letters that stay: an address is put right here, and the letter leaves; a person is checked by who may open files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.forms_address import AddressForm
from portal.booking.pages import PostalNames
from portal.directory import queries as directory
from portal.letters.queries import ROLES
from portal.letters.queries_blocked import (
    BY_ADDRESS,
    LISTED,
    blocked,
    blocked_one,
    count_blocked,
    is_of_room,
    to_check,
    unanswered,
    unprintable,
)
from portal.letters.rules_blocked import Check
from portal.letters.services_blocked import MendFault, is_shown, mend, note_answered
from portal.letters.services_check import ask_check, check_wanted
from portal.letters.views import kind_words
from portal.letters.views_room import room_of
from portal.notifications.models import Message, Status
from portal.paper.views_shared import bp
from portal.people.views_browser import actor
from portal.refusal import Refused
from portal.web.access import allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

Page = str | tuple[str, int] | Response
_WHY = {
    "no_address": _l("Il n'y a pas d'adresse."),
    "address_changed": _l("L'adresse a changé depuis la demande."),
    "address_doubtful": _l("Une lettre est revenue de cette adresse."),
    "address_too_long": _l("Une ligne est trop longue pour l'enveloppe."),
    "address_bad_character": _l("Un signe ne peut pas être imprimé."),
    "address_too_many_lines": _l("Il y a trop de lignes."),
    "address_town_missing": _l("La ville manque."),
    "address_street_missing": _l("La rue manque."),
    "address_name_missing": _l("Le nom manque."),
    "name_missing": _l("Le nom manque."),
    "name_too_long": _l("Le nom est trop long pour l'enveloppe."),
    "name_bad_character": _l("Un signe du nom ne peut pas être imprimé."),
    "route_failed": _l("Une lettre est revenue de cette adresse."),
    "printer_rejected": _l("L'imprimeur l'a refusée."),
    "pulled": _l("L'imprimeur l'a refusée."),
    "too_late": _l("Elle arriverait trop tard."),
    "letter_too_long": _l("Son texte est trop long pour une lettre."),
    "letter_unprintable": _l("Son texte contient un signe inconnu."),
    "letter_text": _l("Son texte ne peut pas être préparé."),
}
_ASK_THEM = _l("L'accueil doit vérifier avec la personne.")  # no print room reads what a file says: the task does
_CHECKS = {
    Check.NAME: _l("Le nom ne s'imprime pas sur une enveloppe."),
    Check.DISCREET: _ASK_THEM,
    Check.DOUBLE: _ASK_THEM,
}
_FAULTS = {
    MendFault.CHANGED: _l("L'adresse a changé depuis que cette page est ouverte. Voici la nouvelle."),
    MendFault.DISCREET: _ASK_THEM,
    MendFault.KEPT: _ASK_THEM,
}
_DONE = {
    "part": _l("L'adresse est enregistrée. La lettre part avec le prochain courrier."),
    "garde": _l("L'adresse est enregistrée. Cette lettre ne sert plus : elle ne repart pas."),
    "deja": _l("Cette lettre a déjà été traitée."),
    "confie": _l("C'est confié à l'accueil. Il vérifie avec la personne."),
    "confie-deja": _l("C'était déjà confié à l'accueil. Rien n'a changé."),
    "repondu": _l("C'est noté. Elle n'est plus dans la liste."),
    "repondu-deja": _l("C'était déjà noté, ou la demande ne sert plus. Rien n'a changé."),
    "expire": _l("Cette page est restée ouverte longtemps. Appuyez de nouveau."),
}
_NOT_DONE = ("confie-deja", "deja", "expire", "repondu-deja")


@dataclass(frozen=True)
class Row:
    """A letter in the list. `why`: what keeps it back; `lines`: the address that does."""

    id: int
    kind: str
    recipient: str
    town: str
    why: str
    has_come_back: bool
    until: datetime
    lines: tuple[str, ...] = ()
    as_it_is: AddressForm | None = None  # of one that came back: its address, to be said right in one press

    @property
    def sent(self) -> list[tuple[str, str]]:
        """What the press sends, the token apart: the lines as they are, and as they were shown."""
        form = self.as_it_is
        typed = [] if form is None else [(one.name, one.data or "") for one in form if one.name != "csrf_token"]
        return [*typed, *(("montre", line) for line in self.lines)]


@dataclass(frozen=True)
class ToCheck:
    """A letter that stays for its person. No address: it may have to be kept quiet. `mends`: it may be put right."""

    id: int
    kind: str
    recipient: str
    why: str
    until: datetime
    is_handed: bool
    mends: bool


@bp.get("/agents/courriers/bloques")
@allow(*ROLES)
def blocked_letters() -> Page:
    """What waits for an address, and what no print room can mend."""
    with transaction() as database:
        found = blocked(database, now(), agent_id=g.agent.id)
        rows = [_row(one, _form(database, one) if _may_be_right(one) else None) for one in found]
        total = count_blocked(database, now(), agent_id=g.agent.id) if len(found) == LISTED else len(found)
        room = room_of(database)
        others = [(kind_words(one.kind), one) for one in unprintable(database, now(), agent_id=g.agent.id)]
        alone = [_row(one) for one in unanswered(database, now(), agent_id=g.agent.id)]
        people = [_to_check(*one) for one in to_check(database, now(), agent_id=g.agent.id)]
    personal_page()
    said = request.args.get("fait", "")
    return render_template(
        "paper/blocked.html",
        rows=rows,
        total=total,
        others=others,
        alone=alone,
        people=people,
        form=PortalForm(formdata=None),
        done=_DONE.get(said, ""),
        is_done=said not in _NOT_DONE,
        **room,
    )


@bp.route("/agents/courriers/bloques/<int(max=9223372036854775807):message_id>", methods=["GET", "POST"])
@allow(*ROLES)
def mend_letter(message_id: int) -> Page:
    """The lines of the envelope, to be put right or said to be right after all."""
    with transaction() as database:
        message = blocked_one(database, now(), message_id, agent_id=g.agent.id)
        if message is None:
            return _gone(is_mine=is_of_room(database, now(), message_id, agent_id=g.agent.id))
        form = _form(database, message)
    fault = ""
    if form.validate_on_submit():
        if not form.address:
            form.street.errors = [_("Écrivez l'adresse, ou appelez la personne.")]
        else:
            try:
                with transaction() as database:
                    leaves = mend(
                        database,
                        now(),
                        message_id=message_id,
                        shown=request.form.getlist("montre"),
                        lines=form.address,
                        by=actor(),
                        base_url=portal().settings.base_url,
                    )
                return redirect(url_for("paper.blocked_letters", fait="part" if leaves else "garde"), 303)
            except Refused as refused:
                if refused.reason is MendFault.DONE:
                    return _gone()
                fault = _FAULTS[MendFault(refused.reason)]
    personal_page()
    page = render_template(
        "paper/mend.html",
        form=form,
        form_has_errors=bool(form.errors or fault),
        fault=fault,
        row=_row(message),
        shown=is_shown(message),
        former=(message.recipient or "").splitlines(),
    )
    return page, 422 if form.errors or fault else 200


@bp.post("/agents/courriers/bloques/<int(max=9223372036854775807):message_id>/verifier")
@allow(*ROLES)
def check_person(message_id: int) -> Page:
    """Hands the person of a letter to those who may open files: a print room sees none."""

    def ask(database: Session) -> str:
        is_new = ask_check(database, now(), message_id=message_id, by=actor(), base_url=portal().settings.base_url)
        return "confie" if is_new else "confie-deja"

    return _pressed(message_id, ask, otherwise="deja")


@bp.post("/agents/courriers/bloques/<int(max=9223372036854775807):message_id>/repondu")
@allow(*ROLES)
def answered_otherwise(message_id: int) -> Page:
    """Whoever asked for a page that cannot leave by post was answered in another way: it waits no more."""

    def note(database: Session) -> str:
        note_answered(database, now(), message_id=message_id, by=actor())
        return "repondu"

    return _pressed(message_id, note, otherwise="repondu-deja")


def _pressed(message_id: int, act: Callable[[Session], str], *, otherwise: str) -> Response:
    """A button of one line of the list: what the act says was done, or `otherwise` when it is refused."""
    if not PortalForm().validate_on_submit():
        return redirect(url_for("paper.blocked_letters", fait="expire"), 303)
    try:
        with transaction() as database:
            if not is_of_room(database, now(), message_id, agent_id=g.agent.id):
                abort(404)
            said = act(database)
    except Refused:
        said = otherwise
    return redirect(url_for("paper.blocked_letters", fait=said), 303)


def _may_be_right(message: Message) -> bool:
    """Whether its lines are an address, which somebody may say to be right as it is."""
    return message.status is Status.RETURNED or message.last_error not in BY_ADDRESS


def _form(database: Session, message: Message) -> AddressForm:
    communes = PostalNames(directory.commune_index(database))
    return AddressForm(name=message.context["recipient_name"], lines=is_shown(message), communes=communes)


def _gone(*, is_mine: bool = True) -> Response:
    """Mended by somebody else; a letter that is not of this agent's places does not exist."""
    if request.method != "POST" or not is_mine:
        abort(404)
    return redirect(url_for("paper.blocked_letters", fait="deja"), 303)


def _row(message: Message, as_it_is: AddressForm | None = None) -> Row:
    lines = is_shown(message)
    has_come_back = message.status is Status.RETURNED
    code = "address_doubtful" if has_come_back else message.last_error or ""
    why = _WHY.get(code, _("L'adresse n'est pas complète.") if code in BY_ADDRESS else _("Elle n'a pas pu partir."))
    return Row(
        message.id,
        kind_words(message.kind),
        message.context["recipient_name"],
        next((line for line in reversed(lines) if line), ""),
        str(why),
        has_come_back,
        message.expires_at,
        tuple(lines),
        as_it_is if any(lines) else None,
    )


def _to_check(message: Message, is_handed: bool) -> ToCheck:  # noqa: FBT001 - a row, as it is read
    wanted = check_wanted(message, message.person) if message.person is not None else None
    return ToCheck(
        message.id,
        kind_words(message.kind),
        message.context["recipient_name"],
        str(_CHECKS[wanted]) if wanted is not None else "",
        message.expires_at,
        is_handed,
        wanted is Check.DOUBLE,
    )
