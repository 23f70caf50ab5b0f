"""What a person changes in their space, page by page; and what is told to who changes it for them too late."""

from datetime import timedelta

import pytest
from flask import request
from sqlalchemy import select

from portal.notifications.models import Message, Route
from portal.people.models import Person
from portal.people.models_credentials import Challenge, Credential
from portal.people.models_mandates import Mandate, MandateKind, MandateState
from portal.sealing import Sealer

MOBILE = "/mon-espace/preferences/mobile"
CODE = f"{MOBILE}/code"
ADDRESS = {"street": "12 rue de la Démonstration", "postcode": "62000", "town": "Arras"}
NEW = "+33639980099"


@pytest.fixture
def kept(world):
    def read(person):
        with world.database.transaction() as session:
            return session.get_one(Person, person.id)

    return read


@pytest.fixture
def last_code(world, settings):
    """The six digits that left last."""

    def read():
        with world.database.transaction() as session:
            challenge = session.scalars(select(Challenge).order_by(Challenge.id.desc()).limit(1)).one()
        return Sealer(settings.secret_key).digits(challenge.key)

    return read


def messages(world):
    with world.database.transaction() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_choices_are_kept_and_said_to_be(client, resident, enter, send, kept):
    enter(resident)
    path = "/mon-espace/preferences"
    fields = {"wants_sms": "", "wants_discretion": "y", "wants_silence": "y", "language": "en"}
    page = client.follow(send(path, **fields)).page
    assert "Vos choix sont enregistrés." in page.text()
    now = kept(resident)
    assert (now.wants_sms, now.wants_email, now.wants_discretion, now.wants_silence) == (False, True, True, True)
    assert now.language == "en"
    assert "Vos choix sont les mêmes qu'avant." in client.follow(send(path)).page.text()


def test_a_box_that_is_no_longer_ticked_is_a_choice_too(client, resident, enter, kept):
    enter(resident)
    fields = client.get("/mon-espace/preferences").page.fields()
    del fields["wants_sms"]
    client.post("/mon-espace/preferences", data=fields)
    assert kept(resident).wants_sms is False


def test_letters_need_an_address_first_and_nothing_typed_is_lost(resident, enter, send):
    enter(resident)
    response = send("/mon-espace/preferences", wants_paper="y", wants_large_print="y")
    assert response.status_code == 422
    assert "écrivez d'abord votre adresse postale" in response.page.text()
    assert response.page.fields()["wants_large_print"] == "y"
    assert "/mon-espace/preferences/adresse" in response.page.links().values()


def test_an_address_is_checked_as_the_post_wants_it_then_kept(client, world, resident, enter, send, kept):
    world.commune()
    enter(resident)
    path = "/mon-espace/preferences/adresse"
    wrong = send(path, **ADDRESS | {"town": "Lens"})
    assert wrong.status_code == 422
    assert "Cette ville n'a pas ce code postal." in wrong.page.text()
    assert wrong.page.fields()["street"] == ADDRESS["street"]
    assert send(path, street="12 rue d'Essai", postcode="", town="").status_code == 422
    assert send(path, **ADDRESS | {"street": "x" * 61}).status_code == 422
    client.follow(send(path, **ADDRESS))
    assert kept(resident).address == ["", "", "12 rue de la Démonstration", "", "62000 Arras"]
    assert client.get(path).page.fields()["postcode"] == "62000"
    client.follow(send(path, street="", postcode="", town=""))
    assert kept(resident).address == []


def test_an_address_cannot_be_emptied_while_letters_are_wanted_nor_carry_too_long_a_name(client, world, enter, send):
    world.commune()
    world.departement()
    lines = ["", "", "1 rue d'Essai", "", "62000 Arras"]
    person = world.person(address=lines, wants_paper=True, address_confirmed_at=world.now)
    enter(person)
    path = "/mon-espace/preferences/adresse"
    assert "Un agent a confirmé cette adresse." in client.get(path).page.text()
    assert send(path, street="", postcode="", town="").status_code == 422
    enter(world.person(given_names="Anne " * 15, family_name="W" * 60))
    refused = send(path, **ADDRESS)
    assert refused.status_code == 422
    assert "38 caractères" in refused.page.text()


