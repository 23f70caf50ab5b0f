"""Why a sign-in through an identity provider did not succeed."""

from enum import StrEnum


class OpenIdFault(StrEnum):
    """What is wrong. No name holds anything of the person."""

    INSECURE = "insecure"  # an address of the provider is not https
    UNREACHABLE = "unreachable"  # no answer in time, a failure of the provider's, or an answer that leads elsewhere
    DISCOVERY = "discovery"  # the provider does not say what it must, or says that it is another
    KEYS = "keys"  # the provider publishes no key that can be used
    CODE_REFUSED = "code_refused"  # the provider does not take the code: used, too old, or not ours
    MALFORMED = "malformed"  # an answer that cannot be read
    ALGORITHM = "algorithm"  # signed in a way that is not accepted, or not signed
    KEY_UNKNOWN = "key_unknown"  # signed with a key that the provider does not publish
    SIGNATURE = "signature"
    CLAIM_MISSING = "claim_missing"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    PARTY = "party"  # made for another service
    EXPIRED = "expired"
    TOO_EARLY = "too_early"
    NONCE = "nonce"  # not the answer to this question
    LEVEL = "level"  # a weaker proof than was asked
    ACCESS_TOKEN = "access_token"  # noqa: S105 - the token that came along is not the one that was signed for
    SUBJECT = "subject"  # the details are somebody else's


class OpenIdError(Exception):
    """A sign-in that must not succeed. `fault` names why; nothing of the person is in it."""

    def __init__(self, fault: OpenIdFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
