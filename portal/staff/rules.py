"""Agents' accounts: where each stands, and why an act on one is refused. Pure."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.clock import paris_day
from portal.people.models import Agent
from portal.people.queries_access import BOOKERS
from portal.web.access import AGENTS, PARTNERS

INVITED_FOR = timedelta(days=7)

FAMILIES = ("pmi", "cpef", "social", "insertion", "autonomie")  # of files, as motifs name them


class AccountState(StrEnum):
    """Where an agent's account stands."""

    OPEN = "open"
    SUSPENDED = "suspended"
    EXPIRED = "expired"  # its last day is past
    INVITED = "invited"  # the invitation has not been answered
    TO_INVITE = "to_invite"  # cannot sign in: no password, no invitation that still holds
    CLOSED = "closed"  # no longer named by the Département's files


class AccountFault(StrEnum):
    """Why something cannot be done with an account."""

    EMAIL_TAKEN = "email_taken"
    NO_EMAIL = "no_email"
    ONESELF = "oneself"  # nobody suspends themselves
    LAST_ADMIN = "last_admin"  # somebody must be able to put things right
    CHANGED = "changed"  # another admin was first
    NOT_OPEN = "not_open"
    INVITATION_OVER = "invitation_over"
    CODE_WRONG = "code_wrong"


class RoleFault(StrEnum):
    """Why a role cannot be given or ended."""

    PARTNER_ONLY = "partner_only"  # a partner's role, for an agent of the Département
    STAFF_ONLY = "staff_only"  # a role of the Département, for a partner's agent
    BOOKS_NOTHING = "books_nothing"  # the right to overbook, with a role that books no appointment
    DATES = "dates"  # it would end before it begins
    HELD = "held"  # the same role, there, on some of those days
    FROM_FILES = "from_files"  # the Département's files say it, and would say it again
    ONESELF = "oneself"  # an admin opens no file and no carnet to themselves: another admin does, and it is seen
    UNKNOWN = "unknown"  # no such role, or over already


def state_of(agent: Agent, now: datetime) -> AccountState:
    """Where an account stands now; what closes it most is said first."""
    if not agent.is_active:
        return AccountState.CLOSED
    if agent.suspended_at is not None:
        return AccountState.SUSPENDED
    if agent.expires_on is not None and agent.expires_on <= paris_day(now):
        return AccountState.EXPIRED
    if agent.password_hash is not None or agent.proconnect_sub is not None:
        return AccountState.OPEN
    is_invited = agent.invited_until is not None and agent.invited_until > now
    return AccountState.INVITED if is_invited else AccountState.TO_INVITE


def role_fault(
    role: str, *, is_partner: bool, first: date, after: date | None, may_overbook: bool = False
) -> RoleFault | None:
    """Why an agent may not be given a role from `first` to `after` (excluded), or None."""
    if role not in set(AGENTS):
        return RoleFault.UNKNOWN
    if (role in PARTNERS) != is_partner:
        return RoleFault.STAFF_ONLY if is_partner else RoleFault.PARTNER_ONLY
    if may_overbook and role not in set(BOOKERS):
        return RoleFault.BOOKS_NOTHING
    return RoleFault.DATES if after is not None and after <= first else None


def known_families(asked: Collection[str]) -> list[str]:
    """The families of files among those asked for, in their usual order."""
    return [family for family in FAMILIES if family in asked]
