"""A resident's pages: who may act for me, whom I act for; beginning, stopping, and what ends meanwhile."""

import pytest
from sqlalchemy import update

from portal.mandates.rules import EndedBy
from portal.people.models_mandates import Mandate, MandateState

MINE = "/mon-espace/mandats"
GIVEN = {"procedures": ["appointments"], "last_day": ["1", "6", "2027"]}


@pytest.fixture
def holder(world):
    world.departement()
    return world.person(given_names="Dominique", family_name="Aidant", mobile="+33639980077")


@pytest.fixture
def held(world, odette, holder):
    """Odette has let Dominique act."""
    return world.mandate(odette, holder_id=holder.id, kind="relative", consent="space", procedures=["appointments"])


def token(client, path=MINE):
    return {"csrf_token": client.get(path).page.fields()["csrf_token"]}


def test_a_mandate_is_given_passed_on_taken_used_and_ended(sign_in, send, client, odette, holder, mandates, told):
    sign_in(person=odette)
    answer = send(f"{MINE}/donner", **GIVEN)
    (mandate,) = mandates()
    assert answer.headers["Location"] == f"{MINE}/{mandate.id}"
    shown = f"{mandate.reference[:4]}-{mandate.reference[4:]}"
    assert shown in client.follow(answer).page.text()
    assert client.get(f"{MINE}/{mandate.id}.pdf").data.startswith(b"%PDF")
    assert shown in client.get(f"{MINE}/{mandate.id}/papier").page.text()
    sign_in(person=holder)
    taken = send(f"{MINE}/recevoir", reference=shown.lower(), birth_date=["29", "2", "1980"])
    assert taken.headers["Location"] == f"{MINE}?fait=recu"
    assert told() == [("mandate_given", "sms", "")]
    begun = client.post(f"/agir/{mandate.id}", data=token(client))
    assert begun.headers["Location"] == "/mon-espace"
    space = client.get("/mon-espace").page.text()
    assert "Vous agissez pour Odette Modèle" in space
    assert "inclus." in space  # a mandate of whole days ends with its last day, not at 0 h of the next
    assert client.get(MINE).status_code == 403  # nobody gives what is not theirs
    stopped = client.post("/agir/arreter", data=client.get("/mon-espace").page.fields(_acting_form(client)))
    assert stopped.headers["Location"] == MINE
    assert mandates()[0].state is MandateState.ACTIVE
    sign_in(person=odette)
    client.post(f"{MINE}/{mandate.id}/fin", data=token(client))
    assert (mandates()[0].state, mandates()[0].ended_by) == (MandateState.ENDED, "space")
    assert "Terminé" in client.get(MINE).page.text()


def _acting_form(client):
    forms = client.get("/mon-espace").page.all("form")
    return next(at for at, form in enumerate(forms) if form.get("action") == "/agir/arreter")


def test_what_was_refused_is_said_beside_its_field(sign_in, send, odette, holder):
    sign_in(person=odette)
    assert "Cochez au moins une ligne" in send(f"{MINE}/donner", last_day=GIVEN["last_day"]).page.text()
    page = send(f"{MINE}/donner", **GIVEN | {"last_day": ["1", "6", "2030"]}).page
    assert "dans les 12 mois" in page.text()
    assert page.fields()["procedures"] == "appointments"
    sign_in(person=holder)
    wrong = send(f"{MINE}/recevoir", reference="ABCD-EFGH", birth_date=["29", "2", "1980"]).page
    assert "ne vont pas ensemble" in wrong.text()
    assert wrong.fields()["reference"] == "ABCD-EFGH"


def test_only_someone_known_may_let_the_carnet_be_opened(sign_in, send, client, odette, mandates):
    sign_in(person=odette)
    assert "carnet" not in client.get(f"{MINE}/donner").page.text()
    forged = send(f"{MINE}/donner", **GIVEN | {"procedures": ["carnet"]})
    assert "Cochez au moins une ligne" in forged.page.text()
    sign_in(person=odette, level="known")
    send(f"{MINE}/donner", **GIVEN | {"procedures": ["carnet"]})
    assert [one.procedures for one in mandates()] == [["carnet"]]


def test_a_protected_person_is_told_who_acts_for_them(sign_in, client, world):
    sign_in(person=world.person(is_protected=True))
    assert "Votre représentant légal agit pour vous" in client.get(f"{MINE}/donner").page.text()


