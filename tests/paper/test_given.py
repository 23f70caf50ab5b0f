"""Papers given out: what they bear for somebody discreet since, whose language they speak, where a blank one leads."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from portal.booking.models_waiting import Wish
from portal.booking.queries_waiting import open_wishes
from portal.booking.rules_waiting import WishFault
from portal.clock import paris_day
from portal.desk.queries import file
from portal.letters.desk import PrintRoom
from portal.letters.models import Letter
from portal.letters.queries import letter_of_message
from portal.letters.services_runs import send_back
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from portal.paper.models import FormKind
from portal.paper.rules import PaperFault, known_of
from portal.paper.services import give_for_blank
from portal.paper.services_entering import enter_wish
from portal.paper.views_sheet import blank_of
from portal.people.models import Person
from portal.people.queries_access import services_of
from tests.entering import enter
from tests.letters.messages import SEALER
from tests.paper.conftest import SITE
from tests.paper.test_services import HALF_DAYS, entering, refused, wished
from tests.paper.test_views import HOME, opened, sent, url
from tests.together import at_once

STREET, MOBILE = "1 RUE DE L ESSAI", "06 39 98"


@pytest.fixture
def seated(client, desk):
    enter(client, desk.agent, place_id=desk.place.id)
    return desk


@pytest.fixture
def gateways(gateways):
    """As elsewhere, with the real print room."""
    return replace(gateways, paper=PrintRoom(SITE, SEALER))


def hides(desk):
    """From now on they want discretion, and letters at home all the same."""
    with desk.world.database.transaction() as session:
        person = session.get_one(Person, desk.person.id)
        person.wants_discretion, person.letters_chosen_at = True, desk.world.now


def texts(pdf):
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in PdfReader(BytesIO(pdf)).pages]


def test_a_form_printed_again_for_somebody_discreet_since_bears_neither_address_nor_numbers(client, seated) -> None:
    path = f"{url(seated.given(FormKind.WISH))}.pdf"
    (before,) = texts(client.get(path).data)
    assert STREET in before
    assert MOBILE in before
    hides(seated)
    (after,) = texts(client.get(path).data)
    assert STREET not in after
    assert MOBILE not in after


def test_whoever_holds_a_form_and_reads_no_file_prints_it_without_them(client, desk) -> None:
    form = desk.given(FormKind.WISH)
    enter(client, desk.print_room)
    opened(client, form.code)
    (text,) = texts(client.get(f"{url(form)}.pdf").data)
    assert STREET not in text
    assert MOBILE not in text


@pytest.mark.parametrize("is_drawn", [False, True])
def test_a_form_that_waits_to_leave_by_post_bears_them_no_more(
    client, seated, database, gateways, clock, is_drawn
) -> None:
    give = f"/agents/personnes/{seated.person.id}/formulaires"
    client.post(give, data=client.get(give).page.fields(0) | {"poste": "rendez-vous"})
    if is_drawn:
        send_due(database, gateways, clock)
    hides(seated)
    with database.transaction() as session:
        assert send_back(session, clock()) == is_drawn
    send_due(database, gateways, clock)
    with database.transaction() as session:
        message = session.scalars(select(Message)).one()
        drawn = letter_of_message(session, message.id)
        cover, _back, sheet = texts(session.scalar(select(Letter.pdf).where(Letter.id == drawn.id)))
    assert STREET in cover  # the envelope
    assert STREET not in sheet
    assert MOBILE not in sheet
    with database.transaction() as session:
        assert send_back(session, clock()) == 0  # not drawn anew for ever


def test_a_blank_form_of_a_child_leads_to_whoever_answers_for_it(client, seated) -> None:
    child = seated.world.person(guardian_id=seated.person.id, mobile=None, email=None)
    page = client.get(f"/agents/personnes/{child.id}/formulaires?vierge=choix").page
    assert "Enregistrer les réponses" not in page.text()
    there = page.links()["Papiers de cette personne"]
    assert there == f"/agents/personnes/{seated.person.id}/formulaires?vierge=choix"
    assert "Enregistrer les réponses" in client.get(there).page.text()


def test_a_childs_wish_is_in_the_language_and_the_print_of_whoever_answers_for_it(desk, database) -> None:
    guardian = desk.world.person(language="en", wants_large_print=True, wants_discretion=True)
    child = desk.world.person(guardian_id=guardian.id, address=["", "", STREET, "", "62000 ARRAS"])
    with database.transaction() as session:
        known = known_of(file(session, child.id), desk.world.departement(), language="fr")
    assert (known["language"], known["large_print"], known["address"]) == ("en", True, [])


def test_a_blank_form_pressed_twice_is_one_form_until_it_is_entered(client, seated, database) -> None:
    give = f"/agents/personnes/{seated.person.id}/formulaires?vierge=choix"

    def press():
        with database.transaction() as session:
            asked = {"kind": FormKind.CHOICES, "person_id": seated.person.id, "known": {"language": "fr"}}
            give_for_blank(session, seated.world.now, **asked, by=seated.by)

    at_once(press, press)
    taken = client.post(give, data=client.get(give).page.fields(0) | {"kind": "choix"})
    assert taken.location.endswith("/1")
    assert "pas encore enregistré" in client.get(give).page.text()
    assert "pas encore revenu" not in client.get(give).page.text()
    assert sent(client, f"{HOME}/1", sms="non").status_code == 303
    assert client.post(give, data=client.get(give).page.fields(0) | {"kind": "choix"}).location.endswith("/2")
    with database.transaction() as session, pytest.raises(LookupError):
        give_for_blank(session, seated.world.now, kind=FormKind.CHOICES, person_id=0, known={}, by=seated.by)


def test_a_wish_for_another_place_waits_there_and_is_answered_there(client, seated, database) -> None:
    lens = seated.world.place(name="MDS de Lens-Essai")
    colleague = seated.world.agent("accueil", place=lens)
    seated.world.opening(colleague, lens, seated.motif)
    path = url(seated.given(FormKind.WISH))
    typed = {"motif": seated.motif.key, "place": str(lens.id), "half_days": ["jeu-matin"]}
    done = client.follow(sent(client, path, **typed)).page
    assert "la liste d'attente de ce lieu" in done.text()
    assert "MDS de Lens-Essai" in done.text()
    assert "Choisir un créneau" not in done.text()
    assert seated.read(Wish, 1).place_id == lens.id
    now = seated.world.now
    with database.transaction() as session:
        theirs = services_of(session, colleague.id, paris_day(now))
        assert [line.wish.id for line in open_wishes(session, now, services=theirs).lines] == [1]


def test_a_wish_for_a_place_without_its_motif_or_of_another_service_is_refused_beside_the_field(
    client, seated, database
) -> None:
    lens, other = seated.world.place(), seated.world.motif()
    seated.world.opening(seated.world.agent("professionnel", place=lens), lens, other)
    path = url(seated.given(FormKind.WISH))
    answer = sent(client, path, motif=seated.motif.key, place=str(lens.id), half_days=["jeu-matin"])
    assert answer.status_code == 422
    assert "Ce sujet n'est pas reçu dans ce lieu." in answer.page.text()
    form = seated.given(FormKind.WISH)
    nobody = replace(seated.by, id=seated.print_room.id)
    far = wished(seated, half_days=HALF_DAYS, place_id=lens.id)
    assert refused(lambda: entering(seated, enter_wish, form, wished=far)) is PaperFault.NOT_THERE
    with database.transaction() as session:
        asked = {"form_id": form.id, "wished": wished(seated, half_days=HALF_DAYS), "base_url": SITE, "by": nobody}
        assert refused(lambda: enter_wish(session, seated.world.now, **asked)) is WishFault.NOT_YOUR_SERVICE


def test_each_box_of_a_mandate_says_its_question_and_a_blank_form_is_drawn_once(client, desk) -> None:
    drawn = client.get("/papier/mandat.pdf").data
    boxes = [
        note.get_object()["/TU"]
        for note in PdfReader(BytesIO(drawn)).pages[0]["/Annots"]
        if str(note.get_object().get("/T", "")).startswith("demarches.")
    ]
    assert boxes
    assert all(words.replace("\u00a0", " ").startswith("Pour quoi faire ? ") for words in boxes)
    known = known_of(None, desk.world.departement(), language="fr")
    with client.application.test_request_context("/"):
        assert blank_of(FormKind.MANDATE, known) is blank_of(FormKind.MANDATE, known)
