"""The rights of the demonstration: two versions to compare, the last shown to the référent, months of counts."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from portal.clock import paris_day
from portal.demo.queries import resident_to_enter
from portal.demo.rights import KEEPER, VERSIONS, keep_answers
from portal.demo.seed import seed
from portal.eligibility.models import AnswersShare, Counted, RightsCount, SavedAnswers
from portal.eligibility.queries import book_in_force, shown_to
from portal.eligibility.rules_questions import SILENT, value_of
from portal.people.models import Agent
from portal.sealing import Sealer

TUESDAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def lay(database, now=TUESDAY):
    keep_answers(database, now, Sealer("a key of the tests, long enough to be taken"))


def counts(database):
    with database.transaction() as session:
        tables = (SavedAnswers, AnswersShare, RightsCount)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_a_resident_has_two_versions_and_their_referent_reads_the_last_however_often_it_is_laid(database):
    seed(database, TUESDAY)
    lay(database)
    before = counts(database)
    assert before[:2] == [2, 1]
    with database.transaction() as session:
        person = resident_to_enter(session, KEEPER)
        referent = session.scalars(select(Agent.id).where(Agent.key == "denise-libellule")).one()
        read = shown_to(session, TUESDAY, person.id, agent_id=referent)
        assert [paris_day(one.saved_at) for one in read] == [paris_day(TUESDAY - timedelta(days=5))]
        months = session.scalars(select(RightsCount.month).distinct().order_by(RightsCount.month)).all()
        assert [month.month for month in months] == [8, 9, 10, 11]
        kinds = session.scalars(select(RightsCount.kind).distinct().order_by(RightsCount.kind)).all()
        assert set(kinds) == set(Counted)
    lay(database, TUESDAY + timedelta(hours=2))
    assert counts(database) == before


def test_every_answer_of_the_demonstration_is_one_that_a_question_takes(database):
    seed(database, TUESDAY)
    with database.transaction() as session:
        _id, book = book_in_force(session)
    for version in VERSIONS:
        assert set(version.themes) <= set(book.themes)
        for key, answer in version.kept.answers.items():
            assert answer in SILENT or value_of(book.questions[key], answer, {"62041": "arrageois"}), (key, answer)


def test_a_departement_without_rules_lays_nothing(database):
    lay(database)
    assert counts(database) == [0, 0, 0]