def test_what_the_law_gave_is_not_ended_from_the_space(sign_in, client, world, odette, holder, mandates):
    lawful = world.mandate(odette, holder_id=holder.id, kind="legal", consent="document")
    sign_in(person=odette)
    page = client.get(MINE).page
    assert "Cela vient de la loi ou d'un juge" in page.text()
    assert "Arrêter ce mandat" not in page.text()
    assert "Arrêter ce mandat" not in client.get(f"{MINE}/{lawful.id}").page.text()
    assert client.post(f"{MINE}/{lawful.id}/fin", data=token(client, f"{MINE}/donner")).status_code == 404
    assert mandates()[0].state is MandateState.ACTIVE


def test_references_cannot_be_guessed_for_long(sign_in, send, client, holder):
    sign_in(person=holder)
    for _ in range(10):
        send(f"{MINE}/recevoir", reference="ABCD-EFGH", birth_date=["29", "2", "1980"])
    again = client.post(f"{MINE}/recevoir", data=_reference(client))
    assert again.status_code == 429


def _reference(client):
    return token(client, f"{MINE}/recevoir") | {"reference": "ABCDEFGH", "birth_date": ["29", "2", "1980"]}


def test_what_is_another_s_is_not_found(sign_in, client, world, held, odette):
    stranger = world.person()
    sign_in(person=stranger)
    sent = token(client)
    assert client.get(f"{MINE}/{held.id}").status_code == 404
    assert client.get(f"{MINE}/{held.id}.pdf").status_code == 404
    assert client.get(f"{MINE}/{held.id}/papier").status_code == 404
    assert client.post(f"{MINE}/{held.id}/fin", data=sent).status_code == 404
    assert client.post(f"{MINE}/{held.id}/rendre", data=sent).status_code == 404
    assert client.post(f"/agir/{held.id}", data=sent).status_code == 404
    sign_in(person=odette)  # who gave it does not hold it
    assert client.post(f"/agir/{held.id}", data=token(client)).status_code == 404
    assert client.post(f"{MINE}/{held.id}/rendre", data=token(client)).status_code == 404


def test_a_holder_gives_a_mandate_back(sign_in, client, held, holder, mandates, told):
    sign_in(person=holder)
    client.post(f"{MINE}/{held.id}/rendre")
    assert mandates()[0].state is MandateState.ACTIVE  # without its token nothing is done
    client.post(f"{MINE}/{held.id}/rendre", data=token(client))
    assert mandates()[0].ended_by == "holder"
    assert told() == [("mandate_ended", "sms", "holder")]


def test_acting_begins_with_its_token_alone(sign_in, client, held, holder):
    sign_in(person=holder)
    assert client.post(f"/agir/{held.id}").headers["Location"] == MINE
    assert "Vous agissez" not in client.get("/aide").page.text()


def test_the_documents_of_another_need_a_holder_who_is_known(sign_in, client, world, odette, holder):
    sensitive = world.mandate(odette, holder_id=holder.id, kind="relative", procedures=["documents", "messages"])
    sign_in(person=holder)
    assert client.post(f"/agir/{sensitive.id}", data=token(client)).headers["Location"] == "/mon-espace/niveau"
    sign_in(person=holder, level="known")
    assert client.post(f"/agir/{sensitive.id}", data=token(client)).headers["Location"] == "/mon-espace/messages"


def test_acting_begins_on_a_page_that_the_mandate_opens(sign_in, client, world, odette, holder):
    rights = world.mandate(odette, holder_id=holder.id, kind="relative", procedures=["rights"])
    sign_in(person=holder)
    assert client.post(f"/agir/{rights.id}", data=token(client)).headers["Location"] == "/"


def test_whoever_acts_when_the_mandate_ends_is_told_before_anything_else(sign_in, client, held, holder, database):
    sign_in(person=holder)
    client.post(f"/agir/{held.id}", data=token(client))
    assert client.get("/agir/fini").headers["Location"] == "/"
    with database.transaction() as session:
        session.execute(update(Mandate).values(state="ended", ended_at=held.starts_at, ended_by=EndedBy.PHONE.value))
    told = client.get("/mon-espace")
    assert told.headers["Location"].startswith("/agir/fini")
    page = client.follow(told).page
    assert page.h1 == "Vous n'agissez plus pour cette personne"
    stop = client.post("/agir/arreter", data=page.fields())
    assert stop.headers["Location"] == MINE
    assert client.get(MINE).status_code == 200
    assert client.get("/agir/fini").headers["Location"] == "/"


def test_stopping_needs_its_token_and_is_harmless_for_anyone(sign_in, client, held, holder):
    assert client.post("/agir/arreter").headers["Location"] == "/"
    sign_in(person=holder)
    client.post(f"/agir/{held.id}", data=token(client))
    assert client.post("/agir/arreter").headers["Location"] == "/mon-espace"
    assert "Vous agissez" in client.get("/aide").page.text()
