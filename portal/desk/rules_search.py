"""What was typed in the one search box, and which keys of files it asks for. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from portal.codes import read_code
from portal.letters.rules import key_of
from portal.people.contacts import Contact, ContactFault, parse_email, parse_phone
from portal.people.keys import BORN, FAMILY, INITIAL, INITIALS, SOUND, plain, sound, words
from portal.people.models import Person
from portal.people.rules import OLDEST_YEARS, Identity

MOST_WORDS = 6  # more are never needed to tell people apart
_SHORT, _FAMILY_ONLY = 2, 4  # letters: up to there, alone, a word stands for itself; or begins a family name
_PHONE_STARTS = 4  # figures of a number from which its beginning is looked for
_MONTHS = ("janv", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "sept", "oct", "nov", "dec")

_PHONE = re.compile(r"(?<![\d+])0[1-9]([\s.\-/]?)\d{2}(?:\1\d{2}){3}(?!\d)|(?:\+|(?<!\d)00)[1-9][\d\s.\-()/]{7,20}\d")
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:er)?[\s\-/.]+([^\W\d_]{3,9})\.?[\s\-/.]+(\d{4}|\d{2})(?!\d)", re.IGNORECASE)
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})([\s\-/.]+)(\d{1,2})\2(\d{4}|\d{2})(?![\s\-/.]?\d)")
_JOINED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4})(?!\d)")
_DIGITS = re.compile(r"\+?\d(?:[\s.\-/]*\d)*")
_EMAIL = re.compile(r"\S+@\S+")
_BORN_ON = re.compile(r"\bn[ée]e?\s+(?:le|en)\b", re.IGNORECASE)
_TITLES = frozenset({"mme", "mlle", "mr", "madame", "mademoiselle", "monsieur"})

Read = TypeVar("Read")


@dataclass(frozen=True)
class Sought:
    """Whom somebody looks for. Each thing that is given must fit.

    `words`: of names, without accents or case, in the order typed. `year`: of birth. `phone`: whole (E.164);
    `phone_start`: the beginning of one. `code`: of an appointment, when the whole text may be one; `is_code` when it
    can be nothing else. `letter`: the reference of one, from the key at the foot of its pages. `unread`: figures that
    mean nothing yet.
    """

    words: tuple[str, ...] = ()
    birth_date: date | None = None
    year: int | None = None
    phone: str | None = None
    phone_start: str | None = None
    email: str | None = None
    code: str | None = None
    is_code: bool = False
    letter: str | None = None
    unread: tuple[str, ...] = ()

    @property
    def is_enough(self) -> bool:
        """Whether it can lead to somebody: one letter, or a year alone, cannot."""
        whole = (self.birth_date, self.phone, self.phone_start, self.email, self.code, self.letter)
        return any(whole) or any(len(word) >= _SHORT for word in self.words)


def understood(text: str, today: date) -> Sought:
    """What the text of the search box says, in any order: names, a birth date, a phone, an e-mail; or a code alone.

    A code is that of an appointment, or the key of a letter.

    Dates: 24/11/1980, 24 11 80, 24 novembre 1980, 1980-11-24, 24111980. A year of two figures is the last that is
    not after `today`. Phones: any form of `parse_phone`, or the beginning of a French number.
    """
    code = read_code(text)
    has_letter, has_figure = any(map(str.isalpha, text)), any(map(str.isdigit, text))
    if code is not None and has_letter and has_figure and not re.search(r"\s.*\s", text.strip()):
        return Sought(code=code, is_code=True)
    if has_figure and (letter := key_of(text)) is not None:
        return Sought(letter=letter)
    rest, email = _taken(_EMAIL, _BORN_ON.sub(" ", text), _email)
    rest, phone = _taken(_PHONE, rest, _phone)
    rest, born = _birth_date(rest, today)
    names = [plain(word) for word in words(_DIGITS.sub(" ", rest))]
    found = Sought(
        words=tuple(name for name in names if name not in _TITLES)[:MOST_WORDS],
        birth_date=born,
        phone=phone,
        email=email,
        code=code,
    )
    for typed in _DIGITS.findall(rest):
        found = _with_figures(found, typed, today)
    return found


def steps(sought: Sought) -> Iterator[str]:
    """The questions to ask of the index (as `tsquery`), the surest first: whole words, beginnings, sounds.

    None of them for a search without names, dates or the beginning of a phone. Each finds what the one before it
    finds, and more; one that would find no more is left out.
    """
    others = [*_dated(sought), *([_begins(sought.phone_start)] if sought.phone_start else [])]
    if not sought.words:
        if others and (sought.birth_date or sought.phone_start):
            yield " & ".join(others)
        return
    is_alone = len(sought.words) == 1 and not others and not sought.phone
    asked = ""
    for term in (_exact, _beginning, _sounding):
        if is_alone and len(sought.words[0]) <= _SHORT and term is not _exact:
            return
        ways = " | ".join(
            "(" + " & ".join(term(word, is_alone=is_alone) for word in way) + ")" for way in _ways(sought.words)
        )
        question = " & ".join([f"({ways})", *others])
        if question != asked:
            yield question
        asked = question


def resembles(person: Person, identity: Identity, contact: Contact) -> bool:
    """Whether a file may be of somebody: the same phone or e-mail, or born that day and named alike to the ear.

    A person who gave no contact resembles by their names alone. The two names may stand in each other's field.
    """
    phones = {contact.mobile, contact.landline} & {person.mobile, person.landline} - {None}
    has_email = contact.email is not None and contact.email.casefold() == (person.email or "").casefold()
    return bool(phones) or has_email or (person.birth_date == identity.birth_date and _is_named_alike(person, identity))


def quoted(key: str) -> str:
    """A key as a `tsquery` takes it."""
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"


def _is_named_alike(person: Person, identity: Identity) -> bool:
    theirs = _heard(person.family_name, person.birth_name or "", person.given_names)
    family, given = _heard(identity.family_name), _heard(identity.given_names)
    return bool(family & theirs) and bool(given & theirs)


def _heard(*names: str) -> set[str]:
    parts = [part for name in names for part in (*words(name), "".join(words(name)))]
    return {sound(part) or plain(part) for part in parts if part}


def _ways(asked: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words as typed, then with two neighbours written as one: "le goff" is "legoff" too."""
    yield tuple(asked)
    for at in range(len(asked) - 1):
        yield (*asked[:at], asked[at] + asked[at + 1], *asked[at + 2 :])


