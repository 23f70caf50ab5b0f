"""A form sent by post: its cover to keep, then the form on a sheet of its own; asked for in one press, sent once."""

from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from PIL import ImageOps
from ppf.datamatrix import DataMatrix
from pypdf import PdfReader
from pypdfium2 import PdfDocument
from sqlalchemy import select

from portal.journal.services import Actor
from portal.letters.content import Content, Section
from portal.letters.desk import PrintRoom
from portal.letters.enclosing import draw_with_form
from portal.letters.geometry import KEY
from portal.letters.layout import Post
from portal.letters.models import Letter, RunFile
from portal.letters.paging import LetterTooLongError
from portal.letters.paper_form import FormPaper
from portal.letters.paper_items import Part, Say
from portal.letters.paper_kept import as_json, form_from
from portal.letters.queries import letter
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message, Route
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import GIVEN
from portal.paper.services_entering import enter_address
from portal.paper.services_keeping import KEPT, forget_answers
from portal.paper.services_sending import send_form
from portal.people.models import Person, RouteState
from portal.people.models_mandates import MandateKind
from tests.entering import act, enter, enter_person
from tests.letters.messages import SEALER
from tests.letters.runs import made
from tests.paper.conftest import SITE, seen

_BACK = ("À renvoyer à", ["DEPARTEMENT"], "Ou à un accueil.")
_BLOCKS = [("Et après", ["Nous lisons."])]
PAPER = FormPaper(
    "Papier", "Département", "Lisez.", ("Réf", "F1"), ("Code", "K7MP-3XQA"), [], _BACK, _BLOCKS, "{page} sur {pages}"
)
MINE = "/mon-espace/papiers"
SCALE = 6  # pixels in a point


@pytest.fixture
def gateways(gateways):
    """As elsewhere, with the real print room."""
    return replace(gateways, paper=PrintRoom(SITE, SEALER))


def letters(database):
    """The letters that were drawn, with their bytes and their messages."""
    with database.transaction() as session:
        ids = session.scalars(select(Letter.id).order_by(Letter.id)).all()
        return [letter(session, number, with_pdf=True) for number in ids]


def texts(pdf):
    return [" ".join(page.extract_text().replace("\u00a0", " ").split()) for page in PdfReader(BytesIO(pdf)).pages]


def modules(pdf, page):
    """The Data Matrix at the left edge of a page, read dot by dot."""
    with PdfDocument(pdf) as document:
        image = ImageOps.invert(document[page].render(scale=SCALE).to_pil().convert("L"))
    scale = SCALE * 72 / 25.4
    found = image.crop(tuple(round(at * scale) for at in (KEY.left, KEY.top, KEY.right, KEY.bottom - 5)))
    found = found.crop(found.getbbox())
    rows = len(DataMatrix("C0000001A-1-3").matrix)
    step = found.width / rows
    return [
        [int(found.getpixel((int((x + 0.5) * step), int((y + 0.5) * step))) > 128) for x in range(rows)]
        for y in range(rows)
    ]


def pressed(client, path, key):
    return client.post(path, data=client.get(path).page.fields(0) | {"poste": key})


