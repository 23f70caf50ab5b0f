"""The words of letters as they are written: short sentences, and a human before the web."""

import re

import pytest

from portal.letters.wording import content_of
from portal.paths import LETTERS as FOLDER
from tests.notifications.notices_of import LETTERS, notice_context

LONGEST = 15  # words of a sentence
_MARKS = re.compile(r"^(\[\w*\] ?|@\w+ |- |\d\. )")


def test_no_sentence_of_a_letter_is_long():
    long = [
        (path.name, sentence)
        for path in sorted(FOLDER.glob("**/*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if not line.startswith(("#", "{if", "{end", "{else", "{include"))
        for sentence in re.split(r"(?<=[.!?:]) ", _MARKS.sub("", line))
        if len(re.findall(r"[^\s]*\w[^\s]*", sentence)) > LONGEST
    ]
    assert long == []


@pytest.mark.parametrize("phone", ["03 53 01 00 62", None])
def test_the_end_of_a_mandate_names_somebody_to_ask_before_the_web(phone):
    more = {} if phone else {"phone": None, "phone_hours": None}
    said = content_of("mandate_ended", notice_context(**LETTERS["mandate_ended"] | more)).as_text()

    assert said.index("à un agent sur place") < said.index("mon-espace")
    assert ("Appelez le" in said[: said.index("mon-espace")]) is bool(phone)


def test_whoever_asked_for_no_page_is_told_whom_to_call():
    text = (FOLDER / "page_asked.txt").read_text(encoding="utf-8")

    assert "[help] Vous n'avez rien demandé, ou vous avez besoin d'aide ?\n{include help}" in text
