"""What the secret key makes: codes that no table holds, keyed hashes, and secrets sealed before they are kept."""

import base64
import hashlib
import hmac
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from portal.codes import ALPHABET, LENGTH

DIGITS = 6


class Sealer:
    """Everything that is derived from the secret key. Another key makes other codes, and opens nothing."""

    def __init__(self, secret_key: str) -> None:
        self._key = secret_key.encode()

    def digits(self, key: UUID) -> str:
        """The six-digit code of a challenge: always the same for its key, and unknown to whoever lacks the secret."""
        return f"{int.from_bytes(self._mac('digits', key.bytes)[:8]) % 10**DIGITS:0{DIGITS}}"

    def letters(self, key: UUID) -> str:
        """The code of a letter: 8 characters of Crockford's base 32, made as `digits` is."""
        number = int.from_bytes(self._mac("letters", key.bytes)[:8])
        return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(LENGTH))

    def link(self, key: UUID) -> str:
        """The secret end of a link, for an address: 43 characters (256 bits), made as `digits` is."""
        return base64.urlsafe_b64encode(self._mac("link", key.bytes)).decode().rstrip("=")

    def hash(self, purpose: str, text: str) -> str:
        """A keyed hash, in hexadecimal: for comparing and looking up what must not be kept as it is."""
        return self._mac(purpose, text.encode()).hex()

    def seal(self, text: str) -> str:
        """The text, encrypted and authenticated: unreadable without the key. Twice the same text gives two results."""
        return self._fernet().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str | None:
        """What was sealed; None when it was changed, or sealed with another key."""
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None

    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._mac("seal", b"")))

    def _mac(self, purpose: str, content: bytes) -> bytes:
        return hmac.new(self._key, purpose.encode() + b"\0" + content, hashlib.sha256).digest()
