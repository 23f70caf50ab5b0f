"""Letters kept at a place for people who have no address at all: what the envelope says, who is told, who comes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from portal.directory.models import Place
from portal.directory.parsing import read_directory
from portal.files.folder import Folder
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.address import check_address, printed_lines
from portal.letters.models import Letter, PrintRun
from portal.letters.queries_kept import (
    keeping_places,
    kept_people,
    place_that_keeps,
    untold,
    waiting_anywhere,
    waiting_at,
    without_place,
)
from portal.letters.rules_kept import keeps, kept_lines, line_of, name_of
from portal.letters.services_choice import How, choose_paper
from portal.letters.services_kept import follow_place, hand_over_letter, tell_waiting
from portal.notifications.models import Message, Route, Status
from portal.notifications.wanted import UNSAID
from portal.notifications.ways import first_day_known, reach_of
from portal.paths import DATA
from portal.people.models import Person, RouteState
from portal.people.rules import contact_of
from portal.people.services import card_for
from portal.people.services_preferences import change_preferences, preferences_of
from tests.entering import enter
from tests.french_post import FRENCH_POST
from tests.letters.runs import made, queued_to
from tests.together import at_once

BASE = "https://porte.exemple.fr"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FRIDAY = MONDAY + timedelta(days=4)
STREET = ["", "", "12 rue de la Paix", "", "62000 Arras"]
LONGEST = "Maximilienne-Wilhelmine Montmorency-Essai-Duchateau"


class Communes:
    """Every commune of the Département's own file."""

    def __init__(self, rows):
        self._names = {}
        for row in rows:
            for postcode in row["postal_codes"]:
                self._names.setdefault(postcode, set()).update({row["name"], row["postal_label"]})

    def label_of(self, postal_code):
        return frozenset(self._names.get(postal_code, ()))


class Nowhere:
    """No commune is known: the form of an address alone is checked."""

    def label_of(self, _postal_code):
        return frozenset()


def place(**given):
    known = {"kind": "mds_site", "name": "MDS Lens 1", "street": "3 rue de l'Exemple", "postal_code": "62300"}
    return Place(**known | {"city": "Lens", "closed_on": None} | given)


def test_an_envelope_names_the_site_and_no_service_at_every_place_of_the_real_data():
    read = read_directory(Folder(DATA / "pas-de-calais", DATA / "demo"))
    places = [
        place(key=key, **{name: row[name] for name in ("kind", "name", "street", "postal_code", "city")})
        for key, row in read.places.items()
    ]
    communes, keepers = Communes(read.communes.values()), [one for one in places if kept_lines(one)]
    assert {one.kind for one in places} > {"mds_site"}
    assert {one.key for one in keepers} == {one.key for one in places if one.kind == "mds_site"}
    for one in keepers:
        lines = kept_lines(one)
        assert check_address(lines, communes=communes) == (lines, []), one.key
        printed = printed_lines("Dominique Essai", lines)
        assert printed[1:] == [line for line in lines if line]
        assert len(printed_lines(LONGEST, lines)) <= 6
        assert line_of("\n".join(printed)) == lines[1]
        assert lines[1].startswith("A RETIRER MDS ")
        assert not {"PMI", "MDPH", "RSA", "CCAS", "AUTONOMIE"} & set(lines[1].split())
        assert keeps(one, date(2026, 11, 24), communes)


@pytest.mark.parametrize(
    "given",
    [
        {"street": None},  # nothing but a town: no postman finds it
        {"kind": "pmi"},
        {"kind": "permanence"},
        {"name": "MDS Lens, centre de PMI"},
        {"name": "Maison de l'autonomie de Lens"},
        {"name": "MDS des communes de la haute vallée de la Ternoise"},  # more than 38 characters
        {"closed_on": date(2026, 11, 24)},
    ],
)
def test_a_place_without_a_street_with_a_telling_name_or_closed_keeps_no_letters(given):
    assert not keeps(place(**given), date(2026, 11, 24), Nowhere())


def test_a_place_keeps_until_the_day_it_closes_and_its_envelope_is_read_again():
    one = place(id=4, name="MDS de l'Artois (siège du territoire)", closed_on=date(2026, 11, 25))
    assert keeps(one, date(2026, 11, 24), Nowhere())
    assert kept_lines(one) == ["", "A RETIRER MDS DE L ARTOIS", "3 RUE DE L EXEMPLE", "", "62300 LENS"]
    assert (line_of("Dominique Essai\n12 RUE DE LA PAIX\n62000 ARRAS"), line_of(None), name_of(None)) == (
        None,
        None,
        "",
    )
    assert name_of("Maximilienne-Wilhelmine\nMontmorency\nA RETIRER MDS DE L ARTOIS\n62300 LENS") == (
        "Maximilienne-Wilhelmine Montmorency"
    )


