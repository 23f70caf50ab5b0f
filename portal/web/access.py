"""Who may do what: one table, closed unless opened.

Each view says with `@allow` which roles open it; `decision` says what a visitor gets. Somebody who acts for a person
(`Acting`) opens that person's pages for the procedures of their mandate, and no other.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum, auto
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

View = TypeVar("View", bound=Callable[..., Any])

FRESH = timedelta(minutes=10)  # a sensitive act follows a proof of who is there by this much at most
_GRACE = timedelta(minutes=20)  # and by twice more once its form is open: nothing typed is lost

_ALLOWED = "_allowed"


class Role(StrEnum):
    """What a visitor is to the portal. `MACHINE` proves itself by a signature, in its own view."""

    EVERYONE = "everyone"
    MACHINE = "machine"
    REACHABLE = "usager"  # signed in: has proved a mobile or an e-mail
    KNOWN = "usager connu"  # signed in: has proved who they are
    COURRIER = "courrier"
    ACCUEIL = "accueil"
    PROFESSIONNEL = "professionnel"
    REFERENT = "référent"
    ENCADRANT = "encadrant"
    ADMIN = "admin"
    PARTNER_WELCOME = "partenaire 1"  # a partner's agent: welcome, book
    PARTNER_SHARED = "partenaire 2"  # and shared situations


RESIDENTS = frozenset({Role.REACHABLE, Role.KNOWN})
PARTNERS = frozenset({Role.PARTNER_WELCOME, Role.PARTNER_SHARED})
STAFF = frozenset(Role) - RESIDENTS - PARTNERS - {Role.EVERYONE, Role.MACHINE}
AGENTS = STAFF | PARTNERS


class Procedure(StrEnum):
    """What a mandate may name. The last two are excluded unless named."""

    APPOINTMENTS = "appointments"
    MESSAGES = "messages"
    PREFERENCES = "preferences"
    RIGHTS = "rights"
    CARNET = "carnet"
    DOCUMENTS = "documents"


@dataclass(frozen=True)
class SignedAgent:
    """A signed-in agent. `roles`: those held today, somewhere. `place_id`: the desk they said they sit at."""

    id: int
    given_name: str
    roles: frozenset[str]
    organisation_id: int | None
    place_id: int | None
    confirmed_at: datetime | None  # when they last proved who they are
    wants_shortcuts: bool = True  # keys that act by themselves


@dataclass(frozen=True)
class SignedPerson:
    """A signed-in resident."""

    id: int
    name: str  # "Camille Exemple"
    is_known: bool


@dataclass(frozen=True)
class Acting:
    """In force now: the signed-in agent or resident acts for somebody."""

    mandate_id: int
    person_id: int
    name: str  # of the person acted for
    procedures: frozenset[str]
    ends_at: datetime


@dataclass(frozen=True)
class Visitor:
    """Who is at the screen: nobody known, an agent, or a resident; acting for someone or not.

    `is_lapsed`: they were acting for someone, and the mandate has ended since.
    """

    agent: SignedAgent | None = None
    person: SignedPerson | None = None
    acting: Acting | None = None
    is_lapsed: bool = False

    @property
    def roles(self) -> frozenset[str]:
        """Every role this visitor has."""
        roles: frozenset[str] = frozenset({Role.EVERYONE})
        if self.agent:
            roles |= self.agent.roles
        if self.person:
            roles |= RESIDENTS if self.person.is_known else {Role.REACHABLE}
        return roles


@dataclass(frozen=True)
class Door:
    """What opens a view. `procedure`: what a mandate must name for someone who acts. `fresh`: a recent proof is asked.

    `keeps_typed`: the view itself says that a mandate has ended meanwhile, and loses nothing of what was typed.
    """

    roles: frozenset[Role] = frozenset()
    procedure: Procedure | None = None
    is_fresh: bool = False
    keeps_typed: bool = field(default=False, compare=False)


class Verdict(Enum):
    """What a visitor gets."""

    OPEN = auto()
    SIGN_IN = auto()  # a resident's page, asked by nobody known
    AGENT_SIGN_IN = auto()
    RISE = auto()  # a resident must prove more of who they are
    CONFIRM = auto()  # an agent must prove again who they are
    LAPSED = auto()  # they no longer act for whom they believe
    REFUSED = auto()


def allow(
    *roles: Role, procedure: Procedure | None = None, fresh: bool = False, keeps_typed: bool = False
) -> Callable[[View], View]:
    """Opens a view to these roles. A view without it answers 403 to everyone."""
    if not roles:
        raise ValueError("a view is opened to at least one role")

    def mark(view: View) -> View:
        setattr(view, _ALLOWED, Door(frozenset(roles), procedure, fresh, keeps_typed))
        return view

    return mark


def door_of(view: Callable[..., Any]) -> Door:
    """What opens a view; nothing when it was not opened."""
    door: Door = getattr(view, _ALLOWED, Door())
    return door


def decision(door: Door, visitor: Visitor, now: datetime, *, is_form: bool) -> Verdict:
    """What a visitor gets at a door. Pure. `is_form`: something is posted.

    A resident's page shown to someone who acts is the page of the person acted for: their own role counts for
    nothing there, their mandate for everything. Once the mandate has ended they are told so before anything else: what
    they send would else be done to themselves.
    """
    if visitor.is_lapsed and not door.keeps_typed and (is_form or not door.roles & {Role.EVERYONE}):
        return Verdict.LAPSED
    if door.roles & {Role.EVERYONE, Role.MACHINE}:
        return Verdict.OPEN
    if visitor.acting and door.roles & RESIDENTS:
        named = door.procedure is not None and door.procedure in visitor.acting.procedures
        return Verdict.OPEN if named else Verdict.REFUSED
    if visitor.roles & door.roles:
        return Verdict.CONFIRM if door.is_fresh and not _is_fresh(visitor, now, is_form=is_form) else Verdict.OPEN
    return _what_lacks(door, visitor)


def may_open(endpoint: str) -> bool:
    """Whether the agent who is signed in may open a view: for showing doors that open."""
    return g.agent is not None and bool(g.agent.roles & door_of(current_app.view_functions[endpoint]).roles)


def url_if_open(endpoint: str, **values: Any) -> str | None:
    """The address of a view, for the agent who is signed in; None where it does not open to them."""
    return url_for(endpoint, **values) if may_open(endpoint) else None


def install(app: Flask, visitor_of_browser: Callable[[], Visitor], note_refusal: Callable[[str], None]) -> None:
    """Checks every request against the door of its view before anything else runs; closed when in doubt.

    Leaves `g.agent`, `g.person` and `g.acting`. A page asked by GET leads to where its visitor can prove what is
    missing; anything else is refused (403), and the refusal of someone known is noted.
    """

    @app.before_request
    def check() -> Response | None:
        g.agent = g.person = g.acting = None
        if request.endpoint is None or request.endpoint == "static":
            return None
        door = door_of(app.view_functions[request.endpoint])
        if Role.MACHINE in door.roles:
            return None
        visitor = visitor_of_browser()
        g.agent, g.person, g.acting = visitor.agent, visitor.person, visitor.acting
        is_form = request.method not in {"GET", "HEAD"}
        verdict = decision(door, visitor, app.extensions["portal"].clock(), is_form=is_form)
        if verdict is Verdict.OPEN or (verdict is Verdict.LAPSED and request.endpoint in _WAYS_OUT):
            return None
        leads = _LEADS.get(verdict)
        if leads is not None and (not is_form or verdict in {Verdict.CONFIRM, Verdict.LAPSED}):
            return redirect(url_for(leads, suite=request.path), 303)
        if visitor.agent or visitor.person:
            note_refusal(request.endpoint)
        return abort(403)


_LEADS = {
    Verdict.SIGN_IN: "identity.sign_in",
    Verdict.AGENT_SIGN_IN: "agents.sign_in",
    Verdict.RISE: "space.level",
    Verdict.CONFIRM: "agents.confirm",
    Verdict.LAPSED: "mandates.over",
}
# Whoever no longer acts for someone can still say that they have understood, and leave.
_WAYS_OUT = frozenset({"mandates.over", "mandates.stop", "identity.leave", "identity.leave_quickly", "agents.sign_out"})


def safe_next(asked: str | None, otherwise: str) -> str:
    r"""Where to go on after signing in: a path of this portal as asked, else `otherwise`. Never another site.

    A browser reads "//other.example" and "/\other.example" as other sites, and drops tabs and line ends.
    """
    if asked is None or not asked.startswith("/") or asked[1:2] in {"/", "\\"}:
        return otherwise
    is_plain = asked.isprintable() and "\\" not in asked and len(asked) <= 500
    return asked if is_plain else otherwise


def route_table(app: Flask) -> Iterable[tuple[str, str, Door]]:
    """Each route: its rule, its methods, and its door; sorted."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        yield rule.rule, methods, door_of(app.view_functions[rule.endpoint])


def _what_lacks(door: Door, visitor: Visitor) -> Verdict:
    """What would open a door that this visitor's roles do not."""
    if door.roles & RESIDENTS and visitor.person:
        return Verdict.RISE
    if visitor.agent or not door.roles:
        return Verdict.REFUSED
    return Verdict.SIGN_IN if door.roles & RESIDENTS else Verdict.AGENT_SIGN_IN


def _is_fresh(visitor: Visitor, now: datetime, *, is_form: bool) -> bool:
    confirmed = visitor.agent.confirmed_at if visitor.agent else None
    return confirmed is not None and now - confirmed <= (_GRACE + FRESH if is_form else FRESH)
