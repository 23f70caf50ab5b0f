"""Notices where people read them: the demonstration's page of messages, and the agents' list of people to tell."""

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.app import create_app
from portal.notifications.dispatch import send_due
from portal.notifications.models import Route
from portal.notifications.notices import send_to, tell_person
from tests.checked_pages import CheckedClient
from tests.entering import enter
from tests.notifications.notices_of import KEY, notice_context


@pytest.fixture
def demo(settings, database, world, clock, gateways):
    world.place()
    app = create_app(replace(settings, demo=True), clock=clock, database=database, gateways=gateways)
    app.test_client_class = CheckedClient
    client = app.test_client()
    client.environ_base["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def code_sent(database, gateways, clock):
    def sent(to, route):
        with database.transaction() as session:
            send_to(
                session,
                clock(),
                kind="sign_in_code",
                route=route,
                to=to,
                context=notice_context(of={"is_demo": True}, challenge=str(KEY), minutes=10),
                expires_at=clock() + timedelta(minutes=10),
                subject="challenge",
                subject_id=1,
            )
        send_due(database, gateways, clock)

    return sent


@pytest.mark.parametrize(
    ("to", "route", "shown"),
    [("+33639980999", Route.SMS, "06 39 98 09 99"), ("lou@exemple.fr", Route.EMAIL, "lou@exemple.fr")],
)
def test_a_code_to_somebody_without_a_file_is_shown_with_where_it_went(demo, code_sent, gateways, to, route, shown):
    code_sent(to, route)
    page = demo.get("/demo/messages").page

    assert f"Pour {shown}." in page.text().replace("\u00a0", " ")
    assert "Code pour se connecter" in page.text()
    assert gateways.sealer.digits(KEY) in page.text()
    assert not [words for words in page.links() if words.startswith("Ouvrir le rendez-vous")]


def test_what_is_told_to_a_person_is_named_by_its_kind(demo, database, world, gateways, clock):
    person = world.person()
    with database.transaction() as session:
        tell_person(
            session,
            clock(),
            kind="preferences_changed",
            person=person,
            context=notice_context(person, changes=["paper"]),
            subject="person",
            subject_id=person.id,
        )
    send_due(database, gateways, clock)

    assert "SMS : Fiche modifiée" in demo.get("/demo/messages").page.text()


def test_someone_that_nothing_reaches_is_told_at_their_next_visit(client, database, world, gateways, clock):
    world.departement()
    person = world.person(mobile=None, email=None)
    with database.transaction() as session:
        tell_person(
            session,
            clock(),
            kind="space_closed",
            person=person,
            context=notice_context(person),
            subject="person",
            subject_id=person.id,
        )
    send_due(database, gateways, clock)
    enter(client, world.agent("accueil"))
    text = client.get("/agents/appels").page.text()

    assert person.family_name in text
    assert "À dire en personne, à la prochaine visite." in text
    assert "Votre espace sur internet est fermé" in text
