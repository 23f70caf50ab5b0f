"""What an outside printer says of each letter is taken once, however often it says it, and nothing of it is lost."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from sqlalchemy import select

from portal.holidays import REGIONS
from portal.journal.services import Actor
from portal.letters.models import PullReason, ReturnReason, RunState
from portal.letters.printer_folder import Taken, read_status, write_withdrawals
from portal.letters.rules_post import PostFault
from portal.letters.rules_printer import LONGEST_REASON, Fault, Line, LineFault, Said, lines_of
from portal.letters.services_post import count, mark_printed, post, pull
from portal.letters.services_printer import note_given
from portal.letters.services_registered import register
from portal.letters.services_returns import note_return
from portal.letters.services_runs import make_run
from portal.notifications.models import Message, Route, Status
from portal.notifications.outbox import withdraw
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person
from portal.refusal import Refused
from tests.entering import enter
from tests.letters.outside import given_run, journal, known, letter_now, outside_run, run_now, says, told
from tests.letters.runs import ROOM, made, queued

AGENT = Actor.agent(1)
NUMBER = "RR473124829FR"


@pytest.fixture
def given(database, world, tmp_path):
    """A run of three letters that the outside printer has."""
    return given_run(database, world, tmp_path)


def cancel(database, now, *letters):
    """Something overtakes these letters."""
    with database.transaction() as session:
        for letter in letters:
            withdraw(session, now, subject="appointment", subject_id=letter.message_id)


def move(database, letter):
    """The person of a letter has another address."""
    with database.transaction() as session:
        session.get_one(Person, letter.message.person_id).address = ["", "", "9 rue Neuve", "", "62300 Lens"]


def pulled(database, now, letter, reason=None):
    """The room says that a letter is taken out."""
    with database.transaction() as session:
        pull(session, now, reference=letter.reference, reason=reason, by=AGENT, post=calendar_of(session))


def calls(database):
    with database.transaction() as session:
        return set(session.scalars(select(Message.subject_id).where(Message.route == Route.CALL)))


def faults(taken):
    return [fault.fault for fault in taken.faults]


def test_what_the_printer_says_is_taken_once_and_lines_that_are_wrong_are_named(database, world, given, tmp_path):
    run_id, (first, second, third) = given
    today = world.now.date()
    file = says(
        tmp_path,
        f"{first.reference.lower()};posté;{today};",
        f"{second.reference};imprime;{today};",
        f"{third.reference};rejete;{today};adresse illisible",
        "",
        f"C0099999A;poste;{today};",
        f"{first.reference};parti;{today};",
        f"{first.reference};poste;demain;",
        f"{first.reference};poste;{today + timedelta(days=1)};",
        f"{first.reference};rejete;{today};",
    )
    wrong = [(6, "letter"), (7, "status"), (8, "day"), (9, "day"), (10, "reason")]
    for _ in range(2):
        taken = read_status(database, world.now, file)
        assert taken == Taken(3, tuple(Fault(number, LineFault(fault)) for number, fault in wrong))
        arrives = date(2026, 11, 26)
        assert known(database) == [("posted", arrives), ("printed", None), ("failed", None)]
        assert run_now(database, run_id).state is RunState.PRINTED
    rejected = letter_now(database, third)
    assert (rejected.pull_reason, rejected.rejection) == (PullReason.REJECTED, "adresse illisible")
    assert calls(database) == {third.message_id}
    told(database, world.now, tmp_path, f"{second.reference};poste;{today};")
    assert run_now(database, run_id).state is RunState.POSTED
    # What is at the post is not printed or rejected any more.
    told(
        database,
        world.now,
        tmp_path,
        f"{second.reference};imprime;{today};",
        f"{first.reference};rejete;{today};x",
        f"{first.reference};retire;{today};",
    )
    assert known(database)[:2] == [("posted", arrives), ("posted", arrives)]
    said = ["run.given", "run.printed", "letter.pulled", "run.posted"]
    assert journal(database) == [("machine", verb) for verb in said]


def test_nothing_is_believed_of_a_run_before_it_was_given(database, world, tmp_path):
    run_id, (letter,) = outside_run(database, world, count=1)
    lines = [f"{letter.reference};{said};{world.now.date()};x" for said in ("imprime", "poste", "rejete", "retire")]
    assert faults(told(database, world.now, tmp_path, *lines)) == [LineFault.LETTER] * 4
    assert known(database) == [("in_run", None)]
    with database.transaction() as session:
        for _ in range(2):
            note_given(session, world.now, run_id=run_id)
    assert told(database, world.now, tmp_path, lines[1]) == Taken(1, ())
    assert journal(database) == [("machine", verb) for verb in ("run.given", "run.printed", "run.posted")]


def test_a_letter_that_left_though_something_overtook_it_is_known_to_have_left(database, world, given, tmp_path):
    _run_id, (first, second, _third) = given
    today = world.now.date()
    cancel(database, world.now, first, second)
    lines = [f"{first.reference};poste;{today};", f"{second.reference};rejete;{today};annulée"]
    assert told(database, world.now, tmp_path, *lines) == Taken(2, ())
    assert [status for status, _ in known(database)] == ["posted", "withdrawn", "in_run"]
    assert letter_now(database, second).pull_reason is PullReason.OVERTAKEN


@pytest.mark.parametrize("is_cancelled_first", [True, False])
@pytest.mark.parametrize("ends", ["retirée", "postée", "C'est retiré"])
def test_a_run_is_over_once_what_was_cancelled_is_taken_out_or_has_left(
    database, world, given, tmp_path, is_cancelled_first, ends
):
    run_id, (first, second, third) = given
    today = world.now.date()
    posted = [f"{letter.reference};poste;{today};" for letter in (first, third)]
    if is_cancelled_first:
        cancel(database, world.now, second)
    told(database, world.now, tmp_path, *posted)
    cancel(database, world.now, second)
    assert run_now(database, run_id).state is RunState.PRINTED
    (name,) = write_withdrawals(database, tmp_path)
    assert f"{second.reference};le rendez-vous a changé" in (tmp_path / name).read_text(encoding="utf-8-sig")
    if ends == "C'est retiré":
        pulled(database, world.now, second)
    else:
        assert told(database, world.now, tmp_path, f"{second.reference};{ends};{today};") == Taken(1, ())
    run = run_now(database, run_id)
    assert (run.state, run.posted_on, run.posted_by) == (RunState.POSTED, today, None)
    assert known(database)[1][0] == ("posted" if ends == "postée" else "withdrawn")
    assert journal(database).count(("machine", "run.posted")) == 1


def test_a_run_is_posted_on_the_latest_day_on_which_a_letter_left(database, world, given, tmp_path):
    run_id, (first, second, third) = given
    monday, later = world.now.date(), world.now + timedelta(days=7)
    told(
        database,
        later,
        tmp_path,
        f"{first.reference};poste;{monday + timedelta(days=1)};",
        f"{second.reference};poste;{monday + timedelta(days=2)};",
    )
    with database.transaction() as session:
        reason = ReturnReason.REFUSED
        note_return(session, world.now + timedelta(days=5), reference=first.reference, reason=reason, by=AGENT)
        message = session.get_one(Message, first.message_id)  # its next letter has left since, with another run
        message.status, message.sent_at = Status.POSTED, later
    told(database, later, tmp_path, f"{third.reference};retire;{monday};")
    assert run_now(database, run_id).posted_on == monday + timedelta(days=2)


def test_a_run_of_which_all_that_is_known_is_that_it_came_back_left_on_its_day(database, world, tmp_path):
    world.departement()
    run_id, (letter,) = given_run(database, world, tmp_path, count=1)
    later = world.now + timedelta(days=7)
    with database.transaction() as session:
        note_return(session, later, reference=letter.reference, reason=ReturnReason.UNKNOWN, by=AGENT)
    run = run_now(database, run_id)
    assert (run.state, run.posted_on) == (RunState.POSTED, world.now.date())
    told(database, later, tmp_path, f"{letter.reference};poste;{later.date()};")
    assert run_now(database, run_id).posted_on == world.now.date()
    assert known(database) == [("returned", None)]


def test_a_run_of_which_nothing_left_is_closed_on_no_day_with_what_the_printer_said(client, world, database, tmp_path):
    world.departement()
    enter(client, world.agent("courrier"))
    run_id, (first, second) = given_run(database, world, tmp_path, count=2)
    reason = f"=1+1 <b>illisible</b>\u0007 {'x' * 300}"
    told(database, world.now, tmp_path, f"{first.reference};rejete;{world.now.date()};{reason}")
    kept = letter_now(database, first).rejection
    assert len(kept) == LONGEST_REASON
    pulled(database, world.now, second, PullReason.ASKED)
    run = run_now(database, run_id)
    assert (run.state, run.posted_on, run.printed_at) == (RunState.POSTED, None, None)
    said = [("machine", "letter.pulled"), ("agent", "letter.pulled"), ("machine", "run.closed")]
    assert journal(database)[1:] == said
    at = f"/agents/courriers/lots/{run_id}"
    words = client.get(at).page.text()
    assert "Fermé : il est vide" in words
    said = f"L'imprimeur dit : « {kept} »."
    assert f"L'imprimeur l'a refusée. {said}" in words
    assert said in client.get(f"/agents/courriers/{first.id}").page.text()
    written = client.get(f"{at}/manifeste.csv").data.decode("utf-8-sig")
    lines = list(csv.DictReader(StringIO(written), delimiter=";"))
    assert [(line["motif"], line["postee_le"]) for line in lines] == [(f"'{kept}", ""), ("", "")]


def test_a_printer_that_obeys_costs_nobody_their_letter(database, world, given, tmp_path):
    run_id, (first, second, third) = given
    today = world.now.date()
    for letter in (first, second):
        move(database, letter)
    lines = [f"{first.reference};rejete;{today};retirée", f"{second.reference};RETIRÉE;{today};"]
    for _ in range(2):
        assert told(database, world.now, tmp_path, *lines, f"{second.reference};imprime;{today};") == Taken(3, ())
    assert [status for status, _ in known(database)] == ["waiting", "waiting", "in_run"]
    assert calls(database) == set()
    for letter, words in ((first, "retirée"), (second, None)):
        found = letter_now(database, letter)
        assert (found.pull_reason, found.rejection) == (PullReason.MOVED_AWAY, words)
    # Taken out though nothing asked for it: it does not leave, and somebody calls.
    told(database, world.now, tmp_path, f"{third.reference};retire;{today};")
    assert letter_now(database, third).pull_reason is PullReason.REJECTED
    assert calls(database) == {third.message_id}
    assert run_now(database, run_id).state is RunState.POSTED


def test_a_letter_pulled_here_and_posted_there_is_told_each_time_and_journaled_once(database, world, given, tmp_path):
    _run_id, (first, second, _third) = given
    today = world.now.date()
    move(database, first)
    pulled(database, world.now, first)
    told(database, world.now, tmp_path, f"{second.reference};rejete;{today};x")
    for _ in range(2):
        lines = [f"{letter.reference};poste;{today};" for letter in (first, second)]
        assert faults(told(database, world.now, tmp_path, *lines)) == [LineFault.PULLED] * 2
    assert [status for status, _ in known(database)][:2] == ["waiting", "failed"]
    assert journal(database).count(("machine", "letter.left_pulled")) == 2
    for said in ("imprime", "rejete", "retire"):
        assert told(database, world.now, tmp_path, f"{first.reference};{said};{today};x") == Taken(1, ())


def test_the_number_of_a_registered_letter_is_kept_and_its_posting_whatever_lacks(database, world, given, tmp_path):
    _run_id, (first, second, third) = given
    today = world.now.date()
    with database.transaction() as session:
        for letter in (first, second):
            register(session, world.now, reference=letter.reference, number="", by=AGENT)
    lines = [
        f"{first.reference};imprime;{today};;RR 473 124 829 FR",
        f"{first.reference};poste;{today};",
        f"{second.reference};poste;{today}",
        f"{second.reference};poste;{today};;RR473124820FR",
        f"{second.reference};poste;{today};;{NUMBER}",  # the first one's
        f"{third.reference};poste;{today};;{NUMBER}",  # an ordinary letter: of no use
        f"C0099999A;poste;{today};;{NUMBER}",
    ]
    wrong = [LineFault.NO_NUMBER, LineFault.NUMBER, LineFault.NUMBER, LineFault.LETTER]
    for _ in range(2):
        assert faults(told(database, world.now, tmp_path, *lines)) == wrong
    assert {status for status, _ in known(database)} == {"posted"}
    assert [letter_now(database, one).tracking_number for one in (first, second, third)] == [NUMBER, None, None]
    # It may follow; what somebody has put right since stays.
    later = f"{second.reference};poste;{today};;1A 123 456 7890 1"
    assert told(database, world.now, tmp_path, later) == Taken(1, ())
    with database.transaction() as session:
        register(session, world.now, reference=second.reference, number="1A 123 456 7890 2", by=AGENT)
    assert faults(told(database, world.now, tmp_path, later)) == [LineFault.NUMBER]
    assert letter_now(database, second).tracking_number == "1A12345678902"


def test_the_room_does_none_of_the_printers_steps(client, world, database, given):
    run_id, _letters = given
    world.departement()
    enter(client, world.agent("courrier"))
    step = {"run_id": run_id, "by": AGENT}
    with database.transaction() as session:
        for verb, more in (
            (mark_printed, {}),
            (count, {"letters": 3, "sheets": 3}),
            (post, {"posted_on": world.now.date(), "post": calendar_of(session)}),
        ):
            with pytest.raises(Refused) as refused:
                verb(session, world.now, **step, **more)
            assert refused.value.reason is PostFault.OUTSIDE
    token = client.get("/agents/courriers/retours").page.fields()["csrf_token"]
    shown = client.post(f"/agents/courriers/lots/{run_id}/imprime", data={"csrf_token": token}).page
    assert "Un imprimeur extérieur a ce lot." in shown.text()


def test_a_press_on_the_page_of_a_run_says_that_the_letter_is_taken_out(client, world, database, given):
    _run_id, letters = given
    world.departement()
    enter(client, world.agent("courrier"))
    cancel(database, world.now, *letters)
    for left, said in ((2, "La lettre est retirée du lot."), (1, "La lettre est retirée"), (0, "Le lot est fermé.")):
        token = client.get("/agents/courriers/retours").page.fields()["csrf_token"]
        typed = {"csrf_token": token, "key": letters[left].reference}
        answer = client.post("/agents/courriers/retirer", data=typed)
        assert said in client.follow(answer).page.text()


def test_a_file_of_another_kind_and_a_letter_of_our_own_print_room_are_refused(database, world, tmp_path):
    letter = queued(world)
    with database.transaction() as session:
        make_run(session, world.now, post=calendar_of(session), by=1)
    waits = queued(world)
    lines = [f"{one.reference};poste;{world.now.date()};" for one in (letter, waits)]
    assert faults(told(database, world.now, tmp_path, *lines)) == [LineFault.LETTER] * 2
    other = tmp_path / "autre.csv"
    other.write_text("a,b,c\n1,2,3\n")
    assert read_status(database, world.now, other).faults == (Fault(1, LineFault.COLUMNS),)


def test_a_status_file_read_again_says_nothing_of_the_letter_drawn_anew(database, world, given, tmp_path):
    run_id, letters = given
    first, today = letters[0], world.now.date()
    posted = [f"{letter.reference};poste;{today};" for letter in letters]
    told(database, world.now, tmp_path, *posted)
    with database.transaction() as session:
        note_return(session, world.now, reference=first.reference, reason=ReturnReason.REFUSED, by=AGENT)
        message = session.get_one(Message, first.message_id)
        message.status = Status.SENDING
        ROOM.draw(session, message, world.now)
    for _ in range(2):  # it waits for its run, then is in it
        assert told(database, world.now, tmp_path, *posted) == Taken(3, ())
        told(database, world.now, tmp_path, f"{first.reference};rejete;{today};x")
        assert run_now(database, run_id).state is RunState.POSTED
        made(database, world.now)
    assert known(database)[0][0] == "in_run"


def test_a_line_that_cannot_be_read_takes_no_other_away(database, world, given, tmp_path):
    _run_id, (first, second, third) = given
    today = world.now.date()
    taken = told(
        database,
        world.now,
        tmp_path,
        f'{first.reference};rejete;{today};"adresse',
        f"{second.reference};poste;{today};",
        f"{third.reference};poste;{today};{'x' * 200_000}",
        "\x00",
    )
    assert taken == Taken(2, (Fault(4, LineFault.LETTER), Fault(5, LineFault.LETTER)))
    assert [status for status, _ in known(database)] == ["failed", "posted", "in_run"]


@pytest.mark.parametrize(
    ("header", "cells", "read"),
    [
        ("lettre;statut;date", "postée;2026-11-24;;RR1", (Said.POSTED, "", "RR1")),
        ("lettre;statut;date;motif", "Imprimé;2026-11-24;x", (Said.PRINTED, "x", "")),
        ("lettre;statut;date;suivi", "poste\u0301e;2026-11-24;RR1;", (Said.POSTED, "", "RR1")),
        ("lettre;statut;date;suivi;motif", "REJETÉE;2026-11-24;; a\tb ", (Said.REJECTED, "a b", "")),
        ("\ufeffLettre; Statut;DATE;motif;suivi;poids", "retiré;2026-11-24;;;20", (Said.TAKEN_OUT, "", "")),
    ],
)
def test_columns_are_read_by_their_names_and_statuses_with_or_without_accents(header, cells, read):
    said, reason, tracking = read
    line = Line("C0000001B", said, date(2026, 11, 24), reason, tracking)
    assert list(lines_of([header, f"c0000001b;{cells}"])) == [(2, line)]


@pytest.mark.parametrize("line", ["C0000001B", "C0000001B;refuse;2026-11-24", ";poste;2026-11-24"])
def test_a_line_that_says_too_little_is_a_fault(line):
    ((_number, fault),) = lines_of(["lettre;statut;date", line])
    assert fault is (LineFault.STATUS if line.startswith("C") else LineFault.LETTER)


@pytest.mark.parametrize(
    ("region", "now", "today", "other"),
    [
        ("la_reunion", datetime(2026, 11, 24, 21, 0, tzinfo=UTC), 25, 24),  # Tuesday still, in Paris
        ("martinique", datetime(2026, 11, 25, 2, 0, tzinfo=UTC), 24, 25),  # Wednesday already, in Paris
    ],
)
def test_the_days_of_a_printer_are_those_of_the_clocks_where_it_posts(
    database, world, tmp_path, region, now, today, other
):
    world.departement(holiday_region=region)
    run_id, (letter,) = given_run(database, world, tmp_path, now, count=1)
    refused = told(database, now, tmp_path, f"{letter.reference};poste;2026-11-{other};")
    assert faults(refused) == [LineFault.DAY]
    assert told(database, now, tmp_path, f"{letter.reference};poste;2026-11-{today};").faults == ()
    assert run_now(database, run_id).posted_on == date(2026, 11, today)
    with database.transaction() as session:
        noon = session.get_one(Message, letter.message_id).sent_at.astimezone(REGIONS[region].zone)
    assert (noon.day, noon.hour) == (today, 12)