def test_a_landline_is_read_kept_and_taken_out(client, resident, enter, send, kept):
    enter(resident)
    path = "/mon-espace/preferences/telephone-fixe"
    assert send(path, landline="12").status_code == 422
    client.follow(send(path, landline="03 53 01 00 12"))
    assert kept(resident).landline == "+33353010012"
    client.follow(send(path, landline=""))
    assert kept(resident).landline is None


def test_a_new_mobile_is_proved_before_it_is_used_and_the_old_one_is_told(
    client, world, resident, enter, send, kept, last_code
):
    enter(resident, known=True)
    assert send(MOBILE, value="03 53 01 00 12").status_code == 422
    response = send(MOBILE, value="06 39 98 00 99")
    assert response.headers["Location"] == CODE
    assert "06 39 98 00 99" in client.get(CODE).page.text()
    assert kept(resident).mobile == "+33639980012"
    assert send(CODE, code="12").status_code == 422
    wrong = "000000" if last_code() != "000000" else "111111"
    assert "Ce n'est pas le bon code." in send(CODE, code=wrong).page.text()
    done = client.follow(send(CODE, code=f"{last_code()[:3]} {last_code()[3:]}"))
    assert "Votre mobile est confirmé." in done.page.text()
    assert kept(resident).mobile == NEW
    with world.database.transaction() as session:
        (proof,) = session.scalars(select(Credential))
    assert (proof.value, proof.is_vouched) == (NEW, True)
    assert [(row.kind, row.to) for row in messages(world)] == [
        ("contact_code", NEW),
        ("contact_changed", "+33639980012"),
    ]
    assert client.get(CODE).status_code == 303


def test_a_new_email_is_proved_too(resident, enter, send, kept, last_code):
    enter(resident)
    path = "/mon-espace/preferences/email"
    assert send(path, value="camille.exemple.fr").status_code == 422
    send(path, value="Nouvelle@Exemple.fr")
    send(f"{path}/code", code=last_code())
    assert kept(resident).email == "Nouvelle@exemple.fr"


def test_a_twenty_first_relative_is_refused_beside_the_field(client, world, resident, enter, send):
    for number in range(20):
        world.person(guardian_id=resident.id, given_names=f"Lou {'AB'[number % 2] * (number + 1)}")
    enter(resident)
    typed = {"given_names": "Sacha", "family_name": "Essai", "birth_date": ["1", "1", "2024"]}
    response = send("/mon-espace/proches/ajouter", **typed)
    assert response.status_code == 422
    assert "Il y a déjà 20 personnes ici." in response.page.text()
    assert "Sacha" not in client.get("/mon-espace/proches").page.text()


def test_at_the_simple_access_a_way_is_proved_and_vouched_by_nobody(world, resident, enter, send, last_code):
    enter(resident)
    send(MOBILE, value="06 39 98 00 99")
    send(CODE, code=last_code())
    with world.database.transaction() as session:
        assert session.scalars(select(Credential.is_vouched)).all() == [False]


def test_five_wrong_codes_end_it_and_so_do_ten_minutes(clock, resident, enter, send, last_code):
    enter(resident)
    send(MOBILE, value="06 39 98 00 99")
    wrong = "000000" if last_code() != "000000" else "111111"
    for _time in range(4):
        send(CODE, code=wrong)
    assert "trop d'essais" in send(CODE, code=wrong).page.text()
    assert "trop d'essais" in send(CODE, code=last_code()).page.text()
    send(MOBILE, value="06 39 98 00 98")
    clock.forward(timedelta(minutes=10))
    assert "Ce code ne sert plus." in send(CODE, code=last_code()).page.text()


def test_codes_to_one_number_or_for_one_person_are_limited(resident, enter, send):
    enter(resident)
    for _time in range(5):
        assert send(MOBILE, value="06 39 98 00 99").status_code == 303
    assert send(MOBILE, value="06 39 98 00 99").status_code == 429
    assert send(MOBILE, value="06 39 98 00 98").status_code == 429


