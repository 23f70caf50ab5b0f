"""The second proof: a telephone or a recovery code, each code once; and giving them."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.journal.services import VISITOR, Actor, record
from portal.people.models import Agent
from portal.people.models_access import RecoveryCode
from portal.people.queries_access import may_sign_in
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.staff.rules import AccountFault
from portal.staff.rules_codes import (
    RECOVERY_CODES,
    matching_step,
    new_recovery_code,
    read_digits,
    read_recovery_code,
)


def second_proof(session: Session, now: datetime, *, agent_id: int, typed: str, sealer: Sealer) -> bool:
    """Whether a code of the agent's telephone, or a recovery code, was typed; each serves once, whoever is at once.

    The journal notes which, or the refusal.
    """
    if read_digits(typed) is not None:
        is_right, verb = _take_step(session, now, agent_id, typed, sealer), "sign_in.agent_telephone"
    else:
        is_right, verb = _take_recovery_code(session, now, agent_id, typed, sealer), "sign_in.agent_recovery_code"
    if is_right:
        record(session, now, actor=Actor.agent(agent_id), verb=verb)
    else:
        record(session, now, actor=VISITOR, verb="sign_in.agent_refused", object_kind="agent", object_id=agent_id)
    return is_right


def enrol(  # noqa: PLR0913 - a secret, the code that proves it, and what seals it
    session: Session, now: datetime, *, agent_id: int, secret: str, typed: str, sealer: Sealer, is_first: bool
) -> list[str]:
    """Joins a telephone to an account, once a code of it proves that it holds the secret; gives new recovery codes.

    `is_first`: only if the account has none. Raises `Refused` (AccountFault): CODE_WRONG, or CHANGED when another
    telephone was first.
    """
    step = matching_step(secret, typed, now)
    if step is None:
        raise Refused(AccountFault.CODE_WRONG)
    chosen = update(Agent).where(Agent.id == agent_id, may_sign_in(paris_day(now)))
    if is_first:
        chosen = chosen.where(Agent.totp_secret.is_(None))
    joined = session.execute(
        chosen.values(totp_secret=sealer.seal(secret), totp_step=step)
        .returning(Agent.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if joined is None:
        raise Refused(AccountFault.CHANGED)
    record(session, now, actor=Actor.agent(agent_id), verb="agent.telephone_joined")
    return renew_codes(session, now, agent_id=agent_id, sealer=sealer)


def renew_codes(session: Session, now: datetime, *, agent_id: int, sealer: Sealer) -> list[str]:
    """Ten new recovery codes, to be shown once; the former ones open nothing any more."""
    session.scalars(select(Agent.id).where(Agent.id == agent_id).with_for_update()).one()
    session.execute(delete(RecoveryCode).where(RecoveryCode.agent_id == agent_id))
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(agent_id=agent_id, code_hash=_hash(sealer, agent_id, code)) for code in codes)
    session.flush()
    record(session, now, actor=Actor.agent(agent_id), verb="agent.codes_renewed")
    return codes


def codes_left(session: Session, agent_id: int) -> int:
    """How many recovery codes an agent still has."""
    counted = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.agent_id == agent_id)
    return session.scalar(counted) or 0


def _take_step(session: Session, now: datetime, agent_id: int, typed: str, sealer: Sealer) -> bool:
    sealed = session.scalar(select(Agent.totp_secret).where(Agent.id == agent_id, may_sign_in(paris_day(now))))
    secret = sealer.open(sealed) if sealed is not None else None
    step = matching_step(secret, typed, now) if secret is not None else None
    if step is None:
        return False
    taken = session.execute(
        update(Agent)
        .where(Agent.id == agent_id, Agent.totp_secret == sealed, (Agent.totp_step < step) | Agent.totp_step.is_(None))
        .values(totp_step=step)
        .returning(Agent.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return taken is not None


def _take_recovery_code(session: Session, now: datetime, agent_id: int, typed: str, sealer: Sealer) -> bool:
    code = read_recovery_code(typed)
    if code is None:
        return False
    opens = select(Agent.id).where(Agent.id == agent_id, may_sign_in(paris_day(now)))
    taken = session.execute(
        delete(RecoveryCode)
        .where(RecoveryCode.agent_id.in_(opens), RecoveryCode.code_hash == _hash(sealer, agent_id, code))
        .returning(RecoveryCode.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    return taken is not None


def _hash(sealer: Sealer, agent_id: int, code: str) -> str:
    return sealer.hash("recovery", f"{agent_id}:{code}")
