"""Two proofs, in order; nothing opens before both, and no refusal tells whether an account exists."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select
from werkzeug.security import generate_password_hash

from portal.journal.models import JournalLine
from portal.people.models import Agent
from portal.people.models_access import RecoveryCode
from portal.staff.services import METHOD, NOBODY
from portal.staff.services_proofs import second_proof
from portal.web.sessions import WebSession
from tests.staff.agents import EMAIL, PASSWORD, code_at, give_password, post, signer

PAGES = ("/agents", "/agents/compte", "/agents/lieu", "/agents/confirmer", "/agents/compte/codes")
WRONG = "Cette adresse et ce mot de passe ne vont pas ensemble."


def verbs(database):
    with database.transaction() as session:
        return list(session.scalars(select(JournalLine.verb).order_by(JournalLine.id)))


@pytest.mark.usefixtures("nour")
def test_a_password_then_the_telephone_open_the_desk(client, clock, database):
    first = give_password(client)
    assert first.headers["Location"] == "/agents/connexion/code"
    page = client.follow(first).page
    assert page.h1 == "Écrivez le code de votre téléphone"
    second = client.post("/agents/connexion/code", data=page.fields(0) | {"code": code_at(clock.now)})
    assert second.headers["Location"] == "/agents"
    assert client.follow(second).page.h1 == "Bonjour Nour"
    assert verbs(database)[-1] == "sign_in.agent_telephone"


@pytest.mark.usefixtures("nour")
def test_nothing_opens_between_the_two_proofs_and_the_session_knows_no_agent(client, database):
    give_password(client)
    for path in PAGES:
        assert client.get(path).headers["Location"].startswith("/agents/connexion?")
    with database.transaction() as session:
        assert [one.agent_id for one in session.scalars(select(WebSession).where(WebSession.ended_at.is_(None)))] == [
            None
        ]


@pytest.mark.usefixtures("nour")
def test_each_proof_gives_a_new_session_key(client, clock):
    client.get("/agents/connexion")
    keys = [client.get_cookie("porte").value]
    give_password(client)
    keys.append(client.get_cookie("porte").value)
    post(client, "/agents/connexion/code", code=code_at(clock.now))
    keys.append(client.get_cookie("porte").value)
    assert len(set(keys)) == 3
    for old in keys[:2]:
        client.set_cookie("porte", old)
        assert client.get("/agents").status_code == 303


@pytest.mark.usefixtures("nour")
def test_one_leads_back_to_the_page_asked_for_and_never_to_another_site(client, clock):
    for asked, reached in (
        ("/agents/compte", "/agents/compte"),
        ("//voleur.example", "/agents"),
        ("/lieux", "/agents"),
    ):
        give_password(client, suite=f"?suite={asked}")
        answer = post(client, "/agents/connexion/code", code=code_at(clock.now))
        assert answer.headers["Location"] == reached
        clock.forward(timedelta(seconds=90))


@pytest.mark.parametrize(
    "changed",
    [
        {"suspended_at": "now"},
        {"expires_on": "today"},
        {"is_active": False},
        {"password_hash": None},
    ],
    ids=["suspended", "expired", "closed", "without a password"],
)
def test_an_account_that_does_not_open_is_refused_with_the_words_of_a_wrong_password(
    client, world, sealer, clock, changed
):
    values = {"now": clock.now, "today": clock.now.date()}
    known = {name: values.get(value, value) if isinstance(value, str) else value for name, value in changed.items()}
    signer(world, sealer, **known)
    assert WRONG in give_password(client).page.text()


@pytest.mark.usefixtures("nour")
def test_unknown_and_wrong_are_told_in_the_same_words_and_noted(client, database):
    wrong = give_password(client, password="un autre mot de passe").page.text()
    unknown = give_password(client, email="personne@exemple.fr").page.text()
    assert WRONG in wrong
    assert wrong.replace("nour.essai", "personne") == unknown.replace("nour.essai", "personne")
    assert verbs(database)[-2:] == ["sign_in.agent_refused"] * 2


@pytest.mark.usefixtures("nour")
def test_it_takes_the_same_time_whether_the_account_exists(client, clock):
    """Hashing takes most of it; without it an answer would come some ten times sooner."""

    def seconds(email):
        clock.forward(timedelta(minutes=16))
        fields = client.get("/agents/connexion").page.fields(0) | {"email": email, "password": "un mot de passe faux"}
        started = time.perf_counter()
        client.post("/agents/connexion", data=fields)
        return time.perf_counter() - started

    pairs = [(seconds(EMAIL), seconds("personne@exemple.fr")) for _ in range(9)]
    known, unknown = (statistics.median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


@pytest.mark.usefixtures("nour")
def test_the_database_is_asked_the_same_whether_the_account_exists(client, database):
    def asked(email):
        said = []
        fields = client.get("/agents/connexion").page.fields(0) | {"email": email, "password": "un mot de passe faux"}

        def note(_connection, _cursor, statement, *_rest):
            said.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        client.post("/agents/connexion", data=fields)
        event.remove(database.engine, "before_cursor_execute", note)
        return said

    assert asked(EMAIL) == asked("personne@exemple.fr")


def test_nobodys_hash_is_made_as_the_others_are():
    assert NOBODY.startswith(f"{METHOD}$")
    assert len(NOBODY) == len(generate_password_hash("x", method=METHOD))


def test_a_hash_of_former_parameters_is_made_anew_at_the_next_sign_in(client, world, sealer, database):
    signer(world, sealer, password_hash=generate_password_hash(PASSWORD, method="pbkdf2:sha256:1000"))
    give_password(client)
    with database.transaction() as session:
        assert session.scalars(select(Agent.password_hash)).one().startswith(f"{METHOD}$")
    assert give_password(client).status_code == 303


@pytest.mark.usefixtures("nour")
def test_ten_tries_a_quarter_of_an_hour_for_one_address_right_or_wrong(client, clock):
    for _ in range(10):
        give_password(client, password="un autre mot de passe")
    refused = give_password(client)
    assert refused.status_code == 429
    assert "Trop" in refused.page.title or "trop" in refused.page.text()
    clock.forward(timedelta(minutes=16))
    assert give_password(client).status_code == 303


@pytest.mark.usefixtures("nour")
def test_fifty_tries_a_quarter_of_an_hour_from_one_ip_address(client):
    answers = [give_password(client, email=f"essai{n // 5}@exemple.fr").status_code for n in range(51)]
    assert answers == [200] * 50 + [429]


@pytest.mark.usefixtures("nour")
def test_codes_are_counted_too(client):
    give_password(client)
    fields = client.get("/agents/connexion/code").page.fields(0)
    answers = [client.post("/agents/connexion/code", data=fields | {"code": "000000"}).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


@pytest.mark.parametrize("steps", [-1, 0, 1])
@pytest.mark.usefixtures("nour")
def test_a_telephone_half_a_minute_early_or_late_is_understood(client, clock, steps):
    give_password(client)
    assert post(client, "/agents/connexion/code", code=code_at(clock.now, steps=steps)).status_code == 303


@pytest.mark.parametrize("steps", [-3, -2, 2, 3])
@pytest.mark.usefixtures("nour")
def test_a_code_of_another_minute_is_refused(client, clock, steps):
    give_password(client)
    assert (
        "n'est pas le bon" in post(client, "/agents/connexion/code", code=code_at(clock.now, steps=steps)).page.text()
    )


@pytest.mark.usefixtures("nour")
def test_a_code_serves_once_and_so_does_an_older_one(client, clock):
    give_password(client)
    post(client, "/agents/connexion/code", code=f" {code_at(clock.now)[:3]} {code_at(clock.now)[3:]} ")
    for steps in (0, -1):
        give_password(client)
        answer = post(client, "/agents/connexion/code", code=code_at(clock.now, steps=steps))
        assert "a déjà servi" in answer.page.text()


def test_a_code_typed_twice_at_once_serves_once(database, nour, clock, sealer):
    def prove(_):
        with database.transaction() as session:
            return second_proof(session, clock.now, agent_id=nour.agent.id, typed=code_at(clock.now), sealer=sealer)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(prove, range(4))) == [False, False, False, True]


def test_a_recovery_code_typed_by_hand_stands_in_once_for_the_telephone(client, nour, database):
    typed = f" {nour.codes[3][:5].lower()} {nour.codes[3][5:].lower()} "
    give_password(client)
    page = client.follow(give_password(client)).page
    link = next(url for words, url in page.links().items() if "code de secours" in words)
    assert post(client, link, code=typed).headers["Location"] == "/agents"
    with database.transaction() as session:
        assert session.scalar(select(func.count()).select_from(RecoveryCode)) == 9
    give_password(client)
    assert "a déjà servi" in post(client, link, code=typed).page.text()
    assert verbs(database)[-2:] == ["sign_in.agent_recovery_code", "sign_in.agent_refused"]


def test_a_recovery_code_typed_twice_at_once_serves_once(database, nour, clock, sealer):
    def prove(_):
        with database.transaction() as session:
            return second_proof(session, clock.now, agent_id=nour.agent.id, typed=nour.codes[0], sealer=sealer)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(prove, range(4))) == [False, False, False, True]


@pytest.mark.usefixtures("nour")
def test_the_recovery_code_of_another_opens_nothing(client, world, sealer):
    other = signer(world, sealer, email="autre@exemple.fr")
    give_password(client)
    assert post(client, "/agents/connexion/secours", code=other.codes[0]).status_code == 200


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567", "١٢٣٤٥٦", "A" * 30, "000 000 000 000"])
@pytest.mark.usefixtures("nour")
def test_what_can_be_no_code_is_refused_and_kept_on_the_page(client, typed):
    give_password(client)
    for path in ("/agents/connexion/code", "/agents/connexion/secours"):
        assert post(client, path, code=typed).status_code == 200


@pytest.mark.usefixtures("nour")
def test_the_second_proof_comes_within_a_quarter_of_an_hour(client, clock):
    give_password(client)
    clock.forward(timedelta(minutes=16))
    assert client.get("/agents/connexion/code").headers["Location"] == "/agents/connexion"


@pytest.mark.parametrize("page", ["code", "secours", "telephone"])
def test_no_second_proof_without_the_first(client, nour, page):
    answer = client.post(f"/agents/connexion/{page}", data={"code": nour.codes[0]})
    assert answer.headers["Location"] == "/agents/connexion"


def test_an_account_suspended_between_the_two_proofs_stays_closed(client, nour, database, clock):
    give_password(client)
    with database.transaction() as session:
        session.get_one(Agent, nour.agent.id).suspended_at = clock.now
    for path, code in (("code", code_at(clock.now)), ("secours", nour.codes[0])):
        assert post(client, f"/agents/connexion/{path}", code=code).status_code == 200


def test_a_secret_sealed_by_another_key_opens_nothing(client, world, clock, sealer):
    signer(world, sealer, totp_secret="gAAAAAB-not-a-seal")
    give_password(client)
    assert post(client, "/agents/connexion/code", code=code_at(clock.now)).status_code == 200


@pytest.mark.usefixtures("nour")
def test_signing_out_ends_it_and_is_noted(client, clock, database):
    give_password(client)
    desk = client.follow(post(client, "/agents/connexion/code", code=code_at(clock.now))).page
    client.post("/agents/deconnexion", data=desk.fields())
    assert client.get("/agents").status_code == 303
    assert verbs(database)[-1] == "sign_in.agent_left"
