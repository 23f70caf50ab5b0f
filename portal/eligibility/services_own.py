"""The pre-diagnostic's parts of a person's own data: what they keep of it, taken away, and forgotten."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.booking.models import Appointment
from portal.clock import paris_day
from portal.directory import queries as directory
from portal.eligibility import rules_own_household as foyer
from portal.eligibility.models import SavedAnswers
from portal.eligibility.queries import book_in_force, book_of_version, saved_of
from portal.eligibility.rules_household import CHILDREN, COMMUNE
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_own import ENTRY, KEY, LABELS, MEANING, TITLE, unreadable_tree, version_tree
from portal.journal.services import Actor, record
from portal.people.models_household import Household
from portal.people.own_data import OwnPart, Tree, add_part
from portal.people.services_household import forget_household
from portal.sealing import Sealer


def versions_of(session: Session, sealer: Sealer, person_id: int) -> list[Tree]:
    """Every version that a person keeps, oldest first, read with the book that it was answered to.

    One that another secret key sealed says so, and keeps nobody from the rest of their data.
    """
    return [_tree(session, sealer, saved) for saved in reversed(saved_of(session, person_id))]


def forget_versions(session: Session, now: datetime, person_id: int, by: Actor) -> None:
    """Erases every version of a person, and whom they were shown to; a line of the journal for each. Does not commit.

    The caller holds the person's row, as whoever keeps one does.
    """
    numbers = select(SavedAnswers.id).where(SavedAnswers.person_id == person_id).order_by(SavedAnswers.id)
    for number in session.scalars(numbers.with_for_update()).all():
        session.execute(delete(SavedAnswers).where(SavedAnswers.id == number))
        record(
            session,
            now,
            actor=by,
            verb="rights.removed",
            for_person_id=person_id,
            object_kind="saved_answers",
            object_id=number,
        )


def households_of(session: Session, _sealer: Sealer, person_id: int) -> list[Tree]:
    """What a person's file keeps of their household; what a merged file kept before it too, oldest first."""
    own = select(Household).where(Household.person_id == person_id)
    found, communes = book_in_force(session), directory.commune_index(session)
    question = found[1].questions.get(CHILDREN) if found else None
    titles = {choice.key: choice.title for choice in question.choices} if question else {}
    trees = []
    for row in session.scalars(own.order_by(Household.told_at, Household.id)):
        commune = communes.get(row.commune or "")
        trees.append(foyer.household_tree(row, titles, commune.name if commune else row.commune))
    return trees


def _tree(session: Session, sealer: Sealer, saved: SavedAnswers) -> Tree:
    text = sealer.open(saved.sealed)
    if text is None:
        return unreadable_tree(saved)
    kept, day = Kept.read(text), paris_day(saved.saved_at)
    insee = kept.answers.get(COMMUNE, "")
    commune = directory.commune_index(session).get(insee)
    territory = directory.territory_of(session, insee, day) if commune else None
    numbers = {share.appointment_id for share in saved.shares if share.appointment_id is not None}
    hours = select(Appointment.id, Appointment.starts_at).where(Appointment.id.in_(numbers)).order_by(Appointment.id)
    starts = {row.id: row.starts_at for row in session.execute(hours)}
    return version_tree(
        saved,
        book_of_version(session, saved.book_id),
        kept,
        names={insee: commune.name} if commune else {},
        territories={insee: territory.key} if territory else {},
        shares=[(share, starts.get(share.appointment_id)) for share in saved.shares],
    )


add_part(OwnPart(KEY, MEANING, TITLE, ENTRY, LABELS, versions_of, forget_versions))
add_part(
    OwnPart(foyer.KEY, foyer.MEANING, foyer.TITLE, foyer.ENTRY, foyer.LABELS, households_of, forget_household),
)
