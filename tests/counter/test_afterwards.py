"""What becomes of an appointment: moved, cancelled, given away, said again; and those who wait for one."""

from datetime import date

import pytest

from portal.booking.models import Appointment, CancelReason
from portal.booking.models_waiting import Wish
from portal.notifications.models import Message
from portal.words import code_words
from tests.entering import enter
from tests.reading import all_of
from tests.world import at

THURSDAY = at("2026-11-26", "09:00")


@pytest.fixture
def made(world, counter):
    return world.appointment(counter.receiver, counter.here, counter.motif, THURSDAY, counter.person)


def page_of(made, end=""):
    return f"/agents/rendez-vous/{made.id}{end}"


def now_of(database, made):
    with database.transaction() as session:
        return session.get_one(Appointment, made.id)


def form_of(page, action):
    forms = [form for form in page.all("form") if form.get("id") != "quitter"]
    posted = [at for at, form in enumerate(forms) if (form.get("action"), form.get("method")) == (action, "post")]
    (number,) = posted
    return page.fields(number)


def send(client, made, end, **typed):
    """Sends the form of a page about the appointment."""
    source = client.get(page_of(made, "" if end in {"/confier", "/redire"} else end)).page
    return client.post(page_of(made, end), data=form_of(source, page_of(made, end)) | typed)


def test_an_appointment_moves_to_another_place_and_agent_and_the_person_is_told(client, counter, database, made):
    page = client.get(page_of(made, "/deplacer")).page
    assert "Près de l'heure prévue" in page.text()
    assert "Les prochains créneaux" in page.text()
    there = next(value for value in page.choices("creneau") if value.endswith(f"~{counter.there.id}"))
    answer = client.follow(send(client, made, "/deplacer", creneau=there))
    assert "Le rendez-vous est déplacé." in answer.page.text()
    assert "Déplacé" in answer.page.text()
    moved = now_of(database, made)
    assert (moved.place_id, moved.agent_id, moved.sequence) == (counter.there.id, counter.other.id, 1)
    assert {message.kind for message in all_of(database, Message)} >= {"appointment_moved"}


def test_the_slots_of_a_move_are_filtered_and_one_that_is_lost_is_said(client, counter, database, made, world):
    page = client.get(page_of(made, "/deplacer"), query_string={"lieu": counter.there.id}).page
    assert "Près de l'heure prévue" not in page.text()
    assert all(value.endswith(f"~{counter.there.id}") for value in page.choices("creneau"))
    fields = form_of(page, page_of(made, "/deplacer")) | {"creneau": page.choices("creneau")[0]}
    world.appointment(counter.other, counter.there, counter.motif, at("2026-11-23", "09:30"))
    lost = client.post(page_of(made, "/deplacer"), data=fields)
    assert lost.status_code == 409
    assert "Cet agent n'est plus libre" in lost.page.text()
    assert client.post(page_of(made, "/deplacer"), data=fields | {"creneau": "x"}).status_code == 422
    none = client.get(page_of(made, "/deplacer"), query_string={"moment": "apres-midi"}).page
    assert "Aucun autre créneau libre" in none.text()
    assert "apres=" in none.links()["Chercher plus loin"]
    assert now_of(database, made).sequence == 0


@pytest.mark.parametrize(("reason", "status"), [(reason, "revoked") for reason in CancelReason])
def test_an_appointment_is_cancelled_with_a_reason_in_plain_words(client, database, made, reason, status):
    wanted = "excused" if reason is CancelReason.PERSON_ASKED else status
    assert send(client, made, "/annuler").status_code == 422
    answer = client.follow(send(client, made, "/annuler", reason=reason.value))
    assert "Le rendez-vous est annulé." in answer.page.text()
    cancelled = now_of(database, made)
    assert (cancelled.status.value, cancelled.cancel_reason) == (wanted, reason)
    refused = client.get(page_of(made, "/deplacer"))
    assert refused.status_code == 409
    assert "ne peut plus changer" in refused.page.text()
    assert client.get(page_of(made, "/papier/a5")).status_code == 404


def test_a_colleague_who_is_free_takes_it_over_and_the_person_is_told_nothing(client, counter, database, made, world):
    assert "Confier à un collègue" not in client.get(page_of(made)).page.text()
    colleague = world.agent(given_name="Dany", families=["social"], place=counter.here)
    world.opening(colleague, counter.here, counter.motif)
    assert send(client, made, "/confier").status_code == 422
    answer = client.follow(send(client, made, "/confier", agent=str(colleague.id)))
    assert "confié à un collègue" in answer.page.text()
    assert now_of(database, made).agent_id == colleague.id
    assert all_of(database, Message) == []


