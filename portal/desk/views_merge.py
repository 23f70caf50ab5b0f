"""Two files of one person: found, seen side by side, made one; and made two again within 30 days."""

from typing import Any

from flask import abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.desk import queries, queries_merge
from portal.desk.forms_merge import FAULTS, FIELDS, WARNINGS, MergeForm, OtherForm, choices_of, count_words
from portal.desk.rules import Reading, reading
from portal.desk.rules_merge import (
    Kept,
    MergeFault,
    differing,
    is_undoable,
    marks,
    refusal,
    shared,
    undoable_until,
    warnings,
)
from portal.desk.services_merge import merge as merge_files
from portal.desk.services_unmerge import unmerge as unmerge_files
from portal.desk.views import bp
from portal.desk.views_shared import ACTORS, PERSON, file_or_404, hand, note_reading
from portal.people.models import Person
from portal.people.models_merges import Merge
from portal.people.queries_merges import kept_in
from portal.people.rules import contact_of, identity_of
from portal.refusal import Refused
from portal.web.access import Role, SignedAgent, allow
from portal.web.forms import PortalForm
from portal.web.headers import personal_page
from portal.web.i18n import LANGUAGES
from portal.web.request import now, portal, transaction
from portal.words import phone_words

Page = str | tuple[str, int] | Response

MERGERS = (*ACTORS, Role.ENCADRANT)
_OTHER = "<int(max=2147483647):other_id>"
_MERGE = "<int(max=9223372036854775807):merge_id>"


@bp.route(f"{PERSON}/fusionner", methods=["GET", "POST"])
@allow(*MERGERS)
def merge_with(person_id: int) -> Page:
    """The files that look like this one, and a field for the number of another."""
    personal_page()
    with transaction() as database:
        found = _whole_or_404(database, person_id)
        form = OtherForm()
        if request.method == "POST" and form.validate_on_submit():
            other_id = form.other.number
            if queries.reads_file(database, now(), _agent(), other_id or 0) and other_id != person_id:
                return redirect(url_for("desk.merge", person_id=person_id, other_id=other_id), 303)
            form.other.errors = [str(FAULTS[MergeFault.SAME]) if other_id == person_id else _no_such_file()]
        alike = _readable(database, found)
        page = render_template(
            "desk/merge_with.html", person=found, alike=alike, form=form, form_has_errors=bool(form.errors)
        )
    return (page, 422) if request.method == "POST" else page


@bp.route(f"{PERSON}/fusionner/{_OTHER}", methods=["GET", "POST"])
@allow(*MERGERS)
def merge(person_id: int, other_id: int) -> Page:
    """Both side by side, what would move and whose value is kept; once it is checked, they are one."""
    form = MergeForm()
    if request.method != "POST" or not form.validate_on_submit():
        return _preview(person_id, other_id, form, status=422 if request.method == "POST" else 200)
    try:
        with transaction() as database:
            _pair_or_404(database, person_id, other_id)
            merge_files(
                database,
                now(),
                kept_id=person_id,
                gone_id=other_id,
                by=hand(),
                choices=choices_of(request.form, FIELDS),
                seen=form.seen.data or "",
                base_url=portal().settings.base_url,
            )
    except Refused as refused:
        return _refused(person_id, other_id, form, refused)
    return redirect(url_for("desk.person", person_id=person_id, fait="reunie"), 303)


@bp.route(f"{PERSON}/separer/{_MERGE}", methods=["GET", "POST"])
@allow(*MERGERS)
def unmerge(person_id: int, merge_id: int) -> Page:
    """What goes back when a merge is undone; and undoes it."""
    form = PortalForm()
    if request.method != "POST" or not form.validate_on_submit():
        return _undo_page(person_id, merge_id, form, status=422 if request.method == "POST" else 200)
    try:
        with transaction() as database:
            made = _merge_or_404(database, person_id, merge_id)
            kept_id, base_url = made.kept_id, portal().settings.base_url
            left = unmerge_files(database, now(), merge_id=merge_id, by=hand(), base_url=base_url)
    except Refused as refused:
        return _undo_page(person_id, merge_id, form, fault=str(FAULTS[MergeFault(refused.reason)]), status=409)
    return redirect(url_for("desk.person", person_id=kept_id, fait="separee", reste=",".join(sorted(left))), 303)


def _refused(person_id: int, other_id: int, form: MergeForm, refused: Refused) -> Page:
    """The preview as it stands now, and why not; or the file that stayed, when another agent was first."""
    return _preview(person_id, other_id, form, fault=str(FAULTS[MergeFault(refused.reason)]), status=409)


