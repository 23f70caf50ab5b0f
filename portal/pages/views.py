"""Pages that are read: home, help, places, information, and what the law asks of a public site."""

from dataclasses import dataclass

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from portal.booking.pages import search_commune
from portal.booking.views_limits import spend_search
from portal.directory import queries as directory
from portal.pages import queries
from portal.web.access import Role, allow
from portal.web.request import now, reading, transaction

bp = Blueprint("pages", __name__)


@dataclass(frozen=True)
class InfoPage:
    """An information page and its easy-to-read twin: the key in their addresses, and how lists name them."""

    key: str
    title: LazyString
    line: LazyString
    pictogram: str


INFOS = {
    page.key: page
    for page in (
        InfoPage(
            "bilan-de-4-ans",
            _l("Le bilan de santé à 4 ans"),
            _l("À l'école maternelle, avec vous, sans rendez-vous à prendre."),
            "school",
        ),
        InfoPage(
            "garantie-papier",
            _l("Tout recevoir par courrier"),
            _l("Chaque message peut vous arriver en lettre."),
            "mail",
        ),
    )
}


@bp.before_app_request
def find_help_line() -> None:
    """Reads the number that every page shows, before any view holds a connection of its own."""
    if request.endpoint in {"static", "healthz"}:
        return
    with reading() as session:
        g.help_line = queries.help_line(session)


@bp.app_template_global("help_line")
def help_line() -> queries.HelpLine | None:
    """What `find_help_line` read; None when the database could not answer."""
    found: queries.HelpLine | None = g.get("help_line")
    return found


@bp.get("/")
@allow(Role.EVERYONE)
def home() -> str:
    """The four doors."""
    return render_template("pages/home.html")


@bp.get("/aide")
@allow(Role.EVERYONE)
def help_page() -> str:
    """Phone, places, paper, and the numbers for an emergency."""
    with transaction() as session:
        helplines = directory.helplines(session)
    return render_template("pages/help.html", helplines=helplines)


@bp.get("/lieux")
@allow(Role.EVERYONE)
def places() -> str:
    """All places by territory, or the nearest first from a commune."""
    spend_search()
    with transaction() as session:
        search = search_commune(session, request.args.get("commune", ""), request.args.get("insee", ""))
        groups = queries.groups(session, now(), search)
    return render_template(
        "pages/places.html",
        search=search,
        groups=groups,
        url_of_commune=lambda commune: url_for("pages.places", insee=commune.insee),
        form_has_errors=search.is_refused,
    )


@bp.get("/lieux/<key>")
@allow(Role.EVERYONE)
def place(key: str) -> str:
    """One place: address, phone, access, hours, and what can be booked there."""
    with transaction() as session:
        sheet = queries.place_sheet(session, now(), key)
    if sheet is None:
        abort(404)
    return render_template("pages/place.html", sheet=sheet)


@bp.get("/infos")
@allow(Role.EVERYONE)
def infos() -> str:
    """The list of information pages."""
    return render_template("pages/infos.html", pages=INFOS.values())


@bp.get("/infos/<key>")
@allow(Role.EVERYONE)
def info(key: str) -> str:
    """One information page."""
    page = _info_or_404(key)
    return render_template(f"pages/infos/{page.key}.html", page=page)


@bp.get("/infos/<key>/facile")
@allow(Role.EVERYONE)
def easy_info(key: str) -> str:
    """Its easy-to-read twin."""
    page = _info_or_404(key)
    return render_template(f"pages/infos/{page.key}_facile.html", page=page)


def _info_or_404(key: str) -> InfoPage:
    if key not in INFOS:
        abort(404)
    return INFOS[key]


@bp.get("/accessibilite")
@allow(Role.EVERYONE)
def accessibility() -> str:
    """What is done and what was never audited."""
    return render_template("pages/accessibility.html")


@bp.get("/donnees-personnelles")
@allow(Role.EVERYONE)
def personal_data() -> str:
    """What is kept, why, and one's rights."""
    return render_template("pages/personal_data.html")


@bp.get("/mentions-legales")
@allow(Role.EVERYONE)
def legal() -> str:
    """Who publishes the site."""
    return render_template("pages/legal.html")


@bp.get("/plan-du-site")
@allow(Role.EVERYONE)
def site_map() -> str:
    """Every public page."""
    return render_template("pages/site_map.html", pages=INFOS.values())


# It adds its pages to `bp`, and its list of pages names those of this module.
from portal.pages import views_by_post, views_posted  # noqa: E402, F401