def test_of_two_who_change_it_the_second_sees_what_changed_and_chooses(client, counter, database, made):
    cancel = client.get(page_of(made, "/annuler")).page.fields(0)
    move = form_of(client.get(page_of(made, "/deplacer")).page, page_of(made, "/deplacer"))
    there = f"2026-11-27T08:00Z~{counter.other.id}~{counter.there.id}"
    send(client, made, "/deplacer", creneau=there)
    seen = client.post(page_of(made, "/annuler"), data=cancel | {"reason": "place_closed"})
    assert seen.status_code == 409
    for words in (
        "Votre page montrait",
        "jeudi 26 novembre 2026 à 9 h",
        "vendredi 27 novembre 2026 à 9 h",
        "Le lieu est fermé",
    ):
        assert words in seen.page.text()
    assert now_of(database, made).status.value == "booked"
    also = client.post(page_of(made, "/deplacer"), data=move)
    assert also.status_code == 409
    assert "Le déplacer" in also.page.text()
    client.post(page_of(made, "/annuler"), data=seen.page.fields(0))
    assert now_of(database, made).cancel_reason is CancelReason.PLACE_CLOSED
    over = client.post(page_of(made, "/annuler"), data=cancel | {"reason": "mistake"})
    assert "Annulé : Lieu fermé" in over.page.text()
    assert "Faire quand même" not in over.page.text()


def test_it_is_said_again_by_the_routes_that_exist(client, counter, database, made, world):
    page = client.get(page_of(made)).page
    assert "Le redire" in page.text()
    again = form_of(page, page_of(made, "/redire"))
    assert (
        "C'est noté" in client.follow(client.post(page_of(made, "/redire"), data=again | {"route": "sms"})).page.text()
    )
    assert [message.route.value for message in all_of(database, Message)] == ["sms"]
    late = client.post(page_of(made, "/redire"), data=again | {"route": "letter"})
    assert late.status_code == 409
    assert "arriverait trop tard" in late.page.text()
    assert client.post(page_of(made, "/redire"), data=again | {"route": "pigeon"}).status_code == 422
    later = world.appointment(counter.receiver, counter.here, counter.motif, at("2026-12-10", "09:00"), counter.person)
    assert "Elle arriverait le" in client.get(page_of(later)).page.text()


def test_an_appointment_of_another_service_is_read_in_neutral_words_and_not_changed(client, counter, made, world):
    reader = world.agent("professionnel", place=counter.there, families=["pmi"])
    world.referent(counter.person, reader)
    enter(client, reader)
    page = client.get(page_of(made)).page
    assert "Parler de mon budget" not in page.text()
    assert "MDS Essai d'ici" not in page.text()
    assert "d'un autre service" in page.text()
    assert code_words(made.code) not in page.text()  # it opens the person's own page, which says the reason
    assert client.get(page_of(made, "/papier/a5")).status_code == 404
    for end in ("/deplacer", "/annuler"):
        refused = client.get(page_of(made, end))
        assert refused.status_code == 409
        assert "d'un autre service" in refused.page.text()


def test_an_appointment_of_nobody_the_agent_reads_does_not_exist(client, counter, made, world):
    enter(client, world.agent("professionnel", place=counter.here, families=["social"]))
    for end in ("", "/deplacer", "/annuler", "/papier/a5"):
        assert client.get(page_of(made, end)).status_code == 404
    assert client.get(page_of(made).replace(str(made.id), "999999")).status_code == 404


def wait(client, counter, **typed):
    here = f"/agents/personnes/{counter.person.id}/attente"
    return client.post(here, data=client.get(here, query_string={"motif": counter.motif.key}).page.fields(0) | typed)


def test_somebody_waits_and_a_slot_that_exists_is_one_press_away(client, counter, database):
    list_page = client.follow(wait(client, counter, place=str(counter.there.id))).page
    assert "La personne est inscrite." in list_page.text()
    assert "Un créneau existe maintenant : lundi 23 novembre 2026 à 9 h 30, MDS Essai de là" in list_page.text()
    recap = client.get(list_page.links()["Le réserver"]).page
    assert "Vérifier et confirmer" in recap.h1
    client.post(f"{counter.slots}/confirmer", data=recap.fields(0))
    (wish,) = all_of(database, Wish)
    assert wish.ended_how is not None
    assert "Personne n'attend." in client.get("/agents/attente").page.text()


def test_a_wish_is_ended_by_hand(client, counter, database):
    wait(client, counter)
    page = client.get("/agents/attente").page
    (wish,) = all_of(database, Wish)
    url = f"/agents/attente/{wish.id}/fin"
    client.post(url, data={"comment": "retire"})
    assert all_of(database, Wish)[0].ended_at is None
    client.post(url, data=form_of(page, url) | {"comment": "pris"})
    assert all_of(database, Wish)[0].ended_how.value == "booked"
    assert client.post("/agents/attente/999/fin", data=form_of(page, url)).status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"last_day": ["1", "11", "2026"], "first_day": ["1", "10", "2026"]}, "Le dernier jour est déjà passé"),
        ({"last_day": ["24", "11", "2026"], "first_day": ["25", "11", "2026"]}, "Cochez le matin"),
        ({"first_day": ["31", "2", "2026"]}, "Cette date n'existe pas"),
        ({"motif": "inconnu"}, "Choisissez un motif"),
    ],
)
def test_a_wish_that_makes_no_sense_is_said_and_kept(client, counter, database, typed, said):
    answer = wait(client, counter, **typed)
    assert answer.status_code == 422
    assert said in answer.page.text()
    assert all_of(database, Wish) == []


