"""From the motif to the paper: what an agent does while somebody waits, and what refuses them."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from portal.booking.models import Appointment
from portal.directory.models_settings import DayException
from portal.directory.models_subjects import Subject
from portal.journal.models import JournalLine
from portal.notifications.models import Message
from portal.people.models import Person, RouteState
from tests.entering import enter
from tests.reading import all_of
from tests.world import at

NINE_THIRTY = at("2026-11-23", "09:30")


def set_on(database, row, **values):
    with database.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(type(row), row.id), name, value)


def recap(client, counter, **chosen):
    """The recap of the first slot."""
    first = client.get(counter.slots, query_string=chosen).page.fields(0)
    return client.get(f"{counter.slots}/confirmer", query_string=first)


def confirm(client, counter, page, **typed):
    return client.post(f"{counter.slots}/confirmer", data=page.fields(0) | typed)


def booked(client, counter, **chosen):
    """The page of what was booked, after the whole path."""
    return client.follow(confirm(client, counter, recap(client, counter, **chosen).page)).page


@pytest.mark.usefixtures("counter")
def test_a_booking_starts_with_somebody(client):
    assert client.get("/agents/rendez-vous").headers["Location"] == "/agents/personnes"


def test_the_whole_path_books_tells_and_prints(client, counter, database):
    motifs = client.get(counter.url()).page
    assert "Parler de mon budget" in motifs.text()
    slots = client.get(counter.slots).page
    assert "lundi 23 novembre 2026" in slots.text()
    assert slots.fields(0)["creneau"].startswith("2026-11-23T08:30Z~")
    page = recap(client, counter).page
    for words in ("lundi 23 novembre 2026", "9 h 30", "Alix Modèle", "06 39 98 00", "En face de la mairie"):
        assert words in page.text()
    assert "La personne ne pourra plus annuler sur le site." in page.text()
    done = client.follow(confirm(client, counter, page)).page
    assert "Le rendez-vous est pris." in done.text()
    (made,) = all_of(database, Appointment)
    assert (made.starts_at, made.agent_id, made.place_id) == (NINE_THIRTY, counter.receiver.id, counter.here.id)
    assert {message.route.value for message in all_of(database, Message)} == {"sms", "email"}
    for paper, width in (("a5", 148), ("ticket", 80)):
        answer = client.get(f"/agents/rendez-vous/{made.id}/papier/{paper}")
        assert answer.headers["Cache-Control"] == "no-store"
        sheet = PdfReader(BytesIO(answer.data)).pages[0]
        assert round(float(sheet.mediabox.width) / 72 * 25.4) == width
        assert "Camille" in sheet.extract_text()
        assert "Lefèvre" not in sheet.extract_text()
    assert "appointment.slip_printed" in {line.verb for line in all_of(database, JournalLine)}


def test_two_presses_and_coming_back_make_one_appointment(client, counter, database, clock):
    page = recap(client, counter).page
    assert "fait=pris" in confirm(client, counter, page).headers["Location"]
    assert "fait=pris" in confirm(client, counter, page).headers["Location"]
    clock.forward(at("2026-11-23", "09:04") - clock.now)
    again = confirm(client, counter, page)
    assert "fait=deja" in again.headers["Location"]
    assert "était déjà pris" in client.follow(again).page.text()
    back = client.get(f"{counter.slots}/confirmer", query_string={"creneau": page.fields(0)["creneau"]})
    assert "fait=deja" in back.headers["Location"]
    assert len(all_of(database, Appointment)) == 1


def test_a_slot_taken_meanwhile_leads_to_the_nearest_others(client, counter, database, world):
    page = recap(client, counter).page
    world.appointment(counter.receiver, counter.here, counter.motif, NINE_THIRTY)
    answer = confirm(client, counter, page)
    assert answer.status_code == 409
    assert "Cet agent n'est plus libre" in answer.page.text()
    assert answer.page.choices("creneau")
    assert len(all_of(database, Appointment)) == 1
    taken = client.get(f"{counter.slots}/confirmer", query_string={"creneau": page.fields(0)["creneau"]})
    assert taken.status_code == 409


def test_a_second_appointment_for_the_same_motif_shows_the_first(client, counter):
    booked(client, counter)
    answer = confirm(client, counter, recap(client, counter).page)
    assert answer.status_code == 409
    assert "a déjà un rendez-vous à venir" in answer.page.text()
    assert any("/agents/rendez-vous/" in link for link in answer.page.links().values())


def test_filters_narrow_the_list_and_later_slots_follow(client, counter):
    there = client.get(counter.slots, query_string={"lieu": counter.there.id}).page
    assert all(value.endswith(f"~{counter.there.id}") for value in there.choices("creneau"))
    near = client.get(counter.slots, query_string={"km": 10, "moment": "matin", "depuis": "2026-11-25"}).page
    assert all(value.endswith(f"~{counter.here.id}") for value in near.choices("creneau"))
    assert near.choices("creneau")[0].startswith("2026-11-25T08:00Z")
    mine = client.get(counter.slots, query_string={"agent": counter.other.id}).page
    assert {value.split("~")[1] for value in mine.choices("creneau")} == {str(counter.other.id)}
    whole = client.get(counter.slots).page
    (more,) = [url for words, url in whole.links().items() if words.startswith("Plus tard")]
    assert client.get(more).page.choices("creneau")[0] > whole.choices("creneau")[-1]
    none = client.get(counter.slots, query_string={"moment": "apres-midi"}).page
    assert "Aucun créneau libre" in none.text()
    assert "Liste d'attente" in none.text()


def test_nonsense_in_the_address_narrows_nothing(client, counter):
    asked = {"lieu": "999999", "km": "3", "moment": "x", "depuis": "hier", "apres": "x", "pour": "é", "agent": "9" * 30}
    assert client.get(counter.slots, query_string=asked).page.choices("creneau")
    for value in ("", "x", "2026-11-23T08:30Z~1", "2026-11-23T08:30Z~99999999999~1"):
        assert client.get(f"{counter.slots}/confirmer", query_string={"creneau": value}).status_code == 400
    assert client.post(f"{counter.slots}/confirmer", data={"creneau": "x"}).status_code == 400


def test_a_number_is_corrected_while_it_is_read_aloud_and_nothing_is_lost(client, counter, database):
    page = recap(client, counter).page
    wrong = confirm(client, counter, page, mobile="12")
    assert wrong.status_code == 422
    again = confirm(client, counter, page, mobile="06 39 98 00 77", landline="03 53 01 00 77").page
    assert "La fiche est à jour" in again.text()
    assert "06 39 98 00 77" in again.text()
    assert all_of(database, Appointment) == []
    assert again.fields(0)["request_key"] == page.fields(0)["request_key"]
    person = next(one for one in all_of(database, Person) if one.id == counter.person.id)
    assert (person.mobile, person.landline) == ("+33639980077", "+33353010077")
    assert "Le rendez-vous est pris." in client.follow(confirm(client, counter, again)).page.text()


def file_form(page):
    """The form of a file."""
    forms = [form for form in page.all("form") if form.get("id") != "quitter"]
    number, form = next((at, one) for at, one in enumerate(forms) if "/modifier" in (one.get("action") or ""))
    return form.get("action"), page.fields(number)


def test_the_whole_file_is_changed_from_the_recap_which_comes_back_with_what_was_typed(client, counter, database):
    page = recap(client, counter).page
    opened = client.follow(confirm(client, counter, page, landline="03 53 01 00 77", fiche="oui")).page
    action, typed = file_form(opened)
    assert "Le rendez-vous en cours" in opened.links()
    assert typed["landline"].replace("\u00a0", " ") == "03 53 01 00 77"
    wrong = client.post(action, data=typed | {"mobile": "12"})
    assert wrong.status_code == 422
    action, typed = file_form(wrong.page)
    back = client.follow(client.post(action, data=typed | {"mobile": "06 39 98 00 78"})).page
    assert "La fiche est à jour" in back.text()
    assert "06 39 98 00 78" in back.text()
    assert back.fields(0)["creneau"] == page.fields(0)["creneau"]
    assert all_of(database, Appointment) == []
    assert "Le rendez-vous est pris." in client.follow(confirm(client, counter, back)).page.text()


def test_the_reason_of_an_hour_without_a_slot_outlives_a_change_of_the_file(client, counter, database):
    page = by_hand(client, counter).page
    action, typed = file_form(client.follow(confirm(client, counter, page, fiche="oui")).page)
    assert "seul" not in action
    back = client.follow(client.post(action, data=typed | {"mobile": "06 39 98 00 78"})).page
    assert "seul jour possible" in back.text()
    confirm(client, counter, back)
    assert [one.overbook_reason for one in all_of(database, Appointment)] == ["seul jour possible"]


@pytest.mark.parametrize("elsewhere", ["https://ailleurs.exemple", "//ailleurs.exemple", "/\\ailleurs.exemple", ""])
def test_a_file_never_leads_back_to_another_site(client, counter, elsewhere):
    here = f"/agents/personnes/{counter.person.id}/modifier"
    action, typed = file_form(client.get(here, query_string={"retour": elsewhere}).page)
    assert action == here
    saved = client.post(here, query_string={"retour": elsewhere}, data=typed | {"mobile": "06 39 98 00 78"})
    assert saved.location == f"/agents/personnes/{counter.person.id}?fait=modifie"


def test_of_two_who_correct_the_same_file_the_second_reads_it_again(client, counter, database):
    page = recap(client, counter).page
    set_on(database, counter.person, mobile="+33639980088")
    answer = confirm(client, counter, page, mobile="06 39 98 00 77")
    assert answer.status_code == 409
    assert "Quelqu'un a changé cette fiche" in answer.page.text()
    assert "06 39 98 00 88" in answer.page.text()
    assert all_of(database, Appointment) == []


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ({"mobile": None, "email": None, "landline": "+33353010013", "address": []}, "Un agent l'appelle"),
        ({"mobile": None, "email": None, "address": []}, "Rien ne peut lui parvenir"),
        ({"wants_silence": True}, "ne veut pas être contactée"),
        ({"mobile_state": RouteState.FAILED, "email_state": RouteState.FAILED}, "ce mobile ne fonctionne pas"),
        ({"wants_sms": False, "wants_email": False}, "la personne n'en veut pas"),
        ({"wants_paper": True}, "elle n'arriverait pas à temps"),
        ({"wants_paper": True, "address": []}, "la fiche n'a pas d'adresse"),
        ({"wants_paper": True, "address_state": RouteState.FAILED}, "le courrier revient"),
        ({"wants_discretion": True}, "Ni le lieu, ni le sujet"),
    ],
)
def test_the_recap_says_what_will_not_arrive_and_what_then(client, counter, database, file, said):
    set_on(database, counter.person, **file)
    assert said in recap(client, counter).page.text()


def test_a_letter_and_its_reminder_are_told_with_their_days(client, counter, database):
    set_on(database, counter.person, wants_paper=True)
    page = recap(client, counter, depuis="2026-12-14").page
    assert "Une lettre part le lundi 23 novembre 2026" in page.text()
    assert "1 RUE DE L ESSAI" in page.text()
    assert "Rappel par lettre" in page.text()
    assert "La personne peut annuler jusqu'au" in page.text()


def test_a_discreet_motif_sends_nothing_and_says_so(client, counter, database):
    set_on(database, counter.motif, discreet=True)
    assert "aucun message ne part" in recap(client, counter).page.text()


def test_relatives_are_ticked_and_their_age_is_looked_at(client, counter, database, world):
    baby = world.person(given_names="Noé", guardian_id=counter.person.id, birth_date=date(2025, 5, 4), mobile=None)
    set_on(database, counter.motif, max_age_years=6)
    page = client.get(counter.url()).page
    assert "Noé" in page.text()
    refused = client.get(counter.slots)
    assert refused.status_code == 409
    assert "Il ne convient pas à Camille" in refused.page.text()
    shown = client.get(counter.slots, query_string={"pour": baby.id}).page
    page = client.get(f"{counter.slots}/confirmer", query_string=shown.fields(0)).page
    assert "Noé" in page.text()
    answer = client.post(f"{counter.slots}/confirmer?pour={baby.id}", data=page.fields(0))
    (made,) = all_of(database, Appointment)
    assert "Rendez-vous pour Noé" in client.follow(answer).page.text()
    assert (
        "Pour Noé"
        in PdfReader(BytesIO(client.get(f"/agents/rendez-vous/{made.id}/papier/a5").data)).pages[0].extract_text()
    )


def test_a_motif_for_children_does_not_fit_someone_alone(client, counter, database):
    set_on(database, counter.motif, max_age_years=6)
    page = client.get(counter.url()).page
    assert "Ne convient pas : Pour un enfant de moins de 6 ans" in page.text()
    assert page.all("button", class_="motif") == []


def test_a_subject_and_a_mode_narrow_the_motifs(client, counter, world, database):
    by_phone = world.motif(title="Comprendre un courrier", mode="phone")
    with database.transaction() as session:
        session.add(
            Subject(
                key="courrier",
                position=1,
                shortcut="c",
                title="J'ai reçu un courrier",
                answer="Nous vous l'expliquons.",
                is_urgent=False,
                motif_keys=[by_phone.key],
                partner_keys=[],
                source="essai",
            )
        )
    page = client.get(counter.url(), query_string={"sujet": "courrier"}).page
    assert "J'ai reçu un courrier" in page.text()
    assert "Parler de mon budget" not in page.text()
    page = client.get(counter.url(), query_string={"mode": "place"}).page
    assert "Comprendre un courrier" not in page.text()


def test_a_motif_of_another_service_is_not_offered_and_refused(client, counter, world):
    social = world.motif(family="pmi", title="Consultation de PMI")
    agent = world.agent("professionnel", place=counter.here, families=["social"])
    world.appointment(agent, counter.here, counter.motif, at("2026-11-26", "09:00"), counter.person)
    enter(client, agent)
    assert "Consultation de PMI" not in client.get(counter.url()).page.text()
    refused = client.get(counter.url(f"/{social.key}"))
    assert refused.status_code == 409
    assert "d'un autre service" in refused.page.text()
    nobody = world.agent("professionnel", place=counter.here)
    world.referent(counter.person, nobody)
    enter(client, nobody)
    assert "Aucun motif que vous pouvez réserver" in client.get(counter.url()).page.text()


def test_a_file_that_the_agent_may_not_read_and_a_motif_that_is_none_do_not_exist(client, counter, world):
    assert client.get(counter.url("/inconnu")).status_code == 404
    enter(client, world.agent("professionnel", place=counter.here, families=["social"]))
    for url in (counter.url(), counter.slots, f"{counter.slots}/confirmer", f"{counter.slots}/autre-heure"):
        assert client.get(url).status_code == 404


def choose(counter, **typed):
    return {
        "day": ["24", "11", "2026"],
        "hour": "14h",
        "where": f"{counter.other.id}~{counter.there.id}",
        "reason": "seul jour possible",
    } | typed


def by_hand(client, counter, **typed):
    here = f"{counter.slots}/autre-heure"
    return client.post(here, data=client.get(here).page.fields(0) | choose(counter, **typed))


def test_another_hour_is_taken_by_those_who_may_and_says_what_it_runs_over(client, counter, database):
    page = by_hand(client, counter)
    assert "L'agent ne reçoit pas à cette heure" in page.page.text()
    assert "seul jour possible" in page.page.text()
    done = client.follow(confirm(client, counter, page.page)).page
    assert "Heure sans créneau : seul jour possible" in done.text()
    (made,) = all_of(database, Appointment)
    assert (made.is_overbooked, made.overbook_reason) == (True, "seul jour possible")
    assert "fait=deja" in by_hand(client, counter).headers["Location"]


def test_what_is_in_the_way_is_named(client, counter, world, database):
    world.appointment(counter.other, counter.there, counter.motif, at("2026-11-24", "09:00"))
    assert "a déjà un rendez-vous" in by_hand(client, counter, hour="9 h").page.text()
    assert "aucun créneau ne commence" in by_hand(client, counter, hour="10:10").page.text()
    assert "jour férié" in by_hand(client, counter, day=["25", "12", "2026"], hour="9 h").page.text()
    with database.transaction() as session:
        session.add(DayException(day=date(2026, 11, 25), place_id=None, is_open=False, label="essai"))
    assert "le lieu est fermé" in by_hand(client, counter, day=["25", "11", "2026"], hour="9 h").page.text()
    world.absence(counter.other, at("2026-11-26", "00:00"), at("2026-11-27", "00:00"))
    absent = by_hand(client, counter, day=["26", "11", "2026"], hour="9 h")
    assert absent.status_code == 422
    assert "L'agent est absent" in absent.page.text()


@pytest.mark.parametrize(
    "typed",
    [
        {"hour": "25 h"},
        {"hour": "midi"},
        {"reason": "x"},
        {"where": "1~999"},
        {"day": ["1", "1", "1980"]},
        {"day": ["20", "11", "2026"]},
    ],
)
def test_an_hour_that_cannot_be_is_said_and_nothing_typed_is_lost(client, counter, database, typed):
    answer = by_hand(client, counter, **typed)
    assert answer.status_code == 422
    assert answer.page.fields(0)["hour"] == typed.get("hour", "14h")
    assert all_of(database, Appointment) == []


def test_without_the_right_another_hour_is_not_offered(client, counter, world):
    plain = world.agent("accueil", place=counter.here)
    enter(client, plain)
    assert "À une autre heure" not in client.get(counter.slots).page.text()
    refused = client.get(f"{counter.slots}/autre-heure")
    assert refused.status_code == 409
    assert "pas le droit" in refused.page.text()
    elsewhere = world.agent("accueil", place=counter.here)
    world.assignment(elsewhere, "accueil", world.place(), may_overbook=True)
    enter(client, elsewhere)
    assert "Personne ne reçoit" in client.get(f"{counter.slots}/autre-heure").page.text()
