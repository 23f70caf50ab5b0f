"""Kinds of mandates and their limits; what a new one takes from older ones; what an end is told of. Pure.

The limits are those of the third issue's table: a call (2 hours at most), a visit (60 minutes), an organisation (1, 31,
182 or 365 days), a relative (12 months), a legal representative (the dates of the document; a minor's parent, until
majority at 18, article 388 du code civil).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from portal.clock import at_wall_clock, paris_day
from portal.people.models import Person, RouteState
from portal.people.models_mandates import Consent, Mandate, MandateKind, MandateState
from portal.people.rules import age_on
from portal.web.access import Procedure

PHONE_FOR = timedelta(hours=2)
COUNTER_FOR = timedelta(minutes=60)
ORGANISATION_DAYS = (1, 31, 182, 365)
FACTS_NEEDED = 3
MAJORITY = 18  # years
LONGEST_MEASURE = 20  # years
ENDING_TOLD = timedelta(days=30)  # before the end
LASTS_LONG = timedelta(days=31)  # only what lasts longer than this is worth telling 30 days before its end

SENSITIVE = frozenset({Procedure.CARNET, Procedure.DOCUMENTS})  # excluded unless named
USUAL = frozenset(Procedure) - SENSITIVE
LASTING = frozenset({MandateKind.ORGANISATION, MandateKind.RELATIVE, MandateKind.LEGAL})

# Silence is no. A text message is answered within a week; a paper, a reference or a document takes longer to travel.
_ANSWER_WITHIN = {Consent.SMS: timedelta(days=7)}
_TRAVELS_WITHIN = timedelta(days=31)


class Fault(StrEnum):
    """Why a mandate cannot be given, answered or ended."""

    PROTECTED = "protected"  # under legal protection: the legal representative alone
    SCRIPT = "script"  # the script was not read
    FACTS = "facts"  # fewer than three facts were right
    NO_CODE = "no_code"  # no code was said, or another person's
    NOT_SIGNED = "not_signed"
    NO_PROCEDURE = "no_procedure"
    TOO_SENSITIVE = "too_sensitive"  # carnet or documents, where they cannot be named
    DAYS = "days"
    END_PAST = "end_past"
    END_FAR = "end_far"
    AGE = "age"  # past the majority of a minor
    END_NEVER = "end_never"  # later than any measure lasts: a year typed wrong
    START_NEVER = "start_never"  # before the person was born
    NO_MOBILE = "no_mobile"
    NO_CONVENTION = "no_convention"
    ASKED_LATELY = "asked_lately"  # the same organisation asked within a week, and had no yes
    ONESELF = "oneself"
    SAME_AGENT = "same_agent"
    NOT_FOUND = "not_found"  # whatever the reason: nobody learns that someone has a file
    NOT_WAITING = "not_waiting"  # answered, refused or ended already
    HOLDER_UNKNOWN = "holder_unknown"  # the holder has not proved who they are, and carnet or documents are named
    HOLDER_NONE = "holder_none"  # no file, or several, of the holder that an agent wrote down


class Fact(StrEnum):
    """What only the person, or someone close, can say on the phone."""

    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    RELATIVE = "relative"  # the given names and birth date of someone they look after
    APPOINTMENT = "appointment"  # the day and hour of their next appointment


class EndedBy(StrEnum):
    """How a mandate ended."""

    SPACE = "space"
    PHONE = "phone"
    SMS = "sms"
    LETTER = "letter"
    AGENT = "agent"  # who helped on the phone or at the counter has finished
    HOLDER = "holder"
    REPLACED = "replaced"
    OVER = "over"


@dataclass(frozen=True)
class Known:
    """What a file holds beside the person's own row, for checking who is on the phone."""

    next_appointment: datetime | None
    relatives: tuple[tuple[str, date], ...]  # given names, birth date


def facts_of(person: Person, known: Known) -> dict[Fact, str]:
    """The facts that can be checked, with what the file says: ISO dates, lines of an address. Only those it holds."""
    found = {
        Fact.BIRTH_DATE: person.birth_date.isoformat(),
        Fact.ADDRESS: "\n".join(person.address),
        Fact.MOBILE: person.mobile or "",
        Fact.LANDLINE: person.landline or "",
        Fact.EMAIL: person.email or "",
        Fact.RELATIVE: "\n".join(f"{name}|{born.isoformat()}" for name, born in known.relatives),
        Fact.APPOINTMENT: known.next_appointment.isoformat() if known.next_appointment else "",
    }
    return {fact: text for fact, text in found.items() if text}


def phone_fault(person: Person, right: Collection[str], known: Known, *, script_read: bool) -> Fault | None:
    """Why phone help cannot begin, or None. Three of the facts that the file holds were right, and the script read."""
    if person.is_protected:
        return Fault.PROTECTED
    if not script_read:
        return Fault.SCRIPT
    return Fault.FACTS if len(set(right) & set(facts_of(person, known))) < FACTS_NEEDED else None


