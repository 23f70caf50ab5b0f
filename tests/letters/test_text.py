import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.letters.content import Role, content_from
from portal.letters.text import PICTOGRAMS, Holds, LetterTextError, parse
from portal.letters.twin import twin_sections
from portal.letters.typography import well_set
from portal.letters.wording import APPOINTMENTS, content_of, letter_text
from portal.paths import LETTERS
from tests.letters.words_of import CONTEXT, KINDS, STATES

WORDS = {"name": Holds.TEXT, "things": Holds.LIST, "yes": Holds.FLAG, "link": Holds.TEXT}
FULL = {"name": "Lou", "things": ["une clé", "un sac"], "yes": True, "link": "https://exemple.fr/r/X"}


def text(body, title="Bonjour {name}"):
    return f"[title] {title}\n[keep] À retenir\n{body}\n[help] Aide\nAppelez.\n[signature]\nLe Département"


def keep(body, **values):
    return parse(text(body), WORDS).fill(FULL | values).sections[0].blocks


def test_a_text_is_filled_with_one_persons_words():
    content = parse(text("Pour {name}, **vite**."), WORDS).fill(FULL)
    assert content.title == "Bonjour Lou"
    assert [(run.text, run.strong) for run in content.sections[0].blocks[0].runs] == [
        ("Pour Lou, ", False),
        ("vite", True),
        (".", False),
    ]


def test_a_list_gives_one_line_for_each_of_its_texts():
    assert [(block.role, block.text) for block in keep("- {things*}")] == [
        (Role.ITEM, "une clé"),
        (Role.ITEM, "un sac"),
    ]


@pytest.mark.parametrize(("yes", "said"), [(True, "oui"), (False, "non")])
def test_a_condition_keeps_one_side(yes, said):
    body = "{if yes}\noui\n{else}\nnon\n{end}\n{if not yes}\n{if name}\n{end}\n{end}"
    assert [block.text for block in keep(body, yes=yes)] == [said]


def test_a_section_that_comes_out_empty_is_left_out_with_its_heading():
    assert [part.name for part in parse(text("{if yes}\nx\n{end}"), WORDS).fill(FULL | {"yes": False}).sections] == [
        "help",
        "signature",
    ]


def test_lines_after_a_code_stand_beside_it_until_a_blank_one():
    code, after = keep("@qr {link}\nun\ndeux\n\ntrois")
    assert code.url == "https://exemple.fr/r/X"
    assert [block.text for block in code.beside] == ["un", "deux"]
    assert (after.text, after.gap) == ("trois", True)


@pytest.mark.parametrize(
    "body",
    [
        "Bonjour {nom}",
        "{if nom}\nx\n{end}",
        "{things}",
        "{name*}",
        "{yes}",
        "{things*} et {name}",
        "{name",
        "name}",
        "{if name}\nx",
        "{end}",
        "{else}",
        "@bird {name}",
        "@pin",
        "des **mots",
        "[keep] Encore",
        "[tail] Autre",
        "[opening] Trop tard",
        "{if name}\n[help] Aide\n{end}",
    ],
)
def test_a_text_with_a_fault_is_refused_with_its_line(body):
    with pytest.raises(LetterTextError, match=r"line \d+"):
        parse(text(body), WORDS)


@pytest.mark.parametrize("source", ["[keep] À retenir\nx", "x", "", "[title]\n[keep]\n[help]\n[signature]"])
def test_a_text_without_its_parts_is_refused(source):
    with pytest.raises(LetterTextError):
        parse(source, WORDS)


@pytest.mark.parametrize("values", [{"name": ""}, {"name": " "}, {"name": None}])
def test_a_letter_never_leaves_with_a_hole(values):
    with pytest.raises(LetterTextError):
        parse(text("x"), WORDS).fill(FULL | values)
    with pytest.raises(LetterTextError):
        parse(text("x"), WORDS).fill({"things": [], "yes": True, "link": "x"})


@given(st.text(min_size=1).filter(str.strip))
def test_a_persons_words_are_never_read_as_marks(words):
    blocks = keep("{name}", name=words)
    assert len(blocks) == 1
    assert not any(run.strong for run in blocks[0].runs)


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Attention : ici !", "Attention\u00a0: ici\u00a0!"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("10 h 30", "10\u00a0h\u00a030"),
        ("03 53 01 00 62", "03\u00a053\u00a001\u00a000\u00a062"),
        ("l'aide d'Arras", "l’aide d’Arras"),
        ("https://exemple.fr/r/X", "https://exemple.fr/r/X"),
        ("10:30", "10:30"),
    ],
)
def test_french_typography_is_set_where_it_was_typed_plain(typed, set_):
    assert well_set(typed) == set_
    assert well_set(set_) == set_


def test_english_keeps_its_own_typography():
    assert well_set("Call : now", "en") == "Call : now"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_letter_is_written_right_in_both_languages(kind, language):
    folder = LETTERS if language == "fr" else LETTERS / language
    assert (folder / f"{kind}.txt").exists()
    assert letter_text(kind, language).title


