"""A merge undone: each row that still stands goes back to the file that it came from."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from portal.booking.models import Participation
from portal.booking.models_waiting import Wish
from portal.booking.rewording import words_for
from portal.desk import queries_merge as queries
from portal.desk.rules_merge import MergeFault, is_undoable, to_give_back, told_names, unpacked
from portal.desk.services_merge import hold_both, note_both, write_values
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.letters.services_changes import tell_change
from portal.notifications.handing import Handed, hand_back, hand_over
from portal.notifications.queries_post import calendar_of
from portal.people.models_credentials import Credential
from portal.people.models_household import Household
from portal.people.models_merges import Merge
from portal.refusal import Refused
from portal.web.sessions_list import end_sessions_of_person


def unmerge(session: Session, now: datetime, *, merge_id: int, by: Actor, base_url: str) -> frozenset[str]:
    """Makes two files of one again, within 30 days, and gives the columns left as somebody has changed them since.

    Each row that moved and still stands goes back; what came after the merge stays with the file that stayed. Messages
    that wait leave by the ways of whoever they are for again. Nobody's session goes on: it may have been opened by
    what goes back. What ended (a mandate of somebody under protection) does not begin again. Undoing twice is undoing
    once.

    Raises `Refused` (MergeFault): LATER_FIRST while a later merge rests on this one, TOO_LATE after 30 days.
    """
    known = session.get_one(Merge, merge_id)
    kept, gone = hold_both(session, known.kept_id, known.gone_id)
    merge = queries.held_merge(session, merge_id)
    if merge.undone_at is not None:
        return frozenset()
    if not is_undoable(merge.merged_at, now):
        raise Refused(MergeFault.TOO_LATE)
    if queries.stands_under(session, merge):
        raise Refused(MergeFault.LATER_FIRST)
    departement = session.get_one(Departement, 1)
    queries.held_appointments(session, kept.id)
    before, left = to_give_back(kept, unpacked(merge.moved["before"]), unpacked(merge.moved["after"]))
    write_values(kept, before)
    gone.merged_into_id = None
    merge.undone_at, merge.undone_by = now, by.id
    session.flush()
    _give_back(session, merge)
    handed = _handed(merge.moved["messages"])
    hand_back(session, now, handed=handed, of=kept.id, to=gone.id)
    words = words_for(session, now, gone, departement, base_url)
    alone = queries.appointments_of_one(session, gone.id, but=kept.id)
    hand_over(session, now, of=kept.id, to=gone, words=words, post=calendar_of(session), about=alone)
    end_sessions_of_person(session, now, kept.id)
    note_both(session, now, by, "people.unmerged", merge=merge)
    tell_change(session, now, kept, told_names(before), by=by, base_url=base_url)
    return frozenset(left)


def _give_back(session: Session, merge: Merge) -> None:
    for name, numbers in merge.moved["rows"].items():
        rows, whose = queries.rows_of(name)
        back = update(rows).where(rows.c.id.in_(numbers), whose == merge.kept_id)
        session.execute(back.values({whose.name: merge.gone_id}))
    _give_back_participations(session, merge)
    _open_again(session, merge)
    session.expire_all()


def _give_back_participations(session: Session, merge: Merge) -> None:
    own = aliased(Participation)
    is_there = (
        select(own.appointment_id)
        .where(own.appointment_id == Participation.appointment_id, own.person_id == merge.gone_id)
        .exists()
    )
    session.execute(
        update(Participation)
        .where(
            Participation.appointment_id.in_(merge.moved["appointments"]),
            Participation.person_id == merge.kept_id,
            ~is_there,
        )
        .values(person_id=merge.gone_id)
        .execution_options(synchronize_session=False)
    )
    for row in merge.moved["dropped"]:
        session.execute(insert(Participation).values(row | {"person_id": merge.gone_id}).on_conflict_do_nothing())


def _open_again(session: Session, merge: Merge) -> None:
    """What the merge ended opens, or waits, again: unless something else does in its place."""
    proof, wish, home = aliased(Credential), aliased(Wish), aliased(Household)
    opens = select(proof.id).where(
        proof.person_id == Credential.person_id,
        proof.kind == Credential.kind,
        proof.value == Credential.value,
        proof.ended_at.is_(None),
    )
    waits = select(wish.id).where(
        wish.person_id == Wish.person_id, wish.motif_id == Wish.motif_id, wish.ended_at.is_(None)
    )
    holds = select(home.id).where(home.person_id == Household.person_id, home.ended_at.is_(None))
    is_proof = Credential.id.in_(merge.moved["ended_credentials"]) & (Credential.ended_at == merge.merged_at)
    is_wish = Wish.id.in_(merge.moved["ended_wishes"]) & (Wish.ended_at == merge.merged_at)
    # A merge of a release before households were kept names none.
    is_home = Household.id.in_(merge.moved.get("ended_households", [])) & (Household.ended_at == merge.merged_at)
    for again in (
        update(Credential).where(is_proof, ~opens.exists()).values(ended_at=None),
        update(Wish).where(is_wish, ~waits.exists()).values(ended_at=None, ended_how=None),
        update(Household).where(is_home, ~holds.exists()).values(ended_at=None),
    ):
        session.execute(again.execution_options(synchronize_session=False))


def _handed(kept: dict[str, Any]) -> Handed:
    taken_back = {int(number): status for number, status in kept["taken_back"].items()}
    return Handed(kept["moved"], taken_back, kept["added"])
