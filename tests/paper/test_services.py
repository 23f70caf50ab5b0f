"""A form is entered once; what follows from it is done, and the person is answered by post, in one transaction."""

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus, CancelReason
from portal.booking.models_waiting import Wish
from portal.booking.rules import BookingRefusal
from portal.booking.rules_waiting import WishFault
from portal.booking.services_changes import cancel
from portal.desk.rules import shown
from portal.desk.services import Wanted, change_file
from portal.journal.models import JournalLine
from portal.letters.services_choice import How, choose_paper
from portal.mandates.rules import Fault
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import PaperFault
from portal.paper.services import claim, give
from portal.paper.services_entering import (
    Chosen,
    Wished,
    enter_address,
    enter_choices,
    enter_mandate,
    enter_wish,
)
from portal.paper.services_slip import enter_slip
from portal.people.models import Person, RouteState
from portal.people.models_mandates import Mandate, MandateState
from portal.people.services_preferences import preferences_of
from portal.refusal import Refused
from tests.paper.conftest import SITE, seen
from tests.together import at_once
from tests.world import at

NEW = ["", "", "9 RUE NEUVE", "", "62000 ARRAS"]
HALF_DAYS = ["jeu-apres", "lun-matin"]


def entering(desk, act, form, **given):
    """Enters a form in a transaction of its own."""
    with desk.world.database.transaction() as session:
        marks = (
            {"shown": seen(form, session.get_one(Person, form.person_id))}
            if act in {enter_address, enter_choices}
            else {}
        )
        return act(session, desk.world.now, form_id=form.id, by=desk.by, base_url=SITE, **(marks | given))


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def wished(desk, **given):
    return Wished(**({"motif_id": desk.motif.id, "place_id": desk.place.id, "first_day": date(2026, 12, 1)} | given))


def test_a_new_address_is_written_journaled_and_answered_by_letter(desk, database) -> None:
    form = desk.given(FormKind.ADDRESS)
    entering(desk, enter_address, form, lines=NEW)
    person, kept = desk.read(Person, desk.person.id), desk.read(PaperForm, form.id)
    assert (person.address, person.address_state) == (NEW, RouteState.UNTRIED)
    assert (kept.answers, kept.entered_by, kept.entered_at) == ({"address": NEW}, desk.agent.id, desk.world.now)
    assert ("preferences_changed", "letter") in desk.told()  # though they never asked for letters
    with database.transaction() as session:
        lines = session.scalars(select(JournalLine.verb).order_by(JournalLine.id)).all()
    assert {"form.given", "form.entered", "preferences.changed"} <= set(lines)