def _preview(person_id: int, other_id: int, form: MergeForm, *, fault: str = "", status: int = 200) -> Page:
    personal_page()
    with transaction() as database:
        kept, gone = _pair_or_404(database, person_id, other_id)
        for number in {person_id, other_id}:
            note_reading(database, number)
        facts = queries_merge.facts(database, person_id, other_id)
        refused = refusal(kept, gone, facts)
        form.seen.data = marks(kept, gone)
        page = render_template(
            "desk/merge.html",
            kept=kept,
            gone=gone,
            form=form,
            fault=fault or (str(FAULTS[refused]) if refused else ""),
            is_refused=refused is not None,
            rows=_rows(database, kept, gone),
            moving=_moving(database, gone),
            warned=[str(WARNINGS[one]) for one in warnings(kept, gone, facts)],
            shared=[str(FIELDS[name]) for name in shared(kept, gone)],
            form_has_errors=bool(form.errors or fault),
        )
    return (page, status) if status != 200 else page


def _rows(database: Session, kept: Person, gone: Person) -> list[dict[str, Any]]:
    """Each thing that differs: its words, both values, and whose is kept unless the agent says otherwise."""
    typed = choices_of(request.form, FIELDS)
    return [
        {
            "name": name,
            "label": str(FIELDS[name]),
            "values": [
                (whose.value, _value(database, person, name))
                for whose, person in ((Kept.KEPT, kept), (Kept.GONE, gone))
            ],
            "chosen": typed.get(name, default).value,
        }
        for name, default in differing(kept, gone).items()
    ]


def _value(database: Session, person: Person, name: str) -> str:
    value = getattr(person, name)
    if name == "guardian_id":
        guardian = database.get(Person, value) if value else None
        return f"{guardian.given_names} {guardian.family_name}" if guardian else ""
    if name == "address":
        return ", ".join(line for line in value if line)
    if name == "birth_date":
        return str(value.strftime("%d/%m/%Y"))
    if name in {"mobile", "landline"}:
        return phone_words(value or "")
    return str(LANGUAGES.get(value, value)) if name == "language" else str(value or "")


def _moving(database: Session, gone: Person) -> list[str]:
    counts = queries_merge.hanging(database, gone.id)
    order = ("appointments", "messages", *queries_merge.MOVED)
    return [words for name in order if name in counts and (words := count_words(name, counts[name]))]


def _undo_page(person_id: int, merge_id: int, form: PortalForm, *, fault: str = "", status: int = 200) -> Page:
    personal_page()
    with transaction() as database:
        made = _merge_or_404(database, person_id, merge_id)
        kept, gone = database.get_one(Person, made.kept_id), database.get_one(Person, made.gone_id)
        for number in (kept.id, gone.id):
            note_reading(database, number)
        if not fault and not is_undoable(made.merged_at, now()):
            fault = str(FAULTS[MergeFault.TOO_LATE])
        page = render_template(
            "desk/merged.html",
            kept=kept,
            gone=gone,
            made=made,
            until=undoable_until(made.merged_at),
            fault=fault,
            form=form,
            counts=_counts(made),
            form_has_errors=bool(form.errors or fault),
        )
    return (page, status) if status != 200 else page


def _counts(made: Merge) -> list[str]:
    rows = {name: len(numbers) for name, numbers in made.moved["rows"].items()}
    rows["appointments"] = len(made.moved["appointments"]) + len(made.moved["dropped"])
    rows["messages"] = len(made.moved["messages"]["moved"])
    order = ("appointments", "messages", *queries_merge.MOVED)
    return [words for name in order if rows.get(name) and (words := count_words(name, rows[name]))]


def _merge_or_404(database: Session, person_id: int, merge_id: int) -> Merge:
    _whole_or_404(database, person_id)
    made = queries_merge.merge_of(database, person_id, merge_id)
    if made is None:
        abort(404)
    if made.undone_at is not None:  # pressed twice, or gone back to
        abort(redirect(url_for("desk.person", person_id=made.kept_id, fait="separee"), 303))
    return made


def _pair_or_404(database: Session, person_id: int, other_id: int) -> tuple[Person, Person]:
    """The two files, both read wholly. When the second is merged already, to the file in which it is."""
    found = _whole_or_404(database, person_id)
    other = queries.file(database, other_id)
    if other is None and (now_in := kept_in(database, other_id)) is not None:
        if now_in == person_id:
            abort(redirect(url_for("desk.person", person_id=person_id, fait="reunie"), 303))
        abort(redirect(url_for("desk.merge", person_id=person_id, other_id=now_in), 303))
    links = queries.links(database, now(), _agent(), [other] if other else [])
    if other is None or reading(links[other.id]) is not Reading.WHOLE:
        abort(404)
    return found, other


def _whole_or_404(database: Session, person_id: int) -> Person:
    """A file that the agent reads wholly."""
    found, how_much = file_or_404(database, person_id)
    if how_much is not Reading.WHOLE:
        abort(404)
    return found


def _readable(database: Session, found: Person) -> list[Person]:
    """The files that look like this one, as far as the agent reads them."""
    agent = _agent()
    alike = [one for one in queries.similar(database, identity_of(found), contact_of(found)) if one.id != found.id]
    links = queries.links(database, now(), agent, alike)
    return [one for one in alike if reading(links[one.id]) is Reading.WHOLE]


def _agent() -> SignedAgent:
    agent: SignedAgent = g.agent
    return agent


def _no_such_file() -> str:
    return str(_("Aucune fiche n'a ce numéro. Vérifiez-le."))
