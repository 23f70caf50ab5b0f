"""The pages of booking for people who are known: nothing asked twice, for whom, and forms opened for somebody else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.directory.models import BookedBy, Mode
from portal.people.models import Person
from portal.people.models_mandates import MandateState
from tests.booking.desk import count, journal, people
from tests.booking.journey import NINE, booked, code_of, confirmed, details, path_of
from tests.world import at

ADDRESS = ["", "", "1 rue de la Démonstration", "", "62000 ARRAS"]


@pytest.fixture
def office(world):
    return world.office()


@pytest.fixture
def camille(world):
    return world.person(given_names="Camille", mobile="+33639980012", email="camille@exemple.fr", address=ADDRESS)


@pytest.fixture
def mandate(world, camille):
    """A carer's, for appointments."""
    return world.mandate(camille, holder_id=world.person(given_names="Alix", family_name="Proche").id)


@pytest.fixture
def carer(mandate, database):
    with database.transaction() as session:
        return session.get_one(Person, mandate.holder_id)


def end(database, mandate, now):
    with database.transaction() as session:
        row = session.merge(mandate)
        row.state, row.ended_at, row.ended_by = MandateState.ENDED, now, "space"


def answered(client, motif, place, page="/verifier", slot=NINE, **typed):
    """What someone known sends from the page that asks for whom."""
    fields = details(client, motif, place, slot).page.fields()
    return client.post(path_of(motif, place, page), data=fields | {"concerned": "moi"} | typed)


def done(client, motif, place, **typed):
    """The confirmation page."""
    reviewed = answered(client, motif, place, **typed)
    return client.follow(client.post(path_of(motif, place, "/confirmer"), data=reviewed.page.fields()))


def the_appointment(database) -> Appointment:
    with database.transaction() as session:
        return session.scalars(select(Appointment)).one()


def test_what_is_known_is_shown_and_not_asked(client, office, camille, enter) -> None:
    place, motif, _ = office
    enter(camille)
    page = details(client, motif, place).page
    for known in ("Camille Essai", "29 février 1980", "06 39 98 00 12", "camille@exemple.fr", "62000 ARRAS"):
        assert known in page.text()
    assert {"family_name", "mobile", "email", "street", "wants_paper"} & set(page.fields()) == set()
    assert page.links()["Changer ces informations"] == "/mon-espace/preferences"
    assert "Un SMS part quand vous confirmez." in page.text()


def test_someone_known_books_reads_it_again_and_opens_it_without_a_birth_date(
    client, office, camille, enter, database
) -> None:
    place, motif, _ = office
    enter(camille)
    page = done(client, motif, place)
    assert "Votre rendez-vous est pris" in page.page.h1
    assert [(line.actor, line.actor_id, line.for_person_id) for line in journal(database)] == [
        ("person", camille.id, camille.id)
    ]
    code = code_of(page)
    assert place.name in client.get(f"/r/{code}").page.text()
    client.delete_cookie("porte")
    assert place.name not in client.get(f"/r/{code}").page.text()


def test_pressing_twice_or_going_back_leads_to_the_one_appointment(client, office, camille, enter, database) -> None:
    place, motif, _ = office
    enter(camille)
    fields = answered(client, motif, place).page.fields()
    for _ in range(2):
        assert client.post(path_of(motif, place, "/confirmer"), data=fields).status_code == 303
    back = client.post(path_of(motif, place, "/verifier"), data=fields)
    assert back.status_code == 303
    assert count(database, Appointment) == 1


def test_for_whom_is_asked_among_relatives_and_someone_new(client, office, world, camille, enter, database) -> None:
    place, motif, _ = office
    child = world.person(given_names="Noé", birth_date=at("2021-01-02", "12:00").date(), guardian_id=camille.id)
    enter(camille)
    page = details(client, motif, place).page
    assert page.choices("concerned") == ["moi", f"fiche-{child.id}", "enfant", "proche"]
    confirmation = done(client, motif, place, concerned=f"fiche-{child.id}").page
    assert "Pour Noé" in confirmation.text()
    assert [row.id for row in people(database) if row.guardian_id] == [child.id]


