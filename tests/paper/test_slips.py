"""A slip counts however late it comes, for all concerned; it betrays nobody discreet, and the print room enters it."""

from datetime import date

import pytest
from sqlalchemy import select, update

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.models_waiting import Wish
from portal.booking.rules import BookingRefusal
from portal.booking.rules_waiting import WishFault
from portal.booking.services_changes import cancel
from portal.directory.models import Motif
from portal.journal.services import Actor, ActorKind
from portal.notifications.models import Message
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import PaperFault
from portal.paper.services_slip import enter_slip
from portal.people.models import Person
from portal.refusal import Refused
from tests.entering import enter
from tests.paper.conftest import SITE
from tests.together import at_once
from tests.world import at

HOME = "/agents/formulaires"
HALF_DAYS = ["mar-matin", "jeu-apres"]
ADDRESS = ["", "", "1 RUE DE L ESSAI", "", "62000 ARRAS"]
SAFE_OR_NOT = "Demandez-lui si cette adresse est sûre."
GIVE_IT = "Donnez ce papier à un accueil, le jour même."


def slip(desk, appointment, **given):
    values = {"half_days": [], "sequence": 0, "by": desk.by, "base_url": SITE, "appointment_id": appointment.id} | given
    with desk.world.database.transaction() as session:
        return enter_slip(session, desk.world.now, **values)


def refused(act) -> object:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason


def wishes(desk):
    with desk.world.database.transaction() as session:
        return session.scalars(select(Wish).order_by(Wish.person_id)).all()


def told_to(desk):
    with desk.world.database.transaction() as session:
        rows = session.scalars(select(Message).order_by(Message.id)).all()
        return [(row.kind, row.route.value, row.person_id) for row in rows]


def booked(desk, *people, **given):
    people = people or (desk.person,)
    hour = given.pop("hour", "09:00")
    day = given.pop("day", "2026-12-14")
    return desk.world.appointment(desk.doctor, desk.place, desk.motif, at(day, hour), *people, **given)


def children_of(desk, guardian):
    own = {"guardian_id": guardian.id, "mobile": None, "email": None}
    return [desk.world.person(given_names=name, birth_date=born, **own) for name, born in (
        ("Lou", date(2020, 5, 4)), ("Noé", date(2018, 3, 2)),
    )]  # fmt: skip


def opened(client, code):
    return client.follow(client.post(HOME, data=client.get(HOME).page.fields(0) | {"code": code})).page


def pressed(client, appointment, **typed):
    path = f"{HOME}/coupon/{appointment.id}"
    return client.post(path, data=client.get(path).page.fields(0) | typed)


@pytest.mark.parametrize(
    ("given", "status"),
    [({"status": AppointmentStatus.REVOKED}, AppointmentStatus.REVOKED), ({"day": "2026-11-20"}, "booked")],
)
def test_another_date_asked_for_on_a_slip_is_kept_when_there_is_nothing_left_to_cancel(desk, given, status) -> None:
    gone = booked(desk, **given)
    assert refused(lambda: slip(desk, gone)) in {PaperFault.CANCELLED, PaperFault.OVER}
    made = slip(desk, gone, half_days=HALF_DAYS)
    (wish,) = wishes(desk)
    assert (wish.person_id, wish.place_id, wish.half_days) == (desk.person.id, desk.place.id, HALF_DAYS)
    assert made.answers == {"wants_another": True, "half_days": HALF_DAYS}
    assert desk.read(Appointment, gone.id).status == status
    assert {kind for kind, _route, _person in told_to(desk)} == {"wish_noted"}
    assert refused(lambda: slip(desk, gone, half_days=HALF_DAYS)) is PaperFault.ENTERED


def test_letters_for_everything_ticked_with_a_cancellation_that_is_done_already_are_chosen(desk) -> None:
    gone = booked(desk, status=AppointmentStatus.EXCUSED)
    assert slip(desk, gone, wants_paper=True).answers == {"wants_another": False, "half_days": [], "paper": True}
    assert desk.read(Person, desk.person.id).wants_paper
    over = booked(desk, day="2026-11-20")
    assert refused(lambda: slip(desk, over, wants_paper=True)) is PaperFault.OVER


def test_a_service_that_cancels_at_the_instant_of_the_slip_loses_no_wish(desk) -> None:
    appointment = booked(desk)

    def cancels() -> None:
        with desk.world.database.transaction() as session:
            cancel(session, desk.world.now, appointment_id=appointment.id, base_url=SITE, by=desk.by)

    ends = at_once(cancels, lambda: slip(desk, appointment, half_days=HALF_DAYS))
    assert ends == {"done": 2}
    assert [wish.half_days for wish in wishes(desk)] == [HALF_DAYS]


