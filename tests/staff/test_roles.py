"""Roles given and ended with their dates; none is overwritten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from portal.directory.models import Mds
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models_access import Assignment
from portal.refusal import Refused
from portal.staff.rules import RoleFault
from portal.staff.services_roles import NewRole, end_role, give_role
from tests.entering import enter
from tests.staff.agents import post, signer

TODAY = date(2026, 11, 23)
BY = Actor.agent(2_000_000)  # another admin


@pytest.fixture
def give(database, clock):
    def give(agent, role="courrier", first=TODAY, **given):
        with database.transaction() as session:
            return give_role(session, clock.now, agent_id=agent.id, new=NewRole(role, first, **given), by=BY)

    return give


def test_an_admin_gives_themselves_no_role(world, database, clock):
    admin = world.agent("admin")
    with database.transaction() as session, pytest.raises(Refused) as refused:
        give_role(session, clock.now, agent_id=admin.id, new=NewRole("référent", TODAY), by=Actor.agent(admin.id))
    assert refused.value.reason is RoleFault.ONESELF


@pytest.fixture
def end(database, clock):
    def end(agent, assignment, last=None):
        with database.transaction() as session:
            end_role(session, clock.now, agent_id=agent.id, assignment_id=assignment.id, last=last, by=BY)

    return end


@pytest.fixture
def dates(database):
    def dates(agent, role="courrier"):
        with database.transaction() as session:
            rows = session.scalars(
                select(Assignment)
                .where(Assignment.agent_id == agent.id, Assignment.role == role)
                .order_by(Assignment.id)
            )
            return [(one.valid.lower, one.valid.upper) for one in rows]

    return dates


def test_a_role_is_given_to_its_last_day_included_and_noted_with_ids_alone(world, give, dates, database):
    agent, place = world.agent("accueil"), world.place()
    given = give(agent, last=date(2026, 12, 31), place_id=place.id, families=("social", "sports"))
    assert dates(agent) == [(TODAY, date(2027, 1, 1))]
    assert given.families == ["social"]
    with database.transaction() as session:
        line = session.scalars(select(JournalLine)).one()
    assert (line.verb, line.object_id) == ("agent.role_given", agent.id)
    assert line.details == {"assignment_id": given.id, "at_place_id": place.id}


def test_the_right_to_overbook_is_ticked_and_shown(client, world, database):
    enter(client, world.agent("admin"))
    agent = world.agent("courrier")
    asked = {"role": "accueil", "where": "partout", "first": ["23", "11", "2026"], "last": ["", "", ""]}
    address = f"/agents/reglages/comptes/{agent.id}/role"
    refused = post(client, address, **asked | {"role": "courrier", "may_overbook": "y"})
    assert "Décochez le droit d'en ajouter." in refused.page.text()
    page = client.follow(post(client, address, **asked, may_overbook="y")).page
    assert "Peut ajouter un rendez-vous sans créneau" in page.text()
    with database.transaction() as session:
        held = session.execute(
            select(Assignment.role, Assignment.may_overbook)
            .where(Assignment.agent_id == agent.id)
            .order_by(Assignment.id)
        )
        assert held.all() == [("courrier", False), ("accueil", True)]


def test_the_same_role_may_hold_elsewhere_or_on_other_days_and_not_twice(world, give, dates):
    agent, place = world.agent("accueil"), world.place()
    give(agent, last=date(2026, 12, 31))
    give(agent, place_id=place.id)
    give(agent, first=date(2027, 1, 1))
    assert len(dates(agent)) == 3
    for first in (TODAY, date(2026, 12, 31)):
        with pytest.raises(Refused, match="held"):
            give(agent, first=first)


def test_two_admins_who_give_the_same_role_at_once_give_it_once(world, give, dates):
    agent = world.agent("accueil")

    def press(_):
        try:
            give(agent)
        except Refused as refused:
            return refused.reason.value
        return "given"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(press, range(2))) == ["given", "held"]
    assert len(dates(agent)) == 1


def test_a_role_that_does_not_fit_is_refused(world, give):
    with pytest.raises(Refused, match="partner_only"):
        give(world.agent("accueil"), role="partenaire 1")


def test_a_role_ends_at_once_or_after_its_last_day(world, end, dates):
    agent = world.agent("accueil")
    once, later = (world.assignment(agent, "courrier", world.place()) for _ in range(2))
    end(agent, once)
    end(agent, later, date(2026, 12, 31))
    assert [upper for _, upper in dates(agent)] == [TODAY, date(2027, 1, 1)]


def test_a_last_day_in_the_past_ends_it_today(world, end, dates):
    agent = world.agent("accueil")
    end(agent, world.assignment(agent, "courrier"), date(2026, 1, 1))
    assert dates(agent)[0][1] == TODAY


@pytest.mark.parametrize("lower", [date(2027, 1, 1), TODAY])
def test_a_role_that_never_held_a_day_is_taken_back(world, end, dates, lower):
    agent = world.agent("accueil")
    end(agent, world.assignment(agent, "courrier", valid=Range(lower, None)))
    assert dates(agent) == []


def test_a_role_without_a_beginning_ends_all_the_same(world, end, dates):
    agent = world.agent("accueil")
    end(agent, world.assignment(agent, "courrier", valid=Range(None, None)))
    assert dates(agent) == [(None, TODAY)]


def test_an_end_is_never_put_off_by_ending_again(world, end):
    agent = world.agent("accueil")
    role = world.assignment(agent, "courrier", valid=Range(date(2026, 1, 1), date(2026, 12, 1)))
    with pytest.raises(Refused, match="unknown"):
        end(agent, role, date(2027, 6, 30))


def test_the_role_of_another_and_those_of_the_files_stay(world, end):
    one, two = world.agent("accueil"), world.agent("accueil")
    with pytest.raises(Refused, match="unknown"):
        end(one, world.assignment(two, "courrier"))
    with pytest.raises(Refused, match="from_files"):
        end(one, world.assignment(one, "courrier", is_from_files=True))


def test_the_last_admin_keeps_the_role_until_another_can_take_over_on_that_day(world, end, dates, sealer):
    only = signer(world, sealer, "admin", email="une@exemple.fr").agent
    role = world.assignment(only, "admin", world.place())
    with pytest.raises(Refused, match="last_admin"):
        end(only, role)
    other = signer(world, sealer, "accueil", email="deux@exemple.fr").agent
    world.assignment(other, "admin", valid=Range(date(2026, 12, 1), None))
    with pytest.raises(Refused, match="last_admin"):
        end(only, role)
    end(only, role, date(2026, 11, 30))
    assert dates(only, "admin")[1][1] == date(2026, 12, 1)


@pytest.fixture
def admin(client, world, sealer):
    world.departement()
    found = signer(world, sealer, "admin", email="ada.essai@exemple.fr", given_name="Ada").agent
    enter(client, found)
    return found


@pytest.mark.usefixtures("admin")
def test_an_admin_gives_and_ends_a_role_from_the_page_of_an_account(client, world, nour, dates, database):
    place = world.place()
    with database.transaction() as session:
        house = session.scalars(select(Mds.id).order_by(Mds.id).limit(1)).one()
    path = f"/agents/reglages/comptes/{nour.agent.id}"
    answer = post(client, f"{path}/role", role="courrier", where=f"mds-{house}", last=["31", "12", "2026"])
    page = client.follow(answer).page
    assert "Le rôle est donné." in page.text()
    assert "MDS Arrageois" in page.text()
    assert dates(nour.agent) == [(TODAY, date(2027, 1, 1))]
    assert "a déjà ce rôle" in post(client, f"{path}/role", role="courrier", where=f"mds-{house}").page.text()
    assert post(client, f"{path}/role", role="courrier", where=f"lieu-{place.id}").status_code == 303
    link = next(
        url for words, url in page.links().items() if words.startswith("Finir ce rôle") and "Agent du courrier" in words
    )
    page = client.follow(post(client, link, last=["30", "11", "2026"])).page
    assert "Le rôle est fini" in page.text()
    assert dates(nour.agent)[0] == (TODAY, date(2026, 12, 1))
    assert "n'existe pas" in post(client, link, last=["31", "2", "2026"]).page.text()
    assert "n'existe plus" in post(client, link, last=["31", "12", "2026"]).page.text()


@pytest.mark.usefixtures("admin")
def test_the_role_of_another_account_is_not_ended_from_this_one(client, world, nour):
    other = world.assignment(world.agent("accueil"), "courrier")
    assert client.get(f"/agents/reglages/comptes/{nour.agent.id}/roles/{other.id}/fin").status_code == 404


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("where", ["", "mds-999999", "lieu-x", "ailleurs"])
def test_a_role_is_given_somewhere_that_was_chosen(client, nour, where, dates):
    page = post(client, f"/agents/reglages/comptes/{nour.agent.id}/role", role="courrier", where=where).page
    assert "Choisissez un endroit." in page.text()
    assert dates(nour.agent) == []


@pytest.mark.usefixtures("admin")
def test_the_roles_offered_fit_the_employer(client, world):
    partner = world.agent("partenaire 1", organisation_id=world.organisation().id)
    own = world.agent("accueil")
    offered = [
        set(client.get(f"/agents/reglages/comptes/{agent.id}/role").page.choices("role")) for agent in (partner, own)
    ]
    assert offered[0] == {"partenaire 1", "partenaire 2"}
    assert not offered[0] & offered[1]
