"""Letters that tell something else than an appointment; who acted at their foot; and the letter that bears a code."""

from datetime import timedelta

import pytest

from portal.letters.desk import PrintRoom
from portal.letters.queries import letter, letter_of_message
from portal.letters.text import LetterTextError
from portal.letters.wording import NOTICES, content_of
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import send_to
from tests.letters.messages import ADDRESS, SEALER, post_message
from tests.letters.words_of import CONTEXT, KINDS
from tests.letters.words_of import letter as drawn_letter
from tests.notifications.notices_of import KEY, LETTERS, MANDATE, SITE, notice_context
from tests.reading import texts

HIDDEN = {
    "place_name": "",
    "place_lines": [],
    "place_phone": None,
    "step_free": None,
    "directions": None,
    "bring": [],
    "words": "rendez-vous",
}


def words(kind, **more):
    return notice_context(**LETTERS[kind] | {"code": "K7MP-3XQA", "recipient_name": "Dominique Essai"} | more)


def drawn(kind, **more):
    return drawn_letter(kind, **words(kind, **more))


@pytest.mark.parametrize("kind", LETTERS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("more", [{}, {"phone": None, "phone_hours": None}, {"discreet": True}])
def test_each_letter_is_drawn_whole_on_one_sheet_or_two_in_large_print_and_two_languages(kind, language, large, more):
    found = drawn(kind, language=language, large_print=large, **more)

    assert found.pages <= (4 if large and language == "en" else 2)
    text = " ".join(texts(found.pdf))
    assert "None" not in text
    assert "{" not in text
    assert ("03 53 01 00 62" in text) is ("phone" not in more)


def test_the_values_of_a_context_are_those_of_the_vocabulary():
    for kind in LETTERS:
        assert NOTICES.values_of(words(kind)).keys() == NOTICES.vocabulary.keys()


@pytest.mark.parametrize("kind", ["mandate_given", "mandate_ending", "mandate_ended"])
def test_a_mandates_letter_says_who_and_under_which_reference(kind):
    (text,) = texts(drawn(kind).pdf)

    assert "CCAS d’Essai-sur-Canche" in text
    assert "K7MP-3XQA" in text


@pytest.mark.parametrize("kind", ["mandate_given", "mandate_ending"])
def test_a_mandates_letter_says_what_for_and_until_when(kind):
    (text,) = texts(drawn(kind, reference="K7MP3XQA").pdf)

    assert "Pour quoi : les rendez-vous, les messages, les choix et les droits." in text
    assert "Jusqu’au jeudi 24 décembre 2026" in text
    assert "K7MP-3XQA" in text


@pytest.mark.parametrize("kind", ["mandate_given", "mandate_ending", "mandate_ended", "preferences_changed"])
def test_a_discreet_letter_names_neither_who_nor_what(kind):
    (text,) = texts(drawn(kind, discreet=True).pdf)

    assert "CCAS" not in text
    assert "droits" not in text
    assert "papier" not in text
    assert "mon-espace" in text


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("space", "C’est fait, comme vous l’avez demandé."),
        ("agent", "L’aide est terminée."),
        ("holder", "Cette personne ou cet organisme l’a arrêté."),
        ("replaced", "Un nouveau mandat le remplace."),
        ("over", "La date de fin est passée."),
    ],
)
def test_the_end_of_a_mandate_says_why(how, said):
    opening = content_of("mandate_ended", words("mandate_ended", ended_by=how)).sections[0]

    assert [block.text for block in opening.blocks] == [said]


@pytest.mark.parametrize(
    ("what", "said"), [("mobile", "Votre numéro de mobile a changé"), ("email", "Votre adresse e-mail a changé")]
)
@pytest.mark.parametrize(
    ("by", "opening"), [("agent", "Un agent du Département"), ("person", "Quelqu’un a fait ce changement")]
)
def test_a_changed_contact_is_named_and_who_wrote_it(what, said, by, opening):
    (text,) = texts(drawn("contact_changed", what=what, by=by).pdf)

    assert said in text
    assert opening in text


def test_no_notice_leaves_with_a_hole():
    with pytest.raises(LetterTextError):
        content_of("mandate_given", words("mandate_given", until=None))


# Who acted, at the foot


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("kind", "more", "said", "at_foot"),
    [
        ("appointment_booked", {}, "Pris pour vous par", "Rendez-vous pris pour"),
        ("appointment_moved", {"old_starts_at": "2026-11-17T09:00:00+01:00"}, "Changé pour vous", "Rendez-vous changé"),
        ("appointment_cancelled", {"cancelled_by": "person"}, "Annulé pour vous par", "Rendez-vous annulé pour"),
        ("appointment_reminder", {}, "Pris pour vous par", "Rendez-vous pris pour"),
        ("appointment_reminder", {"old_starts_at": "2026-11-17T09:00:00+01:00"}, "Changé pour", "Rendez-vous changé"),
    ],
)
def test_who_acted_and_for_whom_stand_on_the_letter_and_at_the_foot_of_each_page(kind, more, said, at_foot, large):
    pages = texts(drawn_letter(kind, acted_by="Lou Essai", large_print=large, **more).pdf)

    assert said in pages[0]
    assert all(f"{at_foot} " in page and "Dominique Essai par Lou Essai" in page for page in pages)
    assert "Vous avez demandé d’annuler" not in pages[0]


