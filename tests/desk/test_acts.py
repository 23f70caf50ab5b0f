"""What an agent checks and changes: written, journaled, told to the person; two at once lose nothing silently."""

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment
from portal.desk import services
from portal.desk.rules import DeskFault, Document, shown
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Challenge, Credential, CredentialKind
from portal.people.models_mandates import Mandate
from portal.people.services_preferences import preferences_of
from portal.refusal import Refused
from tests.booking.desk import BASE
from tests.desk.merging import promised
from tests.reading import all_of

pytestmark = pytest.mark.usefixtures("agent")

ADDRESS = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]


@pytest.fixture
def agent(world, house, enter):
    agent = world.agent("accueil", place=house.here)
    enter(agent)
    return agent


def fresh(database, person) -> Person:
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def verbs(database):
    return [line.verb for line in all_of(database, JournalLine)]


def send(client, person, page, **typed):
    """Presses the form of a file that leads to `page`."""
    here = f"/agents/personnes/{person.id}"
    source = client.get(here if page != "modifier" else f"{here}/modifier").page
    forms = source.all("form")
    (number,) = [at for at, form in enumerate(forms) if form.get("action") == f"{here}/{page}"]
    return client.post(f"{here}/{page}", data=source.fields(number) | typed)


def set_on(database, person, **values):
    with database.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(Person, person.id), name, value)


def test_an_identity_seen_is_noted_and_what_was_checked_opens_the_space_wholly(client, house, agent, database) -> None:
    answer = client.follow(send(client, house.person, "identite", document="passeport", mobile="y"))
    assert "L'identité est notée" in answer.page.text()
    person = fresh(database, house.person)
    assert (person.identity_seen_at is not None, person.identity_seen_by) == (True, agent.id)
    (proved,) = all_of(database, Credential)
    assert (proved.kind, proved.value, proved.is_vouched) == (CredentialKind.MOBILE, "+33639980033", True)
    (line,) = [line for line in all_of(database, JournalLine) if line.verb == "identity.seen"]
    assert (line.actor_id, line.for_person_id, line.details) == (agent.id, person.id, {"document": 2, "checked": 1})


def test_no_document_chosen_is_said_beside_the_choice(client, house, database) -> None:
    answer = send(client, house.person, "identite")
    assert answer.status_code == 422
    assert "Choisissez le document" in answer.page.text()
    assert fresh(database, house.person).identity_seen_at is None


def test_a_mobile_that_changed_meanwhile_is_not_vouched_for(client, house, database) -> None:
    here = f"/agents/personnes/{house.person.id}"
    source = client.get(here).page
    (number,) = [at for at, form in enumerate(source.all("form")) if form.get("action") == f"{here}/identite"]
    set_on(database, house.person, mobile="+33639980077")
    typed = source.fields(number) | {"document": "carte", "mobile": "y"}
    answer = client.post(f"{here}/identite", data=typed)
    assert answer.status_code == 409
    assert "Cette fiche a changé" in answer.page.text()
    assert (all_of(database, Credential), fresh(database, house.person).identity_seen_at) == ([], None)


def test_an_address_checked_lets_the_letter_open_the_space_wholly(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS)
    assert "notée comme vérifiée" in client.follow(send(client, house.person, "adresse")).page.text()
    assert fresh(database, house.person).address_confirmed_at is not None
    assert "Une lettre" in client.follow(send(client, house.person, "lettre")).page.text()
    (challenge,) = all_of(database, Challenge)
    assert (challenge.person_id, challenge.is_vouched, challenge.to) == (house.person.id, True, "\n".join(ADDRESS))
    assert {"address.confirmed", "sign_in.letter_sent"} <= set(verbs(database))


def test_no_letter_leaves_for_an_address_where_none_arrives(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS, address_state=RouteState.FAILED)
    answer = send(client, house.person, "lettre")
    assert answer.status_code == 422
    assert "Aucune lettre ne peut arriver" in answer.page.text()
    assert all_of(database, Challenge) == []


def test_a_protection_ends_what_the_person_had_given_to_others(client, house, database, world) -> None:
    given = world.mandate(house.person, organisation_id=world.organisation().id)
    lawful = world.mandate(house.person, organisation_id=world.organisation().id, kind="legal")
    send(client, house.person, "protection/oui")
    states = {one.id: one.state.value for one in all_of(database, Mandate)}
    assert states == {given.id: "ended", lawful.id: "active"}
    assert "mandate_ended" in {one.kind for one in all_of(database, Message)}


