"""Letters of activation: to the address on the file alone, opened once with the birth date."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.directory.models import Departement
from portal.identity.rules import CodeFault, LetterFault, is_same_address
from portal.identity.services_entry import admit_by_letter
from portal.identity.services_letters import ask_letter, open_letter, send_activation
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.letters.desk import PrintRoom
from portal.letters.rules_kept import kept_lines
from portal.letters.services_calendar import close_days
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import Gateways
from portal.notifications.gateways.memory import MemoryMail, MemorySms
from portal.notifications.models import Message, Route, Status
from portal.notifications.models_post import Closure
from portal.people.models import Level, Person, RouteState
from portal.people.models_credentials import Challenge, Purpose
from portal.people.rules import Identity
from portal.refusal import Refused
from tests.identity.signing import ADDRESS, sealer_of
from tests.world import at

BORN = date(1980, 2, 29)
URL = "https://porte.exemple.fr"


@pytest.fixture
def post(world, database, clock, settings):
    world.departement()
    return Post(database, clock, sealer_of(settings))


class Post:
    """Sends letters and opens them, each in a transaction of its own."""

    def __init__(self, database, clock, sealer):
        self.database, self.clock, self.sealer = database, clock, sealer

    def send(self, person):
        with self.database.transaction() as session:
            return send_activation(
                session,
                self.clock(),
                person=session.get_one(Person, person.id),
                sealer=self.sealer,
                departement=session.get_one(Departement, 1),
                base_url=URL,
                by=Actor.agent(7),
            )

    def ask(self, identity, address=("12 rue de la Démonstration", "62000 Arras")):
        with self.database.transaction() as session:
            return ask_letter(
                session,
                self.clock(),
                identity=identity,
                address=list(address),
                sealer=self.sealer,
                departement=session.get_one(Departement, 1),
                base_url=URL,
            )

    def draw(self):
        gateways = Gateways(MemorySms(), MemoryMail(), PrintRoom(URL, self.sealer), self.sealer)
        send_due(self.database, gateways, self.clock)

    def code_of(self, challenge):
        return self.sealer.letters(challenge.key)

    def open(self, code, birth_date=BORN):
        with self.database.transaction() as session:
            return open_letter(session, self.clock(), code=code, birth_date=birth_date, sealer=self.sealer)

    def all(self, model):
        with self.database.transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))


def identity_of(person):
    return Identity(person.family_name, person.given_names, person.birth_date)


def test_a_letter_leaves_to_the_address_of_the_file_for_30_days_from_when_it_arrives(post, world):
    person = world.person(address=ADDRESS, address_confirmed_at=world.now)
    challenge = post.send(person)
    (message,) = post.all(Message)
    assert (message.kind, message.route, message.to) == ("activation_code", Route.LETTER, "\n".join(ADDRESS))
    assert (message.person_id, message.context["until"]) == (person.id, "2026-12-26")  # on Thursday 26 November
    assert (challenge.purpose, challenge.is_vouched) == (Purpose.LETTER, True)
    assert challenge.expires_at == message.expires_at == at("2026-12-27", "00:00")  # to the end of that day
    assert [line.verb for line in post.all(JournalLine)] == ["sign_in.letter_sent"]


@pytest.mark.parametrize(
    "known", [{}, *({"address": ADDRESS, "address_state": one} for one in (RouteState.DOUBTFUL, RouteState.FAILED))]
)
def test_without_an_address_where_letters_arrive_none_leaves(post, world, known):
    with pytest.raises(Refused) as refused:
        post.send(world.person(**known))
    assert refused.value.reason is LetterFault.NO_ADDRESS


def test_the_letter_opens_once_with_the_birth_date_at_the_level_of_its_address(post, world, database, clock):
    challenge = post.send(world.person(address=ADDRESS))
    opened = post.open(post.code_of(challenge).lower())
    assert isinstance(opened, Challenge)
    with database.transaction() as session:
        assert admit_by_letter(session, clock(), challenge=opened) is Level.REACHABLE
    assert post.all(Person)[0].address_state is RouteState.WORKS
    assert isinstance(post.open(post.code_of(challenge)), Refused)


def test_letters_that_cross_in_the_post_all_open_until_one_has(post, world):
    person = world.person(address=ADDRESS)
    first, second = post.send(person), post.send(person)
    assert isinstance(post.open(post.code_of(second)), Challenge)
    assert isinstance(post.open(post.code_of(first)), Refused)


def test_five_wrong_dates_end_a_letters_code(post, world):
    challenge = post.send(world.person(address=ADDRESS))
    for _try in range(5):
        found = post.open(post.code_of(challenge), date(1980, 2, 28))
        assert isinstance(found, Refused)
        assert found.reason is CodeFault.WRONG
    assert isinstance(post.open(post.code_of(challenge)), Refused)
    failures = [line for line in post.all(JournalLine) if line.verb == "sign_in.failed"]
    assert len(failures) == 6


@pytest.mark.parametrize(("moment", "opens"), [(("2026-12-26", "23:59"), True), (("2026-12-27", "00:00"), False)])
def test_a_letter_serves_to_the_end_of_the_day_that_it_names(post, world, clock, moment, opens):
    challenge = post.send(world.person(address=ADDRESS))
    clock.forward(at(*moment) - clock())
    assert isinstance(post.open(post.code_of(challenge)), Challenge) is opens


def test_a_strike_leaves_the_code_of_a_letter_its_30_days_and_the_sheet_says_so(post, world, database, clock):
    challenge, used = post.send(world.person(address=ADDRESS)), post.send(world.person(address=ADDRESS))
    post.draw()
    assert isinstance(post.open(post.code_of(used)), Challenge)
    with database.transaction() as session:
        first, last = date(2026, 11, 24), date(2026, 11, 28)
        by, why = Actor.agent(7), "grève annoncée"
        close_days(session, clock(), first=first, last=last, closure=Closure.POST, reason=why, by=by)
    assert {message.status for message in post.all(Message)} == {Status.WAITING}

    clock.forward(timedelta(days=1))
    post.draw()
    messages, challenges = post.all(Message), post.all(Challenge)
    assert [message.status for message in messages] == [Status.QUEUED] * 2
    assert [message.context["until"] for message in messages] == ["2027-01-02", "2026-12-26"]
    assert "samedi 2 janvier 2027" in messages[0].rendered["text"].replace("\u00a0", " ")
    assert [one.expires_at for one in challenges] == [at("2027-01-03", "00:00"), at("2026-12-27", "00:00")]
    assert {message.expires_at for message in messages} == {at("2026-12-27", "00:00")}  # so that it moves no further

    clock.forward(at("2027-01-02", "12:00") - clock())
    assert isinstance(post.open(post.code_of(challenge)), Challenge)


def test_a_letter_serves_no_more_once_its_person_has_moved(post, world, database):
    person = world.person(address=ADDRESS)
    challenge = post.send(person)
    with database.transaction() as session:
        session.get_one(Person, person.id).address = ["1 RUE D AILLEURS", "62000 ARRAS"]
    assert isinstance(post.open(post.code_of(challenge)), Refused)


@pytest.mark.parametrize("code", ["", "ABCD-EFGH", "\x00", "x" * 100])
def test_no_other_text_opens_anything(post, world, code):
    post.send(world.person(address=ADDRESS))
    assert isinstance(post.open(code), Refused)


def test_whoever_types_what_the_file_says_gets_a_letter(post, world):
    person = world.person(address=ADDRESS)
    assert post.ask(identity_of(person))
    assert [message.person_id for message in post.all(Message)] == [person.id]
    assert post.all(Challenge)[0].person_id == person.id
    assert [(line.verb, line.for_person_id) for line in post.all(JournalLine)] == [("sign_in.letter_sent", person.id)]


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ({"address": ADDRESS}, {"address": ("13 rue de la Démonstration", "62000 Arras")}),
        ({"address": ADDRESS}, {"identity": Identity("Essai", "Autre", BORN)}),
        ({"address": []}, {}),
        ({"address": ADDRESS, "address_state": RouteState.FAILED}, {}),
        ({"address": ADDRESS, "address_state": RouteState.DOUBTFUL}, {}),
    ],
    ids=["another address", "another name", "no address", "letters come back", "a letter came back"],
)
def test_when_anything_differs_nothing_leaves_and_nothing_stays_of_it(post, world, known, typed):
    person = world.person(**known)
    assert not post.ask(**({"identity": identity_of(person)} | typed))
    assert post.all(Message) == []
    assert post.all(Challenge) == []
    assert [(line.verb, line.for_person_id) for line in post.all(JournalLine)] == [("sign_in.letter_refused", None)]


def test_of_two_files_of_one_name_and_address_the_one_that_is_no_double_gets_it(post, world):
    world.person(given_names="Claude", address=ADDRESS, maybe_double=True)
    second = world.person(given_names="Claude", address=ADDRESS)
    assert post.ask(identity_of(second))
    assert [message.person_id for message in post.all(Message)] == [second.id]


def test_no_visitor_has_a_code_sent_to_a_place_that_keeps_letters_and_an_agent_has(post, world):
    place = world.place(name="MDS Essai Nord")
    person = world.person(address=kept_lines(place), letters_kept_at_id=place.id)
    typed = [place.street, f"{place.postal_code} {place.city}"]  # as anybody reads them on its page
    assert is_same_address(typed, person.address)
    assert post.ask(identity_of(person), typed) is False
    assert (post.all(Message), post.all(Challenge)) == ([], [])
    assert post.send(person).person_id == person.id


def test_no_letter_goes_to_an_address_that_somebody_acting_for_the_person_wrote(post, world):
    person = world.person(address=ADDRESS, lent_ways=["address"])
    identity = Identity(person.family_name, person.given_names, person.birth_date)
    assert post.ask(identity, ADDRESS) is False
