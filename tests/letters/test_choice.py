"""The garantie papier begins in one press, moves what waits to the post, and ends by the person's own word alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.directory.models import Departement
from portal.journal.models import JournalLine
from portal.journal.services import MACHINE, VISITOR, Actor, ActorKind
from portal.letters.services_choice import ChoiceFault, How, choose_paper, follow_choice
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.notices import base_context, send_to, tell_person
from portal.notifications.outbox import About, Recipient, promise
from portal.notifications.planner import Event, EventKind
from portal.people.mandates import MandateFault
from portal.people.models import Person
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused
from tests.french_post import FRENCH_POST
from tests.notifications.conftest import context

BASE = "https://porte.exemple.fr"
ADDRESS = ["", "", "12 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
NOTICE, REMINDER, LETTER, SMS = Step.NOTICE, Step.REMINDER, Route.LETTER, Route.SMS


def end(session, now, *, person_id, by, how, base_url):
    """As the space, the desk and a paper form do it, which change several choices at once."""
    person = session.get_one(Person, person_id)
    wanted = replace(preferences_of(person), wants_paper=False)
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    follow_choice(session, now, person=person, by=by, how=how, base_url=base_url, names=names)
    return "paper" in names


@pytest.fixture
def paper(world):
    return Paper(world)


class Paper:
    """A Département, and what is promised, chosen and told in it."""

    def __init__(self, world):
        self.world, self.now = world, world.now
        self.departement = world.departement()

    def promise(self, person, days=21, number=1, kind=EventKind.BOOKED):
        with self.world.database.transaction() as session:
            starts_at = self.now + timedelta(days=days)
            promise(
                session,
                self.now,
                about=About("appointment", number, None, 0),
                event=Event(kind, starts_at, discreet=False),
                recipients=[Recipient(person, context(starts_at))],
                post=FRENCH_POST,
            )

    def do(self, verb, person, by=None, how=How.WEB, **given):
        with self.world.database.transaction() as session:
            by = by or Actor.person(person.id)
            return verb(session, self.now, person_id=person.id, by=by, how=how, base_url=BASE, **given)

    def rows(self, model=Message):
        with self.world.database.transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))

    def letters(self, status=Status.WAITING):
        found = [row for row in self.rows() if row.route is LETTER and row.subject == "appointment"]
        return sorted((row.subject_id, row.step) for row in found if row.status is status)

    def set(self, of, **values):
        with self.world.database.transaction() as session:
            for row in session.scalars(select(Message).where(*of)):
                for name, value in values.items():
                    setattr(row, name, value)

    def kept(self, person):
        with self.world.database.transaction() as session:
            return session.get_one(Person, person.id)

    def told(self, kind):
        return sorted(row.route for row in self.rows() if row.kind == kind)

    def verbs(self):
        return [(line.verb, line.details) for line in self.rows(JournalLine) if line.verb.startswith("paper.")]


def test_one_press_moves_what_waits_to_the_post_and_says_so_by_letter(paper):
    person = paper.world.person(address=ADDRESS)
    paper.promise(person)
    paper.promise(person, days=2, number=2)  # too soon for any letter
    assert paper.letters() == []
    assert paper.do(choose_paper, person) is True
    assert paper.letters() == [(1, NOTICE), (1, REMINDER)]
    assert paper.told("paper_chosen") == [Route.EMAIL, LETTER, SMS]
    kept = paper.kept(person)
    assert (kept.wants_paper, kept.letters_chosen_at) == (True, paper.now)
    assert paper.verbs() == [("paper.chosen", {"how": How.WEB.number})]
    before = len(paper.rows())
    assert paper.do(choose_paper, person) is False
    assert (len(paper.rows()), len(paper.verbs())) == (before, 1)


def test_what_is_told_already_and_what_was_asked_by_one_way_stay_as_they_are(paper):
    person = paper.world.person(address=ADDRESS)
    paper.promise(person)
    paper.set([Message.subject_id == 1], status=Status.SENT)
    with paper.world.database.transaction() as session:
        departement = session.get_one(Departement, 1)
        words = base_context(departement, BASE, person=person)
        about = {"subject": "code", "subject_id": 9}
        until = paper.now + timedelta(days=1)
        send_to(
            session, paper.now, kind="contact_code", route=SMS, to="+33639980098", context=words, expires_at=until,
            person_id=person.id, **about,
        )  # fmt: skip
        about = {"subject": "person", "subject_id": person.id}
        tell_person(session, paper.now, kind="space_closed", person=session.merge(person), context=words, **about)
    paper.do(choose_paper, person)
    assert paper.letters() == []
    assert paper.told("contact_code") == [SMS]
    assert LETTER in paper.told("space_closed")


def test_without_an_address_there_is_a_name_for_the_refusal_and_one_may_be_given_with_the_choice(paper):
    person = paper.world.person()
    with pytest.raises(Refused) as refusal:
        paper.do(choose_paper, person)
    assert refusal.value.reason is ChoiceFault.NO_ADDRESS
    assert paper.do(choose_paper, person, by=Actor.agent(paper.world.agent("accueil").id), how="phone", address=ADDRESS)
    assert (paper.kept(person).wants_paper, paper.kept(person).address) == (True, ADDRESS)
    assert paper.verbs() == [("paper.chosen", {"how": 2})]


def test_whoever_answers_for_a_relative_chooses_and_a_card_is_no_file(paper):
    guardian = paper.world.person(address=ADDRESS)
    child = paper.world.person(guardian_id=guardian.id, mobile=None, email=None)
    assert paper.do(choose_paper, child, by=Actor.person(guardian.id))
    assert (paper.kept(guardian).wants_paper, paper.kept(child).wants_paper) == (True, False)
    card = paper.world.person(card_of_id=guardian.id)
    with pytest.raises(LookupError):
        paper.do(choose_paper, card)


def test_what_a_card_of_the_file_waits_for_is_written_to_the_file_and_tells_a_discreet_person_little(paper):
    person = paper.world.person(address=ADDRESS, wants_discretion=True, wants_large_print=True)
    card = paper.world.person(card_of_id=person.id)
    paper.promise(card)
    paper.do(choose_paper, person)
    letters = [row for row in paper.rows() if row.route is LETTER and row.subject == "appointment"]
    assert {(row.person_id, row.kind) for row in letters} == {
        (person.id, "appointment_booked"),
        (person.id, "appointment_reminder"),
    }
    said = letters[0].context
    assert (said["place_name"], said["place_lines"], said["words"]) == ("", [], "rendez-vous")
    assert (said["large_print"], said["recipient_name"]) == (True, f"{person.given_names} {person.family_name}")


def test_somebody_discreet_who_had_chosen_before_chooses_letters_for_their_address(paper):
    person = paper.world.person(address=ADDRESS, wants_discretion=True, wants_paper=True)
    paper.promise(person)
    assert paper.letters() == []
    assert paper.do(choose_paper, person) is False
    assert paper.letters() == [(1, NOTICE), (1, REMINDER)]


def test_ending_takes_back_what_another_way_tells_and_choosing_anew_brings_it_again(paper):
    person = paper.world.person(address=ADDRESS)
    paper.promise(person)
    paper.do(choose_paper, person)
    # The e-mail and the text message of the notice have failed: its letter alone tells.
    paper.set([Message.step == NOTICE, Message.route != LETTER, Message.subject_id == 1], status=Status.FAILED)
    assert paper.do(end, person) is True
    assert paper.letters() == [(1, NOTICE)]
    assert paper.letters(Status.WITHDRAWN) == [(1, REMINDER)]
    assert paper.told("preferences_changed") == []
    assert paper.do(end, person) is False
    paper.do(choose_paper, person)
    assert paper.letters() == [(1, NOTICE), (1, REMINDER)]
    assert [verb for verb, _ in paper.verbs()] == ["paper.chosen", "paper.ended", "paper.chosen"]


def test_an_agent_ends_it_with_the_persons_word_and_a_last_letter_says_so(paper):
    person = paper.world.person(address=ADDRESS, wants_paper=True)
    assert paper.do(end, person, by=Actor.agent(paper.world.agent("accueil").id), how="letter")
    assert paper.told("preferences_changed") == [Route.EMAIL, LETTER, SMS]
    assert paper.verbs() == [("paper.ended", {"how": How.LETTER.number})]


def test_nobody_else_ends_it(paper):
    person = paper.world.person(address=ADDRESS, wants_paper=True)
    agent = paper.world.agent("accueil")
    mandate = paper.world.mandate(person, agent_id=agent.id, procedures=["preferences"])
    helper = Actor(ActorKind.AGENT, agent.id, mandate.id)
    other = paper.world.person()
    for by, how in (
        (helper, "web"),
        (helper, "phone"),
        (Actor.person(other.id), "web"),
        (Actor(ActorKind.PERSON, person.id, mandate.id), "web"),
        (Actor.agent(agent.id), "web"),
        (Actor.agent(agent.id), "agent"),
        (MACHINE, "web"),
        (VISITOR, "web"),
    ):
        with pytest.raises(Refused) as refusal:
            paper.do(end, person, by=by, how=how)
        assert refusal.value.reason is ChoiceFault.OWN_WORD
    assert paper.kept(person).wants_paper is True
    assert paper.verbs() == []


def test_nobody_chooses_letters_for_whoever_wants_discretion_nor_makes_their_telephone_ring(paper):
    person = paper.world.person(address=ADDRESS, wants_discretion=True)
    agent = paper.world.agent("accueil")
    mandate = paper.world.mandate(person, agent_id=agent.id, procedures=["preferences"])
    with pytest.raises(Refused) as refusal:
        paper.do(choose_paper, person, by=Actor(ActorKind.AGENT, agent.id, mandate.id))
    assert refusal.value.reason is ChoiceFault.DISCREET
    assert (paper.rows(), paper.kept(person).wants_paper) == ([], False)


def test_a_helper_chooses_for_the_person_alone_that_the_mandate_is_for(paper):
    person, other = paper.world.person(address=ADDRESS), paper.world.person(address=ADDRESS)
    agent = paper.world.agent("accueil")
    mandate = paper.world.mandate(person, agent_id=agent.id, procedures=["preferences"])
    helper = Actor(ActorKind.AGENT, agent.id, mandate.id)
    with pytest.raises(LookupError):
        paper.do(choose_paper, other, by=helper)
    assert paper.do(choose_paper, person, by=helper)
    assert paper.kept(person).letters_chosen_at is None  # a helper reads no letters of whoever comes to want discretion
    elsewhere = paper.world.mandate(other, agent_id=agent.id, procedures=["appointments"])
    with pytest.raises(Refused) as refusal:
        paper.do(choose_paper, other, by=Actor(ActorKind.AGENT, agent.id, elsewhere.id))
    assert refusal.value.reason is MandateFault.NOT_NAMED
