"""Acting for someone, from both sides of the screen: help on the phone, a mandate given and ended, a yes by SMS."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import requests
from sqlalchemy import select
from twilio.request_validator import RequestValidator

from portal.people.models_mandates import Mandate

BASE, TOKEN = "https://porte.exemple.fr", "jeton d'essai"


@pytest.fixture
def settings(settings):
    return replace(settings, twilio_auth_token=TOKEN)


@pytest.fixture
def odette(world):
    world.departement()
    return world.person(
        given_names="Odette",
        family_name="Modèle",
        mobile="+33639980012",
        email=None,
        address=["1 RUE X", "62000 ARRAS"],
    )


@pytest.fixture
def enter(app):
    """Signs a visitor in: the session that their proofs would have left."""

    def give_session(visitor, *, agent=None, person=None):
        client = app.test_client()
        with client.session_transaction(base_url="https://localhost") as session:
            if agent is not None:
                now = app.extensions["portal"].clock()
                session.update(agent_id=agent.id, idle_minutes=20, confirmed_at=now.isoformat())
            if person is not None:
                session.update(person_id=person.id, level="reachable", how="mobile")
        cookie = client.get_cookie("porte", domain="localhost")
        visitor.context.add_cookies([{"name": "porte", "value": cookie.value, "url": visitor.site}])

    return give_session


def states(world):
    with world.database.transaction() as session:
        return [(row.kind.value, row.state.value, row.ended_by) for row in session.scalars(select(Mandate))]


@pytest.mark.parametrize("device", [{}, {"phone": True, "scripts": False}], ids=["desk", "small, no scripts"])
def test_an_agent_helps_someone_on_the_phone_with_the_banner_on_each_page_then_stops(
    visit, enter, world, odette, device
):
    agent = visit(**device)
    enter(agent, agent=world.agent("accueil"))
    agent.go(f"/agents/personnes/{odette.id}/mandats")
    agent.follow("La personne est au téléphone")
    agent.press("Agir pour cette personne")
    agent.reads("Il faut 3 réponses justes")
    for fact in ("Sa date de naissance", "Son adresse", "Son numéro de mobile"):
        agent.tick(fact)
    agent.reads("Je m'appelle Camille, du Département.")
    agent.tick("J'ai lu le texte, et la personne a dit oui.")
    agent.press("Agir pour cette personne")
    for page in ("/mon-espace", "/mon-espace/messages", "/aide"):
        agent.go(page)
        agent.reads("Vous agissez pour Odette Modèle")
        agent.reads("Pour : les rendez-vous, les messages, les choix, les droits.")
    agent.press("Arrêter d'agir pour Odette Modèle")
    agent.reads("aide terminée")
    assert states(world) == [("phone", "ended", "agent")]


@pytest.mark.parametrize("device", [{}, {"phone": True}], ids=["desk", "small"])
def test_a_mandate_is_given_to_someone_close_used_and_ended(visit, enter, world, odette, device):
    giver, holder = visit(**device), visit(**device)
    enter(giver, person=odette)
    enter(holder, person=world.person(given_names="Dominique", family_name="Aidant"))
    giver.go("/mon-espace/mandats")
    giver.follow("Laisser un proche agir pour moi")
    giver.press("Créer la référence")
    giver.reads("Cochez au moins une ligne")
    giver.tick("Les rendez-vous")
    for part, text in (("day", "1"), ("month", "6"), ("year", "2027")):
        giver.page.locator(f"#last_day-{part}").fill(text)
    giver.press("Créer la référence")
    reference = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", giver.page.inner_text("main")).group()
    giver.follow("Voir le mandat à imprimer")
    giver.reads(reference)

    holder.go("/mon-espace/mandats")
    holder.follow("J'ai reçu une référence")
    holder.fill("La référence du mandat", reference.lower())
    for part, text in (("day", "29"), ("month", "2"), ("year", "1980")):
        holder.page.locator(f"#birth_date-{part}").fill(text)
    holder.press("Accepter d'agir pour cette personne")
    holder.press("Agir pour Odette Modèle")
    holder.reads("Vous agissez pour Odette Modèle")

    giver.go("/mon-espace/mandats")
    giver.reads("Dominique Aidant")
    giver.press("Arrêter ce mandat")
    giver.reads("Cette personne ne peut plus agir")
    holder.go("/mon-espace")
    holder.reads("Vous n'agissez plus pour cette personne")
    holder.press("J'ai compris")
    holder.reads("Les mandats que j'ai donnés")
    assert states(world) == [("relative", "ended", "space")]


def test_a_yes_by_text_message_lets_an_organisation_act(visit, enter, world, odette, site, worker, gateways):
    ccas = world.organisation(name="CCAS d'Essai")
    agent, partner = visit(), visit()
    enter(agent, agent=world.agent("accueil"))
    agent.go(f"/agents/personnes/{odette.id}/mandats")
    agent.follow("À un organisme (CCAS, association)")
    agent.tick("CCAS d'Essai")
    agent.tick("Les rendez-vous")
    agent.tick("31 jours")
    agent.tick("Par SMS")
    agent.press("Enregistrer")
    agent.reads("Le SMS part")
    worker()
    assert "Répondez OUI ou NON" in gateways.sms.sent[-1].text

    form = {"From": "+33639980012", "Body": "Oui merci 🙂", "MessageSid": "SM1"}
    path = "/hooks/twilio/inbound"
    signed = RequestValidator(TOKEN).compute_signature(f"{BASE}{path}", form)
    answer = requests.post(f"{site}{path}", data=form, headers={"X-Twilio-Signature": signed}, timeout=10)
    assert answer.status_code == 200
    worker()
    assert "STOP MANDAT" in gateways.sms.sent[-1].text

    enter(partner, agent=world.agent("partenaire 1", organisation_id=ccas.id))
    partner.go("/agents/mandats")
    partner.press("Agir pour cette personne")
    partner.reads("Vous agissez pour Odette Modèle")
    partner.press("Arrêter d'agir pour Odette Modèle")
    partner.reads("Les personnes qui vous ont donné mandat")
    assert states(world) == [("organisation", "active", None)]


def test_the_pages_of_an_agent_pass_on_a_small_screen(visit, enter, world, odette):
    world.organisation(name="CCAS d'Essai")
    world.mandate(odette, holder_id=world.person().id, kind="relative", state="asked", agreed_at=None)
    world.mandate(odette, agent_id=world.agent().id, kind="phone", ends_at=world.now + timedelta(hours=2))
    agent = visit(phone=True)
    enter(agent, agent=world.agent("accueil"))
    for page in ("", "/telephone", "/guichet", "/organisme", "/proche", "/representant"):
        agent.go(f"/agents/personnes/{odette.id}/mandats{page}")
    for page in ("/agents/mandats", "/agents/mandats/1"):
        agent.go(page)
    partner = visit(phone=True)
    enter(partner, agent=world.agent("partenaire 2", organisation_id=world.organisation().id))
    partner.go("/agents/mandats")
