"""What the screens of settings rest on."""

from datetime import timedelta

import pytest

from portal.administration import services
from portal.administration.rules import MOTIF_COLUMNS, SettingFault, as_json, changed_since, marks, values_of
from portal.directory.models import BookedBy
from portal.journal.services import Actor, ActorKind
from portal.refusal import Refused

BY = Actor(ActorKind.AGENT, 1)


def test_marks_tell_what_changed_and_no_marks_that_all_may_have() -> None:
    before = {"minutes": 30, "bring": ["papiers"]}
    assert changed_since(before, marks(before)) == frozenset()
    assert changed_since(before | {"minutes": 45}, marks(before)) == {"minutes"}
    assert changed_since(before, "n'importe quoi") == {"minutes", "bring"}


def test_the_history_keeps_plain_values(clock) -> None:
    assert as_json({"booked_by": BookedBy.AGENTS, "day": clock.now.date()}) == {
        "booked_by": "agents",
        "day": clock.now.date().isoformat(),
    }


def test_what_does_not_exist_is_no_refusal(database, clock) -> None:
    with database.transaction() as session, pytest.raises(LookupError):
        services.change_motif(session, clock.now, motif_id=0, wanted={}, shown="", by=BY)
    with database.transaction() as session:
        services.remove_day(session, clock.now, exception_id=0, by=BY)


def test_a_change_by_somebody_else_refuses_and_the_same_words_change_nothing(world, database, clock) -> None:
    motif = world.motif()
    with database.transaction() as session, pytest.raises(Refused) as refusal:
        services.change_motif(session, clock.now, motif_id=motif.id, wanted={"minutes": 5}, shown="", by=BY)
    assert refusal.value.reason is SettingFault.CHANGED
    values = values_of(motif, MOTIF_COLUMNS)
    with database.transaction() as session:
        changed = services.change_motif(
            session, clock.now, motif_id=motif.id, wanted=values, shown=marks(values), by=BY
        )
    assert changed == frozenset()


def test_a_day_that_is_past_is_not_written(database, clock) -> None:
    day = clock.now.date() - timedelta(days=1)
    with database.transaction() as session, pytest.raises(Refused) as refusal:
        services.add_day(session, clock.now, day=day, place_id=None, is_open=False, label="essai", by=BY)
    assert refusal.value.reason is SettingFault.DAY_PAST
