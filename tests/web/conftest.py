"""Doors of these tests alone: they sign in without a proof, and say what the session holds."""

from collections.abc import Callable

import pytest
from flask import Flask, Response, jsonify, request, session
from flask.testing import FlaskClient

from portal.people.models import Level
from portal.people.views_browser import confirm_agent, enter_as_agent, enter_as_person, leave
from portal.web.access import Role, allow
from portal.web.throttle import Limit, give_back, spend, visitor_address


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Each of these tests may give the application doors, and break what it leans on."""
    return own_app


@pytest.fixture
def limits() -> dict[str, Limit]:
    """The limits that /essai/compter/<name> spends: a test puts its own here."""
    return {}


@pytest.fixture
def doors(app: Flask, limits: dict[str, Limit]) -> Flask:
    """The application, with doors of its own."""

    def agent(agent_id: int, minutes: int) -> None:
        enter_as_agent(agent_id, idle_minutes=minutes)

    def counted(name: str) -> None:
        who = request.args.get("qui") or visitor_address()
        spend(limits[name], who)
        if "juste" in request.args:
            give_back(limits[name], who)

    for rule, does in {
        "entrer/<int:person_id>": lambda person_id: enter_as_person(person_id, Level.KNOWN, "demo"),
        "agent/<int:agent_id>/<int:minutes>": agent,
        "garder/<word>": lambda word: session.update(kept=word),
        "quitter": leave,
        "confirmer": confirm_agent,
        "compter/<name>": counted,
    }.items():
        app.add_url_rule(f"/essai/{rule}", rule, allow(Role.EVERYONE)(_done(does)))
    app.add_url_rule("/essai/session", "held", allow(Role.EVERYONE)(lambda: jsonify(dict(session))))
    for name, role in {"usager": Role.REACHABLE, "agents": Role.ACCUEIL}.items():
        app.add_url_rule(f"/essai/{name}", name, allow(role)(_done(lambda: None)))
    return app


def _done(does: Callable[..., None]) -> Callable[..., Response]:
    def view(**given: object) -> Response:
        does(**given)
        return Response("done", mimetype="text/plain")

    return view


@pytest.fixture
def browser(doors: Flask) -> Callable[..., FlaskClient]:
    """Makes a browser of its own each time, on a device of that name."""

    def made(device: str = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0") -> FlaskClient:
        client = FlaskClient(doors)
        client.environ_base |= {"wsgi.url_scheme": "https", "HTTP_USER_AGENT": device, "REMOTE_ADDR": "192.0.2.7"}
        return client

    return made
