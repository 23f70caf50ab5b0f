"""The code of a letter: sent to the address on the file, opened once with the birth date."""

from datetime import date, datetime
from hmac import compare_digest
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.codes import read_code
from portal.directory.models import Departement
from portal.identity import queries
from portal.identity.rules import MOST_TRIES, CodeFault, LetterFault, is_same_address
from portal.journal.services import VISITOR, Actor, record
from portal.letters.rules_deadlines import code_until
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to
from portal.notifications.queries_post import calendar_of
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Challenge, Purpose
from portal.people.rules import Identity
from portal.refusal import Refused
from portal.sealing import Sealer

SENT, NOT_SENT = "sign_in.letter_sent", "sign_in.letter_refused"


def send_activation(  # noqa: PLR0913 - to whom, by whom, and the words of the letter
    session: Session,
    now: datetime,
    *,
    person: Person,
    sealer: Sealer,
    departement: Departement,
    base_url: str,
    by: Actor,
) -> Challenge:
    """Promises the letter that bears a person's activation code, to the address of their file and nowhere else.

    The code has 8 characters and serves once, to the end of the day that its letter names, as long as the address of
    the file stays this one: 30 days after the letter should arrive, by the post that it leaves with. It opens the
    level `known` when an agent has confirmed the address. Letters that cross in the post all open, until one has.
    Raises Refused (LetterFault.NO_ADDRESS).
    """
    if not may_reach(person):
        raise Refused(LetterFault.NO_ADDRESS)
    challenge = _write(
        session,
        now,
        sealer=sealer,
        to=_lines(person),
        person=person,
        context=base_context(departement, base_url, person=person),
    )
    _note(session, now, by=by, verb=SENT, person_id=person.id, challenge_id=challenge.id)
    return challenge


def ask_letter(  # noqa: PLR0913 - what was typed, and the words of the letter
    session: Session,
    now: datetime,
    *,
    identity: Identity,
    address: list[str],
    sealer: Sealer,
    departement: Departement,
    base_url: str,
) -> bool:
    """Sends the letter to whoever typed the names, birth date and address of one file; gives whether one left.

    Nobody may learn it from the answer, nor from the time it takes: when no file agrees, the same rows are written,
    and undone. The caller limits how many are asked for. A file whose space may not be told apart from another's
    (two files with these names and this address) gets the letter of the oldest. Not to a place that keeps letters: its
    street is public, and letters are handed over there on a name and a birth date alone. An agent sends that one.
    """
    files = queries.files_named(session, identity)
    # An address that somebody acting for the person wrote brings no key to it.
    own = [file for file in files if "address" not in file.lent_ways and file.letters_kept_at_id is None]
    theirs = [file for file in own if may_reach(file)]
    fitting = [file for file in theirs if is_same_address(address, file.address)]
    person = fitting[0] if fitting else None
    context = base_context(departement, base_url, person=person)
    with session.begin_nested() as attempt:
        challenge = _write(
            session,
            now,
            sealer=sealer,
            to=_lines(person) if person else "\n".join(address),
            person=person,
            context=context,
        )
        challenge_id = challenge.id
        if person is None:
            attempt.rollback()
    _note(
        session,
        now,
        by=VISITOR,
        verb=SENT if person else NOT_SENT,
        person_id=person.id if person else None,
        challenge_id=challenge_id if person else None,
    )
    return person is not None


def open_letter(session: Session, now: datetime, *, code: str, birth_date: date, sealer: Sealer) -> Challenge | Refused:
    """The challenge of a letter that its code and its person's birth date have just opened, used from now on.

    The try is counted before anything is compared, and the fifth wrong date ends the code: the caller commits either
    way. `CodeFault.WRONG` says no more than that the two do not go together.
    """
    counted = session.scalars(
        update(Challenge)
        .where(
            Challenge.code_hash == sealer.hash("code", read_code(code) or ""),
            Challenge.purpose == Purpose.LETTER,
            Challenge.used_at.is_(None),
            Challenge.expires_at > now,
            Challenge.tries < MOST_TRIES,
        )
        .values(tries=Challenge.tries + 1)
        .returning(Challenge)
        .execution_options(populate_existing=True)
    ).all()
    opened = next((one for one in counted if _is_theirs(session, one, birth_date)), None)
    if opened is None:
        known = counted[0] if counted else None
        _note(
            session,
            now,
            by=VISITOR,
            verb="sign_in.failed",
            person_id=known.person_id if known else None,
            challenge_id=known.id if known else None,
        )
        return Refused(CodeFault.WRONG)
    _end_all(session, now, opened)
    return opened


def may_reach(person: Person) -> bool:
    """Whether a letter may bring a code to the address of a file: there is one, and letters do arrive there."""
    return bool(person.address) and person.address_state not in {RouteState.DOUBTFUL, RouteState.FAILED}


def _is_theirs(session: Session, challenge: Challenge, birth_date: date) -> bool:
    person = session.get_one(Person, challenge.person_id)
    is_same_day = compare_digest(person.birth_date.isoformat(), birth_date.isoformat())
    return is_same_day and _lines(person) == challenge.to


def _end_all(session: Session, now: datetime, opened: Challenge) -> None:
    session.execute(
        update(Challenge)
        .where(
            Challenge.person_id == opened.person_id, Challenge.purpose == Purpose.LETTER, Challenge.used_at.is_(None)
        )
        .values(used_at=now)
    )
    session.refresh(opened)


def _write(  # noqa: PLR0913 - a challenge's own parts
    session: Session, now: datetime, *, sealer: Sealer, to: str, person: Person | None, context: dict[str, object]
) -> Challenge:
    key, post = uuid4(), calendar_of(session)
    until = code_until(post, now)
    challenge = Challenge(
        key=key,
        code_hash=sealer.hash("code", sealer.letters(key)),
        purpose=Purpose.LETTER,
        to=to,
        person_id=person.id if person else None,
        browser_hash=None,
        is_vouched=person is not None and person.address_confirmed_at is not None,
        created_at=now,
        expires_at=post.end_of(until),
        tries=0,
    )
    session.add(challenge)
    session.flush()
    send_to(
        session,
        now,
        kind="activation_code",
        route=Route.LETTER,
        to=to,
        context=context | {"challenge": str(key), "until": until.isoformat()},
        expires_at=challenge.expires_at,
        subject="challenge",
        subject_id=challenge.id,
        person_id=person.id if person else None,
    )
    return challenge


def _note(  # noqa: PLR0913 - a line's own columns
    session: Session, now: datetime, *, by: Actor, verb: str, person_id: int | None, challenge_id: int | None
) -> None:
    record(session, now, actor=by, verb=verb, for_person_id=person_id, object_kind="challenge", object_id=challenge_id)


def _lines(person: Person) -> str:
    return "\n".join(person.address)