def test_someone_new_is_named_here(client, office, camille, enter, database) -> None:
    place, motif, _ = office
    enter(camille)
    answer = answered(client, motif, place, concerned="enfant")
    assert answer.status_code == 422
    named = {
        "relative_family_name": "Essai",
        "relative_given_names": "Zoé",
        "relative_birth_date": ["2", "6", "2022"],
    }
    assert "Pour Zoé" in done(client, motif, place, concerned="enfant", **named).page.text()
    assert [row.given_names for row in people(database) if row.guardian_id] == ["Zoé"]


def test_a_relative_of_another_is_no_choice(client, office, world, camille, enter) -> None:
    place, motif, _ = office
    other = world.person(guardian_id=world.person().id)
    enter(camille)
    answer = answered(client, motif, place, concerned=f"fiche-{other.id}")
    assert answer.status_code == 422
    assert "Choisissez pour qui est ce rendez-vous" in answer.page.text()


def test_too_old_is_said_beside_the_choice(client, world, camille, enter) -> None:
    place, motif, _ = world.office(max_age_years=6)
    old = world.person(given_names="Lou", birth_date=at("2015-01-02", "12:00").date(), guardian_id=camille.id)
    enter(camille)
    assert details(client, motif, place).page.choices("concerned")[0] == f"fiche-{old.id}"
    answer = answered(client, motif, place, concerned=f"fiche-{old.id}")
    assert "moins de 6 ans" in answer.page.text()


@pytest.mark.parametrize(("mode", "words"), [(Mode.PHONE, "il faut d'abord un téléphone"), (Mode.HOME, "une adresse")])
def test_what_a_call_or_a_visit_needs_is_asked_of_the_preferences(client, world, enter, mode, words) -> None:
    place, motif, _ = world.office(mode=mode)
    enter(world.person(mobile=None))
    answer = answered(client, motif, place)
    assert answer.status_code == 422
    assert words in answer.page.text()


def test_the_limit_leads_to_one_s_own_appointments(client, office, camille, enter) -> None:
    place, motif, _ = office
    enter(camille)
    done(client, motif, place)
    reviewed = answered(client, motif, place, slot="2026-11-24T08:30Z")
    answer = client.post(path_of(motif, place, "/confirmer"), data=reviewed.page.fields())
    assert answer.status_code == 409
    assert answer.page.links()["Changer mon rendez-vous"] == "/mon-espace/rendez-vous"


def test_no_message_is_promised_that_the_choices_forbid(client, office, world, enter) -> None:
    place, motif, _ = office
    enter(world.person(wants_sms=False, wants_email=False, mobile="+33639980012"))
    assert "Une personne appelle" in details(client, motif, place).page.text()
    enter(world.person(wants_silence=True))
    assert "aucun message ne part" in details(client, motif, place).page.text()


def test_the_messages_foretold_are_discreet_for_who_wants_them_so(client, office, world, enter) -> None:
    place, motif, _ = office
    enter(world.person(wants_discretion=True))
    assert "Ni le lieu, ni le sujet." in details(client, motif, place).page.text()
    page = done(client, motif, place)
    calendar = client.get(f"/r/{code_of(page)}/agenda.ics").get_data(as_text=True)
    assert place.name not in calendar
    assert "SUMMARY:Rendez-vous\r\n" in calendar


def test_an_invited_person_who_is_known_needs_no_code(client, world, camille, enter, database) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED)
    enter(camille)
    assert "La lettre donne un code." in client.get(f"/rendez-vous/{motif.key}").page.text()
    world.invitation(camille, motif)
    assert "Choisir le lieu" in client.get(f"/rendez-vous/{motif.key}").page.h1
    done(client, motif, place)
    assert the_appointment(database).motif_id == motif.id


def test_whoever_opens_another_s_letter_books_as_a_stranger(client, world, camille, enter) -> None:
    place, motif, _ = world.office(booked_by=BookedBy.INVITED)
    other = world.person(birth_date=at("1970-01-02", "12:00").date())
    code = world.invitation(other, motif).code
    enter(camille)
    fields = client.get(f"/rendez-vous/{motif.key}").page.fields()
    client.post(f"/rendez-vous/{motif.key}", data=fields | {"code": code, "birth_date": ["2", "1", "1970"]})
    assert "family_name" in details(client, motif, place).page.fields()


def test_a_form_begun_as_a_stranger_is_read_to_its_end(client, office, camille, enter) -> None:
    place, motif, _ = office
    answer = confirmed(client, motif, place)
    assert answer.status_code == 303
    fields = details(client, motif, place, "2026-11-24T08:30Z").page.fields()
    enter(camille)
    posted = client.post(path_of(motif, place, "/verifier"), data=fields | {"subject": ""})
    assert "family_name" in posted.page.fields()


