"""Files and credentials, read to know who is at the screen."""

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from portal.people.models import Person
from portal.people.models_credentials import Challenge, Credential, CredentialKind
from portal.people.queries_merges import is_file
from portal.people.rules import Identity


def files_behind(session: Session, kind: CredentialKind, to: str) -> list[Person]:
    """The files that a mobile or an e-mail is written in, or that it was proved for, oldest first; no card.

    What somebody acting for the person wrote there opens nothing.
    """
    proved = select(Credential.person_id).where(_in_use(kind, to))
    written = Person.mobile == to if kind is CredentialKind.MOBILE else func.lower(Person.email) == to.lower()
    is_own = and_(written, ~Person.lent_ways.contains([kind.value]))
    return list(
        session.scalars(
            select(Person)
            .where(or_(is_own, Person.id.in_(proved)), is_file(), Person.guardian_id.is_(None))
            .order_by(Person.id)
        )
    )


def credential_in_use(session: Session, person_id: int, kind: CredentialKind, to: str) -> Credential | None:
    """What the person proved of a mobile or an e-mail, and has not ended."""
    return session.scalars(select(Credential).where(_in_use(kind, to), Credential.person_id == person_id)).one_or_none()


def credentials_of(session: Session, person_id: int, kind: CredentialKind) -> list[Credential]:
    """What the person has proved of a kind and not ended, oldest first."""
    return list(
        session.scalars(
            select(Credential)
            .where(Credential.person_id == person_id, Credential.kind == kind, Credential.ended_at.is_(None))
            .order_by(Credential.id)
        )
    )


def files_named(session: Session, identity: Identity) -> list[Person]:
    """The files with these names and this birth date that answer for themselves, doubles last; no card."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.match_key == identity.key, is_file(), Person.guardian_id.is_(None))
            .order_by(Person.maybe_double, Person.id)
        )
    )


def challenge(session: Session, challenge_id: int) -> Challenge | None:
    """A code that is out, or was."""
    return session.get(Challenge, challenge_id)


def _in_use(kind: CredentialKind, to: str) -> ColumnElement[bool]:
    return and_(Credential.kind == kind, Credential.value == to, Credential.ended_at.is_(None))
