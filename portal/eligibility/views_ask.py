"""The questions: by a theme or in one's own words, one a page, stopped by what is urgent."""

from datetime import timedelta
from functools import partial

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.booking.pages import search_commune
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.eligibility.forms import AnswerForm, CommuneForm, PressForm, WordsForm, answer_form
from portal.eligibility.queries import motifs_of, partners_of
from portal.eligibility.rules import Truth
from portal.eligibility.rules_questions import SILENT, Kind, Question, makes_sense_of, urgencies_of
from portal.eligibility.rules_rights import Entry, next_question
from portal.eligibility.rules_words import entries_for
from portal.eligibility.views_answers import IDLE, forget_sheet, is_from_idle, keep_sheet, to_door, went_idle
from portal.eligibility.views_shared import Asking, asking, asking_or_404, bp, commune_names, of_file, sense_of
from portal.web.access import Role, allow
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response

_MOST = 200  # questions of one path: nobody has as many


@bp.get("/mes-droits")
@allow(Role.EVERYONE)
def home() -> Page:
    """The six themes, and one's own words; without rules, who helps today.

    Answers left for too long are taken out of the browser. It says so, once, to whoever was in the middle of them, and
    not to the next reader of a shared screen.
    """
    with transaction() as database:
        found = asking(database)
    if found is None:
        return render_template("eligibility/by_hand.html")
    is_left = is_from_idle()
    if went_idle():
        forget_sheet()
        personal_page()
    return _home(found, WordsForm(), is_left=is_left)


@bp.post("/mes-droits/mots")
@allow(Role.EVERYONE)
def words() -> Page:
    """Where somebody's own words lead: to what is urgent, to the questions, or to a choice; never to an empty page."""
    form = WordsForm()
    with transaction() as database:
        found = asking_or_404(database)
        if not form.validate_on_submit():
            return _home(found, form), 422
        entries = entries_for(found.book, form.said.data)
        if len(entries) == 1 or (entries and entries[0].urgency):
            return _enter(database, found, entries[0])
    revisitable_page()
    return render_template("eligibility/words.html", found=found, entries=entries, press=PressForm(formdata=None))


@bp.post("/mes-droits/commencer")
@allow(Role.EVERYONE)
def start() -> Page:
    """Begins a theme, or what somebody said; answers already given stay."""
    form = PressForm()
    with transaction() as database:
        found = asking_or_404(database)
        entry = found.book.entries.get(request.form.get("entree", ""))
        theme = request.form.get("theme", "")
        if not form.validate_on_submit() or (entry is None and theme not in found.book.themes):
            return redirect(url_for("eligibility.home"), 303)
        if entry is not None:
            return _enter(database, found, entry)
        return _begin(database, found, theme)


