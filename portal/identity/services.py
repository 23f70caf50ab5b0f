"""Codes: asked for, sent by a message, and checked once. The code itself stands in no table."""

import hashlib
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.identity import queries
from portal.identity.rules import CODE_FOR, MOST_TRIES, CodeFault, end_of, read_digits
from portal.journal.services import VISITOR, Actor, record
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to
from portal.notifications.outbox import withdraw
from portal.people.models_credentials import Challenge, CredentialKind, Purpose
from portal.refusal import Refused
from portal.sealing import Sealer

_ROUTES = {CredentialKind.MOBILE: Route.SMS, CredentialKind.EMAIL: Route.EMAIL}
_WORDS = {Purpose.SIGN_IN: "sign_in_code", Purpose.CONTACT: "contact_code", Purpose.CONSENT: "consent_code"}


def ask_code(  # noqa: PLR0913 - what for, to where, for which browser, and the words of the message
    session: Session,
    now: datetime,
    *,
    purpose: Purpose,
    kind: CredentialKind,
    to: str,
    mark: str,
    sealer: Sealer,
    departement: Departement,
    base_url: str,
    language: str = "fr",
    person_id: int | None = None,
    is_vouched: bool = False,
    who: str = "",
    by: Actor = VISITOR,
    is_withheld: bool = False,
) -> Challenge:
    """Writes a code of six digits and promises its message, by SMS or e-mail, to `to` and nowhere else.

    The code serves once, for 10 minutes, in the browser of `mark` alone; an older one for the same purpose, browser
    and `to` serves no more. `who`: the agent named to whoever is asked for a consent. `is_withheld`: everything is
    written, and nothing leaves. The caller limits how many are sent. Raises KeyError for what carries no message.
    """
    _replace_older(session, now, purpose, to, mark)
    key = uuid4()
    challenge = Challenge(
        key=key,
        code_hash=sealer.hash("code", sealer.digits(key)),
        purpose=purpose,
        to=to,
        person_id=person_id,
        browser_hash=_hash(mark),
        is_vouched=is_vouched,
        created_at=now,
        expires_at=end_of(now),
        tries=0,
    )
    session.add(challenge)
    session.flush()
    minutes = int(CODE_FOR.total_seconds() // 60)
    words: dict[str, Any] = {"challenge": str(key), "minutes": minutes} | (
        {"who": who} if purpose is Purpose.CONSENT else {}
    )
    send_to(
        session,
        now,
        kind=_WORDS[purpose],
        route=_ROUTES[kind],
        to=to,
        context=base_context(departement, base_url, language=language, **words),
        expires_at=now if is_withheld else challenge.expires_at,
        subject="challenge",
        subject_id=challenge.id,
        person_id=person_id,
    )
    record(
        session,
        now,
        actor=by,
        verb=f"{purpose.value}.code_sent",
        for_person_id=person_id,
        object_kind="challenge",
        object_id=challenge.id,
    )
    return challenge


def check_code(  # noqa: PLR0913 - a code, and all it is bound to
    session: Session, now: datetime, *, challenge_id: int, code: str, mark: str, sealer: Sealer
) -> Challenge | Refused:
    """The challenge that a code has just opened, used from now on; or why it does not open (`CodeFault`).

    The try is counted before anything is compared, and the fifth wrong one ends the code: the caller commits either
    way. Spaces and digits of other scripts are forgiven; any text may be given.
    """
    counted = session.scalars(
        update(Challenge)
        .where(
            Challenge.id == challenge_id,
            Challenge.browser_hash == _hash(mark),
            Challenge.used_at.is_(None),
            Challenge.expires_at > now,
            Challenge.tries < MOST_TRIES,
        )
        .values(tries=Challenge.tries + 1)
        .returning(Challenge)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if counted is None:
        return _refused(session, now, challenge_id, _why_over(session, challenge_id))
    # What can be no code is compared too, with a text that no hash is of.
    if not compare_digest(counted.code_hash, sealer.hash("code", read_digits(code) or "")):
        is_last = counted.tries >= MOST_TRIES
        return _refused(session, now, challenge_id, CodeFault.TOO_MANY_TRIES if is_last else CodeFault.WRONG)
    counted.used_at = now  # the row is ours until the transaction ends: nobody else has counted a try meanwhile
    session.flush()
    return counted


def _why_over(session: Session, challenge_id: int) -> CodeFault:
    known = queries.challenge(session, challenge_id)
    tried_out = known is not None and known.used_at is None and known.tries >= MOST_TRIES
    return CodeFault.TOO_MANY_TRIES if tried_out else CodeFault.OVER


def _refused(session: Session, now: datetime, challenge_id: int, fault: CodeFault) -> Refused:
    known = queries.challenge(session, challenge_id)
    purpose = Purpose.SIGN_IN if known is None else known.purpose
    record(
        session,
        now,
        actor=VISITOR,
        verb=f"{purpose.value}.failed",
        for_person_id=None if known is None else known.person_id,
        object_kind="challenge",
        object_id=challenge_id,
    )
    return Refused(fault)


def _replace_older(session: Session, now: datetime, purpose: Purpose, to: str, mark: str) -> None:
    older = session.scalars(
        update(Challenge)
        .where(
            Challenge.browser_hash == _hash(mark),
            Challenge.to == to,
            Challenge.purpose == purpose,
            Challenge.used_at.is_(None),
            Challenge.expires_at > now,
        )
        .values(expires_at=now)
        .returning(Challenge.id)
    )
    for challenge_id in sorted(older):
        withdraw(session, now, subject="challenge", subject_id=challenge_id)


def _hash(mark: str) -> str:
    return hashlib.sha256(mark.encode()).hexdigest()
