"""Two files that are one person's: what may be merged, what the one that stays says, and when it is undone. Pure."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from portal.people.models import Person, RouteState

UNDONE_WITHIN = timedelta(days=30)

# What an agent chooses between, by the column that says it; and the columns that go with it.
CHOSEN = {
    "family_name": (),
    "given_names": (),
    "birth_name": (),
    "birth_date": (),
    "birth_place": (),
    "guardian_id": (),
    "mobile": ("mobile_state",),
    "email": ("email_state",),
    "landline": (),
    "address": ("address_state", "address_confirmed_at", "letters_chosen_at", "letters_kept_at_id"),
    "language": (),
}
_LENT = ("mobile", "email", "address")
# Chosen in one of the two files, it holds: nobody loses a letter, or a silence, because there was a double.
_ONCE_CHOSEN = ("wants_paper", "wants_large_print", "wants_discretion", "wants_silence", "is_protected")
_ONCE_REFUSED = ("wants_sms", "wants_email")

# What the person hears of, by the names that messages give to a change.
TOLD = {
    "mobile": "mobile",
    "email": "email",
    "landline": "landline",
    "address": "address",
    "language": "language",
    "wants_sms": "sms",
    "wants_email": "emails",
    "wants_paper": "paper",
    "wants_large_print": "large_print",
    "wants_discretion": "discretion",
    "wants_silence": "silence",
}


class MergeFault(StrEnum):
    """Why two files are not made one, or not made two again."""

    SAME = "same"  # a file and itself
    GONE = "gone"  # one of them is merged already
    ANSWERS = "answers"  # one answers for the other: they are two people
    MANDATE = "mandate"  # one may act, or is asked to be allowed to act, for the other
    CHANGED = "changed"  # one of them says something else than the preview showed
    LATER_FIRST = "later_first"  # a later merge of the same file must be undone before
    TOO_LATE = "too_late"  # 30 days have passed


class Warned(StrEnum):
    """What an agent looks at twice before they say that two files are one person's."""

    BIRTH_DATES = "birth_dates"
    NAMES = "names"
    PROTECTED = "protected"  # one of the two
    DISCREET = "discreet"
    SILENT = "silent"
    TWO_ACCOUNTS = "two_accounts"
    BOTH_COME = "both_come"  # to the same appointment, as two people


class Kept(StrEnum):
    """Whose value the file that stays takes."""

    KEPT = "kept"
    GONE = "gone"


@dataclass(frozen=True)
class Facts:
    """What the rows around two files say of them."""

    mandate_between: bool = False
    accounts: frozenset[int] = frozenset()  # of the two, those that something opens
    both_come: bool = False


def refusal(kept: Person, gone: Person, facts: Facts) -> MergeFault | None:
    """Why two files cannot be one person's, or None."""
    if kept.id == gone.id:
        return MergeFault.SAME
    if kept.merged_into_id is not None or gone.merged_into_id is not None:
        return MergeFault.GONE
    if kept.guardian_id == gone.id or gone.guardian_id == kept.id:
        return MergeFault.ANSWERS
    return MergeFault.MANDATE if facts.mandate_between else None


def warnings(kept: Person, gone: Person, facts: Facts) -> list[Warned]:
    """What is worth a second look, in the order of `Warned`."""
    # Without the date, which a key ends with: it has a warning of its own.
    names = {person.match_key.rpartition("|")[0] for person in (kept, gone)}
    told = {
        Warned.BIRTH_DATES: kept.birth_date != gone.birth_date,
        Warned.NAMES: len(names) > 1,
        Warned.PROTECTED: kept.is_protected != gone.is_protected,
        Warned.DISCREET: kept.wants_discretion != gone.wants_discretion,
        Warned.SILENT: kept.wants_silence != gone.wants_silence,
        Warned.TWO_ACCOUNTS: len(facts.accounts) > 1,
        Warned.BOTH_COME: facts.both_come,
    }
    return [warned for warned, is_so in told.items() if is_so]