def test_brothers_and_sisters_all_wait_and_their_reader_is_told_once(desk) -> None:
    children = children_of(desk, desk.person)
    slip(desk, booked(desk, *children), half_days=HALF_DAYS)
    assert [wish.person_id for wish in wishes(desk)] == [child.id for child in children]
    noted = [(route, person) for kind, route, person in told_to(desk) if kind == "wish_noted"]
    assert noted == [(route, desk.person.id) for route in ("sms", "email", "letter")]


def test_two_who_come_together_each_wait_and_are_each_told(desk) -> None:
    other = desk.world.person(address=ADDRESS, birth_date=date(1979, 1, 1))
    slip(desk, booked(desk, desk.person, other), half_days=HALF_DAYS)
    assert {wish.person_id for wish in wishes(desk)} == {desk.person.id, other.id}
    letters = [(kind, person) for kind, route, person in told_to(desk) if route == "letter"]
    assert sorted(letters) == sorted(
        (kind, one.id) for kind in ("appointment_cancelled", "wish_noted") for one in (desk.person, other)
    )


def test_what_a_booking_told_on_a_card_asks_for_is_told_on_that_card(desk) -> None:
    card = desk.world.person(card_of_id=desk.person.id, address=["", "", "2 RUE DU PAPIER", "", "62000 ARRAS"])
    slip(desk, booked(desk, told_id=card.id), half_days=HALF_DAYS)
    assert [wish.person_id for wish in wishes(desk)] == [desk.person.id]
    told = told_to(desk)
    assert {person for _kind, _route, person in told} == {card.id}
    assert {kind for kind, route, _person in told if route == "letter"} == {"appointment_cancelled", "wish_noted"}


def test_letters_start_again_for_somebody_discreet_once_they_have_said_that_the_address_is_safe(desk) -> None:
    person = desk.world.person(address=ADDRESS, wants_discretion=True)
    appointment = booked(desk, person)
    for safe in ((), ["", "", "9 RUE D AVANT", "", "62000 ARRAS"]):
        assert refused(lambda safe=safe: slip(desk, appointment, wants_paper=True, safe=safe)) is (
            PaperFault.ASK_IF_SAFE
        )
    kept = desk.read(Person, person.id)
    assert (kept.wants_paper, kept.letters_chosen_at) == (False, None)
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.BOOKED
    slip(desk, appointment, wants_paper=True, safe=ADDRESS)
    kept = desk.read(Person, person.id)
    assert (kept.wants_paper, kept.letters_chosen_at) == (True, desk.world.now)


def test_a_motif_that_has_closed_cancels_nothing_less_and_its_wish_is_answered_by_a_human(desk, database) -> None:
    appointment = booked(desk)
    with database.transaction() as session:
        session.execute(update(Motif).values(closed_on=date(2026, 11, 20)))
    made = slip(desk, appointment, half_days=HALF_DAYS)
    assert made.answers == {"wants_another": True, "half_days": HALF_DAYS}
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.EXCUSED
    assert wishes(desk) == []


def test_the_person_decides_on_paper_whatever_the_service_of_the_agent_who_holds_it(desk) -> None:
    appointment, gone = booked(desk), booked(desk, hour="10:00", status=AppointmentStatus.REVOKED)
    room = {"by": Actor(ActorKind.AGENT, desk.print_room.id)}
    assert refused(lambda: slip(desk, appointment, **room)) is BookingRefusal.NOT_YOUR_SERVICE
    assert refused(lambda: slip(desk, gone, half_days=HALF_DAYS, **room)) is WishFault.NOT_YOUR_SERVICE
    slip(desk, appointment, half_days=HALF_DAYS, in_hand=True, **room)
    letters = {kind for kind, route, _person in told_to(desk) if route == "letter"}
    assert letters == {"appointment_cancelled", "wish_noted"}
    assert len(wishes(desk)) == 1


def test_the_print_room_enters_a_slip_by_its_code_and_reads_what_the_paper_says(client, desk) -> None:
    appointment = booked(desk)
    enter(client, desk.print_room)
    assert client.get(f"{HOME}/coupon/{appointment.id}").status_code == 404  # not by its number
    page = opened(client, appointment.code)
    assert "lundi 14 décembre 2026" in page.text()
    assert "Camille Martin-Essai" in page.text()
    assert desk.place.name not in page.text()
    assert f"/agents/personnes/{desk.person.id}" not in page.links().values()
    done = client.follow(pressed(client, appointment, what="autre", days=["mar"], halves=["matin"])).page
    assert "Le papier est enregistré." in done.text()
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.EXCUSED
    assert [wish.half_days for wish in wishes(desk)] == [["mar-matin"]]