# Acting for someone


def test_whoever_acts_books_for_the_person_and_the_journal_knows_both(
    client, office, camille, carer, mandate, enter, database
) -> None:
    place, motif, _ = office
    enter(carer, mandate=mandate)
    page = details(client, motif, place).page
    assert "Pour Camille Essai" in page.text()
    assert "Changer ces informations" not in page.links()
    confirmation = done(client, motif, place)
    (line,) = journal(database)
    assert (line.actor_id, line.for_person_id, line.mandate_id) == (carer.id, camille.id, mandate.id)
    code = code_of(confirmation)
    assert place.name in client.get(f"/r/{code}").page.text()
    enter(carer)
    assert place.name not in client.get(f"/r/{code}").page.text()
    assert client.get(f"/rendez-vous/confirmation/{code}").status_code == 302


def test_whoever_acts_reads_the_ways_of_the_person_under_a_mandate_that_names_the_preferences(
    client, office, world, camille, carer, mandate, enter, database
) -> None:
    place, motif, _ = office
    enter(carer, mandate=mandate)
    shown = details(client, motif, place).page.text()
    assert [way for way in ("06 39 98 00 12", "camille@exemple.fr", "62000 ARRAS") if way in shown] == []
    enter(carer, mandate=world.mandate(camille, holder_id=carer.id, procedures=["appointments", "preferences"]))
    assert "62000 ARRAS" in details(client, motif, place).page.text()
    with database.transaction() as session:
        person = session.get_one(Person, camille.id)
        person.wants_discretion, person.letters_kept_at_id = True, place.id
    shown = details(client, motif, place).page.text()
    assert "Un lieu garde les lettres" in shown
    assert "62000 ARRAS" not in shown


def test_a_parent_who_acts_for_a_child_never_reads_the_address_of_the_other_parent(
    client, office, world, camille, carer, enter
) -> None:
    place, motif, _ = office
    child = world.person(given_names="Zoé", guardian_id=camille.id, mobile=None, email=None)
    everything = ["appointments", "preferences"]
    enter(carer, mandate=world.mandate(child, holder_id=carer.id, kind="legal", procedures=everything))
    shown = details(client, motif, place).page.text()
    assert "Zoé" in shown
    assert [way for way in ("06 39 98 00 12", "camille@exemple.fr", "62000 ARRAS") if way in shown] == []


def test_a_mandate_that_ends_while_the_form_is_open_is_said_and_nothing_is_lost(
    client, office, carer, mandate, enter, database, clock
) -> None:
    place, motif, _ = office
    enter(carer, mandate=mandate)
    typed = {"relative_family_name": "Essai", "relative_given_names": "Zoé", "relative_birth_date": ["2", "6", "2022"]}
    fields = answered(client, motif, place, concerned="enfant", **typed).page.fields()
    end(database, mandate, clock.now)
    answer = client.post(path_of(motif, place, "/confirmer"), data=fields)
    assert answer.status_code == 409
    assert "Vous n'agissez plus pour cette personne" in answer.page.h1
    for kept in ("Zoé Essai", "2 6 2022", "mardi 24 novembre 2026 à 9 h"):
        assert kept in answer.page.text()
    assert count(database, Appointment) == 0
    forms = [form for form in answer.page.all("form") if form.get("action", "").endswith("/vous")]
    again = client.post(forms[0].get("action"), data=answer.page.fields(answer.page.all("form").index(forms[0])))
    assert (again.status_code, again.page.fields()["relative_given_names"]) == (200, "Zoé")
    assert "Alix Proche" in again.page.text()


def test_a_form_opened_for_another_is_never_booked_for_oneself(client, office, carer, mandate, enter, database) -> None:
    place, motif, _ = office
    enter(carer, mandate=mandate)
    fields = answered(client, motif, place).page.fields()
    enter(carer)
    answer = client.post(path_of(motif, place, "/confirmer"), data=fields)
    assert (answer.status_code, count(database, Appointment)) == (409, 0)
    assert "Vous avez changé de personne" in answer.page.h1


