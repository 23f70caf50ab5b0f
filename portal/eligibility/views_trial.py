"""One example household before every rule at once. It is typed, looked at, and kept nowhere."""

from flask import abort, render_template, request

from portal.clock import paris_day
from portal.eligibility import queries
from portal.eligibility.forms_try import TryForm, try_form
from portal.eligibility.rules_checked import state_of
from portal.eligibility.rules_questions import Question
from portal.eligibility.rules_rights import Book
from portal.eligibility.rules_trial import trial_of
from portal.eligibility.views_shared import bp
from portal.web.access import Role, allow
from portal.web.request import now, reading

Page = str | tuple[str, int]


@bp.route("/agents/reglages/droits-essai", methods=["GET", "POST"])
@allow(Role.ENCADRANT, Role.ADMIN)
def trial() -> Page:
    """What the whole book says of a household: the three lists, with the reasons; in one theme when asked."""
    with reading() as database:
        _book_id, book = queries.book_in_force(database) or abort(404)
        territories = queries.territory_names(database)
    themes = [(theme.key, theme.title) for theme in book.themes.values()]
    form, day = try_form(book.questions.values(), territories, themes), paris_day(now())
    is_valid = request.method == "POST" and form.validate_on_submit()
    theme = str(form.theme.data or "") if is_valid else ""
    shown = render_template(
        "eligibility/trial.html",
        book=book,
        form=form,
        groups=_groups(book, form),
        theme=book.themes.get(theme),
        trial=trial_of(book, form.answers, dict(territories), day, theme) if is_valid else None,
        state_of=lambda right: state_of(right, day),
        form_has_errors=bool(form.errors),
    )
    return (shown, 422) if request.method == "POST" and not is_valid else shown


def _groups(book: Book, form: TryForm) -> list[tuple[str, list[Question]]]:
    """The questions under the title of the only theme that they serve; first, under none, those that serve several."""
    serves: dict[str, set[str]] = {}
    for right in book.rights.values():
        for fact in right.when.facts():
            serves.setdefault(fact, set()).update(right.themes)
    groups: dict[str, list[Question]] = {key: [] for key in ("", *book.themes)}
    for question in form.asked:
        themes = serves.get(question.key, set())
        groups[next(iter(themes)) if len(themes) == 1 else ""].append(question)
    return [(book.themes[key].title if key else "", questions) for key, questions in groups.items() if questions]
