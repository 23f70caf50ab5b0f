"""Two files of one person made one: the answers that each kept, and whom they are shown to, follow and come back."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.eligibility.models import AnswersShare, SavedAnswers
from portal.eligibility.queries import book_in_force, saved_of, shown_to
from portal.eligibility.rules_kept import Kept
from portal.eligibility.services import keep, remove, share
from portal.journal.services import Actor
from tests.desk.merging import merged, parted
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def kept_by(database, clock, gateways):
    """Keeps a version of somebody's answers, shown to their référent or to an appointment; gives its id."""

    def write(person, *, to=None, **answers):
        with database.transaction() as session:
            book_id, _book = book_in_force(session)
            one = {"person_id": person.id, "by": Actor.person(person.id)}
            words = {"themes": ["budget"], "kept": Kept(answers=answers), "book_id": book_id}
            saved = keep(session, clock.now, sealer=gateways.sealer, **words, **one)
            share(session, clock.now, saved_id=saved.id, appointment_id=to.id if to else None, **one)
            return saved.id

    return write


def test_answers_kept_and_their_shares_follow_the_file_and_come_back(world, database, clock, kept_by) -> None:
    world.departement()
    accueil, referent, stranger = world.agent("accueil"), world.agent("referent"), world.agent()
    stays, goes = world.person(), world.person()
    place, motif, doctor = world.office()
    visit = world.appointment(doctor, place, motif, at("2026-11-26", "09:00"), goes)
    world.referent(stays, referent)
    own, theirs = kept_by(stays, food="yes"), kept_by(goes, to=visit, food="no")
    later = kept_by(goes, food="unsure")

    def read():
        with database.transaction() as session:
            return (
                [[one.id for one in saved_of(session, person.id)] for person in (stays, goes)],
                [
                    {one.id for one in shown_to(session, clock.now, person.id, agent_id=agent.id)}
                    for person, agent in ((stays, referent), (stays, doctor), (goes, doctor), (stays, stranger))
                ],
            )

    before = read()
    assert before == ([[own], [later, theirs]], [{own}, set(), {theirs}, set()])
    made = merged(database, clock.now, stays, goes, accueil)
    assert read() == ([[later, theirs, own], []], [{own, later}, {theirs}, set(), set()])
    since = kept_by(stays, food="yes", rent="12")
    with database.transaction() as session:
        remove(session, clock.now, saved_id=later, person_id=stays.id, by=Actor.person(stays.id))
    clock.forward(timedelta(days=2))
    parted(database, clock.now, made, accueil)
    with database.transaction() as session:
        assert [one.id for one in saved_of(session, stays.id)] == [since, own]
        assert session.scalars(select(SavedAnswers.id).where(SavedAnswers.person_id == goes.id)).all() == [theirs]
        assert session.scalars(select(AnswersShare.saved_id).order_by(AnswersShare.saved_id)).all() == [
            own,
            theirs,
            since,
        ]
