"""The second proof: six figures of the telephone (TOTP, RFC 6238), or a recovery code on paper. Pure."""

import hmac
import secrets
from datetime import datetime

import pyotp

from portal.codes import ALPHABET

STEP_SECONDS = 30
RECOVERY_CODES = 10  # given at once
RECOVERY_LENGTH = 10  # characters of 5 bits: nobody guesses 50 bits online

_ISSUER = "La Bonne Porte"
_NEAR = (0, -1, 1)  # steps: a telephone's clock may be half a minute early or late
_SPOKEN = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_secret() -> str:
    """What the portal and one telephone will share: 160 bits in base 32, as RFC 4226 asks."""
    return pyotp.random_base32()


def key_uri(secret: str, email: str) -> str:
    """What the square to photograph says (otpauth:)."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def in_groups(secret: str) -> str:
    """The secret as it is typed by hand: groups of four."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def matching_step(secret: str, typed: str, now: datetime) -> int | None:
    """The 30-second step whose code was typed: that of `now`, the one before or the one after; else None."""
    digits = read_digits(typed)
    if digits is None:
        return None
    generator, step = pyotp.TOTP(secret, interval=STEP_SECONDS), int(now.timestamp()) // STEP_SECONDS
    near = [one for one in _NEAR if hmac.compare_digest(generator.at(now, counter_offset=one), digits)]
    return step + near[0] if near else None


def read_digits(typed: str) -> str | None:
    """The six figures that someone typed, spaces and hyphens forgiven; None when it can be no such code."""
    kept = "".join(sign for sign in typed[:64] if not sign.isspace() and sign not in "-.\u2011\u2013")
    return kept if len(kept) == 6 and kept.isascii() and kept.isdecimal() else None


def new_recovery_code() -> str:
    """A code that nobody can guess, from the system's own randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH))


def read_recovery_code(typed: str) -> str | None:
    """The recovery code that someone typed, or None. Forgives as `portal.codes.read_code` does."""
    kept = "".join(sign for sign in typed[:64] if sign.isalnum()).upper().translate(_SPOKEN)
    return kept if len(kept) == RECOVERY_LENGTH and all(sign in ALPHABET for sign in kept) else None


def shown_recovery_code(code: str) -> str:
    """The code as it is printed: "ABCDE-FGHJK"."""
    return f"{code[:5]}-{code[5:]}"