def test_a_wish_for_some_days_and_mornings_waits_when_nothing_suits(client, counter, database):
    wait(client, counter, last_day=["24", "11", "2026"], first_day=["24", "11", "2026"], mornings="")
    data = client.get("/agents/attente").page
    assert all_of(database, Wish)[0].last_day == date(2026, 11, 24)
    assert "Aucun créneau en ce moment." in data.text() or "Un créneau existe" in data.text()


def test_the_list_shows_no_name_to_those_who_may_not_read_the_file(client, counter, world, database):
    wait(client, counter)
    enter(client, world.agent("professionnel", place=counter.here, families=["social"]))
    page = client.get("/agents/attente").page
    assert "Lefèvre" not in page.text()
    assert "suivie par un autre service" in page.text()
    (wish,) = all_of(database, Wish)
    url = f"/agents/attente/{wish.id}/fin"
    assert client.post(url, data=form_of(page, url)).status_code == 404


def test_the_list_says_no_reason_to_those_who_book_it_and_do_not_read_it(client, counter, world):
    wish = world.wish(counter.person, counter.motif, counter.here)
    page = client.get("/agents/attente").page
    assert "Parler de mon budget" not in page.text()
    assert "Rendez-vous avec le Département" in page.text()
    reader = world.agent("professionnel", place=counter.here, families=["social"])
    enter(client, reader)
    assert "Parler de mon budget" in client.get("/agents/attente").page.text()
    assert wish.created_by is None


def by_hand(client, counter, made, **typed):
    """Sends the form of an hour without a slot."""
    here = page_of(made, "/deplacer/autre-heure")
    chosen = {"day": ["27", "11", "2026"], "hour": "14h", "where": f"{counter.other.id}~{counter.there.id}"}
    return client.post(here, data=form_of(client.get(here).page, here) | chosen | {"reason": "seul jour"} | typed)


def test_it_moves_to_an_hour_without_a_slot_by_those_who_may_and_the_person_is_told(client, counter, database, made):
    assert client.get(page_of(made, "/deplacer")).page.links()["À une autre heure h"]
    wrong = by_hand(client, counter, made, hour="25 h")
    assert wrong.status_code == 422
    assert form_of(wrong.page, page_of(made, "/deplacer/autre-heure"))["reason"] == "seul jour"
    page = by_hand(client, counter, made).page
    for words in ("L'agent ne reçoit pas à cette heure", "seul jour", "vendredi 27 novembre 2026 14 h", "Bao Exemple"):
        assert words in page.text()
    assert now_of(database, made).starts_at == THURSDAY
    done = client.follow(client.post(page_of(made, "/deplacer"), data=form_of(page, page_of(made, "/deplacer"))))
    assert "Le rendez-vous est déplacé." in done.page.text()
    moved = now_of(database, made)
    assert (moved.starts_at, moved.overbook_reason) == (at("2026-11-27", "14:00"), "seul jour")
    assert {message.kind for message in all_of(database, Message)} >= {"appointment_moved"}


def test_of_two_who_move_it_the_second_s_reason_is_kept(client, counter, database, made):
    mine = form_of(by_hand(client, counter, made).page, page_of(made, "/deplacer"))
    send(client, made, "/deplacer", creneau=f"2026-11-27T08:00Z~{counter.other.id}~{counter.there.id}")
    seen = client.post(page_of(made, "/deplacer"), data=mine)
    assert seen.status_code == 409
    assert "Votre page montrait" in seen.page.text()
    client.post(page_of(made, "/deplacer"), data=form_of(seen.page, page_of(made, "/deplacer")))
    assert now_of(database, made).overbook_reason == "seul jour"


def test_an_hour_without_a_slot_is_nobody_s_without_the_right(client, counter, database, made, world):
    mine = form_of(by_hand(client, counter, made).page, page_of(made, "/deplacer"))
    enter(client, world.agent("accueil", place=counter.here))
    assert "À une autre heure" not in client.get(page_of(made, "/deplacer")).page.text()
    refused = client.get(page_of(made, "/deplacer/autre-heure"))
    assert refused.status_code == 409
    token = form_of(refused.page, page_of(made, "/deplacer"))["csrf_token"]
    forged = client.post(page_of(made, "/deplacer"), data=mine | {"csrf_token": token})
    assert forged.status_code == 409
    long = client.post(page_of(made, "/deplacer"), data=mine | {"csrf_token": token, "reason": "x" * 500})
    assert long.status_code in {409, 422}
    assert now_of(database, made).starts_at == THURSDAY
