"""The pages on which an agent makes one file of two, sees it before, and takes it back after."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.people.models import Person
from portal.people.models_merges import Merge
from tests.desk.merging import merged
from tests.entering import enter_person


@pytest.fixture
def pair(world):
    """Camille, twice, under two mobiles."""
    world.departement()
    both = {"given_names": "Camille", "family_name": "Martin-Essai"}
    kept = world.person(**both, mobile="+33639980001", email=None)
    return kept, world.person(**both, mobile="+33639980002", email="camille@exemple.fr", address=["62000 ARRAS"])


@pytest.fixture
def agent(world, enter):
    agent = world.agent("accueil")
    enter(agent)
    return agent


def form_of(client, path):
    page = client.get(path).page
    (number,) = [at for at, form in enumerate(page.all("form")) if form.get("action") == path]
    return page.fields(number)


def send(client, path, **typed):
    return client.post(path, data=form_of(client, path) | typed)


def path_of(pair, end="fusionner/{}"):
    return f"/agents/personnes/{pair[0].id}/{end.format(pair[1].id)}"


@pytest.mark.usefixtures("agent")
def test_from_the_card_to_one_file_and_back(pair, client, database) -> None:
    kept, gone = pair
    here = path_of(pair, "fusionner")
    page = client.get(here).page
    assert path_of(pair) in page.links().values()
    assert send(client, here, other=str(gone.id)).headers["Location"] == path_of(pair)
    preview = client.get(path_of(pair)).page
    for told in ("06 39 98 00 01", "06 39 98 00 02", "62000 ARRAS", "La fiche qui reste"):
        assert told in preview.text()
    refused = send(client, path_of(pair))
    assert refused.status_code == 422
    assert "Vérifiez avec la personne" in refused.page.text()
    done = send(client, path_of(pair), checked="y", **{"garder-mobile": "gone", "garder-email": "forged"})
    assert done.headers["Location"] == f"/agents/personnes/{kept.id}?fait=reunie"
    card = client.get(done.headers["Location"]).page
    assert "Les deux fiches sont réunies." in card.text()
    for shown in ("06 39 98 00 02", "camille@exemple.fr", f"Fiche n° {gone.id} réunie ici"):
        assert shown in card.text()
    assert client.get(f"/agents/personnes/{gone.id}").headers["Location"] == f"/agents/personnes/{kept.id}"
    with database.transaction() as session:
        made = session.scalars(select(Merge)).one()
    undo = f"/agents/personnes/{kept.id}/separer/{made.id}"
    assert f"fiche n° {gone.id}" in client.get(undo).page.text()
    with database.transaction() as session:
        session.get_one(Person, kept.id).mobile = "+33639980009"
    back = send(client, undo)
    card = client.get(back.headers["Location"]).page
    assert "Changé depuis, donc gardé" in card.text()
    assert "Téléphone mobile" in card.text()
    assert client.get(f"/agents/personnes/{gone.id}").status_code == 200
    assert client.get(undo).headers["Location"] == f"/agents/personnes/{kept.id}?fait=separee"
    with database.transaction() as session:
        verbs = set(session.scalars(select(JournalLine.verb).where(JournalLine.for_person_id == gone.id)))
        assert {"file.read", "people.merged", "people.unmerged"} <= verbs


@pytest.mark.usefixtures("agent")
def test_pressed_twice_or_gone_back_to_it_is_done_once(pair, client, database) -> None:
    kept, _ = pair
    fields = form_of(client, path_of(pair)) | {"checked": "y"}
    first, second = (client.post(path_of(pair), data=fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"] == f"/agents/personnes/{kept.id}?fait=reunie"
    assert client.get(path_of(pair)).headers["Location"].startswith(f"/agents/personnes/{kept.id}?")
    with database.transaction() as session:
        assert len(session.scalars(select(Merge)).all()) == 1


@pytest.mark.usefixtures("agent")
def test_what_changed_since_the_preview_is_seen_again(pair, client, database) -> None:
    fields = form_of(client, path_of(pair)) | {"checked": "y"}
    with database.transaction() as session:
        session.get_one(Person, pair[1].id).mobile = "+33639980009"
    answer = client.post(path_of(pair), data=fields)
    assert answer.status_code == 409
    assert "06 39 98 00 09" in answer.page.text()
    assert client.post(path_of(pair), data=answer.page.fields() | {"checked": "y"}).status_code == 303


@pytest.mark.usefixtures("agent")
def test_two_people_are_said_to_be_two(pair, client, world) -> None:
    kept, _ = pair
    child = world.person(guardian_id=kept.id)
    page = client.get(f"/agents/personnes/{kept.id}/fusionner/{child.id}").page
    assert "L'une répond pour l'autre" in page.text()
    assert "Réunir les deux fiches" not in [button.text for button in page.all("button")]
    here = path_of(pair, "fusionner")
    for typed in ("", "abc", "99999999999", "999999", str(kept.id)):
        assert send(client, here, other=typed).status_code == 422


def test_a_file_merged_meanwhile_leads_to_where_it_is(pair, agent, client, world, database, clock) -> None:
    kept, gone = pair
    third = world.person()
    merged(database, clock.now, third, gone, agent)
    moved = client.get(path_of(pair))
    assert moved.headers["Location"] == f"/agents/personnes/{kept.id}/fusionner/{third.id}"
    posted = client.post(
        f"/agents/personnes/{gone.id}/protection/oui", data=client.get("/agents/personnes").page.fields()
    )
    assert posted.headers["Location"] == f"/agents/personnes/{third.id}?fait=deja-reunie"
    assert "recommencez ici" in client.get(posted.headers["Location"]).page.text()


def test_a_chain_says_which_to_undo_first_and_thirty_days_are_thirty(
    pair, agent, client, world, database, clock
) -> None:
    kept, gone = pair
    first = merged(database, clock.now, kept, gone, agent)
    last = merged(database, clock.now, world.person(), kept, agent)
    undo = f"/agents/personnes/{last.kept_id}/separer/{first.id}"
    fields = client.get(undo).page.fields()
    early = client.post(undo, data=fields)
    assert early.status_code == 409
    assert "Séparez d'abord" in early.page.text()
    clock.forward(timedelta(days=30))
    enter_again = client.get(f"/agents/personnes/{last.kept_id}/separer/{last.id}")
    assert enter_again.status_code in {200, 302, 303}
    assert client.get(f"/agents/personnes/{last.kept_id}/separer/999").status_code in {302, 303, 404}


def test_whoever_may_not_read_both_files_merges_neither(pair, client, world, enter) -> None:
    professional = world.agent("professionnel")
    world.referent(pair[0], professional)
    enter(professional)
    assert client.get(path_of(pair)).status_code == 404
    assert send(client, path_of(pair, "fusionner"), other=str(pair[1].id)).status_code == 422
    world.referent(pair[1], professional)
    assert client.get(path_of(pair)).status_code == 200
    enter(world.agent("courrier"))
    assert client.get(path_of(pair)).status_code == 403


def test_the_person_reads_what_was_done_in_both_files(pair, agent, client, database, clock) -> None:
    kept, gone = pair
    client.get(f"/agents/personnes/{gone.id}")
    merged(database, clock.now, kept, gone, agent)
    enter_person(client, kept)
    words = client.get("/mon-espace/actions").page.text()
    assert "Deux fiches à votre nom ont été réunies." in words
    assert "Votre fiche a été lue." in words