def differing(kept: Person, gone: Person) -> dict[str, Kept]:
    """The things on which two files differ, each with whose value is taken unless the agent says otherwise.

    The file that stays is right, except where it says nothing, and where the other alone has an address chosen for
    letters: nobody loses the garantie papier because there was a double.
    """
    return {
        name: Kept.GONE if not getattr(kept, name) and getattr(gone, name) else Kept.KEPT
        for name in CHOSEN
        if (getattr(kept, name) or None) != (getattr(gone, name) or None)
    } | ({"address": Kept.GONE} if _alone_has_letters(gone, kept) else {})


def shared(kept: Person, gone: Person) -> list[str]:
    """The ways that both files name: worth telling, and never a proof, for a couple shares a telephone."""
    same_email = kept.email is not None and kept.email.casefold() == (gone.email or "").casefold()
    same = {
        "mobile": kept.mobile is not None and kept.mobile == gone.mobile,
        "email": same_email,
        "landline": kept.landline is not None and kept.landline == gone.landline,
        "address": bool(kept.address) and kept.address == gone.address,
    }
    return [name for name, is_so in same.items() if is_so]


def merged_values(kept: Person, gone: Person, choices: Mapping[str, Kept]) -> dict[str, Any]:
    """What changes in the file that stays: columns and their new values, those that stay the same left out.

    `choices`: by the names of `CHOSEN`; what is not said is as `differing` has it.
    """
    values: dict[str, Any] = {}
    taken = [name for name, whose in (differing(kept, gone) | dict(choices)).items() if whose is Kept.GONE]
    for name in taken:
        for column in (name, *CHOSEN[name]):
            values[column] = getattr(gone, column)
    if kept.address == gone.address:  # chosen for letters in one of the two files, it is
        values["letters_chosen_at"] = kept.letters_chosen_at or gone.letters_chosen_at
    values["lent_ways"] = [way for way in _LENT if way in (gone if way in taken else kept).lent_ways]
    values |= {name: getattr(kept, name) or getattr(gone, name) for name in _ONCE_CHOSEN}
    values |= {name: getattr(kept, name) and getattr(gone, name) for name in _ONCE_REFUSED}
    values |= _proof_of_identity(kept, gone)
    return {name: value for name, value in values.items() if value != getattr(kept, name)}


def marks(kept: Person, gone: Person) -> str:
    """What a preview says of the two files that it shows, so that a change made meanwhile is seen."""
    names = (*CHOSEN, *_ONCE_CHOSEN, *_ONCE_REFUSED)
    said = [[getattr(person, name) for name in names] for person in (kept, gone)]
    return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def is_undoable(merged_at: datetime, now: datetime) -> bool:
    """Whether a merge can still be undone."""
    return now < merged_at + UNDONE_WITHIN


def undoable_until(merged_at: datetime) -> datetime:
    """The moment from which a merge stays."""
    return merged_at + UNDONE_WITHIN


def packed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns of a file as JSON values."""
    return {name: _packed(value) for name, value in values.items()}


def unpacked(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `packed` made these of."""
    return {name: _unpacked(name, value) for name, value in values.items()}


def to_give_back(kept: Person, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """What the file that stayed says again once a merge is undone, and the columns left as they are.

    What somebody has changed since the merge is theirs: it stays, with what goes with it.
    """
    left = {name for name in before if getattr(kept, name) != after[name]}
    beside = {column for name in left for column in CHOSEN.get(name, ())}
    return {name: value for name, value in before.items() if name not in left | beside}, left


def told_names(columns: Collection[str]) -> list[str]:
    """What changed, by the names that messages give to it."""
    return sorted({TOLD[name] for name in columns if name in TOLD})


def _alone_has_letters(one: Person, other: Person) -> bool:
    """Whether one of two files that name different addresses has chosen its own for letters, and the other has not."""
    is_chosen = one.wants_paper and one.letters_chosen_at is not None and other.letters_chosen_at is None
    return is_chosen and bool(one.address) and one.address != other.address


def _proof_of_identity(kept: Person, gone: Person) -> dict[str, Any]:
    """The document that was seen last."""
    if gone.identity_seen_at is None or (kept.identity_seen_at and kept.identity_seen_at >= gone.identity_seen_at):
        return {}
    return {"identity_seen_at": gone.identity_seen_at, "identity_seen_by": gone.identity_seen_by}


def _packed(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _unpacked(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_state"):
        return RouteState(value)
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if name == "birth_date" else value
