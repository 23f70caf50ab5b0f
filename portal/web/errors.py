"""Error pages that cannot fail: no database, no session, and a plain page when even the template is broken."""

import logging
from math import ceil
from traceback import format_tb

from flask import Flask, request
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response

log = logging.getLogger("portal")

PAGES = frozenset({400, 403, 404, 405, 410, 413, 429, 500, 503})

_LAST_RESORT = """<!doctype html><html lang="fr"><head><meta charset="utf-8">
<title>Erreur – La Bonne Porte</title></head>
<body><main><h1>Le service ne répond pas</h1><p>Essayez de nouveau dans quelques minutes.</p>
<p><a href="/">Retour à l'accueil</a></p></main></body></html>"""


def install(app: Flask) -> None:
    """Answers every error with a page in plain words; a database that does not answer is a 503, not a 500."""

    @app.errorhandler(HTTPException)
    def known(error: HTTPException) -> Response:
        if isinstance(error, InternalServerError):
            cause = error.original_exception
            return unexpected(cause if isinstance(cause, Exception) else error)
        if error.response is not None or (error.code or 500) < 400:
            return error.get_response()
        return _page(app, error.code or 500, error)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        if _database_is_away(error):
            log.warning("database away endpoint=%s error=%s", request.endpoint, type(error).__name__)
            response = _page(app, 503)
            response.headers["Retry-After"] = "30"
            return response
        log.error("unexpected error endpoint=%s %s", request.endpoint, _stack(error))
        return _page(app, 500)


def _page(app: Flask, status: int, error: HTTPException | None = None) -> Response:
    name = status if status in PAGES else (400 if status < 500 else 500)
    try:
        html = app.jinja_env.get_template(f"errors/{name}.html").render(path=request.path, minutes=_minutes(error))
    except Exception as failure:  # noqa: BLE001 - whatever happens, the person gets a page
        log.error("error page %s failed %s", name, _stack(failure))  # noqa: TRY400 - idem
        html = _LAST_RESORT
    response = Response(html, status=status, mimetype="text/html")
    for header, value in error.get_headers() if error else ():
        if header in {"Allow", "Retry-After"}:
            response.headers[header] = value
    return response


def _minutes(error: HTTPException | None) -> int | None:
    """How long to wait, in minutes, where that is known."""
    seconds = getattr(error, "retry_after", None)
    return max(1, ceil(seconds / 60)) if isinstance(seconds, int) else None


def _database_is_away(error: BaseException) -> bool:
    if isinstance(error, PoolTimeout | OperationalError):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, SQLAlchemyError) and isinstance(error.__cause__, OperationalError)


def _stack(error: BaseException) -> str:
    # The stack alone: an error's own text may quote what someone typed.
    return f"{type(error).__name__}\n{''.join(format_tb(error.__traceback__))}"