def test_two_agents_at_once_one_wins_and_the_other_is_told(desk) -> None:
    form, start, outcomes = desk.given(FormKind.ADDRESS), Barrier(2), []

    def enter(street):
        start.wait()
        try:
            entering(desk, enter_address, form, lines=["", "", street, "", "62000 ARRAS"])
        except Refused as fault:
            outcomes.append(fault.reason)
        else:
            outcomes.append(street)

    threads = [Thread(target=enter, args=(street,)) for street in ("1 RUE A", "2 RUE B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (won,) = [one for one in outcomes if one is not PaperFault.ENTERED]
    assert len(outcomes) == 2
    assert desk.read(Person, desk.person.id).address[2] == won
    letters = [kind for kind, route in desk.told() if route == "letter"]
    assert sorted(letters) == ["address_changed", "preferences_changed"]  # to the old address, and to the new one


def test_what_somebody_changed_meanwhile_is_not_overwritten_and_the_form_still_waits(desk, database) -> None:
    form = desk.given(FormKind.ADDRESS)
    person = desk.read(Person, desk.person.id)
    before, on_page = shown(person), seen(form, person)
    with database.transaction() as session:
        known = preferences_of(session.get_one(Person, desk.person.id))
        wanted = Wanted(desk.person.mobile, desk.person.email, replace(known, address=tuple(NEW)))
        change_file(
            session, desk.world.now, person_id=desk.person.id, by=desk.by, wanted=wanted, shown=before, base_url=SITE
        )
    assert refused(
        lambda: entering(desk, enter_address, form, lines=["", "", "3 RUE C", "", "62000 ARRAS"], shown=on_page)
    ) is (PaperFault.CHANGED)
    assert desk.read(PaperForm, form.id).entered_at is None


def test_choices_write_what_is_ticked_and_nothing_else(desk) -> None:
    form = desk.given(FormKind.CHOICES)
    entering(desk, enter_choices, form, chosen=Chosen(sms=False, large_print=True, paper=True))
    person = desk.read(Person, desk.person.id)
    assert (person.wants_sms, person.wants_email, person.wants_paper) == (False, True, True)
    assert person.wants_large_print
    assert person.letters_chosen_at == desk.world.now
    assert ("paper_chosen", "letter") in desk.told()


def test_letters_end_by_a_signed_paper_and_one_last_letter_says_so(desk) -> None:
    person = desk.world.person(wants_paper=True, address=NEW)
    form = desk.given(FormKind.CHOICES, person)
    entering(desk, enter_choices, form, chosen=Chosen(paper=False))
    assert not desk.read(Person, person.id).wants_paper
    assert ("preferences_changed", "letter") in desk.told()


def test_nothing_ticked_or_no_address_for_letters_is_refused(desk) -> None:
    form = desk.given(FormKind.CHOICES, desk.world.person())
    assert refused(lambda: entering(desk, enter_choices, form, chosen=Chosen())) is PaperFault.NOTHING
    assert refused(lambda: entering(desk, enter_choices, form, chosen=Chosen(paper=True))) is PaperFault.NO_ADDRESS
    entering(desk, enter_choices, form, chosen=Chosen(paper=True, address=tuple(NEW), language="en"))
    assert desk.read(Person, form.person_id).language == "en"


@pytest.mark.parametrize(
    "given",
    [
        {"wants_silence": True},
        {"wants_discretion": True},
        {"address_state": RouteState.FAILED},
    ],
)
def test_no_letter_to_who_asked_for_silence_or_discretion_nor_where_none_arrives(desk, given) -> None:
    person = desk.world.person(address=["", "", "1 RUE D ESSAI", "", "62000 ARRAS"], **given)
    entering(desk, enter_choices, desk.given(FormKind.CHOICES, person), chosen=Chosen(large_print=True))
    assert "letter" not in {route for _kind, route in desk.told()}


@pytest.mark.parametrize("anywhere", [False, True])
def test_a_wish_waits_with_its_half_days_and_is_answered_by_post(desk, anywhere) -> None:
    form = desk.given(FormKind.WISH)
    where = {"place_id": None} if anywhere else {}
    made = entering(desk, enter_wish, form, wished=wished(desk, half_days=["lun-matin"], **where))
    wish = desk.read(Wish, made.id)
    assert (wish.mornings, wish.afternoons, wish.first_day) == (True, False, date(2026, 12, 1))
    assert desk.told() == [("wish_noted", "sms"), ("wish_noted", "email"), ("wish_noted", "letter")]


def test_a_first_day_past_when_the_paper_comes_is_today_and_one_years_away_is_asked_again(desk) -> None:
    form = desk.given(FormKind.WISH)
    far = wished(desk, half_days=HALF_DAYS, first_day=date(9999, 12, 31))
    assert refused(lambda: entering(desk, enter_wish, form, wished=far)) is WishFault.TOO_FAR
    past = wished(desk, half_days=HALF_DAYS, first_day=date(2016, 12, 1))
    assert desk.read(Wish, entering(desk, enter_wish, form, wished=past).id).first_day == desk.world.now.date()


def test_a_wish_without_half_day_or_for_where_its_motif_is_not_given_is_refused(desk) -> None:
    form = desk.given(FormKind.WISH)
    assert refused(lambda: entering(desk, enter_wish, form, wished=wished(desk, half_days=["?"]))) is PaperFault.NOTHING
    elsewhere = desk.world.place()
    far = wished(desk, half_days=HALF_DAYS, place_id=elsewhere.id)
    assert refused(lambda: entering(desk, enter_wish, form, wished=far)) is PaperFault.NOT_THERE
    assert desk.read(PaperForm, form.id).entered_at is None


@pytest.mark.parametrize("is_relative", [False, True])
def test_a_signed_mandate_is_in_force_and_a_letter_says_so(desk, is_relative) -> None:
    holder = desk.world.person(given_names="Noé") if is_relative else desk.world.organisation()
    form, last_day = desk.given(FormKind.MANDATE), date(2027, 3, 14)
    made = entering(desk, enter_mandate, form, holder=holder, procedures=["appointments"], last_day=last_day)
    assert desk.read(Mandate, made.id).state is MandateState.ACTIVE
    assert desk.read(Mandate, made.id).ends_at == at("2027-03-15", "00:00")
    assert ("mandate_given", "letter") in desk.told()


def test_somebody_under_protection_gives_no_mandate_and_the_form_waits(desk) -> None:
    form = desk.given(FormKind.MANDATE, desk.world.person(is_protected=True))
    holder = desk.world.organisation()
    given = {"holder": holder, "procedures": ["appointments"], "last_day": date(2027, 3, 14)}
    assert refused(lambda: entering(desk, enter_mandate, form, **given)) is Fault.PROTECTED
    assert desk.read(PaperForm, form.id).answers is None


def slip(desk, appointment, **given):
    values = {"half_days": [], "sequence": 0, "by": desk.by, "base_url": SITE, "appointment_id": appointment.id} | given
    with desk.world.database.transaction() as session:
        return enter_slip(session, desk.world.now, **values)


@pytest.fixture
def appointment(desk):
    return desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-12-14", "09:00"), desk.person)


def test_a_slip_cancels_for_the_person_and_a_letter_says_so_once(desk, appointment) -> None:
    made = slip(desk, appointment)
    kept = desk.read(Appointment, appointment.id)
    assert (kept.status, kept.cancel_reason) == (AppointmentStatus.EXCUSED, CancelReason.PERSON_ASKED)
    assert (made.kind, made.code, made.answers) == (
        FormKind.CANCELLATION, appointment.code, {"wants_another": False, "half_days": []},
    )  # fmt: skip
    assert [route for kind, route in desk.told() if kind == "appointment_cancelled"].count("letter") == 1
    assert refused(lambda: slip(desk, appointment)) is PaperFault.ENTERED


def test_a_slip_for_another_date_puts_the_person_on_the_list(desk, appointment, database) -> None:
    slip(desk, appointment, half_days=HALF_DAYS)
    with database.transaction() as session:
        wish = session.scalars(select(Wish)).one()
    assert (wish.person_id, wish.motif_id, wish.place_id) == (desk.person.id, desk.motif.id, desk.place.id)
    assert ("wish_noted", "letter") in desk.told()


def test_a_slip_chooses_letters_in_the_same_press_and_all_that_follows_comes_by_post(desk, appointment) -> None:
    slip(desk, appointment, wants_paper=True, half_days=HALF_DAYS)
    assert desk.read(Person, desk.person.id).wants_paper
    letters = [kind for kind, route in desk.told() if route == "letter"]
    assert letters == ["paper_chosen", "appointment_cancelled", "wish_noted"]


def test_a_slip_that_chooses_letters_alone_leaves_the_appointment_to_the_slip_of_another_letter(
    desk, appointment
) -> None:
    assert refused(lambda: slip(desk, appointment, cancels=False)) is PaperFault.NOTHING
    made = slip(desk, appointment, cancels=False, wants_paper=True)
    assert made.answers == {"paper": True}
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.BOOKED
    assert refused(lambda: slip(desk, appointment, cancels=False, wants_paper=True)) is PaperFault.ENTERED
    both = slip(desk, appointment)
    assert (both.id, both.answers) == (made.id, {"paper": True, "wants_another": False, "half_days": []})
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.EXCUSED
    assert refused(lambda: slip(desk, appointment, wants_paper=True)) is PaperFault.ENTERED


def test_letters_are_chosen_by_the_slip_of_an_appointment_that_is_over_but_not_without_an_address(desk) -> None:
    over = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-11-20", "09:00"), desk.person)
    slip(desk, over, cancels=False, wants_paper=True)
    assert ("paper_chosen", "letter") in desk.told()
    child = desk.world.person(guardian_id=desk.world.person().id)
    theirs = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-12-15", "09:00"), child)
    assert refused(lambda: slip(desk, theirs, wants_paper=True)) is PaperFault.NO_ADDRESS
    assert desk.read(Appointment, theirs.id).status is AppointmentStatus.BOOKED


def test_a_slip_that_chooses_letters_and_an_agent_who_moves_the_appointment_end_in_no_circle(desk, appointment) -> None:
    def moves() -> None:
        with desk.world.database.transaction() as session:
            cancel(session, desk.world.now, appointment_id=appointment.id, base_url=SITE, by=desk.by)

    def chooses() -> None:
        with desk.world.database.transaction() as session:
            choose_paper(session, desk.world.now, person_id=desk.person.id, by=desk.by, how=How.PHONE, base_url=SITE)

    ends = at_once(moves, chooses, lambda: slip(desk, appointment, wants_paper=True))
    assert set(ends) <= {"done", PaperFault.CANCELLED, BookingRefusal.CHANGED}
    assert desk.read(Person, desk.person.id).wants_paper


def test_somebody_on_paper_has_one_letter_of_it_and_nobody_a_letter_too_late(desk) -> None:
    person = desk.world.person(address=NEW, wants_paper=True)
    soon = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-12-15", "09:00"), person)
    slip(desk, soon)
    assert [route for _kind, route in desk.told()].count("letter") == 1
    tomorrow = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-11-24", "10:00"), desk.person)
    slip(desk, tomorrow)
    nobody = desk.world.appointment(
        desk.doctor, desk.place, desk.motif, at("2026-12-16", "09:00"), desk.world.person(mobile=None, email=None)
    )
    slip(desk, nobody)
    assert [route for _kind, route in desk.told()].count("letter") == 1


def test_a_slip_changes_nothing_once_the_appointment_is_over_cancelled_moved_or_anothers(desk, appointment) -> None:
    assert refused(lambda: slip(desk, appointment, sequence=7)) is BookingRefusal.CHANGED
    over = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-11-20", "09:00"), desk.person)
    assert refused(lambda: slip(desk, over)) is PaperFault.OVER
    gone = desk.world.appointment(
        desk.doctor, desk.place, desk.motif, at("2026-12-17", "09:00"), desk.person, status=AppointmentStatus.REVOKED
    )
    assert refused(lambda: slip(desk, gone)) is PaperFault.CANCELLED
    stranger = desk.world.agent("accueil", place=desk.world.place())
    by = replace(desk.by, id=stranger.id)
    assert refused(lambda: slip(desk, appointment, by=by)) is BookingRefusal.NOT_YOUR_SERVICE
    with pytest.raises(LookupError):
        slip(desk, appointment, appointment_id=0)
    assert desk.told() == []


def test_a_file_that_is_not_there_has_no_form(desk, database) -> None:
    with database.transaction() as session, pytest.raises(LookupError):
        give(session, desk.world.now, kind=FormKind.WISH, person_id=0, known={}, by=desk.by)
    with database.transaction() as session, pytest.raises(LookupError):
        claim(session, desk.world.now, form_id=0, answers={}, by=desk.by)
    with database.transaction() as session:
        nobody = PaperForm(code="AAAA0000", kind=FormKind.WISH, known={}, made_at=desk.world.now)
        session.add(nobody)
        session.flush()
        with pytest.raises(Refused) as caught:
            claim(session, desk.world.now, form_id=nobody.id, answers={}, by=desk.by)
    assert caught.value.reason is PaperFault.NO_FILE


def test_a_wish_that_bears_another_address_changes_it_and_a_letter_of_its_own_says_so(desk) -> None:
    person = desk.world.person(address=["", "", "1 RUE VIEILLE", "", "62000 ARRAS"], mobile=None, email=None)
    form = desk.given(FormKind.WISH, person)
    entering(desk, enter_wish, form, wished=wished(desk, half_days=["lun-matin"], address=NEW))
    assert desk.read(Person, person.id).address == NEW
    assert desk.told() == [
        ("preferences_changed", "letter"),
        ("address_changed", "letter"),  # to the old one
        ("wish_noted", "letter"),
    ]
