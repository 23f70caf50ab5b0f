"""Who may do what: one table, closed unless opened."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])

_ALLOWED = "_allowed_roles"


class Role(StrEnum):
    """What a visitor is to the portal. `MACHINE` proves itself by a signature, in its own view."""

    EVERYONE = "everyone"
    MACHINE = "machine"
    COURRIER = "courrier"
    ACCUEIL = "accueil"
    PROFESSIONNEL = "professionnel"
    REFERENT = "référent"
    ENCADRANT = "encadrant"
    ADMIN = "admin"


AGENTS = frozenset(Role) - {Role.EVERYONE, Role.MACHINE}


class Agent(Protocol):
    """What this layer needs of a signed-in agent."""

    @property
    def id(self) -> int:
        """The agent's number, for the journal."""

    @property
    def role(self) -> str:
        """One of `Role`'s values."""


def allow(*roles: Role) -> Callable[[View], View]:
    """Opens a view to these roles. A view without it answers 403 to everyone."""
    if not roles:
        raise ValueError("a view is opened to at least one role")

    def mark(view: View) -> View:
        setattr(view, _ALLOWED, frozenset(roles))
        return view

    return mark


def allowed_roles(view: Callable[..., Any]) -> frozenset[Role]:
    """The roles a view is open to; none when it was not opened."""
    return frozenset(getattr(view, _ALLOWED, frozenset()))


def may_open(endpoint: str) -> bool:
    """Whether the agent who is signed in may open a view: for showing doors that open."""
    return g.agent is not None and g.agent.role in allowed_roles(current_app.view_functions[endpoint])


def install(app: Flask, signed_in_agent: Callable[[], Agent | None]) -> None:
    """Checks every request against the roles of its view before anything else runs.

    An agent's page asked by someone who is not signed in leads to the sign-in page; asked by an agent of another
    role, it is refused (403).
    """

    @app.before_request
    def check() -> Response | None:
        g.agent = None
        if request.endpoint is None or request.endpoint == "static":
            return None
        roles = allowed_roles(app.view_functions[request.endpoint])
        if roles & {Role.EVERYONE, Role.MACHINE}:
            return None
        g.agent = signed_in_agent()
        if g.agent is not None and g.agent.role in roles:
            return None
        if g.agent is None and roles and request.method == "GET":
            return redirect(url_for("agents.sign_in", suite=request.path))
        return abort(403)


def route_table(app: Flask) -> Iterable[tuple[str, str, frozenset[Role]]]:
    """Each route: its rule, its methods, and the roles it is open to; sorted."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        yield rule.rule, methods, allowed_roles(app.view_functions[rule.endpoint])
