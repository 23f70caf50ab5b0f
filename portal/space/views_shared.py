"""What the pages of the space share: whose they are, what a mandate opens, and what is said when it has ended."""

from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, render_template, request, session, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.people.models import Person
from portal.people.views_browser import subject_id
from portal.sealing import Sealer
from portal.space.queries import person_of
from portal.web.access import door_of
from portal.web.request import portal
from portal.web.text import printable, whole

Page = str | tuple[str, int] | Response

WHOM = "pour"  # the hidden field of each form: whose file it was shown for
_LONGEST = 200  # characters of a typed value shown again

# What the fields of the forms are called, to show what was typed once nothing can be saved.
_FIELDS: dict[str, LazyString] = {
    "value": _l("Mobile ou e-mail"),
    "landline": _l("Téléphone fixe"),
    "flat": _l("Appartement, étage, ou « chez »"),
    "building": _l("Bâtiment, résidence"),
    "street": _l("Numéro et rue"),
    "locality": _l("Lieu-dit, boîte postale"),
    "postcode": _l("Code postal"),
    "town": _l("Ville"),
    "given_names": _l("Prénoms"),
    "family_name": _l("Nom de famille"),
    "birth_date": _l("Date de naissance"),
}


@dataclass(frozen=True)
class Room:
    """A page of the space as the home page and the others lead to it."""

    endpoint: str
    icon: str
    title: LazyString
    line: LazyString | str = ""

    @property
    def is_open(self) -> bool:
        """Whether who is at the screen may enter: always for oneself, as the mandate says for somebody else."""
        view = current_app.view_functions.get(self.endpoint)
        if view is None or not g.acting:
            return view is not None
        return door_of(view).procedure in g.acting.procedures

    @property
    def url(self) -> str:
        """Its address."""
        return url_for(self.endpoint)


_HOME = Room("space.home", "house", _l("Mon espace"))


def me(database: Session) -> Person:
    """The person whose pages these are."""
    return person_of(database, subject_id())


def is_known() -> bool:
    """Whether the resident at the screen has proved who they are; a helper never counts as that."""
    return bool(g.person and g.person.is_known and not g.acting)


def sealer() -> Sealer:
    """What makes and checks codes."""
    return Sealer(portal().settings.secret_key)


def base_url() -> str:
    """The portal's own address, for links."""
    return portal().settings.base_url


def browser_key() -> str | None:
    """The key of the session of this browser."""
    return cast("str | None", cast("Any", session).key)


def asked_page() -> int:
    """The page asked for in the address; the first when it is no number."""
    return whole(request.args.get("page")) or 1


def page(template: str, *, form: Any = None, **values: Any) -> str:
    """A page of the space. `form`: the one it shows, whose faults its title tells."""
    shown = {"form": form, "form_has_errors": bool(form and form.errors), "whom": (WHOM, subject_id())}
    shown["home_url"] = url_for("space.home") if _HOME.is_open else "/"
    return render_template(f"space/{template}.html", acting=g.acting, **shown, **values)


def is_for_someone_else() -> bool:
    """Whether the form that is posted was shown for another person than the one it would be written for."""
    return request.form.get(WHOM, str(subject_id())) != str(subject_id())


def lapsed_page() -> Page:
    """Nothing is saved; what was typed is not lost."""
    typed = [
        (label, " ".join(printable(value)[:_LONGEST] for value in request.form.getlist(name)).strip())
        for name, label in _FIELDS.items()
    ]
    return render_template("space/mandate_over.html", typed=[pair for pair in typed if pair[1]]), 409
