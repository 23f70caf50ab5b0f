"""Letters that an address keeps back: put right in the print room, they leave."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import Actor, ActorKind
from portal.letters.desk import PrintRoom
from portal.letters.models import Letter, ReturnReason
from portal.letters.rules_kept import kept_lines
from portal.letters.services_blocked import MendFault, is_shown, mend
from portal.letters.services_keeping import forget_bytes
from portal.letters.services_returns import note_return
from portal.letters.wording_pages import OWN
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Route, Status
from portal.people.models import Person, RouteState
from portal.refusal import Refused
from tests.entering import enter
from tests.letters.messages import ADDRESS, SEALER
from tests.letters.runs import made, queued, queued_to

BLOCKED = "/agents/courriers/bloques"


@pytest.fixture
def gateways(gateways):
    """As elsewhere, with the real print room."""
    return replace(gateways, paper=PrintRoom("https://porte.exemple.fr", SEALER))


def kept_back(world, **person):
    """The message of a letter that an address keeps back."""
    letter = queued_to(world, world.person(address=ADDRESS, mobile=None, email=None, **person))
    with world.database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.status, message.last_error = Status.FAILED, "address_town_missing"
        session.delete(session.get_one(Letter, letter.id))
        session.get_one(Person, message.person_id).address = ["", "", "12 rue de la Démonstration", "", ""]
    return message


def came_back(world):
    """The message of a letter that came back."""
    letter = queued(world)
    with world.database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.status = Status.RETURNED
        drawn = session.get_one(Letter, letter.id)
        drawn.returned_at, drawn.return_reason = world.now, ReturnReason.UNKNOWN
        session.get_one(Person, message.person_id).address_state = RouteState.DOUBTFUL
    return message


def test_an_address_put_right_lets_the_letter_leave(client, database, gateways, clock, world):
    world.departement()
    message = kept_back(world)
    enter(client, world.agent("courrier"))
    assert "La ville manque" in client.get(BLOCKED).text
    address = f"{BLOCKED}/{message.id}"
    fields = client.get(address).page.fields()
    wrong = client.post(address, data=fields | {"postcode": "62000"})
    assert wrong.status_code == 422
    assert wrong.page.fields()["postcode"] == "62000"
    lines = fields | {"postcode": "75001", "town": "Paris"}
    assert client.post(address, data=lines).location.endswith("fait=part")
    send_due(database, gateways, clock)
    with database.transaction() as session:
        assert session.get_one(Message, message.id).status is Status.QUEUED
        assert session.get_one(Message, message.id).recipient.endswith("75001 PARIS")
    assert "Aucune lettre" in client.get(BLOCKED).text
    assert client.get(address).status_code == 404
    assert client.post(address, data=lines).location.endswith("fait=deja")


def test_a_letter_that_came_back_is_drawn_anew_under_another_reference(client, database, gateways, clock, world):
    world.departement()
    message = came_back(world)
    enter(client, world.agent("courrier"))
    address = f"{BLOCKED}/{message.id}"
    page = client.get(address)
    assert "12 RUE DE LA DEMONSTRATION" in page.text
    client.post(address, data=page.page.fields() | {"street": "9 rue Neuve", "postcode": "75001", "town": "Paris"})
    send_due(database, gateways, clock)
    with database.transaction() as session:
        drawn = session.scalars(select(Letter.reference).where(Letter.message_id == message.id).order_by(Letter.id))
        first, second = drawn.all()
        assert second == f"{first}B"
        told = session.scalars(select(Message).where(Message.kind == "preferences_changed")).all()
        assert {(one.route, one.status) for one in told} == {(Route.LETTER, Status.QUEUED)}


def test_an_address_that_is_right_after_all_is_said_so_in_one_press_from_the_list(client, database, world):
    world.departement()
    message, kept = came_back(world), kept_back(world)
    with database.transaction() as session:
        session.get_one(Person, message.person_id).address = ["", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
    enter(client, world.agent("courrier"))
    page = client.get(BLOCKED).page
    assert "12 RUE DE LA DEMONSTRATION 62000 ARRAS" in page.text()
    assert page.text().count("L'adresse est bonne") == 1
    assert client.post(f"{BLOCKED}/{message.id}", data=page.fields()).location.endswith("fait=part")
    with database.transaction() as session:
        assert session.get_one(Message, message.id).status is Status.WAITING
        assert session.get_one(Person, message.person_id).address_state is RouteState.UNTRIED
        assert session.get_one(Message, kept.id).status is Status.FAILED


def test_a_change_told_to_the_former_home_does_not_hide_the_letter_that_came_back_from_the_new_one(
    client, database, world
):
    world.departement()
    person = world.person(address=ADDRESS, mobile=None, email=None)
    reminder, told = (queued_to(world, person) for _ in range(2))
    with database.transaction() as session:
        for letter in (reminder, told):
            row, drawn = session.get_one(Message, letter.message_id), session.get_one(Letter, letter.id)
            row.status, drawn.returned_at, drawn.return_reason = Status.RETURNED, world.now, ReturnReason.UNKNOWN
        row.kind, row.event, row.to = "address_changed", {"kind": "single"}, "1 rue Ancienne"
        session.get_one(Person, person.id).address_state = RouteState.DOUBTFUL
    enter(client, world.agent("courrier"))
    assert "1 lettre bloquée par une adresse" in client.get("/agents/courriers").page.text()
    page = client.get(BLOCKED).page
    assert "12, rue de la Démonstration" in page.text()
    assert "Ancienne" not in page.text()
    assert client.post(f"{BLOCKED}/{reminder.message_id}", data=page.fields()).location.endswith("fait=part")
    with database.transaction() as session:
        assert session.get_one(Person, person.id).address_state is RouteState.UNTRIED
        assert session.get_one(Message, told.message_id).status is Status.RETURNED
    assert "Aucune lettre n'est bloquée" in client.get(BLOCKED).page.text()


def asked_for(world, status, code=None):
    """The message of a page that somebody asked for by post, who has no file."""
    letter = queued(world)
    with world.database.transaction() as session:
        message = session.get_one(Message, letter.message_id)
        message.kind, message.event, message.person_id = "page_asked", {"kind": "single"}, None
        message.status, message.last_error, message.to = status, code, "\n".join(ADDRESS)
        if status is Status.RETURNED:
            drawn = session.get_one(Letter, letter.id)
            drawn.returned_at, drawn.return_reason = world.now, ReturnReason.UNKNOWN
    return message


def test_a_page_asked_for_that_does_not_arrive_is_before_the_room_and_leaves_again(client, database, world):
    world.departement()
    enter(client, world.agent("courrier"))
    returned, refused = asked_for(world, Status.RETURNED), asked_for(world, Status.FAILED, "printer_rejected")
    page = client.get(BLOCKED).page
    assert "Page demandée Revenue Une lettre est revenue de cette adresse." in page.text()
    assert "L'imprimeur l'a refusée." in page.text()
    for message in (returned, refused):
        form = client.get(BLOCKED).page.fields(0)
        assert client.post(f"{BLOCKED}/{message.id}", data=form).location.endswith("fait=part")
    with database.transaction() as session:
        statuses = session.scalars(select(Message.status).order_by(Message.id)).all()
    assert statuses == [Status.WAITING] * 2


def test_a_page_asked_for_that_cannot_leave_at_all_is_for_a_human_to_answer(client, world):
    world.departement()
    enter(client, world.agent("courrier"))
    asked_for(world, Status.FAILED, "letter_too_long")
    asked_for(world, Status.FAILED, "too_late")
    today = client.get("/agents/courriers").page.text()
    assert "2 pages demandées par courrier ne peuvent pas partir" in today
    assert "un appel" not in today
    text = client.get(BLOCKED).page.text()
    assert "Aucune lettre n'est bloquée par son adresse." in text
    assert "Son texte est trop long pour une lettre." in text
    assert "Elle arriverait trop tard." in text
    assert "Lettres qui ne peuvent pas être imprimées" not in text


def test_whoever_was_answered_in_another_way_waits_no_more_and_the_pages_words_are_not_kept(client, database, world):
    world.departement()
    enter(client, world.agent("courrier"))
    message = asked_for(world, Status.FAILED, "too_late")
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.subject, row.context = OWN, row.context | {"pages": {"fr": "ses réponses"}}
    page = client.get(BLOCKED).page
    assert "J'ai répondu autrement" in page.text()
    for _twice, said in enumerate(("C'est noté.", "C'était déjà noté, ou la demande ne sert plus.")):
        done = client.post(f"{BLOCKED}/{message.id}/repondu", data=page.fields())
        assert said in client.follow(done).page.text()
    assert "ne peut pas partir" not in client.get("/agents/courriers").page.text()
    assert client.post(f"{BLOCKED}/{message.id}/repondu").location.endswith("fait=expire")
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        assert (row.status, row.delivered_at) == (Status.DONE, world.now)
        verbs = session.scalars(select(JournalLine.verb).where(JournalLine.object_id == message.id)).all()
        assert verbs.count("letter.answered") == 1
        assert forget_bytes(session, world.now + timedelta(days=31)) == 1
    with database.transaction() as session:
        assert "pages" not in session.get_one(Message, message.id).context


def test_letters_that_cannot_be_printed_are_counted_on_the_page_of_today(client, database, world):
    world.departement()
    enter(client, world.agent("courrier"))
    letter = queued(world)
    with database.transaction() as session:
        row = session.get_one(Message, letter.message_id)
        row.status, row.last_error = Status.FAILED, "letter_unprintable"
    today = client.get("/agents/courriers").page
    assert "1 lettre ne peut pas être imprimée" in today.text()
    assert today.links()["Voir la liste"] == f"{BLOCKED}#impossibles"
    said = f"Confirmation de rendez-vous, Dominique Essai (message n° {letter.message_id})"
    assert said in client.get(BLOCKED).page.text()


BY = Actor(ActorKind.AGENT, 1)


def fix(database, now, message, lines, shown=ADDRESS):
    with database.transaction() as session:
        return mend(
            session,
            now,
            message_id=message.id,
            shown=shown,
            lines=lines,
            by=BY,
            base_url="https://porte.exemple.fr",
        )


def test_the_same_lines_say_that_the_address_is_right_and_a_letter_past_its_use_stays(database, world):
    message = came_back(world)
    assert not fix(database, world.now + timedelta(days=60), message, ADDRESS)
    with database.transaction() as session:
        person = session.get_one(Person, message.person_id)
        assert (person.address, person.address_state) == (ADDRESS, RouteState.UNTRIED)
        assert session.get_one(Message, message.id).status is Status.RETURNED


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        ({"address": ["", "", "9 rue Neuve", "", "62300 Lens"]}, MendFault.CHANGED),
        ({"wants_discretion": True}, MendFault.DISCREET),
    ],
)
def test_what_changed_meanwhile_and_whoever_is_discreet_are_left_alone(database, world, person, fault):
    message = came_back(world)
    with database.transaction() as session:
        row = session.get_one(Person, message.person_id)
        for name, value in person.items():
            setattr(row, name, value)
    with pytest.raises(Refused) as refused:
        fix(database, world.now, message, ["", "", "1 rue X", "", "75001 Paris"])
    assert refused.value.reason is fault


def test_the_room_says_a_place_that_keeps_letters_right_again_and_writes_no_address_over_it(database, world):
    message, place = came_back(world), world.place(name="MDS Essai Nord")
    lines = kept_lines(place)
    with database.transaction() as session:
        person = session.get_one(Person, message.person_id)
        person.address = lines
        session.flush()
        person.letters_kept_at_id = place.id

    def mended(typed):
        with database.transaction() as session:
            given = {"message_id": message.id, "shown": lines, "lines": typed, "by": Actor.agent(1), "base_url": ""}
            mend(session, world.now, **given)

    for typed, state in ((ADDRESS, RouteState.DOUBTFUL), (lines, RouteState.FAILED)):
        with database.transaction() as session:
            session.get_one(Person, message.person_id).address_state = state
        with pytest.raises(Refused) as refused:
            mended(typed)
        assert refused.value.reason is MendFault.KEPT
    with database.transaction() as session:
        session.get_one(Person, message.person_id).address_state = RouteState.DOUBTFUL
    mended(lines)
    with database.transaction() as session:
        person = session.get_one(Person, message.person_id)
        assert (person.letters_kept_at_id, person.address_state) == (place.id, RouteState.UNTRIED)


def test_a_page_that_was_drawn_before_its_address_was_doubted_is_drawn_anew_for_the_one_put_right(
    database, gateways, clock, world
):
    world.departement()
    person = world.person(address=ADDRESS, mobile=None, email=None)
    letter = queued_to(world, person)
    made(database, world.now)
    page = queued_to(world, person)
    with database.transaction() as session:
        message = session.get_one(Message, page.message_id)
        message.event, message.to = {"kind": "single"}, "\n".join(ADDRESS)
    with database.transaction() as session:
        note_return(session, world.now, reference=letter.reference, reason=ReturnReason.UNKNOWN, by=BY)
    with database.transaction() as session:
        held = session.get_one(Message, page.message_id)
        assert (held.status, held.last_error) == (Status.FAILED, "route_failed")
    assert fix(database, world.now, message, ["", "", "9 rue Neuve", "", "62300 Lens"])
    send_due(database, gateways, clock)
    with database.transaction() as session:
        drawn = session.scalars(select(Letter).where(Letter.message_id == page.message_id)).one()
        assert (drawn.postcode, session.get_one(Message, page.message_id).status) == ("62300", Status.QUEUED)


def test_an_address_asked_for_is_mended_on_the_letter_alone_and_only_what_is_blocked_is(database, world):
    message = came_back(world)
    with database.transaction() as session:
        session.get_one(Message, message.id).to = "\n".join(ADDRESS)
    with database.transaction() as session:
        assert is_shown(session.get_one(Message, message.id)) == ADDRESS
    other = ["", "", "1 rue X", "", "75001 Paris"]
    assert fix(database, world.now, message, other)
    with database.transaction() as session:
        assert session.get_one(Message, message.id).to == "\n".join(other)
        assert session.get_one(Person, message.person_id).address == ADDRESS
    with pytest.raises(Refused) as refused:
        fix(database, world.now, message, other)
    assert refused.value.reason is MendFault.DONE