def test_an_agents_press_sends_one_letter_with_the_form_on_its_own_sheet(
    client, desk, database, gateways, clock
) -> None:
    enter(client, desk.agent, place_id=desk.place.id)
    give = f"/agents/personnes/{desk.person.id}/formulaires"
    for _twice in range(2):
        assert "Le papier part par la poste" in client.follow(pressed(client, give, "adresse")).page.text()
    send_due(database, gateways, clock)
    (sent,) = letters(database)
    form = desk.read(PaperForm, sent.message.subject_id)
    assert (sent.message.kind, sent.message.route, sent.pages, sent.sheets) == ("form_sent", Route.LETTER, 3, 2)
    cover, back, sheet = texts(sent.pdf)
    assert "Pour changer d’adresse" in cover
    assert "Un appel suffit aussi : 03 53 01 00 62" in cover
    assert "page 1 sur 3" in cover
    assert back == ""
    assert f"{sent.reference} – page 3 sur 3" in sheet
    code = f"{form.code[:4]}-{form.code[4:]}"
    assert code in sheet
    assert code not in cover + str(sent.message.rendered)
    for page in (0, 2):
        assert modules(sent.pdf, page) == [list(row) for row in DataMatrix(f"{sent.reference}-{page + 1}-3").matrix]
    run = made(database, desk.world.now)
    with database.transaction() as session:
        (file,) = session.scalars(select(RunFile).where(RunFile.run_id == run.id))
        assert (file.sheets_each, file.letters) == (2, 1)
    enter(client, desk.print_room)
    twin = client.get(f"/agents/courriers/{sent.id}").page
    assert "Il est sur l’autre feuille." in twin.text()
    assert f"/agents/courriers/recommandes/{sent.id}" in twin.links().values()


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_everyones_form_leaves_whole_on_two_sheets(client, desk, database, gateways, clock, large, language) -> None:
    person = desk.world.person(
        address=["Appartement 12", "Résidence des Peupliers", "12 rue de l'Essai", "BP 12", "62000 Arras"],
        wants_large_print=large,
        language=language,
    )
    enter_person(client, person)
    for key in ("rendez-vous", "choix", "adresse", "mandat"):
        assert client.follow(pressed(client, MINE, key)).page.text().count("part par la poste") == 1
    send_due(database, gateways, clock)
    drawn = letters(database)
    assert [one.message.context["form_kind"] for one in drawn] == list(GIVEN)
    for one in drawn:
        pages = texts(one.pdf)
        assert one.pages == len(pages) == (4 if large else 3)
        assert "page 1 sur" in pages[0]
        assert (pages[1] == "") is (language == "fr")
        assert "Un appel suffit aussi" in pages[0] or one.message.context["form_kind"] == "mandate"


def test_a_relatives_form_goes_to_whoever_answers_for_them(client, desk, database) -> None:
    child = desk.world.person(given_names="Lou", guardian_id=desk.person.id, mobile=None, email=None)
    enter(client, desk.agent, place_id=desk.place.id)
    give = f"/agents/personnes/{child.id}/formulaires"
    client.follow(pressed(client, give, "rendez-vous"))
    client.post(give, data=client.get(give).page.fields(0) | {"poste": "choix"})
    with database.transaction() as session:
        (message,) = session.scalars(select(Message)).all()
    assert (message.person_id, message.context["recipient_name"]) == (desk.person.id, "Camille Martin-Essai")


@pytest.mark.parametrize(("changed", "to_agent", "to_them"), [
    ({"address": []}, "n'a pas d'adresse", "il nous faut votre adresse"),
    ({"address_state": RouteState.DOUBTFUL}, "est revenue", "Vérifiez-la"),
    ({"wants_discretion": True}, "discrétion", "messages discrets, sans lettre"),
    ({"wants_silence": True}, "ne pas être contactée", ""),
])  # fmt: skip
def test_no_letter_leaves_where_none_may_and_the_page_says_why(
    client, desk, database, changed, to_agent, to_them
) -> None:
    give = f"/agents/personnes/{desk.person.id}/formulaires"
    enter(client, desk.agent, place_id=desk.place.id)
    before = client.get(give).page.fields(0)
    with database.transaction() as session:
        person = session.get_one(Person, desk.person.id)
        for name, value in changed.items():
            setattr(person, name, value)
    refused = client.follow(client.post(give, data=before | {"poste": "choix"})).page
    assert to_agent in refused.text()
    assert "Envoyer par courrier" not in refused.html
    assert desk.told() == []
    enter_person(client, desk.person)
    answer = client.follow(pressed(client, MINE, "choix")).page
    assert (to_them or "part par la poste") in answer.text()
    assert desk.told() == ([] if to_them else [("form_sent", "letter")])  # silence does not hold what they ask for


