"""What ProConnect says of an agent, read. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

# Levels that include a second proof. Source: ProConnect, documentation for service providers, « Niveaux d'assurance
# eidas » (partenaires.proconnect.gouv.fr), read in November 2026.
_LEVELS_OF_TWO = frozenset({"eidas0-mfa", "eidas1-mfa", "eidas2", "eidas3"})


class ProConnectFault(StrEnum):
    """Why someone whom ProConnect names does not enter."""

    UNKNOWN = "unknown"  # no account has this address
    EMAIL_UNPROVED = "email_unproved"  # no address, or one that nobody has checked
    OTHER_ACCOUNT = "other_account"  # the account with this address is joined to somebody else at ProConnect
    SUSPENDED = "suspended"
    EXPIRED = "expired"


def is_second_proof(claims: Mapping[str, Any]) -> bool:
    """Whether two proofs were given at ProConnect: by its level (acr), or by the ways it names (amr holds "mfa").

    Source: ProConnect's documentation, « Quelles sont les valeurs possibles pour le champ amr ? ».
    """
    methods = claims.get("amr")
    has_two_methods = isinstance(methods, list) and "mfa" in methods
    level = claims.get("acr")
    return has_two_methods or (isinstance(level, str) and level in _LEVELS_OF_TWO)


def proved_email(details: Mapping[str, Any]) -> str | None:
    """The professional e-mail, in small letters; None when there is none, or when it is said not to be checked.

    ProConnect recommends it for finding the account of an agent: its `sub` changes with the identity provider.
    """
    email = details.get("email")
    if not isinstance(email, str) or "@" not in email or details.get("email_verified", True) is not True:
        return None
    return email.strip().lower()
