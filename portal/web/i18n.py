"""Languages. French is written in the source; the others are catalogues. A visitor's choice is a cookie."""

from urllib.parse import quote, urlencode

from flask import Flask, redirect, request
from flask_babel import Babel, get_locale
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

LANGUAGES = {"fr": "Français", "en": "English"}
COOKIE = "langue"


def install(app: Flask) -> None:
    """Chooses the language of each request, and answers the language switch (`?langue=en` on any page)."""
    Babel(app, default_locale="fr", default_timezone="Europe/Paris", locale_selector=_chosen)
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, switch_language_url=_switch_url)

    @app.before_request
    def switch() -> Response | None:
        wanted = request.args.get("langue")
        if wanted is None or request.method != "GET":
            return None
        kept = request.args.copy()
        kept.poplist("langue")
        response = redirect(_here(kept))
        if wanted in LANGUAGES:
            response.set_cookie(COOKIE, wanted, max_age=365 * 24 * 3600, samesite="Lax", httponly=True)
        return response


def language() -> str:
    """The language of this page: "fr" or "en"; French outside a request."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LANGUAGES else "fr"


def _chosen() -> str:
    asked = request.cookies.get(COOKIE)
    return asked if asked in LANGUAGES else "fr"


def _switch_url(wanted: str) -> str:
    kept = request.args.copy()
    kept.setlist("langue", [wanted])
    return _here(kept)


def _here(arguments: MultiDict[str, str]) -> str:
    # A path of this site only: "//other.example" would lead elsewhere. Quoted: it may hold what no page may.
    path = "/" + quote(request.path.lstrip("/"))
    return f"{path}?{urlencode(list(arguments.items(multi=True)))}" if arguments else path
