"""A page of the site becomes a letter that says the same; a long one becomes several; asked twice, it leaves once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.journal.models import JournalLine
from portal.journal.services import VISITOR, Actor
from portal.letters.content import Block, Content, Role, Run, Section
from portal.letters.desk import PrintRoom
from portal.letters.from_page import content_from_page, short_address
from portal.letters.models import Letter
from portal.letters.paging import LetterTooLongError
from portal.letters.services_pages import PageByPost, Wanted, parts_of_page, send_page
from portal.notifications.models import Message, Route, Status
from tests.letters.messages import SEALER

BASE = "https://porte.exemple.fr"
LINES = ("", "", "12 rue de la Démonstration", "", "62000 Arras")
PAGE = """<!doctype html><html><body><nav>Menu</nav><header><a href="/">La Bonne Porte</a></header>
<main id="contenu"><div class="wrap">
<p class="back"><a href="/infos">Retour</a></p>
<h1>Tout recevoir par <span class="together">courrier</span></h1>
<p class="lead">Vous pouvez tout   recevoir
 en lettre. <a href="/infos/garantie-papier">Lire la suite</a></p>
<h2>Pour qui ?</h2>
<ul><li>Pour <strong>tous</strong>.</li>
<li><svg><text>non</text></svg><span>12 rue de l'Essai<br>62000 Arras</span></li></ul>
<p>Appelez le <a class="phone" href="tel:+33353010062">03 53 01 00 62</a>.</p>
<h3>Sans phrase</h3>
<div class="notice"><span class="away">À savoir :</span><p class="notice-title">Une question</p>
<div>Texte seul<img alt="x"></div></div>
<h2>Vide</h2>
<p class="actions"><button>Imprimer</button></p><p class="no-paper">Jamais</p><p hidden>Caché</p><p> <br> </p>
<h2>Et ensuite</h2>
<ul><li><a class="choice" href="/lieux"><span class="choice-title">Trouver un lieu</span>
 <span class="choice-line">Adresse et horaires.</span></a></li>
