"""An agent's pages: helping someone there and then, writing down what lasts, ending it."""

import pytest
from sqlalchemy import select

from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.people.models import Person
from portal.people.models_credentials import Challenge
from portal.people.models_mandates import MandateKind, MandateState
from portal.sealing import Sealer
from tests.conftest import SECRET_KEY


@pytest.fixture
def base(odette, desk, sign_in):
    """The page of Odette's mandates, an agent of the desk being signed in."""
    sign_in(agent=desk.agent)
    return f"/agents/personnes/{odette.id}/mandats"


HOLDER = {"family_name": "Essai", "given_names": "Dominique", "birth_date": ["29", "2", "1980"]}
FACTS = {"facts": ["birth_date", "mobile", "address"], "script": "y"}


def test_phone_help_from_the_script_to_the_person_s_space_with_its_banner(base, send, client):
    page = client.get(f"{base}/telephone").page
    assert "Êtes-vous d'accord ?" in page.text()
    answer = send(f"{base}/telephone", **FACTS)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/mon-espace"
    space = client.get("/aide").page.text()
    assert "Vous agissez pour Odette Modèle" in space
    assert "Pour : les rendez-vous, les messages, les choix, les droits. Jusqu'au lundi 23 novembre 2026" in space


def test_phone_help_refused_says_why_and_keeps_what_was_ticked(base, send, mandates):
    page = send(f"{base}/telephone", facts=["mobile"], script="y").page
    assert "Il faut 3 réponses justes" in page.text()
    assert page.fields()["facts"] == "mobile"
    assert "Lisez le texte" in send(f"{base}/telephone", facts=FACTS["facts"]).page.text()
    assert "Il faut 3 réponses justes" in send(f"{base}/telephone", script="y", facts=["forged"]).page.text()
    assert mandates() == []


@pytest.mark.usefixtures("base")
def test_a_file_with_too_little_in_it_offers_no_phone_help(client, world):
    bare = world.person(mobile=None, email=None)
    text = client.get(f"/agents/personnes/{bare.id}/mandats/telephone").page.text()
    assert "moins de 3 réponses" in text


@pytest.mark.usefixtures("base")
def test_someone_protected_is_led_to_the_legal_representative_on_each_page(client, world):
    protected = world.person(is_protected=True)
    here = f"/agents/personnes/{protected.id}/mandats"
    for page in ("", "/telephone", "/guichet", "/organisme", "/proche"):
        links = client.get(f"{here}{page}").page.links()
        assert links["Noter son représentant légal"] == f"{here}/representant"


def test_stopping_ends_the_help_and_leads_back_to_the_person(base, send, client, mandates):
    send(f"{base}/telephone", **FACTS)
    page = client.get("/aide").page
    answer = client.post("/agir/arreter", data=page.fields(0))
    assert answer.headers["Location"] == base
    assert [one.ended_by for one in mandates()] == ["agent"]
    assert "Vous agissez" not in client.get(base).page.text()


def test_nothing_is_sent_while_the_connection_is_lost(base, send, client, world):
    world.organisation()
    send(f"{base}/telephone", **FACTS)
    pages = [f"{base}{end}" for end in ("", "/telephone", "/guichet", "/organisme", "/proche", "/representant")]
    mains = [client.get(page).page.all("main")[0] for page in (*pages, "/agents/mandats")]
    forms = [form for main in mains for form in main.iter("form") if form.get("method") == "post"]
    assert len(forms) >= len(pages)  # each of these pages has its own, and the list a button for each mandate
    assert [form.get("action") for form in forms if form.get("data-keep") is None] == []


def test_one_person_at_a_time(base, send, client, world, mandates):
    send(f"{base}/telephone", **FACTS)
    other = world.person(address=["1 RUE Y", "62000 ARRAS"])
    send(f"/agents/personnes/{other.id}/mandats/telephone", **FACTS)
    assert [one.state.value for one in mandates()] == ["ended", "active"]
    assert "Vous agissez pour Dominique" in client.get("/aide").page.text()


