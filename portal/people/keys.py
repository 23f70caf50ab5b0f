"""What a file is found by: words, sounds, initials, a birth date, phones, as short keys in one index. Pure.

A key begins with a mark that says its kind, so that kinds never meet in the index of `Person.search_keys`:

- `dupont`       a word of the family name, the birth name or the given names; "Jean-Pierre" also as `jeanpierre`
- `^dupont`      a word, or the whole, of the family name or the birth name
- `.d` `.du` `.dup`  the first letters of a word: faster to look for than what begins with them
- `~dup3`        how a word sounds in French (`sound`)
- `=1980-02-29`  the birth date
- `+33639980012` a mobile or a landline (E.164)
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

FAMILY, INITIAL, SOUND, BORN = "^", ".", "~", "="
INITIALS = (1, 2, 3)  # letters

_LONGEST_COMPOUND = 3  # words: "Maria da Silva" is also `mariadasilva`
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "th", "ð": "d"})
_SOFT_C = str.maketrans({"ç": "s"})


def plain(name: str) -> str:
    """A name's letters and figures alone: no accent, case, hyphen, apostrophe or space."""
    unaccented = unicodedata.normalize("NFKD", name.casefold().translate(_LIGATURES))
    return "".join(sign for sign in unaccented if sign.isalnum())


def words(name: str) -> list[str]:
    """The words of a name, as written, without what parts them: "Jean-Pierre d'Arc" has four."""
    return [word for word in re.split(r"[^\w]+|_+", unicodedata.normalize("NFC", name)) if plain(word)]


def keys_of(
    family_name: str, birth_name: str | None, given_names: str, birth_date: date, phones: Iterable[str | None]
) -> list[str]:
    """All the keys of a file, sorted, each once. `phones` are E.164; those that are None are left out."""
    families = [words(name) for name in (family_name, birth_name or "")]
    found = {f"{BORN}{birth_date.isoformat()}", *(phone for phone in phones if phone)}
    for name in (*families, words(given_names)):
        for word in compounds(name):
            found |= {plain(word), *_sounds(word)}
        found |= {f"{INITIAL}{plain(word)[:length]}" for word in name for length in INITIALS}
    for name in families:
        found |= {f"{FAMILY}{plain(word)}" for word in (*name, "".join(name)) if word}
    return sorted(found)


def compounds(name: Sequence[str]) -> Iterator[str]:
    """Each word, and neighbours written as one: two, three, or the whole."""
    lengths = {*range(1, _LONGEST_COMPOUND + 1), len(name)}
    for length in sorted(lengths):
        for start in range(len(name) - length + 1):
            if length:
                yield "".join(name[start : start + length])


def sound(word: str) -> str:
    """How a French ear writes a word: the same for Dupont and Dupond, Lefèvre and Lefebvre, Kévin and Quevin.

    Rules of our own, in order: H is not heard (PH is F, CH before a consonant is K); C, K and QU, S, Z and Ç, V and W,
    J and soft G, I and Y are one; AU, EAU and O, AI and È are one; nasal vowels are 1 (in, ain, ein, un), 2 (an, en)
    and 3 (on); doubled letters and what ends a word without being heard (D, T, S, X, P, Z, E) are dropped. Empty for
    what has no sound of its own: fewer than two signs.
    """
    heard = plain(word.casefold().translate(_SOFT_C))
    for pattern, replacement in _RULES:
        heard = pattern.sub(replacement, heard)
    return heard if len(heard) > 1 else ""


def _sounds(word: str) -> set[str]:
    return {f"{SOUND}{heard}"} if (heard := sound(word)) and len(plain(word)) > 2 else set()


# Each rule reads what the ones before it left. Capitals stand for sounds that have two letters: C is "ch".
_RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"ph", "f"),
        (r"sch|sh", "C"),
        (r"ch(?=[lrn]|ae|t)", "k"),  # Christophe, Michaël
        (r"ch", "C"),
        (r"h", ""),
        (r"y", "i"),
        (r"w", "v"),
        (r"z$", "s"),  # Lopez, Lopes
        (r"cqu|cq|ck|qu|q", "k"),
        (r"s?c(?=[ei])", "s"),
        (r"c", "k"),
        (r"gu(?=[ei])", "G"),
        (r"ge(?=[aou])|g(?=[ei])|dj", "j"),
        (r"G", "g"),
        (r"gn", "ni"),
        (r"(?<=.)x$", ""),  # Leroux
        (r"x", "ks"),
        (r"z", "s"),
        (r"bv|pv", "v"),  # Lefebvre
        (r"(.)\1+", r"\1"),
        (r"aul?[dt]s?$", "o"),  # Thibault, Renaud
        (r"eau|au", "o"),
        (r"oeu|eu|oe", "e"),
        (r"ou", "u"),
        (r"ien(?![aeioumn])", "i1"),  # Julien
        (r"(?:ai|ei|i|u)[nm](?![aeioumn])", "1"),
        (r"(?:ea|ae|a|e)[nm](?![aeioumn])", "2"),
        (r"o[nm](?![aeioumn])", "3"),
        (r"oi", "va"),
        (r"ai|ei", "e"),
        (r"(?<=r)k[st]?$", ""),  # Leclerc
        (r"(?<=..)es?$|(?<=..)[dtsp]+$", ""),
        (r"(.)\1+", r"\1"),
    )
)