def lasting_fault(
    kind: MandateKind, person: Person, procedures: Collection[str], *, may_name_sensitive: bool = True
) -> Fault | None:
    """Why a lasting mandate cannot be given on these procedures, or None."""
    if person.is_protected and kind is not MandateKind.LEGAL:
        return Fault.PROTECTED
    if not procedures or not set(procedures) <= set(Procedure):
        return Fault.NO_PROCEDURE
    if not may_name_sensitive and set(procedures) & SENSITIVE:
        return Fault.TOO_SENSITIVE
    return None


def may_text(person: Person) -> bool:
    """Whether a question by text message can reach the person's own number."""
    is_wanted = person.wants_sms and not person.wants_silence
    return is_wanted and person.mobile is not None and person.mobile_state is not RouteState.FAILED


def days_end(now: datetime, days: int) -> datetime:
    """When a mandate of so many days ends, today being the first: as its last day does, for a day is said and no hour.

    Raises ValueError for a length that is not offered.
    """
    if days not in ORGANISATION_DAYS:
        raise ValueError(days)
    return end_of(paris_day(now) + timedelta(days=days - 1))


def last_day_of_year(today: date) -> date:
    """The last day that a mandate of 12 months may name when it begins today."""
    try:
        return today.replace(year=today.year + 1) - timedelta(days=1)
    except ValueError:  # 29 February
        return date(today.year + 1, 2, 28)


def end_of(day: date) -> datetime:
    """The instant at which a mandate ends whose last day is `day`."""
    return at_wall_clock(day + timedelta(days=1), time())


def relative_end_fault(today: date, last_day: date) -> Fault | None:
    """Why a mandate that names its last day cannot end then, or None: from today, within 12 months."""
    if last_day < today:
        return Fault.END_PAST
    return Fault.END_FAR if last_day > last_day_of_year(today) else None


def is_minor(person: Person, day: date) -> bool:
    """Whether a person is under 18."""
    return age_on(person.birth_date, day) < MAJORITY


def majority_day(born: date) -> date:
    """The day of someone's 18 years; 1 March for whoever was born on 29 February."""
    try:
        return born.replace(year=born.year + MAJORITY)
    except ValueError:
        return date(born.year + MAJORITY, 3, 1)


def legal_dates_fault(person: Person, today: date, first_day: date, last_day: date) -> Fault | None:
    """Why a legal mandate cannot have these dates, or None: not past, in order, and for a minor not after 18 years.

    No measure is decided, or renewed, for longer than 20 years (Code civil, articles 441 and 442).
    """
    if first_day < person.birth_date:
        return Fault.START_NEVER
    if last_day < today or last_day < first_day:
        return Fault.END_PAST
    if last_day.year > today.year + LONGEST_MEASURE:
        return Fault.END_NEVER
    if is_minor(person, today) and last_day >= majority_day(person.birth_date):
        return Fault.AGE
    return None


def answer_by(mandate: Mandate) -> datetime:
    """When silence becomes a no."""
    return min(mandate.asked_at + _ANSWER_WITHIN.get(mandate.consent, _TRAVELS_WITHIN), mandate.ends_at)


def silence_is_no() -> tuple[timedelta, timedelta]:
    """How long an answer is waited for: to a text message, and to anything else."""
    return _ANSWER_WITHIN[Consent.SMS], _TRAVELS_WITHIN


def is_waiting(mandate: Mandate, now: datetime) -> bool:
    """Whether a mandate may still be agreed to."""
    return mandate.state is MandateState.ASKED and now < answer_by(mandate)


def is_running(mandate: Mandate, now: datetime) -> bool:
    """Whether a mandate is in force, or was agreed to and begins later."""
    return mandate.state is MandateState.ACTIVE and now < mandate.ends_at


def left_after(new: Mandate, old: Mandate, *, minor: bool) -> list[str]:
    """The procedures that an older mandate of the same person keeps once `new` is given.

    A lasting one takes its own from older lasting ones. Help on the phone or at a counter takes and loses nothing. What
    the law gave (a judgement, a parent's authority) is taken by another judgement only; a minor's two parents both
    keep theirs (article 372 du code civil).
    """
    kinds = {new.kind, old.kind}
    is_apart = not kinds <= LASTING or (old.kind is MandateKind.LEGAL and (new.kind is not MandateKind.LEGAL or minor))
    return list(old.procedures) if is_apart else [one for one in old.procedures if one not in new.procedures]


def is_end_told(mandate: Mandate, how: EndedBy) -> bool:
    """Whether the person is told of an end: always, but for help that simply finished as they were told it would."""
    return how is not EndedBy.OVER and (mandate.kind in LASTING or how is not EndedBy.AGENT)


def ordered(procedures: Iterable[str]) -> list[str]:
    """Procedures once each, in the order of the table of permissions."""
    named = set(procedures)
    return [procedure.value for procedure in Procedure if procedure in named]


def told_until(mandate: Mandate) -> date:
    """The last day of a mandate, as it is said."""
    return paris_day(mandate.ends_at - timedelta(seconds=1))


def holder_name(mandate: Mandate) -> str:
    """Who acts. The holder must be loaded; empty while a relative has yet to take it."""
    if mandate.agent is not None:
        return f"{mandate.agent.given_name} {mandate.agent.family_name}"
    if mandate.organisation is not None:
        return mandate.organisation.name
    return f"{mandate.holder.given_names} {mandate.holder.family_name}" if mandate.holder else ""
