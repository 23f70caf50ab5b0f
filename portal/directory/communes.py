"""Finding a commune from what someone typed. In memory, and forgiving."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from portal.directory.models import Commune
from portal.directory.search_key import search_key

MOST = 12  # names offered when what was typed fits several; a postcode gives all of its communes
LONGEST = 60  # letters typed; the longest name in France has 45

_ARTICLES = frozenset({"le", "la", "les", "l", "au", "aux", "du", "de", "d", "des", "a"})
# What people add to a name that has none of it: "Berck-sur-Mer", "Arras centre".
_ADDED = frozenset({"sur", "mer", "plage", "nord", "sud", "est", "ouest", "centre", "ville", "62"})
_ONE_SLIP_FROM, _TWO_SLIPS_FROM = 4, 8  # letters


class _Rank(IntEnum):
    FIRST_WORDS = 0
    FIRST_LETTERS = 1
    OTHER_WORDS = 2
    SLIPS = 10  # and their number
    SLIPS_IN_FIRST_WORDS = 20  # idem
    NONE = 99


@dataclass(frozen=True)
class _Name:
    """One way to write a commune's name, letters only; `ends` are where its words end."""

    commune: Commune
    words: tuple[str, ...]
    letters: str
    ends: frozenset[int]
    bits: int  # one for each letter or figure that occurs


class CommuneIndex:
    """The communes of the Département, by name and postcode. Never changes once made: threads may share it."""

    def __init__(self, communes: Iterable[Commune]) -> None:
        self.by_insee = {commune.insee: commune for commune in communes}
        self._names = [name for commune in self.by_insee.values() for name in _names(commune)]
        self._by_letters: dict[str, list[Commune]] = defaultdict(list)
        self._by_code: dict[str, list[Commune]] = defaultdict(list)
        for name in self._names:
            self._by_letters[name.letters].append(name.commune)
        for commune in sorted(self.by_insee.values(), key=lambda commune: commune.search_key):
            for code in commune.postal_codes:
                self._by_code[code].append(commune)

    def get(self, insee: str) -> Commune | None:
        """The commune with this INSEE code."""
        return self.by_insee.get(insee)

    def find(self, text: str) -> list[Commune]:
        """The communes that `text` may mean, best first; none when it is outside the Département or means nothing.

        A postcode gives its communes, by name; with a name after it, those of the code that fit the name, if any do.
        A full name gives that commune alone; its first words, those that begin so. Else come the names that begin
        with these letters, those one of whose words does, and those that a small slip would explain: one for 4 letters
        or more, two for 8 or more. Accents, case, hyphens, apostrophes, the article and "St" for "Saint" do not
        count. At most 12, save for a postcode.
        """
        return self._found(text)[0]

    def sure(self, text: str) -> Commune | None:
        """The one commune that `text` names beyond doubt; None where a page should ask "did you mean?"."""
        found, is_sure = self._found(text)
        return found[0] if is_sure and len(found) == 1 else None

    def _found(self, text: str) -> tuple[list[Commune], bool]:
        if len(text) > 4 * LONGEST:
            return [], False
        code, rest = _parted(search_key(text))
        if not code:
            return self._named(rest)
        of_code = self._by_code.get(code, [])
        named = {commune.insee for commune in self._named(rest)[0]} if rest else set()
        return [commune for commune in of_code if commune.insee in named] or list(of_code), True

    def _named(self, words: Sequence[str]) -> tuple[list[Commune], bool]:
        """The communes of a name, and whether it was written as they write it."""
        words = _without_article(words)
        letters = "".join(words)
        if not letters or len(letters) > LONGEST:
            return [], False
        if exact := self._by_letters.get(letters):
            return sorted(exact, key=_size), True
        begun = self._begun(words, letters)
        best = min(begun.values(), default=_Rank.NONE)
        if best == _Rank.FIRST_WORDS:
            begun = {insee: rank for insee, rank in begun.items() if rank == best}
        else:
            begun = self._slipped(letters) | begun
        if not begun and words[-1] in _ADDED:
            return self._named(words[:-1])
        if not begun and letters.startswith("st"):
            return self._named([f"saint{letters[2:]}"])
        order = sorted(begun, key=lambda insee: (begun[insee], _size(self.by_insee[insee])))
        return [self.by_insee[insee] for insee in order[:MOST]], best == _Rank.FIRST_WORDS

    def _begun(self, words: Sequence[str], letters: str) -> dict[str, int]:
        """By commune, how well its name begins like the words typed."""
        ranks: dict[str, int] = {}
        for name in self._names:
            if name.letters.startswith(letters):
                rank = _Rank.FIRST_WORDS if len(letters) in name.ends else _Rank.FIRST_LETTERS
            elif _holds(name.words, words):
                rank = _Rank.OTHER_WORDS
            else:
                continue
            ranks[name.commune.insee] = min(ranks.get(name.commune.insee, _Rank.NONE), rank)
        return ranks

    def _slipped(self, letters: str) -> dict[str, int]:
        """By commune, the fewest slips between what was typed and its name, or the first words of its name."""
        most = (len(letters) >= _ONE_SLIP_FROM) + (len(letters) >= _TWO_SLIPS_FROM)
        ranks: dict[str, int] = {}
        if not most:
            return ranks
        bits = _bits(letters)
        for name in self._names:
            if (bits & ~name.bits).bit_count() > most or not _may_begin(letters, name.letters, most):
                continue
            whole, start = slips(letters, name.letters, most, name.ends)
            rank = _Rank.SLIPS + whole if whole <= most else _Rank.SLIPS_IN_FIRST_WORDS + start
            if min(whole, start) <= most:
                ranks[name.commune.insee] = min(ranks.get(name.commune.insee, _Rank.NONE), rank)
        return ranks


