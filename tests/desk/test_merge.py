"""Two files of one person: made one, and two again; nothing lost, nothing opened to anybody else."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from portal.booking.models import Participation
from portal.booking.models_waiting import Wish
from portal.calls.models import CallOutcome, CallReceived
from portal.database import Base
from portal.desk import queries_merge
from portal.desk.rules_merge import (
    Facts,
    Kept,
    MergeFault,
    Warned,
    differing,
    merged_values,
    packed,
    refusal,
    shared,
    to_give_back,
    undoable_until,
    unpacked,
    warnings,
)
from portal.eligibility.models import RuleBook, SavedAnswers
from portal.journal.models import JournalLine
from portal.notifications.models import Message, Route, Status, Step
from portal.paper.models import FormKind, PaperForm
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Challenge, Credential, CredentialKind, IdentityCase, Purpose
from portal.people.models_household import Household
from portal.people.models_mandates import Mandate, MandateKind, MandateState
from portal.people.queries_merges import kept_in, merged_into
from portal.refusal import Refused
from portal.web.sessions import WebSession
from tests.desk.merging import merged, parted, promised, read, said
from tests.world import at

SPECIAL = {("participation", "person_id"), ("message", "person_id"), ("person", "merged_into_id")}
HISTORY = {("merge", "kept_id"), ("merge", "gone_id")}


@pytest.fixture
def agent(world):
    world.departement()
    return world.agent("accueil")


@pytest.fixture
def kept(world):
    return world.person(given_names="Camille", family_name="Martin-Essai", email=None, mobile="+33639980001")


@pytest.fixture
def gone(world):
    return world.person(
        given_names="Camille", family_name="Martin-Essai", mobile="+33639980002", email="camille@exemple.fr"
    )


def refused(act) -> MergeFault:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def test_every_column_that_names_a_person_moves_or_has_a_reason_not_to() -> None:
    named = {
        (table.name, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    assert named == {*queries_merge.MOVED.values(), *SPECIAL, *HISTORY}


def everything(world, database, person, other, agent):
    """One row of each kind on a file."""
    place, motif, doctor = world.office()
    world.appointment(doctor, place, motif, at("2026-11-26", "09:00"), person)
    world.referent(person, doctor)
    world.invitation(person, motif)
    world.mandate(person, agent_id=agent.id)
    world.mandate(other, holder_id=person.id, kind=MandateKind.RELATIVE)
    world.person(given_names="Noé", guardian_id=person.id)
    card = world.person(card_of_id=person.id)
    world.appointment(doctor, place, motif, at("2026-11-26", "09:30"), told_id=card.id)
    world.credential(person, CredentialKind.EMAIL, person.email)
    with database.transaction() as session:
        rows = {"person_id": person.id, "created_at": world.now}
        session.add(Wish(motif_id=motif.id, first_day=date(2026, 12, 1), **rows))
        session.add(
            Challenge(
                key=uuid4(), code_hash="essai", purpose=Purpose.SIGN_IN, expires_at=world.now + timedelta(1), **rows
            )
        )
        session.add(
            IdentityCase(
                subject="essai", family_name="E", given_names="E", birth_date=person.birth_date,
                birth_date_to=person.birth_date, **rows,
            )
        )  # fmt: skip
        session.add(
            CallReceived(
                request_key=uuid4(), at=world.now, agent_id=agent.id, person_id=person.id, outcome=CallOutcome.INFORMED
            )
        )
        book = RuleBook(digest="essai", loaded_on=world.now.date(), definition={})
        session.add(book)
        session.flush()
        session.add(SavedAnswers(person_id=person.id, book_id=book.id, themes=[], sealed="essai", saved_at=world.now))
        session.add(Household(person_id=person.id, is_couple=True, children=[], told_at=world.now))
        session.add(PaperForm(code="AAAA0001", kind=FormKind.WISH, known={}, made_at=world.now, person_id=person.id))
        session.add(
            WebSession(
                key_hash="essai", person_id=person.id, data={"person_id": person.id},
                created_at=world.now, seen_at=world.now,
            )
        )  # fmt: skip


def test_everything_moves_and_goes_back(world, database, clock, agent, kept, gone) -> None:
    everything(world, database, gone, world.person(), agent)
    with database.transaction() as session:
        before = queries_merge.hanging(session, gone.id)
    assert queries_merge.MOVED.keys() - before.keys() == {"told", "tries"}
    made = merged(database, clock.now, kept, gone, agent, email=Kept.GONE)
    with database.transaction() as session:
        assert queries_merge.hanging(session, gone.id) == {}
        moved = queries_merge.hanging(session, kept.id)
        assert {name: count for name, count in moved.items() if name != "messages"} == before
        assert session.get_one(WebSession, "essai").ended_at == clock.now
        assert (kept_in(session, gone.id), merged_into(session, kept.id)) == (kept.id, [gone.id])
        lines = session.scalars(select(JournalLine).where(JournalLine.verb == "people.merged")).all()
        assert {(line.for_person_id, line.object_id) for line in lines} == {(kept.id, gone.id), (gone.id, kept.id)}
    assert read(database, kept).email == gone.email
    clock.forward(timedelta(days=29))
    assert parted(database, clock.now, made, agent) == frozenset()
    with database.transaction() as session:
        assert queries_merge.hanging(session, gone.id) == before
        assert kept_in(session, gone.id) is None
    assert (read(database, kept).email, read(database, gone).merged_into_id) == (None, None)
    assert parted(database, clock.now, made, agent) == frozenset()  # twice is once


def test_what_both_have_is_kept_once_and_comes_back(world, database, clock, agent, kept, gone) -> None:
    place, motif, doctor = world.office()
    both = world.appointment(doctor, place, motif, at("2026-11-26", "09:00"), kept, gone)
    for person in (kept, gone):
        world.credential(person, CredentialKind.MOBILE, kept.mobile, is_vouched=person is gone)
        world.credential(person, CredentialKind.MOBILE, person.mobile + "9")  # a number that nobody says any more
    event = uuid4()
    for person in (kept, gone):
        promised(database, clock.now, person, both.id, event_id=event)
        promised(database, clock.now, person, both.id, event_id=event, step=Step.NOTICE, status=Status.SENT)
        promised(database, clock.now, person, both.id, event_id=event, route=Route.CALL, status=Status.OPEN)
    with database.transaction() as session:
        for person in (kept, gone):
            session.add(Wish(person_id=person.id, motif_id=motif.id, first_day=date(2026, 12, 1), created_at=clock.now))
    made = merged(database, clock.now, kept, gone, agent)
    with database.transaction() as session:
        opening = session.scalars(select(Credential).where(Credential.ended_at.is_(None))).all()
        assert [(one.person_id, one.value, one.is_vouched) for one in opening] == [(kept.id, kept.mobile, True)]
        waiting = session.scalars(select(Wish).where(Wish.ended_at.is_(None))).all()
        assert [one.person_id for one in waiting] == [kept.id]
        coming = session.scalars(select(Participation.person_id).where(Participation.appointment_id == both.id)).all()
        assert coming == [kept.id]
    was = [("reminder", "sms", "waiting"), ("notice", "sms", "sent"), ("reminder", "call", "open")]
    assert said(database, kept)[:3] == was
    assert [status for *_, status in said(database, gone)] == ["withdrawn", "sent", "withdrawn"]
    parted(database, clock.now, made, agent)
    with database.transaction() as session:
        opening = session.scalars(select(Credential.person_id).where(Credential.ended_at.is_(None))).all()
        assert sorted(opening) == [kept.id, kept.id, gone.id, gone.id]
        waiting = session.scalars(select(Wish.person_id).where(Wish.ended_at.is_(None))).all()
        assert sorted(waiting) == [kept.id, gone.id]
        coming = session.scalars(select(Participation.person_id).where(Participation.appointment_id == both.id)).all()
        assert sorted(coming) == [kept.id, gone.id]
    assert said(database, gone) == was


def test_waiting_messages_leave_by_the_ways_of_the_file_that_stays(world, database, clock, agent, kept, gone) -> None:
    place, motif, doctor = world.office()
    made_for = world.appointment(doctor, place, motif, at("2026-11-30", "09:00"), gone)
    beside = world.appointment(doctor, place, motif, at("2026-12-01", "09:00"), world.person())
    start = made_for.starts_at
    one = {
        "event_id": uuid4(),
        "starts_at": start,
        "context": {"acted_by": "Essai", "old_starts_at": start.isoformat()},
    }
    promised(database, clock.now, gone, made_for.id, route=Route.EMAIL, **one)
    promised(database, clock.now, gone, made_for.id, **one)
    promised(database, clock.now, gone, beside.id, starts_at=start)  # told of it no more, for whatever reason
    promised(database, clock.now, gone, 0, subject="person", kind="contact_changed", to="+33639980002")
    with database.transaction() as session:
        session.get_one(Person, kept.id).wants_discretion = True
    made = merged(database, clock.now, kept, gone, agent, email=Kept.KEPT)
    waiting = [one for one in said(database, kept) if one[2] == "waiting"]
    assert ("reminder", "email", "waiting") not in waiting
    assert waiting.count(("reminder", "sms", "waiting")) == 3
    with database.transaction() as session:
        told = (Message.person_id == kept.id, Message.subject == "appointment", Message.subject_id == made_for.id)
        rows = session.scalars(select(Message).where(*told).order_by(Message.id)).all()
        assert [(row.context["place_lines"], row.context["acted_by"]) for row in rows] == [([], "Essai")]
        rows[0].status = Status.SENT  # before the merge is undone
    parted(database, clock.now, made, agent)
    waiting = [one[1] for one in said(database, gone) if one[2] == "waiting"]
    assert waiting == ["sms", "sms"]  # what was said already is not said again


@pytest.mark.parametrize("status", [Status.QUEUED, Status.IN_RUN, Status.PRINTED])
def test_a_letter_in_a_run_for_the_file_that_stayed_is_taken_back_and_the_other_is_told(
    world, database, clock, agent, kept, gone, status
) -> None:
    place, motif, doctor = world.office()
    visit = world.appointment(doctor, place, motif, at("2026-12-14", "09:00"), gone)
    promised(
        database, clock.now, gone, visit.id, step=Step.NOTICE, kind="appointment_booked", starts_at=visit.starts_at
    )
    with database.transaction() as session:
        row = session.get_one(Person, kept.id)
        row.mobile, row.address = None, ["", "", "12, rue de la Démonstration", "", "62000 Arras"]
    made = merged(database, clock.now, kept, gone, agent, mobile=Kept.KEPT, email=Kept.KEPT, address=Kept.KEPT)
    with database.transaction() as session:
        (letter,) = session.scalars(
            select(Message).where(
                Message.person_id == kept.id, Message.subject == "appointment", Message.step == Step.NOTICE
            )
        )
        assert (letter.route, letter.status) == (Route.LETTER, Status.WAITING)
        letter.status = status
    parted(database, clock.now, made, agent)
    with database.transaction() as session:
        assert session.get_one(Message, letter.id).status is Status.WITHDRAWN
    assert ("notice", "sms", "waiting") in said(database, gone)


def test_what_changed_since_is_left_and_said(database, clock, agent, kept, gone) -> None:
    made = merged(database, clock.now, kept, gone, agent, mobile=Kept.GONE, email=Kept.GONE)
    assert read(database, kept).mobile == gone.mobile
    with database.transaction() as session:
        session.get_one(Person, kept.id).mobile = "+33639980007"
    assert parted(database, clock.now, made, agent) == {"mobile"}
    assert (read(database, kept).mobile, read(database, kept).email) == ("+33639980007", None)


def test_an_event_after_the_merge_goes_back_with_its_appointment(world, database, clock, agent, kept, gone) -> None:
    place, motif, doctor = world.office()
    own = world.appointment(doctor, place, motif, at("2026-11-30", "09:00"), gone)
    promised(database, clock.now, gone, own.id, starts_at=own.starts_at)
    made = merged(database, clock.now, kept, gone, agent)
    promised(database, clock.now, kept, own.id, starts_at=own.starts_at)  # moved meanwhile: another event
    parted(database, clock.now, made, agent)
    assert ("reminder", "sms", "waiting") in said(database, gone)
    assert [one for one in said(database, kept) if one[2] == "waiting" and one[0] == "reminder"] == []


def test_a_chain_is_undone_from_its_end(world, database, clock, agent, kept, gone) -> None:
    third = world.person(mobile="+33639980003")
    own = world.referent(gone, agent)
    first = merged(database, clock.now, kept, gone, agent)
    second = merged(database, clock.now, third, kept, agent)
    with database.transaction() as session:
        assert kept_in(session, gone.id) == third.id
        assert merged_into(session, third.id) == [kept.id, gone.id]
        assert [made.id for made, _ in queries_merge.merges_to_undo(session, clock.now, third.id)] == [
            second.id,
            first.id,
        ]
    assert refused(lambda: parted(database, clock.now, first, agent)) is MergeFault.LATER_FIRST
    parted(database, clock.now, second, agent)
    parted(database, clock.now, first, agent)
    with database.transaction() as session:
        assert session.merge(own).person_id == gone.id
        assert merged_into(session, third.id) == []
        assert queries_merge.merges_to_undo(session, clock.now, third.id) == []


def test_after_thirty_days_a_merge_stays(database, clock, agent, kept, gone) -> None:
    made = merged(database, clock.now, kept, gone, agent)
    clock.forward(timedelta(days=30))
    assert refused(lambda: parted(database, clock.now, made, agent)) is MergeFault.TOO_LATE


def test_two_people_are_not_merged(world, database, clock, agent, kept, gone) -> None:
    child, card = world.person(guardian_id=kept.id), world.person(card_of_id=kept.id)
    carer = world.person()
    world.mandate(kept, holder_id=carer.id, kind=MandateKind.RELATIVE)
    for other, fault in (
        (child, MergeFault.ANSWERS),
        (card, MergeFault.GONE),
        (kept, MergeFault.SAME),
        (carer, MergeFault.MANDATE),
    ):
        assert refused(lambda other=other: merged(database, clock.now, kept, other, agent)) is fault
    assert refused(lambda: merged(database, clock.now, kept, gone, agent, seen="else")) is MergeFault.CHANGED
    merged(database, clock.now, kept, gone, agent)
    assert refused(lambda: merged(database, clock.now, kept, gone, agent)) is MergeFault.GONE
    assert refused(lambda: merged(database, clock.now, gone, world.person(), agent)) is MergeFault.GONE


def test_a_mandate_long_over_between_the_two_stays_as_it_was(world, database, clock, agent, kept, gone) -> None:
    over = {"state": MandateState.ENDED, "ended_at": clock.now, "kind": MandateKind.RELATIVE}
    old = [world.mandate(kept, holder_id=gone.id, **over), world.mandate(gone, holder_id=kept.id, **over)]
    merged(database, clock.now, kept, gone, agent)
    with database.transaction() as session:
        assert [(session.merge(one).person_id, session.merge(one).holder_id) for one in old] == [
            (kept.id, gone.id),
            (gone.id, kept.id),
        ]


def test_protection_holds_and_ends_what_others_were_given(world, database, clock, agent, kept, gone) -> None:
    given = world.mandate(kept, organisation_id=world.organisation().id)
    with database.transaction() as session:
        session.get_one(Person, gone.id).is_protected = True
    merged(database, clock.now, kept, gone, agent)
    assert read(database, kept).is_protected
    with database.transaction() as session:
        assert session.get_one(Mandate, given.id).state is MandateState.ENDED


def test_a_number_that_is_replaced_is_told_and_the_file_is_no_double_any_more(
    database, clock, agent, kept, gone
) -> None:
    with database.transaction() as session:
        session.get_one(Person, kept.id).maybe_double = True
        session.get_one(Person, gone.id).email_state = RouteState.FAILED
    made = merged(database, clock.now, kept, gone, agent, mobile=Kept.GONE, email=Kept.KEPT)
    with database.transaction() as session:
        told = session.scalars(select(Message).where(Message.kind == "contact_changed")).all()
        assert [(row.to, row.person_id) for row in told] == [(kept.mobile, kept.id)]
        assert (
            "mobile"
            in session.scalars(select(Message).where(Message.kind == "preferences_changed")).first().context["changes"]
        )
    assert not read(database, kept).maybe_double
    parted(database, clock.now, made, agent)
    assert read(database, kept).maybe_double


def test_a_file_that_still_looks_like_another_is_still_maybe_a_double(
    world, database, clock, agent, kept, gone
) -> None:
    world.person(given_names="Camille", family_name="Martin-Essai")
    with database.transaction() as session:
        session.get_one(Person, kept.id).maybe_double = True
    merged(database, clock.now, kept, gone, agent, email=Kept.KEPT)
    assert read(database, kept).maybe_double


def test_the_file_that_stays_is_right_but_where_it_says_nothing(kept, gone) -> None:
    assert differing(kept, gone) == {"mobile": Kept.KEPT, "email": Kept.GONE}
    gone.identity_seen_at, gone.lent_ways, gone.wants_silence, gone.wants_sms = gone.created_at, ["email"], True, False
    values = merged_values(kept, gone, {})
    assert values == {
        "email": gone.email,
        "lent_ways": ["email"],
        "wants_silence": True,
        "wants_sms": False,
        "identity_seen_at": gone.created_at,
        "identity_seen_by": None,
    } or values.keys() == {"email", "lent_ways", "wants_silence", "wants_sms", "identity_seen_at"}
    kept.identity_seen_at = gone.created_at
    assert "identity_seen_at" not in merged_values(kept, gone, {})


def test_letters_are_chosen_for_the_address_that_they_were_chosen_for(kept, gone, clock) -> None:
    gone.address, gone.wants_discretion = ["2 RUE DE L ESSAI", "62000 ARRAS"], True
    kept.address, kept.letters_chosen_at = ["1 RUE DE L ESSAI", "62000 ARRAS"], clock.now
    assert merged_values(kept, gone, {"address": Kept.GONE})["letters_chosen_at"] is None
    # One address in both files, chosen in one of them.
    kept.address = gone.address
    assert merged_values(gone, kept, {})["letters_chosen_at"] == clock.now


def test_the_garantie_papier_takes_its_address_with_it(kept, gone, clock) -> None:
    kept.address = ["1 RUE DE L ESSAI", "62000 ARRAS"]
    gone.address, gone.wants_paper, gone.letters_chosen_at = ["2 RUE DE L ESSAI", "62000 ARRAS"], True, clock.now
    assert differing(kept, gone)["address"] is Kept.GONE
    kept.letters_chosen_at = clock.now
    assert differing(kept, gone)["address"] is Kept.KEPT


def test_what_goes_with_an_address_changed_since_the_merge_is_not_given_back(kept, clock) -> None:
    before = {"address": ["1 RUE DE L ESSAI", "62000 ARRAS"], "letters_chosen_at": clock.now, "wants_sms": True}
    after = {"address": ["2 RUE DE L ESSAI", "62000 ARRAS"], "letters_chosen_at": None, "wants_sms": kept.wants_sms}
    kept.address = ["3 RUE DE L ESSAI", "62000 ARRAS"]
    assert to_give_back(kept, before, after) == ({"wants_sms": True}, {"address"})


def test_what_the_kept_file_said_is_kept_as_it_was(clock) -> None:
    said_before = {
        "birth_date": date(1980, 2, 29), "mobile_state": RouteState.WORKS, "address_confirmed_at": clock.now,
        "mobile": "+33639980001", "landline": None, "address": ["62000 ARRAS"], "wants_paper": True,
    }  # fmt: skip
    assert unpacked(json.loads(json.dumps(packed(said_before)))) == said_before
    assert undoable_until(clock.now) == clock.now + timedelta(days=30)


def test_what_is_shared_is_told_and_merges_nothing(kept, gone) -> None:
    assert shared(kept, gone) == []
    gone.mobile, gone.email, kept.email = kept.mobile, "CAMILLE@exemple.fr", "camille@exemple.fr"
    kept.landline = gone.landline = "+33353010012"
    kept.address = gone.address = ["1 RUE DE L ESSAI", "62000 ARRAS"]
    assert shared(kept, gone) == ["mobile", "email", "landline", "address"]


def test_warnings_say_what_to_look_at_twice(world, kept) -> None:
    other = world.person(birth_date=date(1981, 1, 1), is_protected=True, wants_discretion=True, wants_silence=True)
    assert warnings(kept, other, Facts(accounts=frozenset({1, 2}), both_come=True)) == list(Warned)
    assert refusal(kept, other, Facts()) is None


def test_each_address_that_a_file_made_of_two_no_longer_names_hears_of_it(database, clock, agent, kept, gone) -> None:
    lines = {
        kept.id: ["", "", "1 RUE D AVANT", "", "62000 ARRAS"],
        gone.id: ["", "", "2 RUE D APRES", "", "62000 ARRAS"],
    }
    with database.transaction() as session:
        for number, address in lines.items():
            session.get_one(Person, number).address = address
    merged(database, clock.now, kept, gone, agent, address=Kept.GONE)
    with database.transaction() as session:
        told = session.scalars(select(Message).where(Message.kind == "address_changed")).all()
        assert [(row.to, row.person_id) for row in told] == [("\n".join(lines[kept.id]), kept.id)]
