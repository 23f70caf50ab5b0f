"""Paper forms: opened by their code, given to a person, taken blank by anyone."""

from collections.abc import Sequence
from typing import Any

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from portal.booking import queries as booking
from portal.codes import read_code, shown
from portal.desk.queries import reads_file
from portal.desk.views_shared import PERSON, file_or_404, hand, note_reading
from portal.directory.models import Departement
from portal.journal.services import record
from portal.notifications.queries_post import calendar_of
from portal.paper import queries
from portal.paper.forms import CodeForm, GiveForm
from portal.paper.forms_words import ICONS, KINDS, LINES, POST_FAULTS
from portal.paper.models import FormKind
from portal.paper.rules import (
    GIVEN,
    KEYS,
    STANDS,
    PostFault,
    blank_kind,
    hushed,
    is_half_said,
    kind_of,
    known_of,
    reference_of,
)
from portal.paper.services import give as give_form
from portal.paper.services import give_for_blank
from portal.paper.services_sending import letter_fault, send_form
from portal.paper.views_shared import CODES, FORM, GIVERS, OPENERS, bp, form_or_404, mark_opened, name_of, pdf_answer
from portal.paper.views_sheet import blank_of, posted_words, sheet_of
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import Role, allow, may_open
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.web.throttle import spend

_PAGES = {False: 1, True: 2}  # of a form, in normal print and in large
Page = str | tuple[str, int] | Answer


@bp.route("/agents/formulaires", methods=["GET", "POST"])
@allow(*OPENERS)
def home() -> Page:
    """One field: the code of a paper, typed or scanned. It leads to where its answers are entered."""
    form = CodeForm()
    if request.method != "POST":
        return _home(form)
    if form.validate_on_submit():
        spend(CODES, f"agent {g.agent.id}")
        code = read_code(form.code.data)
        if code is None:
            form.code.errors = [_("Ce code n'a pas la bonne forme. Il a 8 lettres ou chiffres. Exemple : ABCD-2345")]
        else:
            with transaction() as database:
                leads = _leads(database, code)
            if leads is not None:
                return redirect(leads, 303)
            form.code.errors = [_("Aucun papier n'a ce code. Relisez-le. Exemple : ABCD-2345")]
    return _home(form), 422


def _home(form: CodeForm) -> str:
    personal_page()
    return render_template(
        "paper/home.html",
        form=form,
        form_has_errors=bool(form.errors),
        blanks=[(KINDS[kind], url_for("paper.blank", key=KEYS[kind]), ICONS[kind]) for kind in GIVEN],
        may_search=may_open("desk.search"),
        may_give=may_open("paper.give"),
    )


def _leads(database: Session, code: str) -> str | None:
    """Where the paper of this code is entered; journaled: whoever types a code reads what its paper says."""
    kind = blank_kind(code)
    if kind is not None:
        return url_for("paper.blank_for", key=KEYS[kind])
    found = queries.form_by_code(database, code)
    if found is not None and not is_half_said(found.kind, found.answers):
        mark_opened(f"form {found.id}")
        _note_opened(database, found.person_id, "paper_form", found.id)
        return url_for("paper.form", form_id=found.id)
    appointment = booking.appointment_by_code(database, code)
    if appointment is None or not appointment.participations:
        return None
    mark_opened(f"slip {appointment.id}")
    _note_opened(database, appointment.participations[0].person_id, "appointment", appointment.id)
    return url_for("paper.slip", appointment_id=appointment.id)


def _note_opened(database: Session, person_id: int | None, kind: str, number: int) -> None:
    record(
        database, now(), actor=hand(), verb="form.opened", for_person_id=person_id, object_kind=kind, object_id=number
    )


@bp.route(f"{PERSON}/formulaires", methods=["GET", "POST"])
@allow(*GIVERS)
def give(person_id: int) -> Page:
    """The forms that can be printed for a person, or sent to them by post, and those already given.

    One press makes one, with its own code. `vierge`: a blank form of this kind has come back filled in, and this is
    whose it is.
    """
    form, came_back = GiveForm(), kind_of(request.args.get("vierge", ""))
    try:
        with transaction() as database:
            person = file_or_404(database, person_id)[0]
            offered = [kind for kind in GIVEN if kind is FormKind.WISH or person.guardian_id is None]
            kind = kind_of(request.form.get("poste") or request.form.get("kind", ""))
            if form.validate_on_submit() and kind in offered:
                return _given(database, person, kind, came_back=came_back)
            note_reading(database, person_id)
            return _give_page(database, person, form, [one for one in offered if came_back in {None, one}], came_back)
    except Refused as refused:
        if not isinstance(refused.reason, PostFault):
            raise
        return redirect(url_for("paper.give", person_id=person_id), 303)  # the page says why


