"""What a password must be: long, and not one that others try first. No rule on its signs. Pure.

CNIL, délibération n° 2022-100 du 21 juillet 2022 (recommandation relative aux mots de passe et autres secrets
partagés), and ANSSI, « Recommandations relatives à l'authentification multifacteur et aux mots de passe » (2021): a
length, a refusal of the common ones and of what is known of the person, no renewal by the calendar. A second proof is
asked besides, whatever the password.
"""

import re
import unicodedata
from enum import StrEnum

from zxcvbn.frequency_lists import FREQUENCY_LISTS

SHORTEST = 12  # characters
LONGEST = 256  # characters: hashing a longer one would only keep a process busy
_LEAST_DIFFERENT = 5  # characters that differ: "aaaaaaaaaaaa" is long, and no secret
_LEAST_OWN = 8  # letters and figures left once the person's own names are taken out
_LONGEST_REFRAIN = 4  # letters: "abcdabcdabcd" says no more than "abcd"

_FINAL_SIGNS = re.compile(r"[\W\d_]+$")
# What French keyboards and this portal add to zxcvbn's lists, which are American.
_HERE = frozenset(
    {
        *("azertyuiop", "azertyuiopqs", "azertyuiopqsdfghjklm", "qsdfghjklm", "motdepasse", "administrateur"),
        *("bonjour", "bienvenue", "soleil", "doudou", "chouchou", "loulou", "connexion", "solidarite", "solidarites"),
        *("labonneporte", "bonneporte", "pasdecalais", "departement", "departements", "departementdupasdecalais"),
    }
)


class PasswordFault(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    COMMON = "common"
    PERSONAL = "personal"  # the person's e-mail or name, and little else


def composed(password: str) -> str:
    """A password in one Unicode form (NFKC), so that every keyboard writes the same one."""
    return unicodedata.normalize("NFKC", password)


def password_fault(password: str, *, email: str = "", names: tuple[str, ...] = ()) -> PasswordFault | None:
    """What is wrong with a new password, or None. `email` and `names` are those of its owner."""
    password = composed(password)
    if len(password) < SHORTEST:
        return PasswordFault.TOO_SHORT
    if len(password) > LONGEST:
        return PasswordFault.TOO_LONG
    if _is_common(password):
        return PasswordFault.COMMON
    return PasswordFault.PERSONAL if _is_personal(password, email, names) else None


def _is_common(password: str) -> bool:
    bare = password.casefold()
    stems = {bare, _FINAL_SIGNS.sub("", bare), _plain(bare), _FINAL_SIGNS.sub("", _plain(bare))}
    stems |= {_refrain(stem) for stem in stems}
    return len(set(bare)) < _LEAST_DIFFERENT or any(
        len(stem) <= _LONGEST_REFRAIN or stem in _HERE or _is_listed(stem) for stem in stems
    )


def _is_listed(stem: str) -> bool:
    return any(stem in ranked for ranked in _RANKED)


def _is_personal(password: str, email: str, names: tuple[str, ...]) -> bool:
    left = _plain(password)
    local, _, domain = email.partition("@")
    pieces = {_plain(piece) for text in (*names, local, domain) for piece in (text, *re.split(r"[\W_]+", text))}
    for piece in sorted((piece for piece in pieces if len(piece) >= 3), key=len, reverse=True):
        left = left.replace(piece, "")
    return len(left) < min(_LEAST_OWN, len(_plain(password)))


def _plain(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if sign.isalnum())


def _refrain(text: str) -> str:
    """What a text repeats from its first letter to its last; the text itself when it repeats nothing."""
    return text[: (text + text).find(text, 1)] if text else text


_RANKED = tuple(frozenset(words) for words in FREQUENCY_LISTS.values())
