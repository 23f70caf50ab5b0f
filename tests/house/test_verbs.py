"""Each verb of the journal has a plain sentence: those that the code names here, those that tests write in conftest."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_file

from portal.journal.verbs import SENTENCES, sentence
from portal.paths import ROOT
from portal.people.models_credentials import CredentialKind, Purpose

RECORDERS = {"record", "record_each", "_record", "_note", "note"}
VERB = re.compile(r"[a-z_]+(\.[a-z_]+)?")
LONGEST = 15  # words


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / "portal").rglob("*.py")):
        yield path, ast.parse(path.read_text())


def named(tree: ast.Module, name: str) -> Iterator[ast.expr]:
    """What a module's constant holds: VERB = "…", or SENT, NOT_SENT = "…", "…"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                is_split = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                values = node.value.elts if is_split else [node.value] * len(names)
                yield from (v for n, v in zip(names, values, strict=True) if isinstance(n, ast.Name) and n.id == name)


def written(tree: ast.Module) -> Iterator[re.Pattern[str]]:
    """The verbs that a module records, as patterns: `f"mandate.{verb}"` is any verb of mandates."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        given = [keyword.value for keyword in node.keywords if keyword.arg == "verb"]
        if not given and name in RECORDERS:
            given = [argument for argument in node.args[3:5] if not isinstance(argument, ast.Attribute)]
        for value in given:
            yield from patterns(tree, value)


def patterns(tree: ast.Module, value: ast.expr) -> Iterator[re.Pattern[str]]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and VERB.fullmatch(value.value):
        yield re.compile(re.escape(value.value))
    elif isinstance(value, ast.JoinedStr):
        parts = [re.escape(part.value) if isinstance(part, ast.Constant) else "[a-z_]+" for part in value.values]
        yield re.compile("".join(parts))
    elif isinstance(value, ast.IfExp):
        yield from patterns(tree, value.body)
        yield from patterns(tree, value.orelse)
    elif isinstance(value, ast.Name):
        for held in named(tree, value.id):
            yield from patterns(tree, held)


def test_every_verb_that_the_code_records_has_a_sentence() -> None:
    found = [(path.name, pattern) for path, tree in trees() for pattern in written(tree)]
    without = [
        (path, pattern.pattern)
        for path, pattern in found
        # mandates' own helper takes the end of a verb: note(…, "given", …)
        if not any(pattern.fullmatch(verb) or pattern.fullmatch(verb.removeprefix("mandate.")) for verb in SENTENCES)
    ]
    assert without == []
    assert len(found) > 30


def test_verbs_made_of_parts_have_their_sentences() -> None:
    codes = {f"{purpose}.{end}" for purpose in Purpose for end in ("code_sent", "failed")}
    contacts = {f"contact.{kind}_changed" for kind in (CredentialKind.MOBILE, CredentialKind.EMAIL)}
    assert (codes | contacts) - SENTENCES.keys() == set()


def test_every_sentence_is_short_plain_and_ends() -> None:
    for words in SENTENCES.values():
        assert words.endswith(".")
        assert all(len(one.split()) <= LONGEST for one in words.split(". "))
        assert not re.search(r" [:;?!]", words)


def test_every_sentence_is_for_the_catalogues() -> None:
    extracted = {message for _line, message, *_ in extract_from_file("python", ROOT / "portal/journal/verbs.py")}
    assert set(SENTENCES.values()) <= extracted


def test_a_verb_of_another_version_has_a_sentence_that_fits_all() -> None:
    assert sentence("carnet.sung", str) == "Quelque chose a été fait dans votre dossier."
    assert sentence("appointment.booked", str.upper) == "UN RENDEZ-VOUS A ÉTÉ PRIS."
