"""What the files say to people: plain, without a promise, each right sourced and with somebody to see."""

import re

from portal.eligibility.rules_rights import Nature

LONGEST = 18  # words in a sentence; fifteen is the aim
_SENTENCE = re.compile(r"[^.!?;:…]+")
_NEVER = re.compile(r"pôle emploi|vous avez droit|vous aurez droit|\b177\b|\b210\b|€|euros?\b", re.IGNORECASE)


def sentences(definition):
    """Every sentence shown to people, with the key of what says it."""
    for right in definition["right"]:
        texts = [right[name] for name in ("name", "short", "decides", "takes")]
        texts += [*right["bring"], *(note["text"] for note in right["note"])]
        yield from ((right["key"], text) for text in texts)
    for question in definition["question"]:
        texts = [question["text"], question["why"], question["help"]]
        texts += [choice[name] for choice in question["choice"] for name in ("title", "said")]
        yield from ((question["key"], text) for text in texts)
    for one in definition["urgency"]:
        yield from ((one["key"], text) for text in (one["title"], one["text"]))


def test_nothing_promises_gives_an_amount_or_names_what_is_no_more(definition):
    assert [(key, text) for key, text in sentences(definition) if _NEVER.search(text)] == []


def test_sentences_are_short(definition):
    long = [
        (key, part.strip())
        for key, text in sentences(definition)
        for part in _SENTENCE.findall(text)
        if len(part.split()) > LONGEST
    ]
    assert long == []


def test_facultative_aids_are_never_called_rights(book):
    for right in book.rights.values():
        if right.nature is Nature.FACULTATIVE:
            assert "droit" not in f"{right.name} {right.short}".lower(), right.key


def test_every_right_has_a_source_a_human_and_cases(book):
    for right in book.rights.values():
        assert right.sources, right.key
        assert right.motifs or right.partners, right.key
        assert len(right.cases) >= 1, right.key


def test_what_the_department_asked_for_is_there(book):
    asked = (
        "rsa rsa-jeune prime-activite faj secours-urgence afp coup-de-pouce-competences fsl-acces fsl-maintien"
        " fsl-energie fpel masp asll microcredit point-conseil-budget surendettement apa pch actp ash-personnes-agees"
        " ash-personnes-handicapees aah aeeh carte-mobilite-inclusion aide-aidants repit contrat-jeune-majeur envaul"
        " cej mission-locale cllaj e2c mamobilite62 auto-ecole-sociale garde-enfants entretien-prenatal pmi cpef adil"
        " numero-expulsion astre css domiciliation"
    )
    assert set(asked.split()) <= set(book.rights)