def test_counter_help_by_a_code_said_aloud(base, send, database, mandates, world):
    answer = send(f"{base}/guichet", proof="code")
    assert answer.headers["Location"] == f"{base}/guichet/code"
    with database.transaction() as session:
        key = session.scalars(select(Challenge.key)).one()
        assert session.scalars(select(Message.kind)).all() == ["consent_code"]
    assert "Ce code n'est pas le bon" in send(f"{base}/guichet/code", code="000 000").page.text()
    other = f"/agents/personnes/{world.person().id}/mandats/guichet/code"
    digits = Sealer(SECRET_KEY).digits(key)
    assert "n'est pas celui de cette personne" in send(other, code=digits).page.text()
    assert "Ce code ne sert plus" in send(f"{base}/guichet/code", code=digits).page.text()
    assert mandates() == []
    send(f"{base}/guichet", proof="code")
    with database.transaction() as session:
        key = session.scalars(select(Challenge.key).order_by(Challenge.id.desc()).limit(1)).one()
    assert send(f"{base}/guichet/code", code=Sealer(SECRET_KEY).digits(key)).headers["Location"] == "/mon-espace"
    assert [(one.kind, one.consent.value) for one in mandates()] == [(MandateKind.COUNTER, "code")]


def test_counter_help_by_a_signed_paper(base, send, mandates):
    assert send(f"{base}/guichet", proof="signe").headers["Location"] == "/mon-espace"
    assert [one.consent.value for one in mandates()] == ["paper"]


@pytest.mark.usefixtures("base")
def test_counter_help_without_a_mobile_asks_for_paper(send, client, world):
    bare = world.person(mobile=None)
    here = f"/agents/personnes/{bare.id}/mandats/guichet"
    assert "Choisissez le papier" in send(here, proof="code").page.text()
    assert "Choisissez le code ou le papier" in send(here).page.text()
    assert client.get(f"{here}/code").headers["Location"] == here


def test_a_paper_is_written_down_printed_signed_and_ended(base, send, client, ccas, mandates):
    given = {"organisation": str(ccas.id), "procedures": ["appointments"], "days": "31", "consent": "a-signer"}
    assert send(f"{base}/organisme", **given).headers["Location"] == f"{base}?fait=a-signer"
    (mandate,) = mandates()
    shown = f"{mandate.reference[:4]}-{mandate.reference[4:]}"
    page = client.get(base).page
    assert shown in page.text()
    assert "CCAS d'Essai" in client.get(f"/agents/mandats/{mandate.id}").page.text()
    sheet = client.get(f"/agents/mandats/{mandate.id}.pdf")
    assert sheet.data.startswith(b"%PDF")
    assert sheet.headers["Content-Disposition"] == f'inline; filename="mandat-{shown}.pdf"'
    token = {"csrf_token": page.fields()["csrf_token"]}
    assert client.post(f"/agents/mandats/{mandate.id}/papier", data=token).headers["Location"] == f"{base}?fait=papier"
    assert mandates()[0].state is MandateState.ACTIVE
    again = client.post(f"/agents/mandats/{mandate.id}/papier", data=token)
    assert "n'attend plus rien" in client.follow(again).page.text()
    client.post(f"/agents/mandats/{mandate.id}/fin", data=token | {"how": "letter"})
    assert mandates()[0].ended_by == "letter"
    assert "arrêté par lettre" in client.get(base).page.text()


@pytest.mark.usefixtures("base")
def test_without_its_token_nothing_is_done(client, papered_one, mandates):
    for verb in ("papier", "fin", "vu"):
        client.post(f"/agents/mandats/{papered_one.id}/{verb}", data={"how": "phone"})
    assert [one.state.value for one in mandates()] == ["asked"]


@pytest.fixture
def papered_one(world, odette, ccas):
    return world.mandate(odette, organisation_id=ccas.id, state="asked", agreed_at=None)


