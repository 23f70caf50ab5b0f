"""The codes that people are given: 8 characters that survive a phone call, a cracked screen and handwriting. Pure."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 8

_SPOKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = frozenset("-‐‑–—.\u00a0\u202f")


def new_code() -> str:
    """A code that nobody can guess: 40 bits from the system's own randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """The code that someone typed, or None when it can be none.

    Lower case, spaces, hyphens and full stops are forgiven; O is read 0, I and L are read 1 (Crockford's rules).
    """
    if len(text) > 64:
        return None
    kept = "".join(sign for sign in text if sign not in _IGNORED and not sign.isspace())
    code = kept.upper().translate(_SPOKEN)
    return code if len(code) == LENGTH and all(sign in ALPHABET for sign in code) else None


def shown(code: str) -> str:
    """The code as it is printed: "ABCD-EFGH"."""
    return f"{code[:4]}-{code[4:]}"
