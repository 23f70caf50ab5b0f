"""The versions that a person keeps are among their data, and go when they close their space."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from portal.eligibility.models import AnswersShare, SavedAnswers
from portal.eligibility.queries import book_in_force
from portal.eligibility.rules_kept import Kept
from portal.eligibility.services import keep, share, take_back
from portal.eligibility.services_own import versions_of
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models import Level
from portal.people.models_household import Household
from portal.people.rules_household import Told
from portal.people.services_household import tell_household
from portal.sealing import Sealer
from tests.entering import enter_person
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")

DOWNLOAD, CLOSE = "/mon-espace/mes-donnees", "/mon-espace/fermer/confirmer"


@pytest.fixture
def full(world, database, clock, gateways):
    """Somebody who keeps two versions: one shown to an appointment and once to a référent, the other to nobody."""
    world.departement()
    person, stranger = world.person(), world.person()
    world.commune()
    place, motif, doctor = world.office()
    visit = world.appointment(doctor, place, motif, at("2026-11-26", "09:00"), person)
    with database.transaction() as session:
        book_id, _book = book_in_force(session)

        def version(whose, kept, **given):
            by = Actor.person(whose.id)
            words = {"themes": ["budget"], "book_id": book_id, "sealer": gateways.sealer, "by": by} | given
            return keep(session, clock.now, person_id=whose.id, kept=kept, **words)

        for whose, children in ((person, ("of_another_book", "under3")), (stranger, ("none",))):
            home = Told("62041", is_couple=True, children=children)
            tell_household(session, clock.now, person_id=whose.id, told=home, by=Actor.person(whose.id))

        first = version(
            person,
            Kept({"food": "yes", "age": "1980-02-29", "commune": "62041", "debts": "?"}, wants="Un jardin à moi"),
        )
        version(person, Kept({"food": "no"}, adds="Je reviens"), by=Actor.agent(doctor.id))
        version(stranger, Kept({"food": "no"}, adds="Secret d'une autre"))
        one = {"saved_id": first.id, "person_id": person.id, "by": Actor.person(person.id)}
        share(session, clock.now, appointment_id=visit.id, **one)
        share(session, clock.now, appointment_id=None, **one)
        to_referent = session.scalars(select(AnswersShare.id).where(AnswersShare.appointment_id.is_(None))).one()
        later = clock.now + timedelta(hours=1)
        take_back(session, later, share_id=to_referent, person_id=person.id, by=one["by"])
    return person


@pytest.fixture
def taken(client):
    """The files of a person's data."""

    def take():
        answer = client.post(DOWNLOAD, data=client.get(DOWNLOAD).page.fields())
        with ZipFile(BytesIO(answer.data)) as archive:
            return json.loads(archive.read("donnees.json")), PdfReader(BytesIO(archive.read("donnees.pdf")))

    return take


def test_versions_and_whom_they_are_shown_to_are_taken_away_by_whoever_proved_who_they_are(client, full, taken):
    enter_person(client, full, level=Level.KNOWN)
    data, readable = taken()
    assert "réponses gardées" in data["lisez_moi"]["droits"].replace("\u00a0", " ").casefold()
    first, last = data["droits"]
    assert (first["gardee_le"], first["avec_un_agent"], last["avec_un_agent"]) == (
        "2026-11-23T09:02:00+01:00",
        False,
        True,
    )
    answers = {one["question"]: one["reponse"] for one in first["reponses"]}
    assert answers["Avez-vous de quoi manger aujourd'hui et demain ?".replace(" ?", "\u00a0?")] == (
        "Vous avez de quoi manger."
    )
    assert "Vous vivez à Arras." in answers.values()
    assert {"je ne sais pas", "Vous avez 46\u00a0ans. (1980-02-29)"} <= set(answers.values())
    assert (first["je_veux"], last["j_ajoute"]) == ("Un jardin à moi", "Je reviens")
    assert first["peut_etre"]
    assert data["foyer"] == [
        {
            "dit_le": "2026-11-23T09:02:00+01:00",
            "avec_un_agent": False,
            "commune": "Arras",
            "en_couple": True,
            "enfants": ["of_another_book", "Moins de 3\u00a0ans"],
            "remplace_le": None,
        }
    ]
    assert first["montree"] == [
        {
            "a_qui": "l'agent d'un rendez-vous",
            "rendez_vous_du": "2026-11-26T09:00:00+01:00",
            "depuis_le": "2026-11-23T09:02:00+01:00",
            "jusqu_au": None,
        },
        {
            "a_qui": "votre référent",
            "rendez_vous_du": None,
            "depuis_le": "2026-11-23T09:02:00+01:00",
            "jusqu_au": "2026-11-23T10:02:00+01:00",
        },
    ]
    text = " ".join(" ".join(page.extract_text() for page in readable.pages).replace("\u00a0", " ").split())
    for words in (
        "Vos réponses sur vos droits",
        "Un jardin à moi",
        "À qui : votre référent",
        "Arras",
        "Écrite avec",
        "Votre foyer",
    ):
        assert words in text
    assert "Secret" not in json.dumps(data) + text


def test_the_simple_access_leaves_them_out_and_says_so(client, full, taken):
    enter_person(client, full)
    assert "vos réponses gardées sur vos droits" in client.get(DOWNLOAD).page.text()
    data, readable = taken()
    assert not {"droits", "foyer"} & data.keys()
    assert "droits" not in data["lisez_moi"]
    assert "Vos réponses sur vos droits" not in " ".join(page.extract_text() for page in readable.pages)


def test_closing_the_space_erases_them_with_their_shares_and_says_so_before(client, full, session):
    enter_person(client, full, level=Level.KNOWN)
    assert "Vos réponses gardées sur vos droits sont effacées." in client.get("/mon-espace/fermer").page.text()
    asked = client.get(CLOSE).page
    assert "seront effacées" in asked.text()
    client.post(CLOSE, data=asked.fields())
    assert session.scalar(select(func.count()).select_from(AnswersShare)) == 0
    assert session.scalars(select(SavedAnswers.person_id)).all() != []
    assert full.id not in session.scalars(select(SavedAnswers.person_id)).all()
    removed = select(JournalLine.object_id).where(JournalLine.verb == "rights.removed")
    assert len(session.scalars(removed).all()) == 2
    assert full.id not in session.scalars(select(Household.person_id)).all()
    assert session.scalars(select(JournalLine.for_person_id).where(JournalLine.verb == "household.erased")).all() == [
        full.id
    ]


def test_answers_sealed_with_another_key_are_said_to_be_unreadable(full, session):
    trees = versions_of(session, Sealer("another key, as long as the one of the tests"), full.id)
    assert trees == [{"gardee_le": "2026-11-23T09:02:00+01:00", "illisible": True}] * 2
