"""An invitation to an account: what it asks for, that it serves once, and who is not invited."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from portal.directory.queries import departement
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.people.models import Agent
from portal.people.models_access import Assignment, RecoveryCode
from portal.refusal import Refused
from portal.staff import services_accounts
from portal.staff.services_accounts import Newcomer, invite_first
from tests.entering import enter, leave
from tests.staff.agents import EMAIL, NEW, PASSWORD, act, agent_of, code_at, post

WHO = {
    "given_name": "Zoé",
    "family_name": "Essai",
    "job": "assistante sociale",
    "email": "Zoe.Essai@exemple.fr",
    "organisation": "departement",
    "role": "accueil",
    "where": "partout",
}


@pytest.fixture
def link(database, gateways, clock):
    """Sends what is due, and reads the link of the last e-mail."""

    def link():
        send_due(database, gateways, clock)
        return re.findall(r"https://porte\.exemple\.fr(/agents/invitation/\S+?)[\s.\"]", str(gateways.mail.sent[-1]))[
            -1
        ]

    return link


def test_from_the_invitation_to_the_desk(client, admin, database, link, clock):
    page = client.follow(post(client, NEW, **WHO)).page
    assert "L'invitation part." in page.text()
    assert "Invité, pas de réponse" in page.text()
    assert "Agent d'accueil, dans tout le Département" in page.text().replace(" ,", ",")
    path = link()
    leave(client)
    for _scanner in range(3):
        assert client.get(path).page.h1 == "Choisissez votre mot de passe"
    answer = post(client, path, password=PASSWORD, again=PASSWORD)
    assert answer.headers["Location"] == "/agents/connexion/telephone"
    page = client.follow(answer).page
    secret = page.text(next(one for one in page.all("p", class_="key"))).replace(" ", "")
    assert page.all("img")[0].get("src").startswith("data:image/svg+xml")
    answer = client.post(answer.headers["Location"], data=page.fields() | {"code": code_at(clock.now, secret)})
    assert answer.headers["Location"] == "/agents/compte/codes"
    page = client.follow(answer).page
    codes = [page.text(one) for one in page.all("ol", class_="recovery-codes")[0]]
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", code) for code in codes)
    assert client.post("/agents/compte/codes", data=page.fields()).headers["Location"] == "/agents"
    assert client.get("/agents/compte/codes").headers["Location"] == "/agents/compte"
    assert client.get("/agents").page.h1 == "Bonjour Zoé"
    with database.transaction() as session:
        zoe = session.scalars(select(Agent).where(Agent.given_name == "Zoé")).one()
        assert (zoe.email, zoe.invitation_hash, zoe.invited_until) == ("zoe.essai@exemple.fr", None, None)
        assert secret not in str(vars(zoe))
        assert codes[0].replace("-", "") not in str(session.scalars(select(RecoveryCode.code_hash)).all())
        lines = session.execute(select(JournalLine.verb, JournalLine.actor_id).order_by(JournalLine.id)).all()
    assert [verb for verb, actor in lines if actor == admin.id] == [
        "agent.codes_renewed",
        "agent.created",
        "agent.role_given",
        "agent.invited",
    ]
    assert [verb for verb, actor in lines if actor == zoe.id] == [
        "agent.invitation_accepted",
        "agent.telephone_joined",
        "agent.codes_renewed",
    ]


@pytest.mark.usefixtures("admin")
def test_an_invitation_serves_once_and_a_new_one_voids_the_former(client, database, link):
    post(client, NEW, **WHO)
    first = link()
    act(client, agent_of(database, "zoe.essai@exemple.fr"), "inviter")
    second = link()
    leave(client)
    assert first != second
    assert client.get(first).status_code == 410
    fields = client.get(second).page.fields() | {"password": PASSWORD, "again": PASSWORD}
    assert client.post(second, data=fields).status_code == 303
    assert client.get(second).status_code == 410
    assert client.post(second, data=fields).status_code == 410


@pytest.mark.usefixtures("admin")
def test_an_invitation_holds_for_seven_days_and_its_secret_is_not_kept(client, database, link, clock):
    with database.transaction() as session:
        departement(session).is_demo = False
    post(client, NEW, **WHO)
    path = link()
    token = path.rpartition("/")[2]
    assert token not in str(vars(agent_of(database, "zoe.essai@exemple.fr")))
    with database.transaction() as session:
        (sent,) = session.scalars(select(Message))
    assert token not in str(vars(sent))
    assert "/agents/invitation/••••••" in sent.rendered["text"]
    clock.forward(timedelta(days=7) - timedelta(seconds=1))
    assert client.get(path).status_code == 200
    clock.forward(timedelta(seconds=1))
    assert client.get(path).page.h1 == "Cette invitation ne sert plus"
    assert client.get("/agents/invitation/inventee").status_code == 410


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("court", "court", "trop court"),
        ("motdepasse123!", "motdepasse123!", "trop courant"),
        ("zoe.essai2026", "zoe.essai2026", "faciles à deviner"),
        ("x" * 300, "x" * 300, "trop long"),
        (PASSWORD, PASSWORD + "s", "sont différents"),
        ("", "", "12 caractères au moins"),
        (PASSWORD, "", "une deuxième fois"),
    ],
)
def test_a_refused_password_burns_nothing_and_says_what_to_do(client, link, password, again, said):
    post(client, NEW, **WHO)
    path = link()
    page = post(client, path, password=password, again=again).page
    assert said in page.text()
    assert page.title.startswith("Erreur")
    assert client.get(path).status_code == 200


def test_two_presses_of_the_same_invitation_at_once_take_it_once(database, world, sender, clock, sealer):
    agent = world.agent("accueil", email=EMAIL)
    with database.transaction() as session:
        services_accounts.invite(session, clock.now, agent_id=agent.id, by=Actor.agent(1), sender=sender)
        token = sealer.link(UUID(session.scalars(select(Message.context["invitation"].astext)).one()))

    def take(_):
        try:
            with database.transaction() as session:
                services_accounts.accept(session, clock.now, token=token, password=PASSWORD, sealer=sealer)
        except Refused as refused:
            return refused.reason.value
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == ["invitation_over"] * 3 + ["taken"]


@pytest.mark.usefixtures("admin")
def test_an_invitation_to_somebody_who_has_a_telephone_still_asks_for_it(client, nour, link):
    act(client, nour.agent, "inviter")
    path = link()
    leave(client)
    answer = post(client, path, password="quatre autres mots libres", again="quatre autres mots libres")
    assert answer.headers["Location"] == "/agents/connexion/code"
    assert client.get("/agents").status_code == 303


@pytest.mark.usefixtures("admin")
def test_taking_an_invitation_up_ends_the_sessions_of_before(client, app, nour, link):
    other = app.test_client()
    other.environ_base["wsgi.url_scheme"] = "https"
    enter(other, nour.agent)
    act(client, nour.agent, "inviter")
    path = link()
    leave(client)
    post(client, path, password="quatre autres mots libres", again="quatre autres mots libres")
    assert other.get("/agents").status_code == 303


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize("taken", ["zoe.essai@exemple.fr", "ZOE.ESSAI@exemple.fr"])
def test_one_address_has_one_account_and_nothing_typed_is_lost(client, world, taken):
    world.agent("accueil", email="zoe.essai@exemple.fr")
    page = post(client, NEW, **WHO | {"email": taken}).page
    assert "Un compte a déjà cette adresse e-mail." in page.text()
    assert page.fields()["job"] == "assistante sociale"


@pytest.mark.usefixtures("admin")
@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"given_name": ""}, "Écrivez le prénom."),
        ({"email": "zoe"}, "Il manque le signe @."),
        ({"role": "roi"}, "Choisissez un rôle."),
        ({"where": "mds-x"}, "Choisissez un endroit."),
        ({"organisation": "99"}, "Choisissez un employeur."),
        ({"role": "partenaire 1"}, "Ce rôle est réservé aux partenaires."),
        ({"first": ["24", "11", "2026"], "last": ["23", "11", "2026"]}, "Le dernier jour vient avant le premier."),
        ({"last_day": ["31", "2", "2027"]}, "Cette date n'existe pas."),
    ],
)
def test_a_wrong_invitation_creates_nothing(client, database, changed, said):
    assert said in post(client, NEW, **WHO | changed).page.text()
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Agent)) == 1
        assert session.scalar(select(func.count()).select_from(Message)) == 0


@pytest.mark.usefixtures("admin")
def test_a_partners_agent_is_invited_with_a_partners_role_a_place_dates_and_families(client, world, database):
    partner, place = world.organisation(), world.place()
    asked = {
        "organisation": str(partner.id),
        "role": "partenaire 2",
        "where": f"lieu-{place.id}",
        "first": ["1", "12", "2026"],
        "last": ["31", "12", "2026"],
        "last_day": ["30", "6", "2027"],
        "family_social": "y",
    }
    assert post(client, NEW, **WHO | asked).status_code == 303
    with database.transaction() as session:
        agent = session.scalars(select(Agent).where(Agent.organisation_id == partner.id)).one()
        (role,) = session.scalars(select(Assignment).where(Assignment.agent_id == agent.id)).all()
    assert agent.expires_on == date(2027, 7, 1)
    assert (role.role, role.place_id, role.mds_id, role.families) == ("partenaire 2", place.id, None, ["social"])
    assert (role.valid.lower, role.valid.upper) == (date(2026, 12, 1), date(2027, 1, 1))


def test_the_command_invites_the_first_admin_and_then_only_sends_again(database, sender, clock):
    newcomer = Newcomer("Ada", "Essai", "admin", "ada@exemple.fr")
    made = []
    for _ in range(2):
        with database.transaction() as session:
            made.append(invite_first(session, clock.now, newcomer=newcomer, role="admin", sender=sender))
    with database.transaction() as session:
        assert made == [True, False]
        assert session.scalar(select(func.count()).select_from(Message)) == 2
        assert session.scalars(select(Assignment.role)).all() == ["admin"]


def test_the_command_gives_no_role_of_the_departement_to_a_partners_agent(database, sender, clock, world):
    world.agent("partenaire 1", email="ada@exemple.fr", organisation_id=world.organisation().id)
    newcomer = Newcomer("Ada", "Essai", "admin", "ada@exemple.fr")
    with pytest.raises(Refused, match="staff_only"), database.transaction() as session:
        invite_first(session, clock.now, newcomer=newcomer, role="admin", sender=sender)


@pytest.mark.parametrize("changed", [{"suspended_at": "now"}, {"is_active": False}, {"email": None}])
def test_a_closed_account_or_one_without_an_address_is_not_invited(database, world, sender, clock, changed):
    values = {name: clock.now if value == "now" else value for name, value in changed.items()}
    agent = world.agent("accueil", **{"email": EMAIL} | values)
    with pytest.raises(Refused), database.transaction() as session:
        services_accounts.invite(session, clock.now, agent_id=agent.id, by=Actor.agent(1), sender=sender)


def test_an_invitation_that_another_press_takes_in_between_is_over(database, world, sender, clock, sealer):
    """The second press has seen the invitation before the first one commits."""
    agent = world.agent("accueil", email=EMAIL)
    with database.transaction() as session:
        services_accounts.invite(session, clock.now, agent_id=agent.id, by=Actor.agent(1), sender=sender)
        token = sealer.link(UUID(session.scalars(select(Message.context["invitation"].astext)).one()))
    with database.transaction() as first:
        found = services_accounts.invited(first, clock.now, token=token, sealer=sealer)
        with database.transaction() as second:
            services_accounts.accept(second, clock.now, token=token, password=PASSWORD, sealer=sealer)
        with pytest.raises(Refused, match="invitation_over"):
            services_accounts.take(first, clock.now, agent=found, token=token, stored="x", sealer=sealer)


def test_an_invitation_that_nobody_sent_opens_no_account(database, clock, sealer):
    with database.transaction() as session, pytest.raises(Refused, match="invitation_over"):
        services_accounts.accept(session, clock.now, token="inventé", password=PASSWORD, sealer=sealer)
