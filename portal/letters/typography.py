"""French typography, set where it was typed plain (Lexique des règles typographiques, Imprimerie nationale)."""

import re

NBSP = "\u00a0"

_BEFORE_SIGN = re.compile(r" (?=[:;?!»%€])")
_AFTER_QUOTE = re.compile(r"« ")
_BETWEEN_FIGURES = re.compile(r"(?<=\d) (?=\d)|(?<=\d) (?=h\b)")
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_DASH = re.compile(r" – ")


def well_set(text: str, language: str = "fr") -> str:
    """The text with the blanks that must not end a line made non-breaking, and ’ for the typed apostrophe.

    In French, before : ; ? ! » % € and after «. In all languages, between the figures of a number and before a dash.
    Blanks are never added: a web address or "10:30" stays as it is.
    """
    if language == "fr":
        text = _AFTER_QUOTE.sub(f"«{NBSP}", _BEFORE_SIGN.sub(NBSP, text))
    text = _BETWEEN_FIGURES.sub(NBSP, text)
    text = re.sub(rf"(?<=\d{NBSP}h) (?=\d)", NBSP, text)
    return _DASH.sub(f"{NBSP}– ", _APOSTROPHE.sub("’", text))
