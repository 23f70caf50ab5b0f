"""Headers of every answer, and the limit on what may be sent."""

from flask import Flask, abort, g, request
from werkzeug.wrappers import Response

from portal.web.text import printable

LARGEST_BODY = 1024 * 1024  # bytes: no form of the portal needs more (files have their own limit, in their own feature)

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def revisitable_page() -> None:
    """Says that Back must show this answer to a form again as it was, so that nothing typed is lost.

    The browser alone may keep it, for as long as its window is open; it could send the same form again anyway.
    """
    g.is_personal = False


def personal_page() -> None:
    """Says that the answer shows someone's data: no browser may keep it, nor show it again with Back.

    Answers to a form, and pages of whoever is signed in, are treated so unless they say otherwise. Other pages may be
    kept by the browser alone, so that Back returns to a form with what was typed in it.
    """
    g.is_personal = True


def _is_personal() -> bool:
    is_signed_in = g.get("agent") is not None or g.get("person") is not None
    return bool(g.get("is_personal", request.method != "GET" or is_signed_in))


def _refuse() -> None:
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)
    if printable(request.path) != request.path:
        abort(404)  # a NUL, which the database refuses, and the like: no address of ours holds one
    if "Transfer-Encoding" in request.headers:
        abort(411)  # in pieces, a body has no length: the limit would cut it without a word


def install(app: Flask) -> None:
    """Sets the headers, and refuses what another site posts (`Sec-Fetch-Site`) and what no browser sends."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY

    app.before_request(_refuse)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "no-referrer"  # a code in an address must not leave with a link
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        if app.config["SESSION_COOKIE_SECURE"]:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint == "static":
            if "v" in request.args:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store" if _is_personal() else "private, no-cache"
        return response