def test_a_question_by_text_message_leaves(base, send, ccas, told):
    given = {"organisation": str(ccas.id), "procedures": ["appointments"], "days": "365", "consent": "sms"}
    send(f"{base}/organisme", **given)
    assert told() == [("mandate_asked", "sms", "")]
    assert "moins de 7 jours" in send(f"{base}/organisme", **given).page.text()
    given["procedures"] = ["carnet"]
    assert "ne se donnent pas ainsi" in send(f"{base}/organisme", **given).page.text()


def test_a_relative_s_letter_names_somebody_who_has_a_file(base, send, world, mandates):
    given = {"procedures": ["messages"], "last_day": ["1", "6", "2027"], "consent": "signe"}
    assert "Aucun dossier" in send(f"{base}/proche", **HOLDER, **given).page.text()
    holder = world.person(given_names="Dominique")
    answer = send(f"{base}/proche", **HOLDER, **given)
    assert answer.headers["Location"] == f"{base}?fait=signe"
    assert [(one.kind, one.holder_id) for one in mandates()] == [(MandateKind.RELATIVE, holder.id)]
    late = given | {"last_day": ["1", "6", "2030"]}
    assert "dans les 12 mois" in send(f"{base}/proche", **HOLDER, **late).page.text()


def test_a_legal_representative_needs_a_second_agent(base, send, client, world, mandates, database, odette, sign_in):
    udaf = world.organisation(name="UDAF d'Essai")
    given = {
        "organisation": str(udaf.id),
        "procedures": ["appointments"],
        "first_day": ["1", "1", "2026"],
        "last_day": ["1", "1", "2031"],
    }
    assert "Regardez le document" in send(f"{base}/representant", **given).page.text()
    answer = send(f"{base}/representant", seen="y", **given)
    assert answer.headers["Location"] == f"{base}?fait=document"
    (mandate,) = mandates()
    page = client.get("/agents/mandats").page
    assert "UDAF d'Essai" in page.text()
    token = {"csrf_token": page.fields()["csrf_token"]}
    mine = client.post(f"/agents/mandats/{mandate.id}/vu", data=token)
    assert "Un autre agent doit le voir" in client.follow(mine).page.text()
    sign_in(agent=world.agent("professionnel"))  # someone else's file is not theirs to see
    assert "UDAF d'Essai" not in client.get("/agents/mandats").page.text()
    sign_in(agent=world.agent("accueil"))
    page = client.get("/agents/mandats").page
    client.post(f"/agents/mandats/{mandate.id}/vu", data={"csrf_token": page.fields()["csrf_token"]})
    assert mandates()[0].state is MandateState.ACTIVE
    with database.transaction() as session:
        assert session.get_one(Person, odette.id).is_protected


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"last_day": ["31", "12", "9999"]}, "20 ans au plus"),
        ({"last_day": ["1", "1", "2301"]}, "20 ans au plus"),
        ({"first_day": ["1", "1", "1"]}, "avant la naissance"),
    ],
)
def test_a_year_typed_wrong_is_said_beside_its_date(base, send, world, mandates, dates, said):
    given = {
        "organisation": str(world.organisation(name="UDAF d'Essai").id),
        "procedures": ["appointments"],
        "first_day": ["1", "1", "2026"],
        "last_day": ["1", "1", "2031"],
        "seen": "y",
    }
    answer = send(f"{base}/representant", **given | dates)
    assert (answer.status_code, mandates()) == (200, [])
    assert said in answer.page.text()