def test_a_language_without_letters_has_them_in_french():
    assert letter_text("appointment_booked", "nl").title == letter_text("appointment_booked").title


def test_the_values_of_a_context_are_those_of_the_vocabulary():
    assert APPOINTMENTS.values_of(CONTEXT).keys() == APPOINTMENTS.vocabulary.keys()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("state", STATES)
def test_every_letter_says_something_in_every_state_and_is_kept_word_for_word(kind, state):
    content = content_of(kind, CONTEXT | STATES[state])
    assert content_from(json.loads(json.dumps(content.as_json()))) == content
    assert {block.icon for part in content.sections for block in part.blocks} - {""} <= PICTOGRAMS
    said = content.as_text()
    assert "{" not in said
    assert not any(word in said.lower() for word in ("sanction", "radiation", "suspen", "obligat", "faute de quoi"))
    assert max(len(sentence.split(" ")) for sentence in said.replace("\n", ". ").split(". ")) <= 15 + 3


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "Nous ne savons pas si l’entrée est sans marche."), ("en", "We do not know if the entrance is step-free.")],
)
def test_a_letter_says_so_when_the_access_is_not_known(language, said):
    unknown = CONTEXT | {"step_free": None, "language": language}
    assert said in content_of("appointment_booked", unknown).as_text()
    assert said not in content_of("appointment_booked", unknown | {"step_free": True}).as_text()
    assert said not in content_of("appointment_booked", unknown | STATES["by phone"]).as_text()


def test_each_kind_says_its_own_news():
    assert (
        "remplace le rendez-vous du mardi\u00a017\u00a0novembre 2026"
        in content_of("appointment_moved", CONTEXT | STATES["moved"]).as_text()
    )
    cancelled = content_of("appointment_cancelled", CONTEXT | STATES["cancelled by the service"]).as_text()
    assert "Nous avons dû annuler" in cancelled
    assert "porte.exemple.fr/rendez-vous" in cancelled
    booked = content_of("appointment_booked", CONTEXT).as_text()
    assert "K7MP-3XQA" in booked
    assert "jusqu’au lundi\u00a023\u00a0novembre 2026 à\u00a010\u00a0h\u00a030" in booked


def test_a_letter_in_another_language_says_it_all_in_french_first_and_its_page_marks_each_part():
    content = content_of("appointment_booked", CONTEXT | {"language": "en", "acted_by": "an agent of the Département"})
    assert (content.language, content.other.language) == ("fr", "en")
    said = content.as_text()
    assert said.index("un agent du Département") < said.index("Your appointment is booked")
    assert said.count("an agent of the Département") == 2
    languages = [(part.language, part.heading) for part in twin_sections(content)]
    assert languages.index(("fr", "Je ne peux pas venir")) < languages.index(("en", "Your appointment is booked"))
    assert languages.count(("en", "I cannot come")) == 1


def test_the_coupon_is_part_of_the_words_as_long_as_one_may_cancel():
    coupon = next(part for part in content_of("appointment_moved", CONTEXT).sections if part.name == "coupon")
    assert [block.text for block in coupon.blocks if block.role is Role.BOX][:3] == [
        "J’annule ce rendez-vous.",
        "Je veux tout recevoir par lettre.",
        "Je veux une autre date\u00a0:",
    ]
    late = content_of("appointment_moved", CONTEXT | STATES["too late to change online"])
    assert [part.name for part in late.sections if part.name in {"coupon", "choice"}] == ["choice"]


def test_on_a_screen_a_number_stays_whole_and_a_line_that_paper_keeps_together_may_break():
    blocks = [
        one
        for part in twin_sections(content_of("appointment_booked", CONTEXT))
        for group in part.groups
        for block in group.blocks
        for one in (block, *block.beside)
    ]
    said = "\n".join(block.text for block in blocks)
    assert "Par téléphone\u00a0: 03\u00a053\u00a001\u00a000\u00a062" in said
    assert "DEPARTEMENT DU PAS DE CALAIS, 62018 ARRAS CEDEX 9" in said
    assert "à 10\u00a0h\u00a030" in said


@pytest.mark.parametrize(
    ("lines", "printed"),
    [
        (["DEPARTEMENT", "RUE ESSAI", "62018 ARRAS CEDEX 9"], "DEPARTEMENT, 62018 ARRAS CEDEX 9"),
        (["Département", "1 rue Essai", "62000 Arras"], "Département, 1 rue Essai, 62000 Arras"),
    ],
)
def test_the_coupon_goes_back_to_the_departement_and_keeps_the_street_where_no_cedex_stands_for_it(lines, printed):
    said = content_of("appointment_booked", CONTEXT | {"return_address": lines}).as_text().replace("\u00a0", " ")
    assert f"À renvoyer à : {printed}" in said