@pytest.fixture
def here(world):
    return world.place(name="MDS Essai Nord")


@pytest.fixture
def keep(world, database):
    """Keeps somebody's letters at a place, as they say it themselves unless `by` is said."""

    def at(person, place, by=None, **given):
        wanted = {"address": tuple(kept_lines(place)), "kept_at": place.id} | given
        return change(database, person, by=by, now=world.now, **wanted)

    return at


def change(database, person, *, by=None, now=MONDAY, **given):
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        by = by or Actor.person(person.id)
        change_preferences(session, now, person=row, by=by, wanted=replace(preferences_of(row), **given))
    return read(database, person)


def read(database, person):
    with database.transaction() as session:
        return session.get_one(Person, person.id)


def posted(database, world, person, *, entered=MONDAY, **changed):
    """A letter to somebody, which the post took on Monday and brings on Thursday; and when the room says so."""
    letter = queued_to(
        world, person, now=MONDAY, recipient_name=f"{person.given_names} {person.family_name}", **changed
    )
    made(database, MONDAY)
    with database.transaction() as session:
        row = session.get_one(Letter, letter.id)
        session.execute(
            update(PrintRun).where(PrintRun.id == row.run_id).values(posted_on=MONDAY.date(), posted_at=entered)
        )
        session.execute(
            update(Message)
            .where(Message.id == row.message_id)
            .values(status=Status.POSTED, sent_at=MONDAY, arrives_on=date(2026, 11, 26))
        )
    return letter


def told(database, person):
    with database.transaction() as session:
        rows = select(Message).where(Message.kind == "letter_waits", Message.person_id == person.id)
        return [(row.route, row.context["place"], row.status) for row in session.scalars(rows.order_by(Message.id))]


def say(database, now):
    with database.transaction() as session:
        return sum(tell_waiting(session, now, one, base_url=BASE) for one in untold(session, now))


def test_another_address_wherever_it_is_written_ends_the_keeping_and_nothing_else_does(world, database, here, keep):
    person = keep(world.person(), here)
    assert (person.address, person.letters_kept_at_id) == (kept_lines(here), here.id)
    assert change(database, person, wants_sms=False).letters_kept_at_id == here.id
    assert change(database, person, address=tuple(STREET)).letters_kept_at_id is None
    for written in (STREET, []):
        person = keep(person, here)
        with database.transaction() as session:
            session.get_one(Person, person.id).address = list(written)
        assert read(database, person).letters_kept_at_id is None
        with database.transaction() as session:
            assert place_that_keeps(session, session.get_one(Person, person.id)) is None
    with database.transaction() as session:  # typed by hand, then said to be the place's
        session.get_one(Person, person.id).address = kept_lines(here)
    assert keep(person, here).letters_kept_at_id == here.id


def test_a_place_chosen_by_themselves_is_a_choice_of_letters_and_by_nobody_else(world, here, keep):
    own = keep(world.person(wants_discretion=True), here)
    assert (own.letters_chosen_at, reach_of(own).address) == (world.now, True)
    helper = world.person()
    given = world.mandate(world.person(), holder_id=helper.id)
    for by in (Actor.agent(1), replace(Actor.person(helper.id), mandate_id=given.id)):
        person = keep(world.person(wants_discretion=True), here, by)
        assert (person.letters_kept_at_id, person.letters_chosen_at) == (here.id, None)
        assert not reach_of(person).address


def test_a_place_from_which_a_letter_came_back_is_put_right_by_choosing_it_again(world, database, here, keep):
    person, helper = keep(world.person(), here), world.person()
    given = world.mandate(person, holder_id=helper.id)
    with database.transaction() as session:
        session.get_one(Person, person.id).address_state = RouteState.DOUBTFUL
    agent = world.agent("accueil", place=here)
    with database.transaction() as session:
        assert [one.id for one in without_place(session, MONDAY, agent_id=agent.id)] == [person.id]
    assert change(database, person, wants_sms=False).address_state is RouteState.DOUBTFUL
    assert keep(person, here).address_state is RouteState.UNTRIED
    with database.transaction() as session:
        assert without_place(session, MONDAY, agent_id=agent.id) == []
    keep(person, here, replace(Actor.person(helper.id), mandate_id=given.id), address=tuple(STREET), kept_at=None)
    keep(person, here, replace(Actor.person(helper.id), mandate_id=given.id))
    assert read(database, person).letters_chosen_at is None
    assert keep(person, here).letters_chosen_at == world.now  # the same place, said by themselves