def test_a_protection_is_marked_and_taken_away(client, house, database) -> None:
    send(client, house.person, "protection/oui")
    assert fresh(database, house.person).is_protected
    send(client, house.person, "protection/non")
    assert not fresh(database, house.person).is_protected
    assert [verb for verb in verbs(database) if verb.startswith("protection")] == [
        "protection.marked",
        "protection.removed",
    ]


@pytest.mark.parametrize("page", ["identite", "adresse", "lettre", "protection/oui", "modifier"])
def test_a_press_without_the_page_s_token_changes_nothing(client, house, database, page) -> None:
    before = fresh(database, house.person)
    answer = client.post(f"/agents/personnes/{house.person.id}/{page}", data={"document": "carte"})
    assert answer.status_code == 422
    after = fresh(database, house.person)
    assert (after.identity_seen_at, after.address_confirmed_at, after.is_protected, after.mobile) == (
        before.identity_seen_at,
        before.address_confirmed_at,
        before.is_protected,
        before.mobile,
    )


def test_contacts_and_choices_are_changed_and_the_person_and_the_old_way_are_told(
    client, house, database, world
) -> None:
    world.commune()
    typed = {"mobile": "06 39 98 00 66", "mobile_checked": "y", "wants_paper": "y", "wants_email": ""}
    place = {"street": "1 rue de la Démonstration", "postcode": "62000", "town": "Arras"}
    answer = client.follow(send(client, house.person, "modifier", **typed, **place))
    assert "La fiche est à jour" in answer.page.text()
    person = fresh(database, house.person)
    assert (person.mobile, person.wants_paper, person.address[2]) == (
        "+33639980066",
        True,
        "1 rue de la Démonstration",
    )
    told = {(message.kind, message.route, message.to) for message in all_of(database, Message)}
    assert ("contact_changed", "sms", "+33639980033") in told
    changes = next(one.context["changes"] for one in all_of(database, Message) if one.kind == "preferences_changed")
    assert set(changes) >= {"address", "mobile"}
    assert ("paper_chosen", "letter", None) in told
    (proved,) = all_of(database, Credential)
    assert (proved.value, proved.is_vouched) == ("+33639980066", True)


def test_a_way_taken_out_opens_the_space_no_more_and_is_told(client, house, database, world) -> None:
    world.credential(house.person, CredentialKind.MOBILE, "+33639980033")
    send(client, house.person, "modifier", mobile="")
    assert fresh(database, house.person).mobile is None
    assert all_of(database, Credential)[0].ended_at is not None
    assert ("contact_changed", "+33639980033") in {(one.kind, one.to) for one in all_of(database, Message)}


def test_whoever_entered_by_a_way_taken_out_is_signed_out(app, client, house) -> None:
    holder = app.test_client()
    holder.environ_base["wsgi.url_scheme"] = "https"
    with holder.session_transaction(base_url="https://localhost") as session:
        session.update(person_id=house.person.id, level="reachable", how="mobile")
    assert holder.get("/mon-espace").status_code == 200
    send(client, house.person, "modifier", mobile="")
    assert holder.get("/mon-espace").headers["Location"].startswith("/connexion")


def test_a_way_that_had_failed_is_not_told(database, house, clock) -> None:
    set_on(database, house.person, mobile_state=RouteState.FAILED, email=None)
    with database.transaction() as session:
        person = session.get_one(Person, house.person.id)
        wanted = services.Wanted(None, None, preferences_of(person))
        by = Actor.agent(house.doctor.id)
        asked = {"person_id": person.id, "by": by, "wanted": wanted, "shown": shown(person), "base_url": BASE}
        assert services.change_file(session, clock.now, **asked) == {"mobile"}
        asked["shown"] = shown(person)
        assert services.change_file(session, clock.now, **asked) == frozenset()
    assert "contact_changed" not in {message.kind for message in all_of(database, Message)}


def test_nothing_changed_tells_nobody(client, house, database) -> None:
    send(client, house.person, "modifier")
    assert all_of(database, Message) == []
    assert "preferences.changed" not in verbs(database)


@pytest.mark.parametrize(
    "typed",
    [{"mobile": "12"}, {"mobile": "03 53 01 00 12"}, {"email": "non"}, {"wants_paper": "y"}, {"language": "xx"}],
)
def test_what_cannot_be_is_said_and_what_was_typed_is_kept(client, house, database, typed) -> None:
    answer = send(client, house.person, "modifier", **typed, landline="03 53 01 00 99")
    assert answer.status_code == 422
    assert answer.page.fields()["landline"] == "03 53 01 00 99"
    assert fresh(database, house.person).landline is None


