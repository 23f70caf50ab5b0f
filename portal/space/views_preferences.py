"""How a person is told: the ways, the choices, the language; and their landline."""

from flask import g, redirect, request, url_for
from flask_babel import lazy_gettext as _l

from portal.people.views_browser import actor, subject_id
from portal.refusal import Refused
from portal.space.forms import OWN_LETTERS, ChoicesForm, LandlineForm
from portal.space.services import save_preferences
from portal.space.views import bp
from portal.space.views_shared import Page, base_url, me, page
from portal.web.access import Procedure, Role, allow
from portal.web.request import now, transaction

LETTERS_REFUSED = "discret"  # pressed by somebody who acts for a person whose messages are discreet
_DONE = {
    "choix": _l("Vos choix sont enregistrés."),
    "rien": _l("Vos choix sont les mêmes qu'avant."),
    "mobile": _l("Votre mobile est confirmé."),
    "email": _l("Votre adresse e-mail est confirmée."),
    "sans-mobile": _l("Ce numéro n'est plus dans votre dossier."),
    "sans-email": _l("Cette adresse e-mail n'est plus dans votre dossier."),
    "fixe": _l("Votre téléphone fixe est enregistré."),
    "adresse": _l("Votre adresse est enregistrée."),
    "lieu": _l("Vos lettres vous attendront dans ce lieu."),
    LETTERS_REFUSED: OWN_LETTERS,
    "papier": _l("Vous recevez maintenant tout par courrier. Une lettre vous le dit."),
}


@bp.route("/preferences", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def preferences() -> Page:
    """The ways that are known, each with a door to change it, and the choices."""
    with transaction() as database:
        person = me(database)
    form = ChoicesForm(
        has_address=any(person.address), is_paper=person.wants_paper, is_own=g.acting is None, obj=person
    )
    if form.validate_on_submit() and (done := _saved(form)):
        return redirect(url_for("space.preferences", fait=done), 303)
    done = request.args.get("fait", "") if request.method == "GET" else ""
    values = {"person": person, "done": done, "said": _DONE, "refused": form.is_their_own or done == LETTERS_REFUSED}
    return page("preferences", form=form, **values), 422 if form.errors else 200


def _saved(form: ChoicesForm) -> str:
    """What was done (a key of `_DONE`); nothing when it is refused, which is said beside its choice."""
    try:
        with transaction() as database:
            changed = save_preferences(
                database, now(), person_id=subject_id(), by=actor(), base_url=base_url(), **form.wanted
            )
    except Refused as refusal:
        if not form.refuse(refusal.reason):
            raise
        return ""
    return "choix" if changed else "rien"


@bp.route("/preferences/telephone-fixe", methods=["GET", "POST"])
@allow(Role.REACHABLE, procedure=Procedure.PREFERENCES)
def landline() -> Page:
    """The telephone where an agent may call; an empty field takes it out."""
    with transaction() as database:
        person = me(database)
    form = LandlineForm(obj=person)
    if form.validate_on_submit():
        number = form.landline.phone.e164 if form.landline.phone else None
        with transaction() as database:
            save_preferences(database, now(), person_id=subject_id(), by=actor(), base_url=base_url(), landline=number)
        return redirect(url_for("space.preferences", fait="fixe"), 303)
    return page("landline", form=form), 422 if form.errors else 200