@pytest.mark.usefixtures("base")
def test_a_parent_is_a_person_who_has_a_file(send, world, mandates):
    child = world.person(birth_date=world.now.date().replace(year=2016))
    here = f"/agents/personnes/{child.id}/mandats/representant"
    given = {
        "organisation": "dossier",
        "procedures": ["appointments"],
        "first_day": ["1", "1", "2026"],
        "last_day": ["1", "1", "2031"],
        "seen": "y",
    }
    text = send(here, **given).page.text()
    assert "Écrivez le nom de celui qui va agir" in text
    assert "Aucun dossier" in send(here, **HOLDER, **given).page.text()
    world.person(given_names="Dominique")
    assert "avant ses 18 ans" in send(here, **HOLDER, **given | {"last_day": ["1", "1", "2040"]}).page.text()
    assert send(here, **HOLDER, **given).status_code == 302
    assert [one.kind for one in mandates()] == [MandateKind.LEGAL]


@pytest.mark.usefixtures("base")
def test_what_is_not_there_is_not_found(client):
    assert client.get("/agents/personnes/999/mandats").status_code == 404
    assert client.get("/agents/mandats/999").status_code == 404
    assert client.post("/agents/mandats/999/fin").status_code == 404


@pytest.mark.usefixtures("voice")
def test_the_blank_paper_is_for_everyone(client):
    assert client.get("/mandats/modele.pdf").data.startswith(b"%PDF")


# --- partners


@pytest.fixture
def partner(world, ccas, sign_in):
    """A partner's agent, signed in."""
    world.departement()
    agent = world.agent("partenaire 1", organisation_id=ccas.id)
    sign_in(agent=agent)
    return agent


@pytest.mark.usefixtures("partner")
def test_a_partner_sees_whom_it_may_act_for_and_acts(client, world, odette, ccas, mandates):
    ours = world.mandate(odette, organisation_id=ccas.id)
    other = world.mandate(world.person(), organisation_id=world.organisation().id)
    page = client.get("/agents/mandats").page
    assert "Odette Modèle" in page.text()
    assert "Dominique" not in page.text()
    token = {"csrf_token": page.fields()["csrf_token"]}
    assert client.post(f"/agir/{other.id}", data=token).status_code == 404
    assert client.post(f"/agents/mandats/{other.id}/rendre", data=token).status_code == 404
    assert client.post(f"/agir/{ours.id}", data=token).headers["Location"] == "/mon-espace"
    page = client.get("/agents/mandats").page
    assert "Vous agissez pour Odette Modèle" in page.text()
    assert "Vous agissez déjà pour quelqu'un" in page.text()
    stop = client.post("/agir/arreter", data=page.fields(0))
    assert stop.headers["Location"] == "/agents/mandats"
    assert mandates()[0].state is MandateState.ACTIVE  # the mandate goes on; only the acting stops
    token = {"csrf_token": client.get("/agents/mandats").page.fields()["csrf_token"]}
    client.post(f"/agents/mandats/{ours.id}/rendre", data=token)
    assert mandates()[0].ended_by == "holder"


@pytest.mark.usefixtures("odette")
def test_a_partner_asks_for_its_own_organisation_and_never_learns_who_has_a_file(partner, send, client, told, mandates):
    given = {
        "family_name": "Modèle",
        "given_names": "Odette",
        "birth_date": ["29", "2", "1980"],
        "mobile": "06 39 98 00 12",
        "procedures": ["appointments"],
        "days": "31",
    }
    answers = [
        client.follow(send("/agents/mandats", **given | changed)).page.html
        for changed in ({}, {"family_name": "Personne"}, {"mobile": "06 39 98 00 77"}, {})
    ]
    texts = {html.split("<main")[1].split("csrf_token")[0] for html in answers}
    assert len(texts) == 1
    assert told() == [("mandate_asked", "sms", "")]
    assert [one.organisation_id for one in mandates()] == [partner.organisation_id]


@pytest.mark.usefixtures("partner")
def test_a_partner_opens_no_page_of_a_person(client, odette):
    assert client.get(f"/agents/personnes/{odette.id}/mandats").status_code == 403


def test_messages_of_mandates_can_be_rendered(base, send, database, gateways, clock):
    send(f"{base}/guichet", proof="signe")
    send_due(database, gateways, clock)
    assert gateways.sms.sent