def test_of_two_agents_at_once_the_second_sees_what_the_first_changed(client, house, database) -> None:
    here = f"/agents/personnes/{house.person.id}/modifier"
    mine = client.get(here).page.fields()
    set_on(database, house.person, mobile="+33639980088", wants_discretion=True, language="en", address=ADDRESS)
    set_on(database, house.person, email=None)
    answer = client.post(here, data=mine | {"landline": "03 53 01 00 77"})
    assert answer.status_code == 409
    for told in ("06 39 98 00 88", "Messages discrets", "Oui", "English", "1 rue de la Démonstration", "Rien"):
        assert told in answer.page.text()
    kept = answer.page.fields()
    assert kept["landline"] == "03 53 01 00 77"
    assert fresh(database, house.person).landline is None
    assert client.post(here, data=kept).status_code == 303
    assert fresh(database, house.person).landline == "+33353010077"


@pytest.mark.parametrize("page", ["", "/modifier", "/mandats/telephone"])
def test_what_was_typed_is_kept_when_the_connection_is_lost(client, house, page) -> None:
    forms = client.get(f"/agents/personnes/{house.person.id}{page}").page.all("form", novalidate="")
    assert {form.get("data-keep") for form in forms} == {""}


def test_reading_the_file_to_change_it_is_journaled_too(client, house, database) -> None:
    client.get(f"/agents/personnes/{house.person.id}/modifier")
    client.get(f"/agents/personnes/{house.person.id}/mandats/telephone")
    read = [line for line in all_of(database, JournalLine) if line.verb == "file.read"]
    assert [line.for_person_id for line in read] == [house.person.id, house.person.id]


def test_what_is_not_there_cannot_be_checked(database, house, clock) -> None:
    set_on(database, house.person, mobile=None)
    with database.transaction() as session:
        person = session.get_one(Person, house.person.id)
        asked = {"person_id": person.id, "by": Actor.agent(house.doctor.id), "shown": shown(person)}
        with pytest.raises(Refused) as no_address:
            services.confirm_address(session, clock.now, **asked)
        seen = {"document": Document.PASSPORT, "checked": [CredentialKind.MOBILE]}
        with pytest.raises(Refused) as no_mobile:
            services.see_identity(session, clock.now, **asked, **seen)
        with pytest.raises(Refused) as gone:
            services.mark_protected(session, clock.now, person_id=999, by=asked["by"], is_protected=True, base_url=BASE)
        services.mark_protected(
            session, clock.now, person_id=person.id, by=asked["by"], is_protected=False, base_url=BASE
        )
    assert {no_address.value.reason, no_mobile.value.reason} == {DeskFault.NOTHING_TO_CHECK}
    assert gone.value.reason is DeskFault.CHANGED


def test_one_press_brings_everything_by_post_and_only_the_persons_word_stops_it(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS)
    card = client.get(f"/agents/personnes/{house.person.id}").page
    (at,) = [n for n, form in enumerate(card.all("form")) if form.get("action").endswith("tout-par-courrier")]
    press = {**card.fields(at), "how": "phone"}
    answer = client.follow(client.post(f"/agents/personnes/{house.person.id}/tout-par-courrier", data=press))
    assert "Tout arrive maintenant par courrier" in answer.page.text()
    assert fresh(database, house.person).wants_paper is True
    assert "paper.chosen" in verbs(database)
    refused = send(client, house.person, "modifier", wants_paper="")
    assert refused.status_code == 422
    assert "Dites comment la personne a demandé d'arrêter le courrier." in refused.page.text()
    assert fresh(database, house.person).wants_paper is True
    client.follow(send(client, house.person, "modifier", wants_paper="", paper_said="letter"))
    assert fresh(database, house.person).wants_paper is False
    assert all_of(database, JournalLine)[-1].verb != "paper.chosen"


def test_without_an_address_one_press_asks_for_it_and_goes_back_where_the_agent_was(client, house, database) -> None:
    here = f"/agents/personnes/{house.person.id}"
    set_on(database, house.person, address=[])
    token = client.get(here).page.fields()["csrf_token"]
    press = {"csrf_token": token, "how": "counter", "retour": "/agents/appel"}
    answer = client.post(f"{here}/tout-par-courrier", data=press)
    assert "Pour lui écrire, il nous faut son adresse" in client.follow(answer).page.text()
    set_on(database, house.person, address=ADDRESS)
    answer = client.post(f"{here}/tout-par-courrier", data=press | {"how": "?"})
    assert (answer.location, fresh(database, house.person).wants_paper) == ("/agents/appel", False)
    answer = client.post(f"{here}/tout-par-courrier", data=press)
    assert (answer.location, fresh(database, house.person).wants_paper) == ("/agents/appel", True)