@bp.route("/mes-droits/question/<int(max=200):number>", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def question(number: int) -> Page:
    """One question. Its address is its rank on this path: the history of a browser tells nothing of anyone."""
    with transaction() as database:
        found = asking_or_404(database)
        asked = _asked(found, number)
        if asked is None:
            return to_door()
        if request.method == "POST":
            return _answered(database, found, asked, number)
        personal_page()  # nothing of it stays on the disk; Back asks for it again, with what was answered
        return _page(found, asked, number, _form(database, found, asked))


@bp.get("/mes-droits/urgence")
@allow(Role.EVERYONE)
def urgency() -> Page:
    """Who helps now. The questions can go on afterwards; nothing answered is lost."""
    with transaction() as database:
        found = asking_or_404(database)
        kind = found.book.urgencies.get(found.sheet.urgency)
        if kind is None:
            return redirect(url_for("eligibility.home"), 303)
        numbers = {line.number: line for line in directory.helplines(database)}
        lines = [numbers[number] for number in kind.helplines if number in numbers]
        partners = partners_of(database, kind.partners)
        motifs = motifs_of(database, kind.motifs, paris_day(now()))
        onward = _after(database, found, found.sheet.at)
        insee = next(iter(commune_names(database, found.sheet.answers)), "")
    keep_sheet(found.sheet)
    personal_page()
    return render_template(
        "eligibility/urgency.html",
        urgency=kind,
        lines=lines,
        partners=[partners[key] for key in kind.partners if key in partners],
        motifs=[motifs[key] for key in kind.motifs if key in motifs],
        onward=onward,
        insee=insee,
    )


@bp.post("/mes-droits/effacer")
@allow(Role.EVERYONE)
def forget() -> Page:
    """Forgets every answer under way."""
    if PressForm().validate_on_submit():
        forget_sheet()
    return redirect(url_for("eligibility.home"), 303)


def _home(found: Asking, form: WordsForm, *, is_left: bool = False) -> str:
    onward = len(found.sheet.order) if found.sheet.order else 0
    return render_template(
        "eligibility/home.html",
        book=found.book,
        sheet=found.sheet,
        form=form,
        press=PressForm(formdata=None),
        onward=onward,
        is_left=is_left,
        idle=IDLE // timedelta(minutes=1),
        form_has_errors=bool(form.errors),
    )


def _enter(database: Session, found: Asking, entry: Entry) -> Response:
    """What somebody said answers some questions already; they see it, and may change it."""
    for key, answer in entry.given.items():
        found.sheet.answers.setdefault(key, answer)
        found.sheet.given = sorted({*found.sheet.given, key})
    if entry.urgency is None:
        return _begin(database, found, entry.theme)
    found.sheet.theme, found.sheet.themes = entry.theme, sorted({*found.sheet.themes, entry.theme})
    return _stop(found, entry.urgency, len(found.sheet.order))


def _begin(database: Session, found: Asking, theme: str) -> Response:
    sheet = found.sheet
    sheet.theme, sheet.themes = theme, sorted({*sheet.themes, theme})
    for key, answer in of_file(database, found.book).items():
        if key not in sheet.answers:
            sheet.answers[key] = answer
            sheet.given, sheet.filed = sorted({*sheet.given, key}), sorted({*sheet.filed, key})
    onward = _after(database, found, len(sheet.order))
    keep_sheet(sheet)
    return redirect(onward, 303)


def _asked(found: Asking, number: int) -> Question | None:
    order = found.sheet.order
    return found.book.questions.get(order[number - 1]) if 1 <= number <= len(order) else None


def _form(database: Session, found: Asking, asked: Question) -> AnswerForm | CommuneForm:
    answer = found.sheet.answers.get(asked.key)
    if asked.kind is not Kind.COMMUNE:
        return answer_form(asked, paris_day(now()), answer)
    search = partial(search_commune, database)
    return CommuneForm(search, data={"commune": search("", answer or "").shown})


def _answered(database: Session, found: Asking, asked: Question, number: int) -> Page:
    if request.form.get("cle", asked.key) != asked.key:
        return redirect(url_for("eligibility.question", number=number), 303)  # a page of answers forgotten since
    pressed = request.form.get("silence", "")
    silent = pressed if pressed in SILENT else ""
    form = _form(database, found, asked)
    sent = PressForm() if silent else form
    if not sent.validate_on_submit():
        form.csrf_token.errors = sent.csrf_token.errors
        return _page(found, asked, number, form), 422
    return _go_on(database, found, asked, number, silent or form.answer)


def _go_on(database: Session, found: Asking, asked: Question, number: int, answer: str) -> Response:
    sheet = found.sheet
    sheet.answers[asked.key] = answer
    sheet.given = [key for key in sheet.given if key != asked.key]
    sheet.filed = [key for key in sheet.filed if key != asked.key]
    urgent = urgencies_of(asked, answer)
    if urgent:
        return _stop(found, urgent[0], number)
    onward = _after(database, found, number)
    keep_sheet(sheet)
    return redirect(onward, 303)


def _stop(found: Asking, urgent: str, number: int) -> Response:
    """`number`: the question that follows is the one after it, if the person goes on."""
    found.sheet.urgency, found.sheet.at = urgent, number
    keep_sheet(found.sheet)
    return redirect(url_for("eligibility.urgency"), 303)


def _after(database: Session, found: Asking, number: int) -> str:
    """Where the path goes on after its question of this rank: a page seen before, a new one, or the result."""
    sheet, day = found.sheet, paris_day(now())
    known = sense_of(database, found.book, sheet.answers, day).facts
    for rank in range(number + 1, len(sheet.order) + 1):
        seen = found.book.questions.get(sheet.order[rank - 1])
        if seen is not None and makes_sense_of(seen, known, day) is not Truth.NO:
            return url_for("eligibility.question", number=rank)
    asked = next_question(found.book, sheet.answers, known, day, [sheet.theme])
    if asked is None or len(sheet.order) >= _MOST:
        return url_for("eligibility.result")
    sheet.order.append(asked.key)
    return url_for("eligibility.question", number=len(sheet.order))


def _page(found: Asking, asked: Question, number: int, form: AnswerForm | CommuneForm) -> str:
    if form.errors:
        revisitable_page()
    back = url_for("eligibility.question", number=number - 1) if number > 1 else url_for("eligibility.home")
    return render_template(
        "eligibility/question.html",
        question=asked,
        number=number,
        theme=found.book.themes[found.sheet.theme],
        form=form,
        back=back,
        is_given=asked.key in found.sheet.given,
        silent=found.sheet.answers.get(asked.key, ""),
        press=PressForm(formdata=None),
        form_has_errors=bool(form.errors),
    )