def test_everything_by_post_may_be_kept_at_a_place(world, database, here):
    person = world.person(mobile=None, email=None)
    given = {"address": kept_lines(here), "kept_at": here.id}
    with database.transaction() as session:
        choose_paper(
            session, world.now, person_id=person.id, by=Actor.person(person.id), how=How.WEB, base_url=BASE, **given
        )
    person = read(database, person)
    assert (person.wants_paper, person.letters_kept_at_id) == (True, here.id)
    with database.transaction() as session:
        routes = set(session.scalars(select(Message.route).where(Message.kind == "paper_chosen")))
    assert routes == {Route.LETTER, Route.DESK}  # nobody has told them until somebody does
    assert first_day_known(person, MONDAY, FRENCH_POST) is None


def test_a_letter_waits_until_the_person_comes_and_is_handed_over_once(world, database, here, keep):
    person = keep(world.person(), here)
    letter = posted(database, world, person)
    posted(database, world, world.person(address=STREET))
    agent, other = world.agent("accueil", place=here), world.agent("accueil", place=world.place())
    with database.transaction() as session:
        (waits,) = waiting_at(session, MONDAY, agent_id=agent.id)
        assert waits[:6] == (
            letter.id,
            letter.reference,
            read(database, person).given_names + " Essai",
            date(2026, 11, 26),
            here.id,
            person.id,
        )
        assert (waits.is_long, waits.is_by_hand) == (False, False)
        assert waiting_at(session, MONDAY + timedelta(days=34), agent_id=agent.id)[0].is_long
        assert waiting_at(session, MONDAY, agent_id=other.id) == []
    for name in ("MDS Essai Sud", "MDS Essai Nord"):  # its envelope bears the name of before
        with database.transaction() as session:
            session.execute(update(Place).where(Place.id == here.id).values(name=name))
            assert [one.letter_id for one in waiting_at(session, MONDAY, agent_id=agent.id)] == [letter.id]
    change(database, person, address=tuple(STREET))  # what lies there still lies there
    with database.transaction() as session:
        assert [one.letter_id for one in waiting_at(session, MONDAY, agent_id=agent.id)] == [letter.id]
    west = world.place(name="MDS Essai Ouest")
    keep(person, west)
    away = world.agent("accueil", place=west)
    with database.transaction() as session:
        assert [one.letter_id for one in waiting_at(session, MONDAY, agent_id=agent.id)] == [letter.id]
        assert waiting_at(session, MONDAY, agent_id=away.id) == []

    def hand():
        with database.transaction() as session:
            return hand_over_letter(session, FRIDAY, letter_id=letter.id, by=Actor.agent(agent.id))

    assert at_once(hand, hand) == {"done": 2}
    assert hand() is False
    with database.transaction() as session:
        assert session.get_one(Letter, letter.id).handed_at == FRIDAY
        assert waiting_anywhere(session, FRIDAY) == []
        (line,) = session.scalars(select(JournalLine).where(JournalLine.verb == "letter.handed"))
        assert (line.for_person_id, line.object_id) == (person.id, letter.id)


def test_whoever_has_a_telephone_is_told_there_that_a_letter_waits_and_discreetly_if_they_want(
    world, database, here, keep
):
    person, discreet = keep(world.person(email=None), here), keep(world.person(email=None, wants_discretion=True), here)
    silent, moved = keep(world.person(wants_silence=True), here), keep(world.person(email=None), here)
    letters = [posted(database, world, one, **UNSAID) for one in (person, person, discreet, moved)]
    posted(database, world, silent)
    change(database, moved, address=tuple(STREET))
    assert say(database, MONDAY) == 0  # still in the post
    assert say(database, FRIDAY) == 3
    assert told(database, person) == [(Route.SMS, "MDS Essai Nord", Status.WAITING)]
    assert told(database, discreet) == [(Route.SMS, "", Status.WAITING)]
    assert told(database, moved) == [(Route.SMS, "MDS Essai Nord", Status.WAITING)]
    assert told(database, silent) == []
    assert say(database, FRIDAY) == 0
    for letter, status in (
        (letters[1], Status.WAITING),
        (letters[0], Status.WITHDRAWN),
    ):  # while another waits, it tells
        with database.transaction() as session:
            assert hand_over_letter(session, FRIDAY, letter_id=letter.id, by=Actor.agent(1))
        assert told(database, person) == [(Route.SMS, "MDS Essai Nord", status)]