def test_a_form_whose_reader_was_signed_out_leads_back_to_signing_in(client, office, camille, enter, clock) -> None:
    place, motif, _ = office
    enter(camille)
    fields = answered(client, motif, place).page.fields()
    clock.forward(timedelta(minutes=31))
    answer = client.post(path_of(motif, place, "/confirmer"), data=fields)
    assert answer.status_code == 409
    assert "Votre connexion est terminée" in answer.page.h1
    where = answer.page.links()["Me connecter de nouveau"]
    assert where.startswith("/connexion?suite=")
    assert "creneau" in where


def test_a_mandate_that_says_nothing_of_appointments_books_none(client, office, world, camille, enter) -> None:
    place, motif, agent = office
    enter(agent=agent, mandate=world.mandate(camille, agent_id=agent.id, procedures=["messages"]))
    answer = details(client, motif, place)
    assert answer.status_code == 403
    assert "Votre mandat ne parle pas de rendez-vous" in answer.page.h1


# One appointment


@pytest.fixture
def made(world, office, camille):
    """Camille's, on Thursday at nine."""
    place, motif, agent = office
    return world.appointment(agent, place, motif, at("2026-11-26", "09:00"), camille, code="K7M29XQ4")


def test_the_person_and_whoever_acts_for_them_open_move_and_cancel_it(
    client, office, made, carer, mandate, camille, enter, database
) -> None:
    place, _motif, _ = office
    enter(carer, mandate=mandate)
    move = client.get(f"/r/{made.code}/deplacer").page
    client.follow(client.post(f"/r/{made.code}/deplacer", data=move.fields() | {"creneau": "2026-11-27T09:30Z"}))
    enter(camille)
    assert "vendredi 27 novembre" in client.get(f"/r/{made.code}").page.text()
    cancel = client.get(f"/r/{made.code}/annuler").page
    assert "est annulé" in client.follow(client.post(f"/r/{made.code}/annuler", data=cancel.fields())).page.h1
    assert [(line.verb, line.actor_id, line.mandate_id) for line in journal(database)] == [
        ("appointment.moved", carer.id, mandate.id),
        ("appointment.cancelled", camille.id, None),
    ]
    assert place.name


def test_a_guardian_opens_what_is_for_their_child(client, office, world, camille, enter) -> None:
    place, motif, agent = office
    child = world.person(given_names="Noé", guardian_id=camille.id)
    made = world.appointment(agent, place, motif, at("2026-11-26", "09:00"), child)
    enter(camille)
    assert "Pour Noé" in client.get(f"/r/{made.code}").page.text()


def test_the_code_of_somebody_else_behaves_as_for_strangers(client, office, world, made, enter) -> None:
    place, _motif, _ = office
    enter(world.person())
    page = client.get(f"/r/{made.code}").page
    assert place.name not in page.text()
    assert "birth_date" in page.fields()
    assert client.get("/r/ZZZZ9999").page.fields().keys() == page.fields().keys()
    assert client.get(f"/r/{made.code}/agenda.ics").status_code == 303


@pytest.mark.parametrize("page", ["deplacer", "annuler"])
def test_a_mandate_that_ends_meanwhile_changes_no_appointment(
    client, made, carer, mandate, enter, database, clock, page
) -> None:
    enter(carer, mandate=mandate)
    fields = client.get(f"/r/{made.code}/{page}").page.fields()
    end(database, mandate, clock.now)
    answer = client.post(f"/r/{made.code}/{page}", data=fields | {"creneau": "2026-11-27T09:30Z"})
    assert answer.status_code == 409
    assert "Vous n'agissez plus pour cette personne" in answer.page.h1
    assert "vendredi 27 novembre 2026 à 10 h 30" in answer.page.text()
    assert the_appointment(database).status is AppointmentStatus.BOOKED


def test_a_locked_code_shows_no_form(client, made) -> None:
    token = client.get("/r/").page.fields()
    for _ in range(5):
        locked = client.post(f"/r/{made.code}", data=token | {"birth_date": ["1", "1", "1990"]})
    assert locked.status_code == 429
    for page in (locked.page, client.get(f"/r/{made.code}").page):
        assert "trop d'essais" in page.text()
        assert [form for form in page.all("form") if form.get("action") == f"/r/{made.code}"] == []


def test_strangers_are_asked_everything_as_before(client, office) -> None:
    place, motif, _ = office
    assert "family_name" in details(client, motif, place).page.fields()
    assert "Votre rendez-vous est pris" in booked(client, motif, place).page.h1
