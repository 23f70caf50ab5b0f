"""Print runs: each letter in one, whoever asks; what may not leave is left out, and somebody is told."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.letters.making import print_due
from portal.letters.models import Letter, PrintRun, PullReason, RunState
from portal.letters.queries import letter_of_message
from portal.letters.queries_health import wrong_in_room
from portal.letters.queries_post import expected_of
from portal.letters.queries_runs import file_of, late_letters, letters_of, run_of, runs, to_pull
from portal.letters.rules_runs import MOST_LETTERS, Piece, arranged
from portal.letters.services_runs import make_file, make_run, send_back, turn_late
from portal.notifications.dispatch import send_due
from portal.notifications.holding import BusyError
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import withdraw
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person, RouteState
from tests.letters.runs import queued, queued_to
from tests.together import at_once

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CUT_OFF = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # 16:30 in Paris


def made(database, now, **given):
    """A run made by hand, all its files too."""
    with database.transaction() as session:
        run = make_run(session, now, **{"post": calendar_of(session), "by": 1} | given)
    while run is not None:
        with database.transaction() as session:
            if not make_file(session, now):
                break
    return run


def statuses(database):
    with database.transaction() as session:
        rows = session.execute(select(Message.route, Message.status).order_by(Message.id))
        return [(route.value, status.value) for route, status in rows]


def test_letters_go_by_sheets_then_postcode_and_a_file_holds_250() -> None:
    pieces = [Piece(1 + (number % 3 == 0), f"62{number % 9}00", number) for number in range(800)]
    groups = arranged(pieces)
    assert [(group.sheets_each, len(group.pieces)) for group in groups] == [
        (1, MOST_LETTERS),
        (1, MOST_LETTERS),
        (1, 33),
        (2, MOST_LETTERS),
        (2, 17),
    ]
    flat = [piece for group in groups for piece in group.pieces]
    assert flat == sorted(pieces)


def test_a_run_takes_all_that_waits_and_its_file_is_a_separator_and_the_letters_as_drawn(database, world):
    lens, arras = queued(world, "62300 Lens"), queued(world, "62000 Arras")
    run = made(database, world.now)
    with database.transaction() as session:
        found = run_of(session, run.id)
        file = file_of(session, run.id, 1)
        order = [letter.reference for letter in letters_of(session, run.id)]
    assert (found.state, found.letters, found.sheets, found.made_by) == (RunState.MADE, 2, 2, 1)
    assert order == [arras.reference, lens.reference]
    assert statuses(database) == [("letter", "in_run")] * 2
    assert sha256(file.pdf).hexdigest() == file.sha256
    pages = [page.extract_text() for page in PdfReader(BytesIO(file.pdf)).pages]
    assert len(pages) == 6  # the separator and each letter begin on a front side
    assert f"Lot {run.id}" in pages[0]
    assert pages[1] == ""
    assert arras.reference in pages[2]
    assert pages[3] == ""
    assert lens.reference in pages[4]
    assert made(database, world.now) is None


def test_the_run_of_a_cut_off_is_made_once_by_however_many_workers(database, world, clock):
    for _ in range(6):
        queued(world, now=TUESDAY)
    clock.now = CUT_OFF + timedelta(seconds=1)
    at_once(*[lambda: print_due(database, clock)] * 4)
    late = queued(world, now=CUT_OFF + timedelta(seconds=2))
    print_due(database, clock)
    with database.transaction() as session:
        found = runs(session)
        assert [(run.letters, run.cut_off_at, run.state) for run in found] == [(6, CUT_OFF, RunState.MADE)]
        assert found[0].posting_day == CUT_OFF.date()
        assert session.get_one(Letter, late.id).run_id is None  # for the next working day


def test_a_worker_that_was_down_makes_the_run_of_the_last_cut_off_for_the_next_post(database, world, clock):
    queued(world, now=TUESDAY)
    clock.set(CUT_OFF + timedelta(hours=16))  # the next morning
    print_due(database, clock)
    with database.transaction() as session:
        (run,) = runs(session)
    assert (run.cut_off_at, run.posting_day) == (CUT_OFF, (CUT_OFF + timedelta(days=1)).date())


def test_no_two_runs_take_the_same_letter(database, world):
    taken = [queued(world).id for _ in range(8)]

    def by_hand():
        with database.transaction() as session:
            make_run(session, world.now, post=calendar_of(session), by=1)

    at_once(*[by_hand] * 4)
    with database.transaction() as session:
        placed = Counter(session.scalars(select(Letter.id).where(Letter.run_id.is_not(None))))
        assert placed == Counter(taken)
        assert len(session.scalars(select(PrintRun)).all()) == 1


def test_a_letter_that_somebody_holds_at_the_cut_off_still_leaves_with_its_run(database, world, clock):
    letter, other = queued(world, now=TUESDAY), queued(world, now=TUESDAY)
    clock.set(CUT_OFF)
    with database.transaction() as session:
        session.get_one(Message, letter.message_id, with_for_update=True)
        with database.transaction() as second, pytest.raises(BusyError):
            make_run(second, CUT_OFF, post=calendar_of(second), by=None, is_whole=True)
    print_due(database, clock)
    with database.transaction() as session:
        (run,) = runs(session)
        assert {one.id for one in letters_of(session, run.id)} == {letter.id, other.id}


def test_two_workers_each_make_a_file_and_the_run_is_made(database, world):
    queued(world)
    queued(world, bring=[f"Le document numéro {number} de votre dossier complet" for number in range(60)])
    with database.transaction() as session:
        run = make_run(session, world.now, post=calendar_of(session), by=1)

    def one():
        with database.transaction() as session:
            make_file(session, world.now)

    at_once(one, one, one)
    with database.transaction() as session:
        found = run_of(session, run.id)
        assert [file.made_at is not None for file in found.files] == [True, True]
        assert found.state is RunState.MADE


def test_a_letter_whose_address_changed_is_drawn_anew_before_the_run(database, world):
    moved, stays = queued(world, now=TUESDAY), queued(world, now=TUESDAY)
    with database.transaction() as session:
        session.get_one(Person, moved.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
    assert made(database, TUESDAY).letters == 1
    with database.transaction() as session:
        assert send_back(session, TUESDAY) == 1
        assert session.get(Letter, moved.id) is None
        assert session.get_one(Letter, stays.id).run_id is not None
    assert statuses(database)[0] == ("letter", "waiting")
    with database.transaction() as session:
        assert send_back(session, TUESDAY) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"address": ["", "", "9 rue Neuve", "", "62300 Lens"]},
        {"address": []},
        {"address": ["", "", "9 rue Neuve", "", "62300 " + "L" * 40]},
        {"address_state": RouteState.DOUBTFUL},
        {"wants_discretion": True},
    ],
)
def test_a_letter_whose_envelope_is_no_longer_right_is_to_be_pulled(database, world, changed):
    letter, other = queued(world), queued(world)
    run = made(database, world.now)
    with database.transaction() as session:
        assert to_pull(session, run.id) == []
        person = session.get_one(Person, letter.message.person_id)
        for name, value in changed.items():
            setattr(person, name, value)
        withdraw(session, world.now, subject="appointment", subject_id=other.message_id)
    with database.transaction() as session:
        assert [one.id for one in to_pull(session, run.id)] == [letter.id, other.id]


def test_a_letter_to_where_it_was_asked_follows_no_change_of_the_file_but_a_code_does(database, world):
    person = world.person(address=["", "", "12, rue de la Démonstration", "", "62000 Arras"])
    asked, code = queued_to(world, person), queued_to(world, person)
    with database.transaction() as session:
        for letter, context in ((asked, {}), (code, {"challenge": "x"})):
            row = session.get_one(Message, letter.message_id)
            row.to, row.context = "\n".join(person.address), row.context | context
    run = made(database, world.now)
    with database.transaction() as session:
        session.get_one(Person, person.id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]
    with database.transaction() as session:
        assert [one.id for one in to_pull(session, run.id)] == [code.id]


def test_a_letter_that_would_arrive_too_late_becomes_a_call(database, world):
    letter = queued(world, now=TUESDAY, expires_in=timedelta(days=3))  # posted on Tuesday, there on Friday
    assert made(database, TUESDAY) is None
    with database.transaction() as session:
        post = calendar_of(session)
        assert late_letters(session, TUESDAY, post) == [letter.message_id]
        assert turn_late(session, TUESDAY, message_id=letter.message_id, post=post)
        assert late_letters(session, TUESDAY, post) == []
        assert session.get_one(Message, letter.message_id).last_error == "too_late"
    assert (Route.LETTER.value, Status.FAILED.value) in statuses(database)
    assert ("call", "waiting") in statuses(database)


def test_a_letter_that_left_meanwhile_is_not_given_up(database, world):
    letter = queued(world, now=TUESDAY, expires_in=timedelta(days=4))
    made(database, TUESDAY)
    thursday = TUESDAY + timedelta(days=2)
    with database.transaction() as session:
        post = calendar_of(session)
        session.get_one(Message, letter.message_id).status = Status.POSTED
        assert late_letters(session, thursday, post) == []
        assert not turn_late(session, thursday, message_id=letter.message_id, post=post)
        session.get_one(Message, letter.message_id).status = Status.PRINTED
        session.flush()
        assert late_letters(session, thursday, post) == [letter.message_id]


def test_a_letter_whose_bytes_were_altered_is_set_aside_and_drawn_anew_and_the_rest_leaves(
    database, world, clock, gateways
):
    altered, first, overtaken, pulled, last = (queued(world) for _ in range(5))
    with database.transaction() as session:
        run = make_run(session, world.now, post=calendar_of(session), by=1)
        for letter in (altered, overtaken, pulled):
            session.get_one(Letter, letter.id).pdf = b"%PDF- something else"
        session.get_one(Message, overtaken.message_id).status = Status.WITHDRAWN
        row = session.get_one(Letter, pulled.id)
        row.pulled_at, row.pull_reason = world.now, PullReason.ASKED
    clock.set(world.now)
    print_due(database, clock)
    with database.transaction() as session:
        found = run_of(session, run.id)
        pages = [page.extract_text() for page in PdfReader(BytesIO(file_of(session, run.id, 1).pdf)).pages]
        placed = {letter.id: (letter.position, letter.pull_reason) for letter in letters_of(session, run.id)}
        stands = {one.id: session.get_one(Message, one.message_id).status for one in (altered, overtaken, first)}
        assert expected_of(session, found) == (2, 2)
    assert found.state is RunState.MADE
    assert "2 lettres" in pages[0]
    assert [letter.reference in page for letter, page in zip((first, last), pages[2::2], strict=True)] == [True, True]
    assert placed == {
        first.id: (1, None),
        last.id: (2, None),
        altered.id: (None, PullReason.ALTERED),
        overtaken.id: (None, PullReason.ALTERED),
        pulled.id: (None, PullReason.ASKED),
    }
    assert stands == {altered.id: Status.WAITING, overtaken.id: Status.WITHDRAWN, first.id: Status.IN_RUN}
    send_due(database, gateways, clock)
    with database.transaction() as session:
        anew = letter_of_message(session, altered.message_id)
        assert anew.reference == f"{altered.reference}B"
        assert wrong_in_room(session, world.now, calendar_of(session)).altered == 2


def test_letters_abroad_have_a_separator_without_postcodes(database, world):
    queued_to(world, world.person(address=["", "", "1 rue X", "", "1000 BRUXELLES", "BELGIQUE"]))
    run = made(database, world.now)
    with database.transaction() as session:
        pages = PdfReader(BytesIO(file_of(session, run.id, 1).pdf)).pages
        assert letters_of(session, run.id)[0].postcode == ""
    assert "1 lettre" in pages[0].extract_text()
    assert "De " not in pages[0].extract_text()