def test_a_letter_that_the_room_enters_late_is_told_too_in_the_afternoon_and_once(world, database, here, keep):
    person = keep(world.person(email=None), here)
    posted(database, world, person)
    thursday = datetime(2026, 11, 26, 12, 59, tzinfo=UTC)
    assert say(database, thursday) == 0  # 13:59 in France: the postman may still come
    two = [lambda: say(database, thursday + timedelta(minutes=1))] * 2
    assert at_once(*two) == {"done": 2}
    assert len(told(database, person)) == 1
    letter = posted(database, world, person, entered=FRIDAY)
    assert (say(database, FRIDAY), say(database, FRIDAY)) == (1, 0)
    assert len(told(database, person)) == 2
    with database.transaction() as session:  # told on Friday morning: of what Friday's postman brings, nothing yet
        session.get_one(Message, letter.message_id).arrives_on = FRIDAY.date()
        session.execute(update(Message).where(Message.kind == "letter_waits").values(created_at=FRIDAY))
        assert [one.letter_id for one in untold(session, FRIDAY + timedelta(hours=5))] == [letter.id]
    assert say(database, FRIDAY + timedelta(hours=5)) == 1


def test_what_is_still_in_the_post_keeps_nobody_on_the_way_to_the_place(world, database, here, keep):
    person = keep(world.person(email=None), here)
    there, coming = (posted(database, world, person) for _ in range(2))
    with database.transaction() as session:
        session.get_one(Message, coming.message_id).arrives_on = FRIDAY.date() + timedelta(days=3)
    assert say(database, FRIDAY) == 1
    with database.transaction() as session:
        assert hand_over_letter(session, FRIDAY, letter_id=there.id, by=Actor.agent(1))
    assert told(database, person) == [(Route.SMS, "MDS Essai Nord", Status.WITHDRAWN)]


def test_what_they_have_come_for_meanwhile_is_told_no_more_and_no_place_is_followed(world, database, here, keep):
    person = keep(world.person(), here)
    letter = posted(database, world, person)
    with database.transaction() as session:
        (news,) = untold(session, FRIDAY)
        assert hand_over_letter(session, FRIDAY, letter_id=letter.id, by=Actor.agent(1))
    with database.transaction() as session:
        assert not tell_waiting(session, FRIDAY, news, base_url=BASE)
    change(database, person, address=tuple(STREET))
    with database.transaction() as session:
        assert not follow_place(session, FRIDAY, Nowhere(), person_id=person.id)


def test_whoever_has_no_message_is_told_by_a_human_unless_one_does_already(world, database, here, keep):
    called = keep(world.person(mobile=None, email=None, landline="+33353010012", wants_paper=True), here)
    nowhere = keep(world.person(mobile=None, email=None), here)
    for person in (called, nowhere):
        posted(database, world, person)
    by_hand, both = (keep(world.person(mobile=None, email=None), here) for _ in range(2))
    posted(database, world, both)  # and nobody tells of this one
    for person in (by_hand, both):
        tells_by_hand(database, posted(database, world, person))
    assert say(database, FRIDAY) == 3
    assert told(database, called) == [(Route.CALL, "MDS Essai Nord", Status.WAITING)]
    for person in (nowhere, both):
        assert told(database, person) == [(Route.DESK, "MDS Essai Nord", Status.WAITING)]
    assert told(database, by_hand) == []


def tells_by_hand(database, letter):
    """Somebody has the same to tell at the place."""
    with database.transaction() as session:
        said = session.get_one(Message, letter.message_id)
        hand = {
            name: getattr(said, name) for name in ("event_id", "event", "subject", "subject_id", "person_id", "kind")
        }
        times = {name: getattr(said, name) for name in ("step", "context", "created_at", "due_at", "expires_at")}
        session.add(Message(**hand, **times, retry_until=said.due_at, route=Route.DESK, status=Status.OPEN))


def test_before_anything_is_loaded_nobody_is_told(database):
    assert say(database, FRIDAY) == 0