def _given(database: Session, person: Person, kind: FormKind, *, came_back: FormKind | None) -> Answer:
    if "poste" in request.form:
        site = portal().settings.base_url
        send_form(database, now(), kind=kind, person_id=person.id, words=posted_words, by=hand(), base_url=site)
        return redirect(url_for("paper.give", person_id=person.id, fait="poste"), 303)
    known = known_of(person, database.get_one(Departement, 1), language=language())
    asked: dict[str, Any] = {"kind": kind, "person_id": person.id, "known": known, "by": hand()}
    if came_back:
        return redirect(url_for("paper.form", form_id=give_for_blank(database, now(), **asked).id), 303)
    return redirect(url_for("paper.pdf", form_id=give_form(database, now(), **asked).id), 303)


def _give_page(
    database: Session, person: Person, form: GiveForm, kinds: Sequence[FormKind], came_back: FormKind | None
) -> str:
    fault = letter_fault(person.guardian or person, by=hand())
    personal_page()
    return render_template(
        "paper/give.html",
        person=person,
        name=name_of(person),
        form=form,
        came_back=KINDS[came_back] if came_back else "",
        url_of_guardian=_url_of_guardian(database, person, came_back),
        stands=STANDS,
        kinds=[(KEYS[kind], KINDS[kind], LINES[kind], ICONS[kind]) for kind in kinds],
        no_post=POST_FAULTS[fault] if fault else "",
        arrives=calendar_of(database).arrival(now()),
        is_posted=request.args.get("fait") == "poste",
        pages=_PAGES[person.wants_large_print],
        pages_of=lambda one: _PAGES[bool(one.known.get("large_print"))],
        given=[
            (one, KINDS[one.kind], shown(one.code), one.kind in GIVEN) for one in queries.forms_of(database, person.id)
        ],
    )


def _url_of_guardian(database: Session, person: Person, came_back: FormKind | None) -> str:
    """The papers of whoever answers for them; empty for nobody, and for an agent who does not read that file."""
    number = person.guardian_id
    if number is None or not reads_file(database, now(), g.agent, number):
        return ""
    return url_for("paper.give", person_id=number, vierge=KEYS[came_back] if came_back else None)


@bp.get(f"{FORM}.pdf")
@allow(*OPENERS)
def pdf(form_id: int) -> Response:
    """A form that was given, to print: the same one however often.

    Without address and numbers for somebody discreet since; and for whoever reads no file, whom that would tell it.
    """
    with transaction() as database:
        found, reads = form_or_404(database, form_id)
        if found.kind not in GIVEN or not found.known:  # a slip, or forgotten since
            abort(404)
        known = found.known if reads and not _hides(found.person) else hushed(found.known)
        drawn = sheet_of(found.kind, known, number=found.id, code=found.code)
    return pdf_answer(drawn, f"formulaire-{reference_of(found.kind, found.id)}.pdf", keeps=False)


def _hides(person: Person | None) -> bool:
    reader = (person.guardian or person) if person else None
    return bool((person and person.wants_discretion) or (reader and reader.wants_discretion))


@bp.get("/papier/<key>.pdf")
@allow(Role.EVERYONE)
def blank(key: str) -> Response:
    """A blank form, for whoever wants one: in the language of the page, or in large print with `gros=1`."""
    kind = kind_of(key)
    if kind is None:
        abort(404)
    with transaction() as database:
        known = known_of(None, database.get_one(Departement, 1), language=language())
    known["large_print"] = request.args.get("gros") == "1"
    return pdf_answer(blank_of(kind, known), f"formulaire-{key}.pdf", keeps=True)


from portal.paper import views_blank, views_blocked, views_entry, views_mine, views_posted, views_slip, views_wish  # noqa: E402, F401 - they need the blueprint
