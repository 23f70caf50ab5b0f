"""Who is there: the birth date, a given name when several fit, or a first file."""

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.identity import queries
from portal.identity.forms import BirthForm, IdentityForm, NameForm
from portal.identity.rules import born_on
from portal.identity.services_entry import admit, first_time, note_failure
from portal.identity.views import bp
from portal.identity.views_enter import lead_in
from portal.identity.views_limits import right_birth_date, spend_birth_date
from portal.identity.views_steps import Step, keep_files, proved_step, several_step
from portal.people.models import Person
from portal.refusal import Refused
from portal.web.access import Role, allow
from portal.web.forms import selectable
from portal.web.headers import personal_page
from portal.web.i18n import language
from portal.web.request import now, transaction

Page = str | tuple[str, int] | Response


@bp.get("/connexion/qui")
@allow(Role.EVERYONE)
def who() -> Page:
    """Asks for the birth date: several people may share a telephone, and numbers change hands."""
    personal_page()
    return _who_page(BirthForm(today=paris_day(now())))


@bp.post("/connexion/qui")
@allow(Role.EVERYONE)
def say_who() -> Page:
    """Lets in the one person born that day; asks for a given name when there are several."""
    step = proved_step()
    form = BirthForm(today=paris_day(now()))
    if not form.validate_on_submit():
        return _who_page(form), 422
    spend_birth_date(step.to)
    with transaction() as database:
        files = born_on(queries.files_behind(database, step.credential_kind, step.to), form.birth_date.data)
        if not files:
            note_failure(database, now(), challenge_id=step.challenge_id)
            return _unknown_page(form), 422
    right_birth_date(step.to)
    if len(files) == 1:
        return _enter(step, files[0].id)
    keep_files(step, [file.id for file in files])
    return redirect(url_for("identity.choose"), 303)


@bp.get("/connexion/prenom")
@allow(Role.EVERYONE)
def choose() -> Page:
    """Asks which of the people born that day is there."""
    personal_page()
    form, _ids = _name_form(several_step())
    return _choose_page(form)


@bp.post("/connexion/prenom")
@allow(Role.EVERYONE)
def say_name() -> Page:
    """Lets in the person chosen."""
    step = several_step()
    form, ids = _name_form(step)
    if not form.validate_on_submit():
        return _choose_page(form), 422
    return _enter(step, ids[int(form.name.data or 0)])


@bp.get("/connexion/nouveau")
@allow(Role.EVERYONE)
def new() -> Page:
    """Asks who comes for the first time."""
    personal_page()
    return _new_page(IdentityForm(today=paris_day(now())))


@bp.post("/connexion/nouveau")
@allow(Role.EVERYONE)
def make_new() -> Page:
    """Makes a first file, or joins the one with these names, this birth date and what was proved."""
    step = proved_step()
    form = IdentityForm(today=paris_day(now()))
    if not form.validate_on_submit():
        return _new_page(form), 422
    spend_birth_date(step.to)
    try:
        with transaction() as database:
            person, level = first_time(
                database,
                now(),
                identity=form.identity,
                kind=step.credential_kind,
                to=step.to,
                challenge_id=step.challenge_id,
                language=language(),
            )
    except Refused:
        form.birth_date.errors = [_("Vérifiez les noms et la date de naissance.")]
        return _new_page(form), 422
    return lead_in(person.id, level, step.kind, step.suite)


def _enter(step: Step, person_id: int) -> Response:
    with transaction() as database:
        person = database.get_one(Person, person_id)
        level = admit(
            database, now(), person=person, kind=step.credential_kind, to=step.to, challenge_id=step.challenge_id
        )
    return lead_in(person_id, level, step.kind, step.suite)


def _name_form(step: Step) -> tuple[NameForm, Sequence[int]]:
    form = NameForm()
    with transaction() as database:
        files = queries.files_behind(database, step.credential_kind, step.to)
    chosen = [file for file in files if file.id in step.file_ids]
    names = [file.given_names for file in chosen]
    form.name.choices = selectable(
        (str(at), file.given_names if names.count(file.given_names) == 1 else f"{file.given_names} {file.family_name}")
        for at, file in enumerate(chosen)
    )
    return form, [file.id for file in chosen]


def _unknown_page(form: BirthForm) -> str:
    form.birth_date.errors = [_("Nous ne trouvons pas cette date avec ce contact. Vérifiez-la.")]
    return _who_page(form, is_unknown=True)


def _who_page(form: BirthForm, *, is_unknown: bool = False) -> str:
    step = proved_step()
    return render_template(
        "identity/who.html", form=form, step=step, is_unknown=is_unknown, form_has_errors=bool(form.errors)
    )


def _choose_page(form: NameForm) -> str:
    return render_template("identity/choose.html", form=form, form_has_errors=bool(form.errors))


def _new_page(form: IdentityForm) -> str:
    step = proved_step()
    return render_template("identity/new.html", form=form, step=step, form_has_errors=bool(form.errors))