def _exact(word: str, *, is_alone: bool) -> str:
    del is_alone
    return quoted(word)


def _beginning(word: str, *, is_alone: bool) -> str:
    if is_alone and len(word) <= _FAMILY_ONLY:
        return _begins(f"{FAMILY}{word}")
    return quoted(f"{INITIAL}{word}") if len(word) in INITIALS else _begins(word)


def _sounding(word: str, *, is_alone: bool) -> str:
    begins = _beginning(word, is_alone=is_alone)
    heard = sound(word) if len(word) > _SHORT else ""
    return f"({begins} | {quoted(f'{SOUND}{heard}')})" if heard else begins


def _begins(key: str) -> str:
    return f"{quoted(key)}:*"


def _dated(sought: Sought) -> list[str]:
    if sought.birth_date:
        return [quoted(f"{BORN}{sought.birth_date.isoformat()}")]
    return [_begins(f"{BORN}{sought.year}-")] if sought.year else []


def _birth_date(text: str, today: date) -> tuple[str, date | None]:
    """The text without the birth date that stands in it, and that date."""
    readers = {
        _ISO: lambda found: _day(found[3], found[2], found[1], today),
        _NAMED: lambda found: _day(found[1], _month(found[2]), found[3], today),
        _FIGURES: lambda found: _day(found[1], found[3], found[4], today),
        _JOINED: lambda found: _day(found[1], found[2], found[3], today),
    }
    for pattern, reader in readers.items():
        rest, born = _taken(pattern, text, reader)
        if born is not None:
            return rest, born
    return text, None


def _with_figures(found: Sought, typed: str, today: date) -> Sought:
    """What figures left over may be: a phone, a year of birth, the beginning of a phone; else nothing yet."""
    digits = re.sub(r"\D", "", typed)
    phone = _phone_of(typed)
    has_phone, has_day = found.phone or found.phone_start, found.birth_date or found.year
    if phone is not None and not has_phone:
        return replace(found, phone=phone)
    if not has_day and len(digits) == 4 and 0 <= today.year - int(digits) <= OLDEST_YEARS:
        return replace(found, year=int(digits))
    if not has_phone and _PHONE_STARTS <= len(digits) < 10 and digits[0] == "0" and digits[1] != "0":
        return replace(found, phone_start=f"+33{digits[1:]}")
    return replace(found, unread=(*found.unread, typed))


def _taken(
    pattern: re.Pattern[str], text: str, read: Callable[[re.Match[str]], Read | None]
) -> tuple[str, Read | None]:
    """The text without the first part that is read, and what was read in it."""
    for found in pattern.finditer(text):
        value = read(found)
        if value is not None:
            return f"{text[: found.start()]} {text[found.end() :]}", value
    return text, None


def _email(found: re.Match[str]) -> str | None:
    try:
        return parse_email(found[0]).lower()
    except ContactFault:
        return None


def _phone(found: re.Match[str]) -> str | None:
    return _phone_of(found[0])


def _phone_of(typed: str) -> str | None:
    digits = re.sub(r"\D", "", typed)
    if not typed.startswith("+") and not digits.startswith("0"):
        typed = f"0{digits}" if len(digits) == 9 else ""
    try:
        return parse_phone(typed).e164
    except ContactFault:
        return None


def _month(name: str) -> str:
    """The number of a month from its name or its beginning, "0" for what is none: "juin" and "juillet" need four."""
    typed = plain(name)
    fitting = (at for at, month in enumerate(_MONTHS, 1) if typed[: len(month)] == month or typed[:3] == month[:3])
    return str(next((at for at in fitting if typed[:3] != "jui" or typed[:4] == _MONTHS[at - 1]), 0))


def _day(day: str, month: str, year: str, today: date) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += today.year // 100 * 100
    try:
        read = date(number, int(month), int(day))
        if len(year) == 2 and read > today:
            read = read.replace(year=number - 100)
    except ValueError:
        return None
    return read if read <= today and today.year - read.year <= OLDEST_YEARS else None