def test_the_address_follows_its_place_and_nothing_goes_where_letters_are_kept_no_more(world, database, here, keep):
    person, double = keep(world.person(), here), keep(world.person(), here)
    agent = world.agent("accueil", place=here)
    with database.transaction() as session:
        session.get_one(Person, double.id).merged_into_id = person.id
    waiting = queued_to(world, person, now=MONDAY)

    def after(**changed):
        with database.transaction() as session:
            session.execute(update(Place).where(Place.id == here.id).values(**{"name": here.name} | changed))
        with database.transaction() as session:
            count = sum(follow_place(session, MONDAY, Nowhere(), person_id=one) for one in kept_people(session))
            orphans = [one.id for one in without_place(session, MONDAY, agent_id=agent.id)]
            keepers = [one.id for one in keeping_places(session, MONDAY, Nowhere())]
            return count, orphans, keepers

    assert after() == (0, [], [here.id])
    assert after(street="9 place du Modèle") == (2, [], [here.id])
    assert [read(database, one).address[2] for one in (person, double)] == ["9 PLACE DU MODELE"] * 2
    assert read(database, person).letters_kept_at_id == here.id
    assert after(closed_on=date(2026, 11, 25)) == (2, [person.id], [])  # before what leaves now arrives
    assert after() == (0, [person.id], [])
    assert read(database, person).address_state is RouteState.FAILED
    with database.transaction() as session:
        assert session.get_one(Message, waiting.message_id).status is Status.FAILED
    assert after(closed_on=None) == (2, [], [here.id])
    assert read(database, person).address_state is RouteState.UNTRIED


def test_the_staff_of_the_place_hand_letters_over_in_one_press(client, world, database, here, keep):
    person, elsewhere = keep(world.person(), here), world.place(name="MDS Essai Loin")
    world.agent("accueil", place=elsewhere)
    letter = posted(database, world, person)
    far = posted(database, world, keep(world.person(), elsewhere))
    enter(client, world.agent("accueil", place=here))
    page = client.get("/agents/courriers/a-remettre").page
    assert page.h1 == "Lettres à remettre"
    assert letter.reference in page.text()
    assert far.reference not in page.text()
    assert "attendue le jeudi 26 novembre 2026" in page.text()
    assert "Aucune loi ne les fixe." in page.text()
    with database.transaction() as session:
        session.execute(update(Message).where(Message.id == letter.message_id).values(arrives_on=date(2026, 10, 22)))
    assert "Plus de 30 jours" in client.get("/agents/courriers/a-remettre").page.text()
    (number,) = [at for at, form in enumerate(page.all("form")) if form.get("action") == "/agents/courriers/a-remettre"]
    typed = page.fields(number)
    assert "notée comme remise" in client.follow(client.post("/agents/courriers/a-remettre", data=typed)).page.text()
    again = client.follow(client.post("/agents/courriers/a-remettre", data=typed)).page.text()
    assert "C'était déjà noté : la lettre est remise." in again
    assert "Aucune lettre n'attend." in again
    other = client.post("/agents/courriers/a-remettre", data=typed | {"letter": str(far.id)})
    assert "cette lettre n'attend plus ici" in client.follow(other).page.text()
    late = client.post("/agents/courriers/a-remettre", data=typed | {"csrf_token": "passé"})
    assert "Appuyez de nouveau." in client.follow(late).page.text()
    with database.transaction() as session:
        assert session.get_one(Letter, far.id).handed_at is None
        session.get_one(Person, person.id).address_state = RouteState.FAILED
    assert "Leur lieu ne garde plus les lettres" in client.get("/agents/courriers/a-remettre").page.text()
    with database.transaction() as session:
        session.get_one(Person, person.id).address_state = RouteState.DOUBTFUL
    assert "Une lettre est revenue de leur lieu" in client.get("/agents/courriers/a-remettre").page.text()


def test_what_was_given_for_one_appointment_waits_at_the_same_place(world, database, here, keep):
    person = keep(world.person(), here)
    with database.transaction() as session:
        row = session.get_one(Person, person.id)
        known = contact_of(row)
        same, other = (
            card_for(
                session, world.now, person=row, contact=replace(known, mobile="+33639980099", address=tuple(address))
            )
            for address in (known.address, STREET)
        )
        assert (same.letters_kept_at_id, other.letters_kept_at_id) == (here.id, None)
        assert (reach_of(same).letters_wait, reach_of(other).letters_wait) == (True, False)
