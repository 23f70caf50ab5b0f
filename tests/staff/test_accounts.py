"""Suspension, the last day, a lost telephone: what an admin does, and what it does to others."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models import Agent
from portal.people.models_access import RecoveryCode
from portal.refusal import Refused
from portal.staff import services_accounts
from portal.staff.rules_codes import new_secret
from portal.staff.services import set_password
from portal.staff.services_proofs import enrol
from tests.entering import enter, leave
from tests.staff.agents import EMAIL, NEW, SECRET, act, agent_of, code_at, give_password, post, signer


def last_verb(database):
    with database.transaction() as session:
        return session.scalars(select(JournalLine.verb).order_by(JournalLine.id.desc()).limit(1)).one()


@pytest.mark.usefixtures("admin")
def test_suspending_ends_the_sessions_at_once_and_resuming_opens_again(client, app, nour, database):
    other = app.test_client()
    other.environ_base["wsgi.url_scheme"] = "https"
    enter(other, nour.agent)
    assert other.get("/agents").status_code == 200
    page = client.follow(act(client, nour.agent, "suspendre")).page
    assert "Le compte est suspendu." in page.text()
    assert last_verb(database) == "agent.suspended"
    assert other.get("/agents").status_code == 303
    act(client, nour.agent, "reprendre")
    assert last_verb(database) == "agent.resumed"
    assert other.get("/agents").status_code == 303  # the session itself is over
    leave(client)
    assert give_password(client).status_code == 303


def test_nobody_suspends_or_unlocks_themselves(client, admin, database):
    page = client.get(f"/agents/reglages/comptes/{admin.id}").page
    assert "Suspendre" not in page.text()
    answer = client.post(f"/agents/reglages/comptes/{admin.id}/suspendre", data=page.fields())
    assert "sur votre propre compte" in client.follow(answer).page.text()
    page = post(client, f"/agents/reglages/comptes/{admin.id}/debloquer", is_checked="y").page
    assert "sur votre propre compte" in page.text()
    assert agent_of(database, "ada.essai@exemple.fr").suspended_at is None


@pytest.mark.usefixtures("sender")
def test_the_last_admin_stays(database, world, sealer, clock):
    """Whatever the way: suspended, past a last day, or by two admins who act on each other at once."""
    one, two = (signer(world, sealer, "admin", email=f"{name}@exemple.fr").agent for name in ("un", "deux"))
    world.agent("admin", email="invite@exemple.fr")  # invited, and may never come

    def suspend(pair):
        by, target = pair
        try:
            with database.transaction() as session:
                services_accounts.suspend(session, clock.now, agent_id=target.id, by=Actor.agent(by.id))
        except Refused as refused:
            return refused.reason.value
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(suspend, [(one, two), (two, one)])) == ["done", "last_admin"]
    with database.transaction() as session:
        left = session.scalars(
            select(Agent).where(Agent.suspended_at.is_(None), Agent.password_hash.is_not(None))
        ).one()
    with pytest.raises(Refused, match="last_admin"), database.transaction() as session:
        services_accounts.change_expiry(
            session, clock.now, agent_id=left.id, expires_on=date(2026, 12, 31), was=None, by=Actor.agent(left.id)
        )


@pytest.mark.usefixtures("admin")
def test_a_lost_telephone_is_forgotten_only_after_the_identity_was_checked(client, nour, database):
    path = f"/agents/reglages/comptes/{nour.agent.id}/debloquer"
    assert "Vérifiez d'abord l'identité" in post(client, path).page.text()
    assert agent_of(database).totp_secret is not None
    page = client.follow(post(client, path, is_checked="y")).page
    assert "Le compte est débloqué." in page.text()
    assert last_verb(database) == "agent.unlocked"
    agent = agent_of(database)
    assert (agent.totp_secret, agent.totp_step) == (None, None)
    leave(client)
    assert give_password(client).headers["Location"] == "/agents/connexion/telephone"
    with database.transaction() as session:
        assert session.scalar(select(func.count()).where(RecoveryCode.agent_id == agent.id)) == 0


@pytest.mark.usefixtures("admin")
def test_the_last_day_of_an_account_is_included(client, nour, database, clock):
    path = f"/agents/reglages/comptes/{nour.agent.id}/fin"
    post(client, path, last_day=["24", "11", "2026"])
    assert agent_of(database).expires_on == date(2026, 11, 25)
    page = client.get(f"/agents/reglages/comptes/{nour.agent.id}").page
    assert "mardi 24 novembre 2026" in page.text()
    leave(client)
    clock.forward(timedelta(days=1))
    assert give_password(client).status_code == 303
    clock.forward(timedelta(days=1))
    assert give_password(client).status_code == 200


@pytest.mark.usefixtures("admin")
def test_two_admins_who_change_the_last_day_lose_nothing_in_silence(client, nour, database):
    path = f"/agents/reglages/comptes/{nour.agent.id}/fin"
    stale = client.get(path).page.fields()
    post(client, path, last_day=["24", "12", "2026"])
    page = client.post(path, data=stale | {"last_day": ["1", "1", "2030"]}).page
    assert "Ce compte vient de changer." in page.text()
    assert "jeudi 24 décembre 2026" in page.text()
    assert agent_of(database).expires_on == date(2026, 12, 25)
    assert client.post(path, data=page.fields()).status_code == 303
    assert agent_of(database).expires_on == date(2030, 1, 2)


@pytest.mark.usefixtures("admin")
def test_the_list_is_searched_without_accents_and_names_stay_out_of_addresses(client, world, clock):
    world.agent("courrier", given_name="Hélène", family_name="Étoile", email="helene@exemple.fr")
    world.agent("accueil", given_name="Marc", family_name="Lune", suspended_at=clock.now)
    page = client.get("/agents/reglages/comptes").page
    assert "Étoile Hélène" in page.text()
    assert "Lune Marc" in page.text()
    page = post(client, "/agents/reglages/comptes", words="etoile helene", state="").page
    assert "Étoile Hélène" in page.text()
    assert "Lune" not in page.text()
    page = post(client, "/agents/reglages/comptes", words="", state="suspended").page
    assert "Lune Marc" in page.text()
    assert "Étoile" not in page.text()
    assert "Aucun compte" in post(client, "/agents/reglages/comptes", words="personne d'autre").page.text()


@pytest.mark.parametrize("role", ["accueil", "professionnel", "référent", "courrier", "encadrant", "partenaire 2"])
def test_accounts_are_for_admins(client, world, nour, role):
    partner = world.organisation().id if role.startswith("part") else None
    enter(client, world.agent(role, organisation_id=partner))
    for path in ("", "/nouveau", f"/{nour.agent.id}", f"/{nour.agent.id}/role"):
        assert client.get(f"/agents/reglages/comptes{path}").status_code == 403
    for what in ("suspendre", "reprendre", "inviter", "debloquer", "fin", "role"):
        assert client.post(f"/agents/reglages/comptes/{nour.agent.id}/{what}").status_code == 403


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("path", ["", "/role", "/fin", "/debloquer"])
def test_an_account_that_does_not_exist_is_a_404(client, path):
    assert client.get(f"/agents/reglages/comptes/999999{path}").status_code == 404


def test_a_sensitive_act_asks_again_who_is_there_then_leads_back(client, admin, nour, clock, database):
    page = client.get(f"/agents/reglages/comptes/{nour.agent.id}").page
    clock.forward(timedelta(minutes=11))
    asked = client.get(NEW)
    assert asked.headers["Location"] == f"/agents/confirmer?suite={NEW}"
    assert client.follow(asked).page.h1 == "Confirmez que c'est vous"
    assert "n'est pas le bon" in post(client, asked.headers["Location"], code="000000").page.text()
    answer = post(client, asked.headers["Location"], code=code_at(clock.now))
    assert answer.headers["Location"] == NEW
    assert last_verb(database) == "sign_in.agent_confirmed"
    assert client.get(NEW).status_code == 200
    enter(client, admin, is_fresh=False)
    page = client.get(f"/agents/reglages/comptes/{nour.agent.id}").page
    pressed = client.post(f"/agents/reglages/comptes/{nour.agent.id}/suspendre", data=page.fields())
    clock.forward(timedelta(minutes=1))
    answer = post(client, pressed.headers["Location"], code=code_at(clock.now))
    assert answer.headers["Location"] == f"/agents/reglages/comptes/{nour.agent.id}"
    assert agent_of(database).suspended_at is None


@pytest.mark.parametrize(
    ("suite", "reached"),
    [
        ("//voleur.example", "/agents"),
        ("https://voleur.example/agents", "/agents"),
        ("/lieux", "/agents"),
        ("/agents/reglages/comptes/1/roles/2/nulle-part", "/agents"),
        ("/agents\t/compte", "/agents"),
    ],
)
def test_confirming_never_leads_elsewhere(client, nour, clock, suite, reached):
    enter(client, nour.agent, is_fresh=False)
    page = client.get("/agents/confirmer").page
    answer = client.post(
        "/agents/confirmer", query_string={"suite": suite}, data=page.fields() | {"code": code_at(clock.now)}
    )
    assert answer.headers["Location"] in {reached, "/agents/reglages/comptes/1"}


def test_a_recovery_code_confirms_too(client, nour):
    enter(client, nour.agent, is_fresh=False)
    assert post(client, "/agents/confirmer", code=nour.codes[0]).status_code == 303


def test_the_secret_of_a_telephone_is_sealed_in_the_database(database, nour):
    assert SECRET not in str(agent_of(database).totp_secret)
    assert nour.agent.totp_secret == agent_of(database).totp_secret


def test_an_end_may_be_taken_away(database, nour, clock):
    for was, expires_on in ((None, date(2026, 12, 1)), (date(2026, 12, 1), None)):
        with database.transaction() as session:
            services_accounts.change_expiry(
                session, clock.now, agent_id=nour.agent.id, expires_on=expires_on, was=was, by=Actor.agent(1)
            )
        assert agent_of(database).expires_on == expires_on


def test_a_password_is_given_by_command_and_refused_by_the_same_rules(database, nour):
    with database.transaction() as session:
        assert set_password(session, email=" Nour.Essai@exemple.fr ", password="quatre autres mots libres").id
        assert set_password(session, email="personne@exemple.fr", password="quatre autres mots libres") is None
    for email in (EMAIL, "personne@exemple.fr"):
        with pytest.raises(Refused, match="too_short"), database.transaction() as session:
            set_password(session, email=email, password="court")
    assert agent_of(database).password_hash != nour.agent.password_hash


def test_two_telephones_joined_at_once_to_a_new_account_leave_one(database, world, clock, sealer):
    agent = world.agent("accueil", email=EMAIL)

    def join(secret):
        try:
            with database.transaction() as session:
                enrol(
                    session,
                    clock.now,
                    agent_id=agent.id,
                    secret=secret,
                    typed=code_at(clock.now, secret),
                    sealer=sealer,
                    is_first=True,
                )
        except Refused as refused:
            return refused.reason.value
        return "joined"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(join, [SECRET, new_secret()])) == ["changed", "joined"]


def test_a_telephone_is_joined_by_a_code_of_it_alone(database, world, clock, sealer):
    agent = world.agent("accueil", email=EMAIL)
    with pytest.raises(Refused, match="code_wrong"), database.transaction() as session:
        enrol(session, clock.now, agent_id=agent.id, secret=SECRET, typed="0", sealer=sealer, is_first=True)
    assert agent_of(database).totp_secret is None