def test_a_way_of_the_file_is_confirmed_by_a_code(client, world, resident, enter, send, last_code, kept):
    enter(resident, known=True)
    response = send("/mon-espace", to="/mon-espace/preferences/email/prouver")
    assert response.headers["Location"] == "/mon-espace/preferences/email/code"
    client.follow(send("/mon-espace/preferences/email/code", code=last_code()))
    assert kept(resident).email == "camille@exemple.fr"
    assert [row.kind for row in messages(world)] == ["contact_code"]
    assert "est-elle à vous" not in client.get("/mon-espace").page.text()


def test_nothing_is_sent_for_a_way_that_is_not_there_nor_without_the_token(client, world, enter):
    world.departement()
    enter(world.person(email=None))
    assert client.post("/mon-espace/preferences/email/prouver").headers["Location"] == "/mon-espace/preferences/email"
    assert client.get("/mon-espace/preferences/email/retirer").headers["Location"] == "/mon-espace/preferences"
    assert client.post("/mon-espace/preferences/mobile/prouver").headers["Location"] == MOBILE
    assert messages(world) == []


def test_a_way_is_removed_once_its_loss_was_explained(client, world, enter, send, kept):
    world.departement()
    person = world.person(email=None)
    enter(person)
    path = f"{MOBILE}/retirer"
    assert "C'est le dernier moyen de vous joindre." in client.get(path).page.text()
    assert client.post(path).status_code == 422
    assert kept(person).mobile is not None
    assert "n'est plus dans votre dossier" in client.follow(send(path)).page.text()
    assert kept(person).mobile is None
    assert [row.kind for row in messages(world)] == ["contact_changed"]


def test_a_way_of_somebody_else_leaves_the_file_without_a_word_to_them(world, resident, enter, send, kept):
    enter(resident, known=True)
    send("/mon-espace/preferences/email/retirer")
    assert kept(resident).email is None
    assert messages(world) == []


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_browser_that_entered_by_a_way_no_longer_theirs_is_signed_out(
    app, client, resident, enter, send, last_code, is_replaced
):
    enter(resident, known=True)
    stranger = app.test_client()
    stranger.environ_base["wsgi.url_scheme"] = "https"
    with stranger.session_transaction(base_url="https://localhost") as session:
        session.update(person_id=resident.id, level="reachable", how="mobile")
    path = "/mon-espace/preferences/mobile"
    if is_replaced:
        send(path, value="06 39 98 00 34")
        send(f"{path}/code", code=last_code())
    else:
        send(f"{path}/retirer")
    assert stranger.get("/mon-espace").headers["Location"].startswith("/connexion")
    assert client.get("/mon-espace").status_code == 200


def test_the_code_asked_for_one_person_proves_nothing_for_another(
    client, world, resident, enter, send, last_code, kept
):
    other = world.person()
    mandate = world.mandate(other, holder_id=resident.id, kind=MandateKind.RELATIVE, procedures=["preferences"])
    enter(resident)
    send(MOBILE, value="06 39 98 00 99")
    with client.session_transaction(base_url="https://localhost") as session:
        session["mandate_id"] = mandate.id
    assert client.post(CODE, data={"code": last_code()}).status_code == 303
    assert kept(other).mobile != NEW


def acting(world, person, *procedures, **given):
    agent = world.agent("accueil")
    return agent, world.mandate(person, agent_id=agent.id, procedures=list(procedures), **given)


def test_whoever_acts_sees_the_pages_that_the_mandate_names_and_no_other(client, world, resident, enter):
    agent, mandate = acting(world, resident, "appointments")
    enter(agent=agent, mandate=mandate)
    page = client.get("/mon-espace").page
    assert page.h1 == f"L'espace de {resident.given_names} {resident.family_name}"
    assert "Accès simple" not in page.text()
    links = page.links().values()
    assert "/mon-espace/rendez-vous" in links
    assert "/mon-espace/messages" not in links
    for path in ("/messages", "/preferences", "/actions", "/connexions", "/mes-donnees", "/fermer", "/niveau"):
        assert client.get(f"/mon-espace{path}").status_code == 403
    assert client.get("/mon-espace/proches").status_code == 200


