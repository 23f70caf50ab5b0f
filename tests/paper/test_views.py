"""Papers given at a counter, opened by their code, entered once: by whom, with what right, and what is said else."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.booking.models import Appointment, AppointmentStatus
from portal.booking.models_waiting import Wish
from portal.codes import shown
from portal.journal.models import JournalLine
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import BLANK_CODES, KEYS
from portal.people.models import Person
from portal.people.models_mandates import Mandate, MandateState
from tests.entering import enter
from tests.world import at

HOME = "/agents/formulaires"
ADDRESS = {"street": "9 rue Neuve", "postcode": "62000", "town": "Arras"}


@pytest.fixture
def seated(client, desk):
    enter(client, desk.agent, place_id=desk.place.id)
    return desk


def url(form):
    return f"{HOME}/{form.id}"


def opened(client, code):
    """Types a code; the page it leads to."""
    return client.follow(client.post(HOME, data=client.get(HOME).page.fields(0) | {"code": code}))


def sent(client, path, **typed):
    """Sends the form of a page with what is typed."""
    return client.post(path, data=client.get(path).page.fields(0) | typed)


def test_a_form_printed_from_the_card_comes_back_by_its_code(client, seated) -> None:
    card = client.get(f"/agents/personnes/{seated.person.id}").page
    give = next(path for words, path in card.links().items() if "Papiers à remplir" in words)
    printed = client.follow(client.post(give, data=client.get(give).page.fields(0) | {"kind": "adresse"}))
    assert printed.mimetype == "application/pdf"
    assert printed.data.startswith(b"%PDF")
    assert printed.headers["Cache-Control"] == "no-store"
    (form,) = [seated.read(PaperForm, 1)]
    assert client.get(f"{url(form)}.pdf").data == printed.data  # printed again, it is the same
    page = opened(client, shown(form.code).lower().replace("-", " ")).page
    assert "Changement d'adresse" in page.h1
    assert "1 RUE DE L ESSAI" in page.text()
    answer = client.follow(sent(client, url(form), **ADDRESS, signed="y"))
    assert "Le papier est enregistré." in answer.page.text()
    assert "La personne va recevoir une lettre." in answer.page.text()
    assert seated.read(Person, seated.person.id).address[2] == "9 rue Neuve"
    assert "Enregistré le" in client.get(give).page.text()


def test_a_second_entry_shows_the_first_and_loses_nothing(client, seated) -> None:
    form = seated.given(FormKind.ADDRESS)
    typed = client.get(url(form)).page.fields(0) | ADDRESS | {"signed": "y"}
    assert client.post(url(form), data=typed).status_code == 303
    again = client.post(url(form), data=typed | {"street": "1 rue d'Ailleurs"})
    assert "9 rue Neuve" in again.page.text()
    assert "par Sacha Modèle" in again.page.text()
    assert [kind for kind, route in seated.told() if route == "letter"] == ["preferences_changed", "address_changed"]


def test_a_wrong_address_is_said_beside_its_field_and_what_was_typed_stays(client, seated) -> None:
    form = seated.given(FormKind.ADDRESS)
    page = sent(client, url(form), **(ADDRESS | {"postcode": "62", "street": ""}))
    assert page.status_code == 422
    assert page.page.fields(0)["town"] == "Arras"
    assert sent(client, url(form)).status_code == 422


def test_what_changed_meanwhile_is_said_and_what_was_typed_stays(client, seated, database) -> None:
    form = seated.given(FormKind.ADDRESS)
    typed = client.get(url(form)).page.fields(0) | ADDRESS | {"signed": "y"}
    with database.transaction() as session:
        session.get_one(Person, seated.person.id).address = ["", "", "2 RUE B", "", "62000 ARRAS"]
    answer = client.post(url(form), data=typed)
    assert answer.status_code == 409
    assert "Quelqu'un a changé la fiche" in answer.page.text()
    assert client.post(url(form), data=answer.page.fields(0)).status_code == 303


def test_choices_are_entered_as_ticked_and_letters_end_with_a_signature(client, seated, database) -> None:
    with database.transaction() as session:
        session.get_one(Person, seated.person.id).wants_paper = True
    form = seated.given(FormKind.CHOICES)
    assert sent(client, url(form)).status_code == 422  # nothing ticked
    answer = sent(client, url(form), paper="non", large_print="oui")
    assert answer.status_code == 422
    assert "signature" in answer.page.text()
    done = client.follow(sent(client, url(form), paper="non", large_print="oui", signed="y"))
    assert "Gros caractères" in done.page.text()
    person = seated.read(Person, seated.person.id)
    assert (person.wants_paper, person.wants_large_print) == (False, True)


def test_a_wish_leads_to_slots_that_fit(client, seated) -> None:
    form = seated.given(FormKind.WISH)
    typed = {"motif": seated.motif.key, "place": str(seated.place.id), "half_days": ["jeu-matin", "ven-apres"]}
    assert sent(client, url(form), motif=seated.motif.key).status_code == 422
    done = client.follow(sent(client, url(form), **typed)).page
    assert "jeudi matin, vendredi après-midi" in done.text()
    assert "jeudi 26 novembre 2026" in done.text()
    assert "mercredi 25" not in done.text()
    assert f"/agents/personnes/{seated.person.id}/rendez-vous/{seated.motif.key}" in done.links().values()
    assert seated.read(Wish, 1).mornings
    anywhere = seated.given(FormKind.WISH)
    done = client.follow(sent(client, url(anywhere), **(typed | {"place": "partout"}))).page
    assert "jeudi 26 novembre 2026" in done.text()
    assert seated.read(Wish, 1).place_id is None


@pytest.mark.parametrize("landline", [None, "+33353010012"])
def test_a_slot_that_no_letter_tells_in_time_is_said_by_phone_or_not_proposed(client, seated, landline) -> None:
    person = seated.world.person(mobile=None, email=None, landline=landline, address=seated.person.address)
    half_days = [f"{day}-matin" for day in ("lun", "mar", "mer", "jeu", "ven")]
    typed = {"motif": seated.motif.key, "place": str(seated.place.id), "half_days": half_days}
    done = client.follow(sent(client, url(seated.given(FormKind.WISH, person)), **typed)).page.text()
    assert ("23 novembre 2026 à 9 h 30" in done.replace("\u00a0", " ")) is bool(landline)
    assert ("À dire par téléphone" in done) is bool(landline)
    assert landline or "vendredi 27 novembre 2026" in done


def test_a_wish_or_a_mandate_that_bears_an_address_is_answered_there(client, seated) -> None:
    for kind, typed in (
        (FormKind.WISH, {"motif": seated.motif.key, "half_days": ["jeu-matin"], "first_day": ["", "", ""]}),
        (
            FormKind.MANDATE,
            {
                "holder": str(seated.world.organisation().id),
                "last_day": ["1", "6", "2027"],
                "procedures": ["appointments"],
            },
        ),
    ):
        person = seated.world.person(mobile=None, email=None)
        path = url(seated.given(kind, person))
        asked = client.get(path).page.fields(0) | typed | {"signed": "y"}
        assert client.post(path, data=asked | ADDRESS | {"postcode": "62"}).status_code == 422
        done = client.follow(client.post(path, data=asked | ADDRESS))
        assert "La personne va recevoir une lettre." in done.page.text()
        assert seated.read(Person, person.id).address[2] == "9 rue Neuve"
    assert [route for _kind, route in seated.told()] == ["letter", "letter"]


def test_a_mandate_is_in_force_once_both_signatures_are_seen(client, seated) -> None:
    partner = seated.world.organisation()
    form = seated.given(FormKind.MANDATE)
    typed = {"holder": str(partner.id), "last_day": ["1", "6", "2027"], "procedures": ["appointments"]}
    assert "signature" in sent(client, url(form), **typed).page.text()
    done = client.follow(sent(client, url(form), **typed, signed="y"))
    assert "les rendez-vous" in done.page.text()
    assert seated.read(Mandate, 1).state is MandateState.ACTIVE
    relative = {"holder": "proche", "procedures": ["appointments"], "signed": "y", "family_name": "Personne"}
    second = seated.given(FormKind.MANDATE)
    assert sent(client, url(second), **relative).status_code == 422
    nobody = relative | {"given_names": "Noé", "birth_date": ["1", "2", "1980"], "last_day": ["1", "6", "2027"]}
    assert "Aucun dossier" in sent(client, url(second), **nobody).page.text()
    born = seated.person.birth_date
    oneself = nobody | {"family_name": seated.person.family_name, "given_names": seated.person.given_names}
    oneself |= {"birth_date": [str(born.day), str(born.month), str(born.year)]}
    assert "C'est le nom de la personne elle-même." in sent(client, url(second), **oneself).page.text()


def test_somebody_protected_gives_no_mandate_and_the_page_says_what_to_do(client, seated) -> None:
    person = seated.world.person(is_protected=True)
    form = seated.given(FormKind.MANDATE, person)
    page = client.get(url(form)).page
    assert f"/agents/personnes/{person.id}/mandats/representant" in page.links().values()
    partner = seated.world.organisation()
    typed = {"holder": str(partner.id), "last_day": ["1", "6", "2027"], "procedures": ["appointments"], "signed": "y"}
    assert sent(client, url(form), **typed).status_code == 422
    assert "protection" in client.get(f"/agents/personnes/{person.id}/formulaires").page.text()


def test_a_child_has_its_own_wish_and_no_choices(client, seated) -> None:
    child = seated.world.person(guardian_id=seated.person.id, mobile=None, email=None)
    give = f"/agents/personnes/{child.id}/formulaires"
    assert client.get(give).page.text().count("Imprimer (PDF") == 1
    assert client.post(give, data=client.get(give).page.fields(0) | {"kind": "choix"}).status_code == 200


def test_a_slip_is_opened_by_the_code_of_the_appointment(client, seated) -> None:
    appointment = seated.world.appointment(
        seated.doctor, seated.place, seated.motif, at("2026-12-14", "09:00"), seated.person
    )
    page = opened(client, appointment.code)
    assert "lundi 14 décembre 2026" in page.page.text()
    path = f"{HOME}/coupon/{appointment.id}"
    assert sent(client, path).status_code == 422
    typed = client.get(path).page.fields(0) | {"what": "autre", "days": ["jeu"], "halves": ["matin"]}
    assert client.post(path, data=typed | {"sequence": "9"}).status_code == 409
    done = client.follow(client.post(path, data=typed)).page
    assert "jeudi matin" in done.text()
    assert "jeudi matin" in client.get("/agents/attente").page.text()  # where whoever books for them works
    assert "jeudi matin" in client.get(f"/agents/personnes/{seated.person.id}").page.text()
    assert seated.read(Appointment, appointment.id).status is AppointmentStatus.EXCUSED
    assert "déjà enregistré" in client.follow(client.post(path, data=typed)).page.text()
    assert "Veut une autre date" in opened(client, appointment.code).page.text()


def test_a_slip_chooses_letters_in_one_press_even_when_it_comes_too_late_to_cancel(client, seated) -> None:
    place = (seated.doctor, seated.place, seated.motif)
    days = ("2026-11-20", "2026-12-14")
    over, soon = (seated.world.appointment(*place, at(day, "09:00"), seated.person) for day in days)
    page = opened(client, over.code).page
    assert "déjà passé" in page.text()
    client.post(f"{HOME}/coupon/{over.id}", data=page.fields(0) | {"what": "tient", "paper": "y"})
    assert seated.read(Person, seated.person.id).wants_paper
    path = f"{HOME}/coupon/{soon.id}"
    typed = opened(client, soon.code).page.fields(0)
    refused = client.post(path, data=typed | {"what": "tient"})
    assert (refused.status_code, "Rien n'est coché" in refused.page.text()) == (422, True)
    done = client.follow(client.post(path, data=typed | {"what": "tient", "paper": "y"})).page.text()
    assert "Tout par courrier oui" in done
    assert "La personne va recevoir une lettre." in done
    again = opened(client, soon.code).page
    assert "tout par lettre" in again.text()
    twice = client.follow(client.post(path, data=typed | {"what": "tient", "paper": "y"})).page
    assert "déjà enregistré" in twice.text()
    client.post(path, data=typed | {"what": "annule"})
    assert seated.read(Appointment, soon.id).status is AppointmentStatus.EXCUSED


@pytest.mark.parametrize(("day", "status", "said"), [
    ("2026-11-20", AppointmentStatus.BOOKED, "déjà passé"),
    ("2026-12-14", AppointmentStatus.REVOKED, "déjà annulé"),
])  # fmt: skip
def test_a_slip_that_comes_too_late_says_what_to_do(client, seated, day, status, said) -> None:
    appointment = seated.world.appointment(
        seated.doctor, seated.place, seated.motif, at(day, "09:00"), seated.person, status=status
    )
    page = opened(client, appointment.code).page
    assert said in page.text()
    typed = page.fields(0) | {"what": "annule", "sequence": "0"}
    assert said in client.post(f"{HOME}/coupon/{appointment.id}", data=typed).page.text()


def test_whoever_types_a_code_is_in_the_journal_of_its_person(client, desk, database) -> None:
    appointment = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-12-14", "09:00"), desk.person)
    form = desk.given(FormKind.CHOICES)
    enter(client, desk.print_room)
    opened(client, form.code)
    enter(client, desk.world.agent("professionnel", place=desk.world.place()))  # reads no file of this one
    opened(client, appointment.code)
    with database.transaction() as session:
        lines = session.scalars(select(JournalLine).where(JournalLine.verb == "form.opened").order_by(JournalLine.id))
        noted = [(line.for_person_id, line.object_kind, line.object_id) for line in lines]
    assert noted == [(desk.person.id, "paper_form", form.id), (desk.person.id, "appointment", appointment.id)]


def test_a_code_that_is_none_or_nobodys_is_said(client, seated) -> None:  # noqa: ARG001 - signed in
    for code, said in (("", "Écrivez le code"), ("ABC", "bonne forme"), ("ABCD-2345", "Aucun papier")):
        answer = client.post(HOME, data=client.get(HOME).page.fields(0) | {"code": code})
        assert answer.status_code == 422
        assert said in answer.page.text()


def test_a_blank_form_asks_whose_it_is_and_becomes_one_of_theirs(client, seated, clock) -> None:
    clock.forward(timedelta(seconds=1))
    page = opened(client, shown(BLANK_CODES[FormKind.CHOICES])).page
    assert "feuille vierge" in page.text()
    path = f"{HOME}/vierge/choix"
    nobody = sent(client, path, q="Introuvable Personne").page
    assert "Aucune fiche" in nobody.text()
    made = next(number for number, form in enumerate(nobody.all("form")) if form.get("action", "").endswith("nouvelle"))
    assert "Introuvable" in client.post("/agents/personnes/nouvelle", data=nobody.fields(made)).get_data(as_text=True)
    assert sent(client, path, q="").status_code == 422
    found = sent(client, path, q="Martin-Essai").page
    give = next(one for one in found.links().values() if "vierge=choix" in one)
    taken = client.follow(client.post(give, data=client.get(give).page.fields(0) | {"kind": "choix"}))
    assert "Choix pour les messages" in taken.page.h1
    assert seated.read(PaperForm, 1).person_id == seated.person.id


def test_the_print_room_opens_by_code_enters_addresses_and_choices_and_no_more(client, desk) -> None:
    enter(client, desk.print_room)
    address, wish = desk.given(FormKind.ADDRESS), desk.given(FormKind.WISH)
    assert client.get(url(address)).status_code == 404  # not by its number
    page = opened(client, address.code).page
    assert f"/agents/personnes/{desk.person.id}" not in page.links().values()
    assert client.follow(client.post(url(address), data=page.fields(0) | ADDRESS | {"signed": "y"})).status_code == 200
    assert desk.read(Person, desk.person.id).address[2] == "9 rue Neuve"
    refused = opened(client, wish.code).page
    assert "Donnez-le à un accueil" in refused.text()
    assert client.post(url(wish), data=refused.fields(0)).status_code == 403
    assert "Donnez ce papier à un accueil" in opened(client, BLANK_CODES[FormKind.CHOICES]).page.text()
    assert "Martin" not in client.post(f"{HOME}/vierge/choix", data={"q": "Martin-Essai"}).page.text()
    assert client.get(f"/agents/personnes/{desk.person.id}/formulaires").status_code == 403
    answer = client.post(HOME, data=client.get(HOME).page.fields(0) | {"code": "ABCD-2345"})
    assert "Aucun papier n'a ce code." in answer.page.text()


def test_whoever_reads_no_file_opens_a_paper_in_hand_and_no_other(client, desk) -> None:
    stranger = desk.world.agent("professionnel", place=desk.world.place())
    enter(client, stranger)
    form = desk.given(FormKind.CHOICES)
    assert client.get(url(form)).status_code == 404
    assert client.get(f"{HOME}/coupon/1").status_code == 404
    assert opened(client, form.code).status_code == 200
    assert f"/agents/personnes/{desk.person.id}" not in client.get(url(form)).page.links().values()


def test_a_paper_in_hand_tells_a_stranger_nothing_but_what_it_says(client, desk) -> None:
    person = desk.world.person(is_protected=True, wants_discretion=True)
    form = desk.given(FormKind.MANDATE, person)
    appointment = desk.world.appointment(desk.doctor, desk.place, desk.motif, at("2026-12-14", "09:00"), person)
    enter(client, desk.world.agent("professionnel", place=desk.world.place()))
    assert "protection juridique" not in opened(client, form.code).page.text()
    slip = opened(client, appointment.code).page
    assert "lundi 14 décembre 2026" in slip.text()
    assert desk.place.name not in slip.text()
    enter(client, desk.agent, place_id=desk.place.id)
    assert "protection juridique" in client.get(url(form)).page.text()
    assert desk.place.name in opened(client, appointment.code).page.text()


@pytest.mark.parametrize("key", KEYS.values())
def test_anyone_takes_a_blank_form_and_no_row_is_written(client, desk, database, key) -> None:  # noqa: ARG001 - there is a Département
    for path in (f"/papier/{key}.pdf", f"/papier/{key}.pdf?gros=1"):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    with database.transaction() as session:
        assert session.query(PaperForm).count() == 0
    assert client.get("/papier/rien.pdf").status_code == 404