def test_a_letter_for_which_nobody_acted_has_nothing_more_at_its_foot():
    assert " par " not in texts(drawn_letter(coupon_paper=False).pdf)[0].replace("Par téléphone", "")


def test_a_long_name_at_the_foot_takes_its_own_lines_and_nothing_is_lost():
    name = "Association d'Entraide des Communes de la Haute Vallée de la Canche et de l'Authie " * 2
    pages = texts(drawn_letter(acted_by=name.strip()).pdf)

    assert all(page.count("Vallée de la Canche") >= 2 for page in pages)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("mode", ["place", "phone", "home", "video"])
def test_a_discreet_letter_about_an_appointment_has_no_hole(kind, language, mode):
    text = texts(drawn_letter(kind, **CONTEXT | HIDDEN | {"mode": mode, "language": language}).pdf)[-1]

    assert "K7MP-3XQA" in text
    assert ("votre page" in text or "your page" in text) is (mode == "place")
    assert "Démonstration" not in text
    assert "Pour venir" not in text


# The letter that bears a code


@pytest.fixture
def activation(database, world, clock):
    def asked(*, demo=False, to=ADDRESS, address=ADDRESS, person=None):
        person = person or world.person(address=address)
        with database.transaction() as session:
            return send_to(
                session,
                clock(),
                kind="activation_code",
                route=Route.LETTER,
                to="\n".join(to),
                context=notice_context(person, of={"is_demo": demo}, challenge=str(KEY), until="2026-12-23"),
                expires_at=clock() + timedelta(days=30),
                subject="challenge",
                subject_id=1,
                person_id=person.id,
            )

    return asked


@pytest.fixture
def put(database, clock):
    def drawn_and_queued(message):
        with database.transaction() as session:
            row = session.get_one(Message, message.id)
            PrintRoom(SITE, SEALER).draw(session, row, clock())
        with database.transaction() as session:
            found = letter_of_message(session, message.id)
            return letter(session, found.id, with_pdf=True)

    return drawn_and_queued


def test_the_sheet_alone_bears_the_code(activation, put):
    found = put(activation())
    code = SEALER.letters(KEY)
    printed = f"{code[:4]}-{code[4:]}"

    assert printed in texts(found.pdf)[0]
    assert printed not in str(found.message.rendered)
    assert code not in str(found.message.rendered) + str(found.message.context)
    assert "••••••" in found.message.rendered["text"]
    assert found.message.status is Status.QUEUED


def test_the_code_is_in_no_address_of_the_letter(activation, put):
    found = put(activation())
    addresses = [
        block["url"]
        for section in found.message.rendered["content"]["sections"]
        for block in section["blocks"]
        if block["url"]
    ]

    assert addresses == [f"{SITE}/connexion/courrier/code"]
    assert "porte.exemple.fr/connexion/courrier/code" in texts(found.pdf)[0]
    assert "Vous n’avez rien demandé ?" in texts(found.pdf)[0]
    assert "mercredi 23 décembre 2026" in texts(found.pdf)[0]


def test_in_the_demonstration_the_code_of_a_letter_is_read_on_screen(activation, put):
    assert SEALER.letters(KEY)[:4] in put(activation(demo=True)).message.rendered["text"]


def test_a_code_never_goes_to_an_address_that_is_not_the_files(activation, put):
    moved = activation(to=["9 RUE DE L'ANCIENNE ADRESSE", "62000 ARRAS"])

    with pytest.raises(PermanentFailure, match="address_changed"):
        put(moved)


def test_another_letter_goes_to_the_address_it_was_asked_for(database, world, put):
    asked = ["9 RUE DE L'ANCIENNE ADRESSE", "62000 ARRAS"]
    message = post_message(world, world.person(address=ADDRESS), "space_closed", **words("space_closed"))
    with database.transaction() as session:
        session.get_one(Message, message.id).to = "\n".join(asked)

    assert put(message).message.recipient == "Dominique Essai\n9 RUE DE L ANCIENNE ADRESSE\n62000 ARRAS"


def test_somebody_without_a_file_is_written_to_where_it_was_asked(database, world, put):
    message = post_message(world, world.person(), "mandate_ended", **words("mandate_ended"))
    with database.transaction() as session:
        row = session.get_one(Message, message.id)
        row.person_id, row.to = None, "4 RUE DE LA DEMONSTRATION\n62000 ARRAS"

    assert MANDATE["who"].replace("'", "’") in put(message).message.rendered["text"]
