"""What a text message answers to « Répondez OUI ou NON ». Pure.

A yes is never guessed: every word of the message must be one that agrees, or that is polite. What mixes both, asks, or
says anything else is unclear, and is asked again.
"""

import re
import unicodedata
from enum import StrEnum

LONGEST = 1_600  # characters of the longest text message that a provider passes on


class Answer(StrEnum):
    """What someone answered."""

    YES = "yes"
    NO = "no"
    STOP_MANDATE = "stop_mandate"  # « STOP MANDAT »: every mandate ends
    STOP = "stop"  # the providers' own word: no more text messages
    UNCLEAR = "unclear"


_OUI, _NON = "<oui>", "<non>"
_STOP_MANDATE = re.compile(r"\bstop(?:pe[rz]?)?(?: (?:le|les|mon|mes|ce|ces|tous|tout))* ?mandat(?:e?s?)\b")
# What is said in several words, the refusals first: they hold words that agree.
_PHRASES = (
    (re.compile(r"\b(?:je )?(?:ne |n )?(?:suis |etes )?pas (?:d accord|daccord|ok)\b"), _NON),
    (re.compile(r"\bje (?:ne )?(?:veux|souhaite|desire) pas\b"), _NON),
    (re.compile(r"\bje refuse\b"), _NON),
    (re.compile(r"\b(?:je suis |c est )?(?:d accord|daccord)\b"), _OUI),
    (re.compile(r"\bj accepte\b"), _OUI),
    (re.compile(r"\bbien sur\b"), _OUI),
    (re.compile(r"\bs il (?:vous|te) plait\b"), "svp"),
)
_AGREES = frozenset(
    {_OUI, "oui", "ouais", "ouai", "oue", "ouii", "ok", "okay", "oki", "dac", "yes", "accepte", "accord"}
)
_REFUSES = frozenset({_NON, "non", "nan", "nn", "no", "refuse", "refus", "jamais"})
_POLITE = frozenset(
    {
        "merci",
        "bonjour",
        "bonsoir",
        "bjr",
        "salut",
        "svp",
        "stp",
        "madame",
        "monsieur",
        "mme",
        "beaucoup",
        "cordialement",
    }
)
_CONTRARY = re.compile(r"[?？¿\u061f👎❌🚫🙅✖⛔]")  # a question, or a picture that says the contrary


def read_answer(text: str) -> Answer:
    """What a text message answers, whatever its accents, case, punctuation, spaces and pictures around."""
    words = _plain(text[: LONGEST + 1])
    if len(text) > LONGEST:
        return Answer.UNCLEAR
    if _STOP_MANDATE.search(words):
        return Answer.STOP_MANDATE
    for phrase, meaning in _PHRASES:
        words = phrase.sub(meaning, words)
    said = set(words.split()) - _POLITE
    if said == {"stop"}:
        return Answer.STOP
    if said and said <= _REFUSES:
        return Answer.NO
    if said and said <= _AGREES and not _CONTRARY.search(text):
        return Answer.YES
    return Answer.UNCLEAR


def _plain(text: str) -> str:
    """Small letters and figures without accents, everything else as single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join("".join(sign if sign.isalnum() else " " for sign in kept).split())
