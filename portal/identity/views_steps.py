"""Where this browser stands between asking for a code and entering: kept in its session."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import cast

from flask import abort, redirect, session, url_for

from portal.identity.rules import PROOF_FOR, masked
from portal.people.models_credentials import Challenge, CredentialKind
from portal.web.request import now
from portal.web.sessions import BrowserSession

_NAME = "sign_in"


@dataclass(frozen=True)
class Step:
    """A code asked for, or proved. `file_ids`: the files among which a given name will choose."""

    challenge_id: int
    kind: str
    to: str
    suite: str
    until: str
    is_proved: bool = False
    file_ids: Sequence[int] = ()

    @property
    def credential_kind(self) -> CredentialKind:
        """A mobile or an e-mail."""
        return CredentialKind(self.kind)

    @property
    def masked(self) -> str:
        """Enough of it to recognise one's own."""
        return masked(self.credential_kind, self.to)

    @property
    def minutes_left(self) -> int:
        """Whole minutes in which the code may still be typed, at least 0."""
        left = (datetime.fromisoformat(self.until) - now()).total_seconds()
        return max(0, -int(-left // 60))


def keep_asked(challenge: Challenge, kind: CredentialKind, to: str, suite: str) -> None:
    """A code is on its way."""
    _keep(Step(challenge.id, kind.value, to, suite, challenge.expires_at.isoformat()))


def keep_proved(step: Step) -> None:
    """The code was right: its holder has 15 minutes to say who they are, under a new session key."""
    _keep(replace(step, is_proved=True, until=(now() + PROOF_FOR).isoformat()))
    cast("BrowserSession", session).renew()


def keep_files(step: Step, file_ids: Sequence[int]) -> None:
    """The birth date was right for several people."""
    _keep(replace(step, file_ids=list(file_ids)))


def asked_step() -> Step:
    """The code that this browser asked for; else the page that asks for one answers instead."""
    step = _kept()
    if step is None or step.is_proved:
        abort(redirect(url_for("identity.who" if step else "identity.sign_in"), 303))
    return step


def proved_step() -> Step:
    """What this browser proved less than 15 minutes ago; else the page that asks for a code answers instead."""
    step = _kept()
    if step is None or not step.is_proved or now() >= datetime.fromisoformat(step.until):
        abort(redirect(url_for("identity.sign_in"), 303))
    return step


def several_step() -> Step:
    """What this browser proved, and a birth date of several people; else the page that asks for it answers instead."""
    step = proved_step()
    if not step.file_ids:
        abort(redirect(url_for("identity.who"), 303))
    return step


def _kept() -> Step | None:
    kept = session.get(_NAME)
    return Step(**kept) if isinstance(kept, dict) else None


def _keep(step: Step) -> None:
    session[_NAME] = asdict(step)
