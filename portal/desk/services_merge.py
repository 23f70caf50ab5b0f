"""Two files of one person made one: everything of the one that goes moves to the one that stays, in one transaction.

The journal's lines cannot change: whoever reads what it says of the file that stays reads the lines of the other too.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from portal.booking.models import Participation
from portal.booking.models_waiting import Wish, WishEnd
from portal.booking.rewording import SAID, hush_cards, say_anew, words_for
from portal.desk import queries_merge as queries
from portal.desk.rules_merge import Kept, MergeFault, marks, merged_values, packed, refusal, told_names
from portal.directory.models import Departement
from portal.identity.services_contacts import tell_former
from portal.journal.services import Actor, record
from portal.letters.services_changes import before as address_of
from portal.letters.services_changes import tell_change, tell_old_address
from portal.mandates.services import Voice, end_for_protected
from portal.notifications import queries_post
from portal.notifications.handing import hand_over
from portal.notifications.holding import hold_subjects, subjects_of
from portal.notifications.models import Message
from portal.notifications.outbox import UNSENT
from portal.people.contacts import Contact
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_merges import Merge
from portal.people.queries import look_alikes
from portal.people.rules import identity_of, match_key
from portal.people.services import lock_identities
from portal.refusal import Refused
from portal.web.sessions_list import end_sessions_of_person

_WAYS = (CredentialKind.MOBILE, CredentialKind.EMAIL)


def merge(  # noqa: PLR0913 - which two, by whom, what is kept, and the words of the messages
    session: Session,
    now: datetime,
    *,
    kept_id: int,
    gone_id: int,
    by: Actor,
    choices: Mapping[str, Kept],
    seen: str,
    base_url: str,
) -> Merge:
    """Makes one file of two: the first stays, the second is shown nowhere any more, and what it opened is closed.

    Every row of the second goes to the first, but what the first has already (the same appointment, message, wish or
    proof). `Merge.moved` keeps what moved and what the first said before, for `unmerge`. Messages that wait leave by
    the ways of the file that stays; the person is told of what changed in it, and so are the mobile, the e-mail and the
    address that it no longer names. `choices`: whose value is kept, by the names of `rules_merge.CHOSEN`. `seen`: the
    marks of the preview.

    Raises `Refused` (MergeFault): nothing is changed then.
    """
    kept, gone = hold_both(session, kept_id, gone_id)
    fault = refusal(kept, gone, queries.facts(session, kept_id, gone_id))
    if fault is None and marks(kept, gone) != seen:
        fault = MergeFault.CHANGED
    if fault is not None:
        raise Refused(fault)
    departement = session.get_one(Departement, 1)
    queries.held_appointments(session, gone_id)
    former, addresses = _ways_of(kept, gone), {address_of(kept), address_of(gone)}
    values = merged_values(kept, gone, choices)
    before = {name: getattr(kept, name) for name in values}
    write_values(kept, values)
    moved = _move(session, now, kept, gone)
    gone.merged_into_id = kept_id
    session.flush()
    _clear_double(session, kept, before, values)
    cards = hush_cards(session, kept)
    theirs = Message.person_id.in_((kept_id, gone_id))
    hold_subjects(session, subjects_of(session, theirs, Message.status.in_(UNSENT)))  # of both, before any message
    words = words_for(session, now, kept, departement, base_url)
    handed = hand_over(session, now, of=gone_id, to=kept, words=words, post=queries_post.calendar_of(session))
    if kept.wants_discretion or SAID.intersection(told_names(values)):
        say_anew(session, now, kept, cards, base_url=base_url)  # what was handed over too
    end_sessions_of_person(session, now, gone_id)
    if kept.is_protected:
        end_for_protected(session, now, person_id=kept_id, by=by, voice=Voice(departement, base_url))
    done = Merge(
        kept_id=kept_id,
        gone_id=gone_id,
        moved=moved | {"messages": asdict(handed), "before": packed(before), "after": packed(values)},
        merged_at=now,
        merged_by=cast("int", by.id),
    )
    session.add(done)
    session.flush()
    note_both(session, now, by, "people.merged", merge=done)
    tell_change(session, now, kept, told_names(values), by=by, base_url=base_url)
    for was in sorted(addresses, key=lambda one: one.address):
        tell_old_address(session, now, kept, was, by=by, base_url=base_url)
    _tell_former(session, now, kept, former, departement=departement, base_url=base_url)
    return done


def hold_both(session: Session, kept_id: int, gone_id: int) -> tuple[Person, Person]:
    """The two files, which nobody else merges, books for or changes until the transaction ends.

    Raises `Refused` (GONE) for one that is not there or is a card.
    """
    ids = {kept_id, gone_id}
    lock_identities(session, [identity_of(person) for person in queries.births(session, ids)])
    rows = queries.held_people(session, ids)
    if rows.keys() != ids:
        raise Refused(MergeFault.GONE)
    return rows[kept_id], rows[gone_id]


def write_values(person: Person, values: Mapping[str, Any]) -> None:
    """Writes columns of a file, and the key that its names and birth date make.

    The address first: another one ends the keeping of letters at a place, which is then said of the new one.
    """
    for name in sorted(values, key=lambda name: name != "address"):
        setattr(person, name, values[name])
    person.match_key = match_key(person.family_name, person.given_names, person.birth_date)


def note_both(session: Session, now: datetime, by: Actor, verb: str, *, merge: Merge) -> None:
    """A line of the journal for each of the two files."""
    for person_id, other_id in ((merge.kept_id, merge.gone_id), (merge.gone_id, merge.kept_id)):
        record(
            session,
            now,
            actor=by,
            verb=verb,
            for_person_id=person_id,
            object_kind="person",
            object_id=other_id,
            merge_id=merge.id,
        )


def _move(session: Session, now: datetime, kept: Person, gone: Person) -> dict[str, Any]:
    """Everything but messages; gives what `unmerge` needs."""
    ended = [credential.id for credential in _end_credentials(session, now, kept, gone)]
    given_up = [wish.id for wish in _end_wishes(session, now, kept, gone)]
    told_before = _end_households(session, now, kept.id, gone.id)
    both = _drop_participations(session, kept.id, gone.id)
    rows = {name: _move_rows(session, name, kept.id, gone.id) for name in queries.MOVED}
    appointments = session.scalars(
        update(Participation)
        .where(Participation.person_id == gone.id)
        .values(person_id=kept.id)
        .returning(Participation.appointment_id)
        .execution_options(synchronize_session=False)
    )
    return {
        "rows": rows,
        "appointments": sorted(appointments),
        "dropped": both,
        "ended_credentials": ended,
        "ended_wishes": given_up,
        "ended_households": told_before,
    }


def _move_rows(session: Session, name: str, kept_id: int, gone_id: int) -> list[int]:
    rows, whose = queries.rows_of(name)
    moving = whose == gone_id
    for other in rows.c:
        if other.name not in {"id", whose.name}:
            # A mandate between the two of them, long over: nobody acts for themselves, so it stays as it was.
            moving = and_(moving, other.is_distinct_from(kept_id))
    changed = session.execute(update(rows).where(moving).values({whose.name: kept_id}).returning(rows.c.id))
    return sorted(changed.scalars())


def _end_credentials(session: Session, now: datetime, kept: Person, gone: Person) -> list[Credential]:
    credentials = queries.credentials_to_end(session, kept, gone.id)
    for credential in credentials:
        credential.ended_at = now
    session.flush()
    return credentials


def _end_wishes(session: Session, now: datetime, kept: Person, gone: Person) -> list[Wish]:
    wishes = queries.wishes_of_both(session, kept.id, gone.id)
    for wish in wishes:
        wish.ended_at, wish.ended_how = now, WishEnd.WITHDRAWN
    session.flush()
    return wishes


def _end_households(session: Session, now: datetime, kept_id: int, gone_id: int) -> list[int]:
    older = queries.households_to_end(session, kept_id, gone_id)
    for household in older:
        household.ended_at = now
    session.flush()
    return [household.id for household in older]


def _drop_participations(session: Session, kept_id: int, gone_id: int) -> list[dict[str, Any]]:
    """Where both come, one person is enough; the row is kept for `unmerge`."""
    both = queries.appointments_of_both(session, kept_id, gone_id)
    theirs = (Participation.person_id == gone_id) & Participation.appointment_id.in_(both)
    columns = (Participation.appointment_id, Participation.given_names, Participation.family_name)
    dropped = [row._asdict() for row in session.execute(select(*columns).where(theirs).order_by(columns[0]))]
    session.execute(delete(Participation).where(theirs).execution_options(synchronize_session=False))
    return dropped


def _clear_double(session: Session, kept: Person, before: dict[str, Any], values: dict[str, Any]) -> None:
    """The file is no longer maybe a double when no other looks like it."""
    if not kept.maybe_double:
        return
    contact = Contact(mobile=kept.mobile, email=kept.email)
    if all(person.id == kept.id for person in look_alikes(session, identity_of(kept), contact)):
        before["maybe_double"], values["maybe_double"] = True, False
        kept.maybe_double = False


def _ways_of(*people: Person) -> dict[CredentialKind, set[str]]:
    """The mobiles and e-mails that worked, or may have."""
    return {
        kind: {
            value
            for person in people
            if (value := getattr(person, kind.value)) is not None
            and getattr(person, f"{kind.value}_state") is not RouteState.FAILED
        }
        for kind in _WAYS
    }


def _tell_former(  # noqa: PLR0913 - whose, what it was, and the words of the messages
    session: Session,
    now: datetime,
    kept: Person,
    former: Mapping[CredentialKind, set[str]],
    *,
    departement: Departement,
    base_url: str,
) -> None:
    for kind, values in former.items():
        now_said = (getattr(kept, kind.value) or "").casefold()
        for value in sorted(one for one in values if one.casefold() != now_said):
            tell_former(
                session,
                now,
                person=kept,
                kind=kind,
                former=value,
                is_by_agent=True,
                departement=departement,
                base_url=base_url,
            )