def slips(typed: str, name: str, most: int, ends: Iterable[int]) -> tuple[int, int]:
    """How many slips part what was typed from a name, and from its nearest beginning that stops at one of `ends`.

    A slip is a letter too many, missing, wrong, or changed places with its neighbour (Damerau, each letter moved at
    most once). More than `most` may be given as any greater number.
    """
    far = most + 1
    width = min(len(name), len(typed) + most)
    before: list[int] = []
    row = [min(column, far) for column in range(width + 1)]
    for line, letter in enumerate(typed, start=1):
        older, before, row = before, row, [min(line, far)] + [far] * width
        for column in range(max(1, line - most), min(width, line + most) + 1):
            cost = before[column - 1] + (letter != name[column - 1])
            cost = min(cost, before[column] + 1, row[column - 1] + 1)
            if line > 1 and column > 1 and letter == name[column - 2] and typed[line - 2] == name[column - 1]:
                cost = min(cost, older[column - 2] + 1)
            row[column] = cost
        if min(row) > most:
            return far, far
    whole = row[-1] if width == len(name) else far
    return whole, min((row[end] for end in ends if end <= width), default=far)


def _names(commune: Commune) -> list[_Name]:
    words = commune.search_key.split()
    ways = [words, _without_article(words)]
    return [_name(commune, tuple(way)) for way in dict.fromkeys(map(tuple, ways))]


def _name(commune: Commune, words: tuple[str, ...]) -> _Name:
    letters = "".join(words)
    ends = frozenset(sum(map(len, words[: count + 1])) for count in range(len(words)))
    return _Name(commune, words, letters, ends, _bits(letters))


def _without_article(words: Sequence[str]) -> Sequence[str]:
    return words[1:] if len(words) > 1 and words[0] in _ARTICLES else words


def _parted(key: str) -> tuple[str, list[str]]:
    """The postcode among the words typed, "62 000" included, and the other words, CEDEX and its number left out."""
    words = key.split()
    if len(words) > 1 and len(words[0]) == 2 and words[0].isdigit() and len(words[1]) == 3 and words[1].isdigit():
        words = [words[0] + words[1], *words[2:]]
    code = next((word for word in words if len(word) == 5 and word.isdigit()), "")
    rest = [word for word in words if word != code]
    return code, rest[: rest.index("cedex")] if "cedex" in rest else rest


def _holds(words: Sequence[str], typed: Sequence[str]) -> bool:
    """Whether each word typed begins a word of the name, in the same order."""
    left = iter(words)
    return all(any(word.startswith(begun) for word in left) for begun in typed)


def _may_begin(typed: str, name: str, most: int) -> bool:
    """False only when more than `most` slips are sure from the first letters: a quick sieve before `slips`."""
    if len(name) < len(typed) - most:
        return False
    return most > 1 or typed[0] in name[:2] or typed[1] in name[:2]


def _bits(letters: str) -> int:
    bits = 0
    for letter in letters:
        bits |= 1 << (ord(letter) & 63)
    return bits


def _size(commune: Commune) -> tuple[int, str]:
    return (-commune.population, commune.insee)
