"""What the directory answers, on the real data of the Pas-de-Calais and on the demonstration's."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from portal.booking.agendas import Scope
from portal.booking.availability import next_free
from portal.booking.models import Invitation
from portal.demo.seed import INVENTED, REAL, seed
from portal.directory.models import BookedBy, Commune, Mds, Mode, Motif, Place, Territory
from portal.directory.queries import (
    commune_index,
    departement,
    distance_km,
    helplines,
    mds_of,
    motif,
    nearest_site,
    place,
    places,
    territory_of,
    themes,
)
from portal.loading import load
from portal.people.models import Agent, Person, Referent
from portal.people.models_access import Assignment
from portal.web.access import AGENTS

TODAY = date(2026, 11, 23)
REASONABLE_KM = 30  # as the crow flies, from any commune to a place that offers a motif


@pytest.fixture
def real(session):
    return load(session, [REAL], TODAY)


@pytest.fixture
def demo(database, clock):
    return seed(database, clock.now)


def count(session, model):
    return session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.usefixtures("real")
def test_the_real_data_loads_whole_and_twice_the_same(session):
    assert count(session, Commune) == 887
    assert count(session, Place) == 89
    assert count(session, Territory) == count(session, Mds) == 9
    assert load(session, [REAL], TODAY + timedelta(days=10)).changes == 0


def test_the_real_data_holds_no_invented_phone_and_says_so(session, real):
    assert departement(session).phone is None
    assert not departement(session).is_demo
    assert len([note for note in real.notes if "has no street and no phone" in note]) == 25


@pytest.mark.usefixtures("real")
def test_every_real_place_answers_to_an_mds_and_every_commune_to_a_territory(session):
    assert {mds_of(session, site.id, TODAY) is not None for site in places(session, TODAY)} == {True}
    assert territory_of(session, "62119", TODAY).key == "artois"
    site = place(session, "fs-guines", TODAY)
    assert mds_of(session, site.id, TODAY).key == "mds-calaisis"


@pytest.mark.usefixtures("real")
def test_the_emergency_numbers_say_what_they_are_for_and_where_that_is_said(session):
    lines = helplines(session)
    assert [line.number for line in lines] == ["115", "119", "3919", "3114", "15", "17", "18", "114"]
    assert all(line.source and line.purpose for line in lines)
    assert [line.number for line in lines if line.by_text] == ["114"]


@pytest.mark.usefixtures("real")
def test_residents_see_the_seven_themes_with_motifs_that_are_open_or_explained(session):
    shown = themes(session, TODAY)
    assert [one.theme.key for one in shown] == [
        "enfant", "argent-droits", "sante", "logement", "age-handicap", "emploi", "proche",
    ]  # fmt: skip
    motifs = [one for theme in shown for one in theme.motifs]
    assert {one.booked_by for one in motifs} == {BookedBy.EVERYONE, BookedBy.NOBODY}
    assert [one.key for one in motifs if one.booked_by is BookedBy.NOBODY] == ["bilan-4-ans"]


@pytest.mark.usefixtures("real")
def test_agents_see_the_motifs_kept_for_them_when_they_ask(session):
    shown = themes(session, TODAY, booked_by=list(BookedBy))
    keys = {one.key for theme in shown for one in theme.motifs}
    assert {"visite-avant-audience", "rsa-premier", "suivi-referent"} <= keys
    assert motif(session, "suivi-referent", TODAY).with_referent


@pytest.mark.usefixtures("real")
def test_only_the_discreet_motif_is_discreet(session):
    assert session.scalars(select(Motif.key).where(Motif.discreet)).all() == ["entretien-confidentiel"]


@pytest.mark.usefixtures("demo")
def test_the_index_is_made_once_and_again_after_a_commune_changed(database):
    with database.transaction() as session:
        index = commune_index(session)
        assert commune_index(session) is index
        session.get(Commune, "62041").name = "Arras-la-Neuve"
    with database.transaction() as session:
        assert commune_index(session).get("62041").name == "Arras-la-Neuve"


@pytest.mark.usefixtures("demo")
def test_the_index_leaves_out_a_commune_that_is_gone(database):
    with database.transaction() as session:
        assert commune_index(session).find("Arras")
        session.get(Commune, "62041").gone_on = TODAY
    with database.transaction() as session:
        assert commune_index(session).find("Arras") == []


@pytest.mark.usefixtures("demo")
def test_the_nearest_site_is_one_that_receives_the_same_day(session):
    bethune = commune_index(session).find("Béthune")[0]
    site = nearest_site(session, TODAY, bethune.lat, bethune.lon)
    assert site.key == "mds-bethune"
    assert site.urgent_hours


def test_no_site_is_nearest_when_none_is_open(session):
    assert nearest_site(session, TODAY, 50.0, 2.0) is None


@pytest.mark.usefixtures("demo")
def test_the_places_come_in_one_query(session):
    statements = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = places(session, TODAY)
    assert (len(found), len(statements)) == (89, 1)
    assert {one.kind for one in places(session, TODAY, kinds=["mds_site"])} == {"mds_site"}
    assert [one.id for one in places(session, TODAY, ids=[found[3].id])] == [found[3].id]


@pytest.mark.usefixtures("demo")
def test_the_demonstration_can_be_seeded_again_without_a_change(database, session, clock):
    people = count(session, Person), count(session, Invitation), count(session, Referent)
    again = seed(database, clock.now + timedelta(days=3))
    assert again.changes == 0
    assert people == (count(session, Person), count(session, Invitation), count(session, Referent)) == (6, 2, 1)


@pytest.mark.usefixtures("demo")
def test_an_invitation_of_the_demonstration_that_has_ended_runs_again(database, session, clock):
    later = clock.now + timedelta(days=100)
    seed(database, later)
    assert all(one.last_day > later.date() for one in session.scalars(select(Invitation)))


@pytest.mark.usefixtures("demo")
def test_invented_addresses_are_marked_and_invented_numbers_cannot_ring(session):
    marked = [one for one in places(session, TODAY) if one.is_demo_address]
    assert len(marked) == 25
    assert all(re.fullmatch(r"03 53 01 \d\d \d\d", one.phone) for one in marked)
    assert {one.step_free for one in marked} == {True, False, None}
    assert departement(session).phone == "03 53 01 00 62"
    for person in session.scalars(select(Person)):
        assert re.fullmatch(r"\+3363998\d{4}", person.mobile or "+33639980000")
        assert re.fullmatch(r"\+3335301\d{4}", person.landline or "+33353010000")


@pytest.mark.usefixtures("demo")
def test_each_role_can_be_tried_in_the_demonstration(session):
    roles = session.scalars(select(Assignment.role).join(Agent).where(Agent.email.is_not(None))).all()
    assert set(roles) == set(AGENTS)


def test_the_demonstration_asks_no_agent_to_be_at_two_places_at_once(demo):
    assert not [note for note in demo.notes if "two places" in note]


@pytest.mark.usefixtures("demo")
def test_every_commune_finds_a_slot_of_each_public_motif_within_reach(session, clock):
    sites = {site.id: site for site in places(session, TODAY)}
    communes = commune_index(session).by_insee.values()
    for one in (one for theme in themes(session, TODAY) for one in theme.motifs):
        if one.booked_by is not BookedBy.EVERYONE:
            continue
        free = [sites[place_id] for place_id in next_free(session, clock.now, Scope(one))]
        assert free, one.key
        if one.mode is Mode.PLACE:
            nearest = {commune.name: min(distance_km(commune, site) for site in free) for commune in communes}
            assert {name: km for name, km in nearest.items() if km > REASONABLE_KM} == {}, one.key


def test_the_overlay_alone_is_no_departement(session):
    with pytest.raises(Exception, match=r"communes.csv: is missing"):
        load(session, [INVENTED], TODAY)
