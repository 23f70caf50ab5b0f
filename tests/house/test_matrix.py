"""Each kind of visitor × each route: open, led to sign in, refused or unknown, as the table of permissions says.

Built from the map of routes: a new route with something in its address and no row in `OBJECTS` fails here.
"""

import re
from dataclasses import dataclass, field

import pytest
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from portal.people.models import Level
from portal.web.access import AGENTS, RESIDENTS, Role, route_table
from tests.entering import act, enter_person
from tests.entering import enter as enter_agent
from tests.house.objects import OBJECTS, Scene, build

# What does not exist here: the demonstration, identity providers without settings, an invitation nobody sent.
OFF = re.compile(r"/demo|/(agents/)?connexion/(franceconnect|proconnect)|/agents/invitation")
LEAVES = {"/quitter", "/quitter-vite", "/agents/deconnexion"}
STARTS = {"GET": "get", "POST": "post"}


@dataclass(frozen=True)
class Kind:
    """A kind of visitor: the roles that the table knows them by, and the procedures of the mandate they act under."""

    name: str
    roles: frozenset = field(default_factory=frozenset)
    acting: frozenset | None = None


NOBODY = Kind("nobody")
KINDS = [
    NOBODY,
    Kind("reachable", frozenset({Role.REACHABLE})),
    Kind("known", RESIDENTS),
    *(Kind(f"agent {role.value}", frozenset({role})) for role in sorted(AGENTS)),
    Kind("agent acting", frozenset({Role.ACCUEIL}), frozenset({"appointments"})),
    Kind("resident acting", RESIDENTS, frozenset({"appointments"})),
]


def expected(kind, door, method):
    """What the table says, worked out here without the code that decides."""
    is_of_residents = bool(door.roles & RESIDENTS)
    if Role.MACHINE in door.roles:
        said = "machine"
    elif Role.EVERYONE in door.roles:
        said = "open"
    elif kind.acting is not None and is_of_residents:
        said = "open" if door.procedure in kind.acting else "refused"
    elif kind.roles & door.roles:
        said = "open"
    elif method == "POST":
        said = "refused"
    elif is_of_residents:
        said = "rise" if kind.roles & RESIDENTS else ("refused" if kind.roles else "sign in")
    else:
        said = "refused" if kind.roles & AGENTS else "agent sign in"
    return said


def met(response):
    """What really happened."""
    if response.status_code == 403:
        return "refused"
    leads = response.headers.get("Location", "") if response.status_code in {302, 303} else ""
    starts = {
        "/agents/connexion?suite=": "agent sign in",
        "/connexion?suite=": "sign in",
        "/mon-espace/niveau?suite=": "rise",
        "/agents/confirmer?suite=": "confirm",
    }
    return next((name for start, name in starts.items() if leads.startswith(start)), "open")


def browser(app, scene: Scene, kind: Kind):
    """A browser where a kind of visitor is signed in."""
    app.test_client_class = FlaskClient  # what pages look like is looked at elsewhere
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    if kind.roles & AGENTS:
        enter_agent(client, scene.agents[next(iter(kind.roles))])
    elif kind.roles:
        enter_person(client, scene.own, level=Level.KNOWN if Role.KNOWN in kind.roles else Level.REACHABLE)
    if kind.acting is not None:
        act(client, scene.mandate_of_agent if kind.roles & AGENTS else scene.mandate_of_person)
    return client


def token_of(app, client):
    """The token that the forms of this browser bear."""
    kept = "0" * 40
    with client.session_transaction(base_url="https://localhost") as session:
        session["csrf_token"] = kept
    return URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(kept)


@pytest.fixture
def scene(world, database):
    return build(world, database)


def routes(app):
    """Each (rule, method, door), the static files apart."""
    return [
        (rule, method, door)
        for rule, methods, door in route_table(app)
        if not rule.startswith("/static")
        for method in methods.split(", ")
    ]


def test_every_route_with_something_in_its_address_has_a_row(app):
    wanted = {rule for rule, _method, _door in routes(app) if "<" in rule}
    assert wanted == set(OBJECTS)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_a_visitor_opens_what_the_table_says_and_nothing_of_someone_else(app, scene, kind):
    wrong = [*doors_at_fault(app, scene, kind), *what_is_seen_of_others(app, scene, kind)]
    assert not wrong, "\n".join(wrong)


def doors_at_fault(app, scene, kind):
    """The doors that open, or stay shut, otherwise than the table says."""
    wrong = []
    client = browser(app, scene, kind)
    for rule, method, door in routes(app):
        if Role.EVERYONE in door.roles and kind is not NOBODY:
            continue  # nothing is decided there
        address = OBJECTS[rule](scene, kind.name)[0] if "<" in rule else rule
        response = getattr(client, STARTS[method])(address)
        client = browser(app, scene, kind) if rule in LEAVES else client
        said = met(response)
        told = expected(kind, door, method)
        if told == "machine":
            told, said = "refused", "refused" if response.status_code in {403, 404} else f"{response.status_code}"
        is_missing = told == "open" and response.status_code == 404 and not OFF.match(rule)
        if said != told or is_missing or response.status_code >= 500:
            wrong.append(f"{method} {address}: {said} ({response.status_code}), the table says {told}")
    return wrong


def what_is_seen_of_others(app, scene, kind):
    """The addresses of something of someone else that are anything but a page that does not exist."""
    wrong = []
    client = browser(app, scene, kind)
    token = token_of(app, client)  # what is posted goes as far as it can
    for rule, method, door in routes(app):
        if "<" not in rule or expected(kind, door, method) != "open":
            continue
        _own, other = OBJECTS[rule](scene, kind.name)
        if other is None:
            continue
        response = getattr(client, STARTS[method])(
            other, **({"data": {"csrf_token": token}} if method == "POST" else {})
        )
        if response.status_code != 404:
            wrong.append(f"{method} {other}: {response.status_code}")
    return wrong


def test_a_sensitive_page_asks_every_agent_for_a_recent_proof(app, scene):
    asked = {role: set() for role in AGENTS}
    for role in sorted(AGENTS):
        client = browser(app, scene, NOBODY)
        enter_agent(client, scene.agents[role], is_fresh=False)
        for rule, method, door in routes(app):
            if door.is_fresh and role in door.roles:
                address = OBJECTS[rule](scene, f"agent {role.value}")[0] if "<" in rule else rule
                asked[role].add(met(getattr(client, STARTS[method])(address)))
    assert asked == {role: {"confirm"} for role in AGENTS}