def test_somebody_discreet_says_first_that_letters_are_safe_there(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS, wants_discretion=True)
    here = f"/agents/personnes/{house.person.id}"
    press = {"csrf_token": client.get(here).page.fields()["csrf_token"], "how": "phone"}
    asked = client.post(f"{here}/tout-par-courrier", data=press).page
    assert asked.h1 == "Est-ce un endroit sûr pour elle ?"
    assert ADDRESS[2] in asked.text()
    said = asked.fields()
    set_on(database, house.person, address=["", "", "2 RUE D A COTE", "", "62000 ARRAS"])
    moved = client.post(f"{here}/tout-par-courrier", data=said)  # another address since: asked again
    assert (moved.page.h1, fresh(database, house.person).letters_chosen_at) == (asked.h1, None)
    client.post(f"{here}/tout-par-courrier", data=moved.page.fields())
    assert fresh(database, house.person).wants_paper is True
    assert fresh(database, house.person).letters_chosen_at is not None


def test_the_form_of_a_file_asks_it_too_and_keeps_what_was_typed(client, house, database, world) -> None:
    world.commune()
    set_on(database, house.person, address=ADDRESS, wants_discretion=True)
    typed = {"wants_paper": "y", "street": "9 rue de l'Abri", "landline": "03 53 01 00 12"}
    asked = send(client, house.person, "modifier", **typed)
    assert (asked.status_code, fresh(database, house.person).wants_paper) == (422, False)
    assert "Est-ce un endroit sûr pour elle" in asked.page.text()
    assert "Lettres à : 9 rue de l'Abri" in asked.page.text()
    path = f"/agents/personnes/{house.person.id}/modifier"
    elsewhere = client.post(path, data=asked.page.fields() | {"is_safe": "y", "street": "2 rue d'à Côté"})
    assert "Lettres à : 2 rue d'à Côté" in elsewhere.page.text()  # another address: asked again
    assert "is_safe" not in elsewhere.page.fields()
    assert client.post(path, data=elsewhere.page.fields() | {"is_safe": "y"}).status_code == 303
    person = fresh(database, house.person)
    assert (person.wants_paper, person.landline, person.letters_chosen_at is None) == (True, "+33353010012", False)
    assert send(client, house.person, "modifier", wants_large_print="y").status_code == 303  # said already


def test_letters_that_came_are_asked_about_when_discretion_begins(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS, wants_paper=True)
    asked = send(client, house.person, "modifier", wants_discretion="y")
    assert "Est-ce un endroit sûr pour elle" in asked.page.text()
    assert fresh(database, house.person).wants_discretion is False
    path = f"/agents/personnes/{house.person.id}/modifier"
    assert client.post(path, data=asked.page.fields() | {"is_safe": "y"}).status_code == 303
    assert fresh(database, house.person).letters_chosen_at is not None


def test_a_reminder_that_waits_names_no_place_once_discretion_is_asked_for(client, house, database, clock) -> None:
    with database.transaction() as session:
        visit = session.scalars(select(Appointment.id).where(Appointment.code == house.code)).one()
    promised(database, clock.now, house.person, visit, context={"place_name": house.here.name, "language": "fr"})
    send(client, house.person, "modifier", wants_discretion="y")
    reminder, *_told = all_of(database, Message)
    assert (reminder.kind, reminder.status, reminder.context["place_name"]) == ("appointment_reminder", "waiting", "")


def test_a_letter_held_by_a_doubted_address_is_said_to_be(client, house, database) -> None:
    set_on(database, house.person, address=ADDRESS)
    here = f"/agents/personnes/{house.person.id}"
    press = {"csrf_token": client.get(here).page.fields()["csrf_token"], "how": "phone"}
    client.post(f"{here}/tout-par-courrier", data=press)
    assert "retenue" not in client.get(here).page.text()
    set_on(database, house.person, address_state=RouteState.DOUBTFUL)
    text = client.get(here).page.text()
    assert "retenue : l'adresse est à vérifier" in text.replace("\u00a0", " ")