def test_under_a_mandate_the_form_is_the_persons_and_the_mandate_must_hold(client, desk, database) -> None:
    helper = desk.world.person()
    mandate = desk.world.mandate(
        desk.person, holder_id=helper.id, kind=MandateKind.RELATIVE, procedures=["preferences"]
    )
    enter_person(client, helper)
    act(client, mandate)
    client.follow(pressed(client, MINE, "adresse"))
    with database.transaction() as session:
        assert session.scalars(select(Message.person_id)).all() == [desk.person.id]
        by = Actor.person(helper.id)
        asked = {"kind": FormKind.WISH, "words": lambda _form, _known: PAPER, "base_url": SITE}
        with pytest.raises(LookupError):
            send_form(session, desk.world.now, person_id=helper.id, by=replace(by, mandate_id=mandate.id), **asked)
        with pytest.raises(LookupError):
            send_form(session, desk.world.now, person_id=99_999, by=by, **asked)


def test_anyone_asks_for_a_blank_form_by_post(client, world, database, gateways, clock) -> None:
    world.departement()
    world.commune()
    path = "/par-courrier?page=papier/rendez-vous.pdf"
    assert path in client.get("/aide").page.links().values()
    typed = {"name": "Dominique Essai", "street": "12 rue de l'Essai", "postcode": "62000", "town": "Arras"}
    for _twice in range(2):
        sent = client.post("/par-courrier", data=client.get(path).page.fields() | typed | {"large_print": "y"})
        assert "arrive vers le" in client.follow(sent).page.text()
    send_due(database, gateways, clock)
    (drawn,) = letters(database)
    pages = texts(drawn.pdf)
    assert (drawn.message.kind, drawn.pages) == ("form_sent", 4)
    assert "Écrivez votre nom sur l’autre feuille." in pages[0]
    assert "RDV0-0001" in pages[2]
    assert client.get("/par-courrier?page=papier/rien.pdf").status_code == 404


def test_what_is_kept_of_a_form_is_drawn_as_it_was_and_too_long_a_one_is_refused() -> None:
    assert form_from(as_json(PAPER), large_print=False) == PAPER
    long = replace(PAPER, parts=[Part("Titre", [Say("Une phrase. " * 20)] * 40)])
    words = Content("Titre", "fr", (Section("keep", "", ()),))
    post = Post("C0000001A", date(2026, 11, 24), ["Essai"], "Département", [], words)
    with pytest.raises(LetterTooLongError):
        draw_with_form(post, long)
    assert draw_with_form(post, PAPER) == draw_with_form(post, PAPER)


def test_a_forms_answers_are_forgotten_after_a_year_and_what_was_done_stays(client, desk, database) -> None:
    form, waits = desk.given(FormKind.ADDRESS), desk.given(FormKind.WISH)
    with database.transaction() as session:
        lines = ["", "", "9 RUE NEUVE", "", "62000 ARRAS"]
        shown = seen(form, session.get_one(Person, desk.person.id))
        now = desk.world.now
        enter_address(session, now, form_id=form.id, lines=lines, shown=shown, by=desk.by, base_url=SITE)
    for after, count in ((KEPT, 0), (KEPT + timedelta(seconds=1), 1), (KEPT + timedelta(days=9), 0)):
        with database.transaction() as session:
            assert forget_answers(session, desk.world.now + after) == count
    kept = desk.read(PaperForm, form.id)
    assert (kept.answers, kept.known, kept.entered_by) == ({}, {}, desk.agent.id)
    assert desk.read(PaperForm, waits.id).known
    with database.transaction() as session:
        old = session.get_one(PaperForm, waits.id)
        old.entered_at, old.answers, old.known = desk.world.now, {}, {}
    enter(client, desk.agent, place_id=desk.place.id)
    for number in (form.id, waits.id):
        assert "effacées" in client.get(f"/agents/formulaires/{number}").page.text()
    assert client.get(f"/agents/formulaires/{form.id}.pdf").status_code == 404
