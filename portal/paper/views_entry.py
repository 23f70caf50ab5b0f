"""The answers of a paper that came back, entered once; then what was entered, for whoever opens it again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking.pages import PostalNames
from portal.booking.rules_waiting import WishFault
from portal.clock import paris_day
from portal.codes import shown as shown_code
from portal.desk.views_shared import hand, note_reading
from portal.directory import queries as directory
from portal.directory.models import Motif
from portal.mandates import queries as mandates
from portal.mandates.forms_words import FAULTS as MANDATE_FAULTS
from portal.mandates.rules import Fault
from portal.paper import queries
from portal.paper.forms import ANYWHERE, RELATIVE, AddressForm, EntryForm, MandateForm, WishForm
from portal.paper.forms_choices import ChoicesForm
from portal.paper.forms_words import ANSWERS, FAULTS, KINDS, MANDATE_WORDS, WISH_FAULTS
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import PaperFault, may_enter
from portal.paper.rules_shown import Shown, marks_of
from portal.paper.services_entering import Wished, enter_address, enter_choices, enter_mandate, enter_wish
from portal.paper.views import Page
from portal.paper.views_after import entered_page
from portal.paper.views_shared import FORM, OPENERS, bp, form_or_404, name_of
from portal.people.models import Person
from portal.people.queries_access import Service, services_of
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.access import allow
from portal.web.forms import selectable
from portal.web.headers import personal_page
from portal.web.request import now, portal, transaction

_TELLS = frozenset({PaperFault.ASK_IF_SAFE, PaperFault.RELATIVE})  # something of the file, to whoever does not read it
_WORDS: dict[Any, Any] = {**FAULTS, **WISH_FAULTS, **MANDATE_FAULTS, **MANDATE_WORDS}


@dataclass(frozen=True)
class Entry:
    """How forms of a kind are entered. `fields`: where each refusal is said; else at the first field.

    `form` is given the lines of the address that its fields show.
    """

    form: Callable[[Session, Sequence[str]], Any]
    write: Callable[[Session, PaperForm, Any], object]
    first: str
    fields: dict[StrEnum, str]


@bp.route(FORM, methods=["GET", "POST"])
@allow(*OPENERS)
def form(form_id: int) -> Page:
    """The entry of a form, filled in with what is known; entered already, what stands, when and by whom."""
    try:
        with transaction() as database:
            found, reads = form_or_404(database, form_id)
            if found.entered_at is not None:
                return entered_page(database, found, reads=reads)
            typed = _typed(database, found, reads=reads)
            if request.method != "POST":
                typed.shown.data = _marks(found)
                return _page(database, found, typed, reads=reads)
            if not may_enter(g.agent.roles, found.kind):
                abort(403)
            if not typed.validate_on_submit():
                return _page(database, found, typed, reads=reads), 422
            _entry(found).write(database, found, typed)
    except Refused as refused:
        return _refused(form_id, refused)
    return redirect(url_for("paper.form", form_id=form_id, fait="enregistre"), 303)


def _refused(form_id: int, refused: Refused) -> Page:
    """What stopped it, beside what was typed, which is kept."""
    if refused.reason is PaperFault.ENTERED:
        return redirect(url_for("paper.form", form_id=form_id, fait="deja"), 303)
    sentence = words_of_fault(refused)
    with transaction() as database:
        found, reads = form_or_404(database, form_id)
        entry, typed = _entry(found), _typed(database, found, reads=reads)
        typed.validate()
        typed.shown.data = _marks(found)
        if reads and refused.reason is PaperFault.ASK_IF_SAFE:
            _ask(typed, found)
        else:
            if not reads and refused.reason in _TELLS:
                sentence = str(FAULTS[PaperFault.ASK_IF_SAFE])
            typed[entry.fields.get(refused.reason, entry.first)].errors = [sentence]
        return _page(database, found, typed, reads=reads), 409 if refused.reason is PaperFault.CHANGED else 422


def _ask(typed: Any, found: PaperForm) -> None:
    """The question, above what was typed, which is kept: whoever they fear may open that letter box."""
    typed.asks_about(found.person.address if found.person else [])
    typed.is_safe.data = False
    typed.is_safe.errors = [_("Demandez-lui si cette adresse est sûre. Elle n'est pas là ? Gardez ce papier.")]


def words_of_fault(refused: Refused) -> str:
    """The sentence of a refusal that this page knows; raised again otherwise."""
    sentence = _WORDS.get(refused.reason)
    if sentence is None:
        raise refused
    return str(sentence)


def _entry(found: PaperForm) -> Entry:
    return _ENTRIES.get(found.kind) or abort(404)


def _typed(database: Session, found: PaperForm, *, reads: bool) -> Any:
    typed = _entry(found).form(database, _known_lines(found, reads=reads))
    typed.reads = reads
    return typed


def _sealer() -> Sealer:
    return Sealer(portal().settings.secret_key)


def _marks(found: PaperForm) -> str:
    return marks_of(found, found.person, _sealer()) if found.person else ""


def _seen(typed: EntryForm) -> Shown:
    return Shown(typed.shown.data or "", _sealer())


def _known_lines(found: PaperForm, *, reads: bool) -> Sequence[str]:
    """The address of the file, for whoever reads it; for whoever holds the paper, the one that is printed on it."""
    person = found.person
    if person is None or person.guardian_id is not None:
        return ()
    return person.address if reads else found.known.get("address", ())


def _page(database: Session, found: PaperForm, typed: EntryForm, *, reads: bool) -> str:
    if reads and request.method == "GET":
        note_reading(database, found.person_id or 0)
    personal_page()
    person, known = found.person, found.known
    address = person.address if reads and person else known.get("address", [])
    return render_template(
        "paper/form.html",
        found=found,
        kind=KINDS[found.kind],
        code=shown_code(found.code),
        name=name_of(person),
        person=person,
        reads=reads,
        may=may_enter(g.agent.roles, found.kind),
        form=typed,
        today=_today(person if reads else None, known),
        address=[line for line in address if line],
        form_has_errors=bool(typed.errors),
    )


def _today(person: Person | None, known: Mapping[str, Any]) -> str:
    """The choices of a file as it is, for whoever reads it; as the paper says, for others."""
    printed = known.get("choices", {})
    now_so = {
        "sms": person.wants_sms if person else printed.get("sms"),
        "emails": person.wants_email if person else printed.get("emails"),
        "paper": person.wants_paper if person else printed.get("paper"),
        "large_print": person.wants_large_print if person else printed.get("large_print"),
    }
    said = [f"{ANSWERS[name]} ({_('oui') if so else _('non')})" for name, so in now_so.items() if so is not None]
    return ", ".join(said)


def _base_url() -> str:
    return portal().settings.base_url


def _address_form(database: Session, _known: Sequence[str]) -> AddressForm:
    """Empty: an address that is shown there would be entered again as the new one."""
    return AddressForm(communes=PostalNames(directory.commune_index(database)))


def _choices_form(database: Session, known: Sequence[str]) -> ChoicesForm:
    return ChoicesForm(communes=PostalNames(directory.commune_index(database)), known=known)


def _wish_form(database: Session, known: Sequence[str]) -> WishForm:
    day = paris_day(now())
    services = services_of(database, g.agent.id, day)
    typed = WishForm(today=day, communes=PostalNames(directory.commune_index(database)), known=known)
    motifs = queries.motifs_booked_by(database, day, services)
    typed.motif.choices = selectable((motif.key, motif.title_in_sight) for motif in motifs)
    ids = _places(queries.places_given(database, day), services, motifs)
    places = [(str(place.id), place.name) for place in directory.places(database, day, ids=ids)]
    typed.place.choices = selectable([(ANYWHERE, _("Tous les lieux")), *places])
    return typed


def _places(given: Mapping[int, set[int]], services: Sequence[Service], motifs: Sequence[Motif]) -> set[int] | None:
    """Where the agent books, and where what they may write down is given: a wish books nothing, and waits there."""
    if any(one.place_ids is None for one in services):
        return None
    own = {number for one in services for number in one.place_ids or ()}
    return own.union(*(given.get(motif.id, set()) for motif in motifs))


def _mandate_form(database: Session, known: Sequence[str]) -> MandateForm:
    communes = PostalNames(directory.commune_index(database))
    typed = MandateForm(today=paris_day(now()), communes=communes, known=known)
    partners = [(str(one.id), one.name) for one in mandates.organisations(database, now())]
    typed.holder.choices = selectable([(RELATIVE, _("Un proche")), *partners])
    return typed


def _write_address(database: Session, found: PaperForm, typed: AddressForm) -> None:
    enter_address(
        database, now(), form_id=found.id, lines=typed.address, shown=_seen(typed), by=hand(),
        base_url=_base_url(),
    )  # fmt: skip


def _write_choices(database: Session, found: PaperForm, typed: ChoicesForm) -> None:
    chosen = typed.chosen(found.person.address if found.person else ())
    enter_choices(
        database, now(), form_id=found.id, chosen=chosen, shown=_seen(typed), by=hand(), base_url=_base_url()
    )  # fmt: skip


def _write_wish(database: Session, found: PaperForm, typed: WishForm) -> None:
    motif = directory.motif(database, str(typed.motif.data), paris_day(now()))
    if motif is None:
        raise Refused(WishFault.NOT_BOOKABLE)
    wished = Wished(motif.id, typed.place_id, typed.since, typed.half_days.data, typed.address, typed.hours.data or "")
    seen = _seen(typed)
    enter_wish(database, now(), form_id=found.id, wished=wished, shown=seen, by=hand(), base_url=_base_url())


def _write_mandate(database: Session, found: PaperForm, typed: MandateForm) -> None:
    holder = (
        mandates.only_file(database, typed.identity)
        if typed.is_relative
        else mandates.organisation(database, now(), int(typed.holder.data or 0))
    )
    if holder is None:
        raise Refused(Fault.HOLDER_NONE if typed.is_relative else Fault.NO_CONVENTION)
    enter_mandate(
        database,
        now(),
        form_id=found.id,
        holder=holder,
        procedures=typed.procedures.data,
        last_day=typed.last_day.data,
        address=typed.address,
        shown=_seen(typed),
        by=hand(),
        base_url=_base_url(),
    )


_ENTRIES = {
    FormKind.ADDRESS: Entry(_address_form, _write_address, "street", {}),
    FormKind.CHOICES: Entry(
        _choices_form, _write_choices, "sms", {PaperFault.NO_ADDRESS: "street", PaperFault.ASK_IF_SAFE: "paper"}
    ),
    FormKind.WISH: Entry(
        _wish_form,
        _write_wish,
        "motif",
        {WishFault.TOO_FAR: "first_day", PaperFault.NOTHING: "half_days", PaperFault.NOT_THERE: "place"},
    ),
    FormKind.MANDATE: Entry(
        _mandate_form,
        _write_mandate,
        "holder",
        {
            Fault.HOLDER_NONE: "family_name",
            Fault.ONESELF: "family_name",
            Fault.END_PAST: "last_day",
            Fault.END_FAR: "last_day",
            Fault.NO_PROCEDURE: "procedures",
        },
    ),
}