<li><a href="sms:114">114<span class="away"> (par SMS)</span></a></li></ul>
<dl><dt>Lieu</dt><dd>Arras<p>Nord</dd></dl></b></main>
<footer><ul><li><a href="/plan-du-site">Plan</a></li></ul></footer></body></html>"""


def test_a_letter_says_what_the_page_says_without_what_only_a_screen_needs():
    content = content_from_page(PAGE, language="fr", site=BASE)
    assert content.as_text().replace("\u00a0", " ").splitlines() == [
        "Tout recevoir par courrier",
        "",
        "Vous pouvez tout recevoir en lettre. Lire la suite (porte.exemple.fr/infos/garantie-papier)",
        "",
        "Pour qui ?",
        "Pour tous.",
        "12 rue de l’Essai, 62000 Arras",
        "Appelez le 03 53 01 00 62.",
        "Sans phrase",
        "Une question",
        "Texte seul",
        "",
        "Et ensuite",
        "Trouver un lieu – Adresse et horaires. (porte.exemple.fr/lieux)",
        "114 (par SMS)",
        "Lieu",
        "Arras",
        "Nord",
    ]
    assert [section.name for section in content.sections] == ["opening", "page", "page"]
    for_whom = content.sections[1].blocks
    assert [block.role for block in for_whom] == [Role.ITEM, Role.ITEM, Role.TEXT, Role.TEXT, Role.TEXT, Role.TEXT]
    assert [run.text for block in for_whom for run in block.runs if run.strong] == [
        "tous",
        "03\u00a053\u00a001\u00a000\u00a062",
        "Sans phrase",
        "Une question",
    ]


@pytest.mark.parametrize(
    ("href", "shown"),
    [
        ("/lieux", "porte.exemple.fr/lieux"),
        ("https://www.service-public.fr/", "www.service-public.fr"),
        ("/lieux?insee=62041", "porte.exemple.fr/lieux?insee=62041"),
        ("#urgence", ""),
        ("tel:+33353010062", ""),
        ("/" + "long" * 20, ""),
    ],
)
def test_a_link_is_printed_where_somebody_could_type_it(href, shown):
    assert short_address(href, "porte.exemple.fr") == shown


def page(sections=2, lines=3, **given):
    blocks = tuple(Block(Role.ITEM, (Run(f"Une phrase courte, la numéro {line}."),)) for line in range(lines))
    parts = tuple(Section("page", f"Partie {number}", blocks) for number in range(sections))
    contents = {language: Content("Une page", language, parts) for language in ("fr", "en")}
    return PageByPost(**{"path": "/infos/essai", "contents": contents} | given)


@pytest.fixture
def post(world):
    world.departement()
    return lambda of, name="Camille Essai", **given: ask(world, of, name, **given)


def ask(world, of, name, lines=LINES, by=VISITOR, person_id=None, **wanted):
    with world.database.transaction() as session:
        asked = Wanted(name, lines, **wanted)
        return send_page(session, world.now, page=of, wanted=asked, by=by, base_url=BASE, person_id=person_id)


def drawn(world, message):
    with world.database.transaction() as session:
        row = session.get_one(Message, message.id)
        PrintRoom(BASE, SEALER).draw(session, row, world.now)
        return row.rendered["text"], session.scalars(select(Letter)).one()


def test_somebody_without_a_file_gets_the_page_in_one_letter_and_no_trace_is_kept_of_them(world, post):
    message = post(page())
    assert (message.route, message.person_id, message.to) == (Route.LETTER, None, "\n".join(LINES))
    assert message.expires_at == world.now + timedelta(days=30)
    text, letter = drawn(world, message)
    assert "Une phrase courte, la numéro 2." in text
    assert "porte.exemple.fr/infos/essai" in text
    assert letter.pages == 1
    with world.database.transaction() as session:
        assert session.scalars(select(JournalLine)).all() == []


def test_asked_twice_it_leaves_once_until_it_has_left(world, post):
    first = post(page())
    assert post(page()).id == first.id
    assert post(page(), name="Dominique Essai").id != first.id
    assert post(page(), lines=(*LINES[:4], "62100 Calais")).id != first.id
    with world.database.transaction() as session:
        session.get_one(Message, first.id).status = Status.POSTED
    assert post(page()).id != first.id


def test_two_pages_whose_numbers_are_the_same_are_two_letters(post):
    first, second = (post(page(path=f"/infos/{name}")) for name in ("plumless", "buckeroo"))
    assert first.subject_id == second.subject_id, "a number of 32 bits is worked out of each address"
    assert (first.context["page_path"], second.context["page_path"]) == ("/infos/plumless", "/infos/buckeroo")
    assert post(page(path="/infos/buckeroo")).id == second.id
    results = [post(page(path="/mes-droits", version=version)) for version in ("plumless", "buckeroo")]
    assert results[0].subject_id == results[1].subject_id
    assert results[0].id != results[1].id, "the answers of one are not sent in the place of those of the other"


def test_free_hours_say_when_they_were_free_and_are_worth_nothing_after(world, post):
    until = world.now + timedelta(days=9)
    message = post(page(is_slots=True, expires_at=until, phone="03 53 01 00 10"), language="en", large_print=True)
    assert (message.expires_at, message.context["phone"]) == (until, "03 53 01 00 10")
    text, letter = drawn(world, message)
    assert "Ces heures étaient libres le lundi 23 novembre 2026" in text.replace("\u00a0", " ")
    assert "These times were free on Monday 23 November 2026" in text.replace("\u00a0", " ")
    assert letter.pages <= 4


def test_a_page_asked_from_ones_space_is_journaled(world, post):
    person = world.person()
    assert post(page(), by=Actor.person(person.id), person_id=person.id).person_id == person.id
    with world.database.transaction() as session:
        assert [line.verb for line in session.scalars(select(JournalLine))] == ["page.asked"]


def test_a_long_page_goes_in_parts_and_a_part_that_no_letter_holds_is_refused(world, post):
    long = page(sections=6, lines=40)
    with world.database.transaction() as session:
        parts = parts_of_page(session, world.now, long, wanted=Wanted("Camille Essai", LINES), base_url=BASE)
        assert 1 < len(parts) < 6
        assert [one.heading for part in parts for one in part.contents["fr"].sections] == [
            f"Partie {number}" for number in range(6)
        ]
    text, letter = drawn(world, post(long, part=1))
    assert f"Partie 2 sur {len(parts)}." in text
    assert letter.pages <= 4
    with pytest.raises(LookupError):
        post(long, part=len(parts))
    with pytest.raises(LetterTooLongError):
        post(page(sections=1, lines=400))