def test_of_somebody_discreet_the_print_room_reads_no_name_and_hands_their_choice_of_letters_over(client, desk) -> None:
    person = desk.world.person(given_names="Sasha", address=ADDRESS, wants_discretion=True)
    appointment = booked(desk, person)
    enter(client, desk.print_room)
    assert "Sasha" not in opened(client, appointment.code).text()
    for more in ({}, {"safe": " / ".join(ADDRESS), "is_safe": "y"}):  # a forged answer says nothing
        answer = pressed(client, appointment, what="annule", paper="y", **more)
        assert answer.status_code == 409
        assert GIVE_IT in answer.page.text()
        assert "discret" not in answer.page.text()
        assert "RUE DE L ESSAI" not in answer.page.text()
    done = client.follow(pressed(client, appointment, what="annule")).page
    assert "Sasha" not in done.text()
    assert not desk.read(Person, person.id).wants_paper


def test_an_accueil_asks_somebody_discreet_then_writes_what_they_say(client, desk) -> None:
    person = desk.world.person(address=ADDRESS, wants_discretion=True)
    appointment = booked(desk, person)
    enter(client, desk.agent, place_id=desk.place.id)
    asked = pressed(client, appointment, what="annule", paper="y")
    assert asked.status_code == 422
    assert SAFE_OR_NOT in asked.page.text()
    assert "1 RUE DE L ESSAI" in asked.page.text()
    path = f"{HOME}/coupon/{appointment.id}"
    typed = asked.page.fields(0)
    assert (typed["what"], typed["paper"]) == ("annule", "y")
    assert client.post(path, data=typed).status_code == 422  # not said
    with desk.world.database.transaction() as session:
        session.get_one(Person, person.id).address = ["", "", "3 RUE D APRES", "", "62000 ARRAS"]
    assert client.post(path, data=typed | {"is_safe": "y"}).status_code == 422  # said of another address
    typed = client.post(path, data=typed).page.fields(0)
    assert client.post(path, data=typed | {"is_safe": "y"}).status_code == 303
    assert desk.read(Person, person.id).letters_chosen_at == desk.world.now


def test_the_page_names_the_reader_as_the_paper_does_and_all_whom_it_is_for(client, desk) -> None:
    appointment = booked(desk, *children_of(desk, desk.person))
    enter(client, desk.agent, place_id=desk.place.id)
    page = opened(client, appointment.code)
    assert "Papier pour Camille Martin-Essai" in page.text()
    assert "Lou Essai Noé Essai" in page.text()
    assert f"/agents/personnes/{desk.person.id}" in page.links().values()
    done = client.follow(pressed(client, appointment, what="annule")).page
    assert "Papier pour Camille Martin-Essai" in done.text()


@pytest.mark.parametrize("is_over", [True, False])
def test_a_slip_that_comes_too_late_still_has_its_boxes(client, desk, is_over) -> None:
    gone = booked(desk, day="2026-11-20") if is_over else booked(desk, status=AppointmentStatus.REVOKED)
    enter(client, desk.agent, place_id=desk.place.id)
    assert "Les autres cases comptent encore." in opened(client, gone.code).text()
    nothing = pressed(client, gone, what="annule")
    assert nothing.status_code == 409
    assert ("déjà passé" if is_over else "déjà annulé") in nothing.page.text()
    done = client.follow(pressed(client, gone, what="autre", days=["mar"])).page.text()
    assert "mardi matin, mardi après-midi" in done
    assert ("Le rendez-vous n'est pas annulé" in done) is is_over


def test_a_slip_of_a_closed_motif_says_that_an_agent_answers(client, desk, database) -> None:
    appointment = booked(desk)
    with database.transaction() as session:
        session.execute(update(Motif).values(closed_on=date(2026, 11, 20)))
    enter(client, desk.agent, place_id=desk.place.id)
    no_list = "il n'a pas de liste d'attente. Appelez la personne."
    assert no_list in opened(client, appointment.code).text()
    assert no_list in client.follow(pressed(client, appointment, what="autre")).page.text()
    assert desk.read(Appointment, appointment.id).status is AppointmentStatus.EXCUSED


def test_the_hours_of_a_posted_list_are_kept_with_its_form_and_lead_to_the_slots(client, desk) -> None:
    form = desk.given(FormKind.WISH)
    enter(client, desk.agent, place_id=desk.place.id)
    path = f"{HOME}/{form.id}"
    typed = {"motif": desk.motif.key, "place": str(desk.place.id), "half_days": ["lun-matin"]}
    asked = client.get(path).page.fields(0) | typed | {"hours": "lundi 7 décembre à 9 h 30"}
    done = client.follow(client.post(path, data=asked)).page
    assert "lundi 7 décembre à 9 h 30" in done.text()
    assert f"/agents/personnes/{desk.person.id}/rendez-vous/{desk.motif.key}" in done.links().values()
    assert desk.read(PaperForm, form.id).answers["hours"] == "lundi 7 décembre à 9 h 30"