def test_a_mandate_without_appointments_leads_back_to_no_closed_door(client, world, resident, enter):
    agent, mandate = acting(world, resident, "messages")
    enter(agent=agent, mandate=mandate)
    assert client.get("/mon-espace").status_code == 403
    assert "/mon-espace" not in client.get("/mon-espace/messages").page.links().values()


def test_what_a_helper_changes_is_told_and_opens_nothing(client, world, resident, enter, send, last_code, kept):
    agent, mandate = acting(world, resident, "preferences")
    enter(agent=agent, mandate=mandate)
    send(MOBILE, value="06 39 98 00 99")
    client.follow(send(CODE, code=last_code()))
    assert kept(resident).mobile == NEW
    with world.database.transaction() as session:
        assert session.scalars(select(Credential)).all() == []
    assert ("preferences_changed", Route.EMAIL) in {(row.kind, row.route) for row in messages(world)}


def end(world, mandate):
    with world.database.transaction() as session:
        row = session.get_one(Mandate, mandate.id)
        row.state, row.ended_at, row.ended_by = MandateState.ENDED, world.now, "space"


def test_a_mandate_that_ended_while_the_form_was_open_saves_nothing_and_is_said_to_be_over(
    client, world, resident, enter, kept
):
    agent, mandate = acting(world, resident, "preferences")
    enter(agent=agent, mandate=mandate)
    path = "/mon-espace/preferences/telephone-fixe"
    fields = client.get(path).page.fields() | {"landline": "03 53 01 00 12"}
    end(world, mandate)
    assert client.post(path, data=fields).headers["Location"].startswith("/agir/")
    assert kept(resident).landline is None


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/mon-espace/preferences/telephone-fixe", {"landline": "03 53 01 00 12"}),
        (
            "/mon-espace/proches/ajouter",
            {"given_names": "Lou", "family_name": "Essai", "birth_date": ["1", "1", "2024"]},
        ),
    ],
)
def test_a_mandate_that_ends_at_the_instant_of_the_write_saves_nothing_and_shows_what_was_typed(
    own_app, client, world, resident, enter, kept, path, typed
):
    agent, mandate = acting(world, resident, "preferences", "appointments")

    @own_app.before_request  # after the door was passed, before the view
    def end_now():
        if request.method == "POST":
            end(world, mandate)

    enter(agent=agent, mandate=mandate)
    response = client.post(path, data=client.get(path).page.fields() | typed)
    assert response.status_code == 409
    assert "Vous ne pouvez plus agir pour cette personne" in response.page.text()
    for value in typed.values():
        assert (value if isinstance(value, str) else " ".join(value)) in response.page.text()
    assert kept(resident).landline is None


def test_a_form_shown_for_somebody_is_never_written_in_the_file_of_whoever_acted(client, world, resident, enter, kept):
    helped = world.person()
    mandate = world.mandate(helped, holder_id=resident.id, kind=MandateKind.RELATIVE, procedures=["preferences"])
    enter(resident, mandate=mandate)
    path = "/mon-espace/preferences/telephone-fixe"
    fields = client.get(path).page.fields() | {"landline": "03 53 01 00 12"}
    with client.session_transaction(base_url="https://localhost") as session:
        del session["mandate_id"]  # stopped in another window
    response = client.post(path, data=fields)
    assert response.status_code == 409
    assert "03 53 01 00 12" in response.page.text()
    assert kept(resident).landline is None
    assert kept(helped).landline is None


def test_somebody_who_never_acted_is_refused_as_anybody(client, world):
    enter_as_agent = world.agent("accueil")
    with client.session_transaction(base_url="https://localhost") as session:
        session.update(agent_id=enter_as_agent.id, idle_minutes=20)
    assert client.post("/mon-espace/preferences").status_code == 403
