"""« Mes envies et mes projets »: written beside the result, without an account, kept by the browser alone."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.eligibility.forms_own import OwnWordsForm
from portal.eligibility.views_answers import WORDS_LEFT, keep_sheet, to_door
from portal.eligibility.views_shared import asking_or_404, bp
from portal.web.access import Role, allow
from portal.web.headers import personal_page, revisitable_page
from portal.web.request import transaction

Page = str | tuple[str, int] | Response


@bp.route("/mes-droits/resultat/projets", methods=["GET", "POST"])
@allow(Role.EVERYONE)
def own_words() -> Page:
    """What the person wants and can do: on their result, its print, its letter and its e-mail; nothing is stored."""
    with transaction() as database:
        found = asking_or_404(database)
    sheet = found.sheet
    form = OwnWordsForm(data={"wants": sheet.wants, "can": sheet.can})
    if not sheet.themes:
        if not (form.wants.data or form.can.data):
            return to_door()
        form.csrf_token.errors = [WORDS_LEFT]
        return _page(form)
    personal_page()
    if form.validate_on_submit():
        sheet.wants, sheet.can = form.wants.data, form.can.data
        keep_sheet(sheet)
        return redirect(url_for("eligibility.result", _anchor="projets"), 303)
    keep_sheet(sheet)  # to write takes time: it counts from here
    return _page(form)


def _page(form: OwnWordsForm) -> Page:
    if form.errors:
        revisitable_page()
    shown = render_template("eligibility/own_words.html", form=form, form_has_errors=bool(form.errors))
    return (shown, 422) if form.is_submitted() else shown
