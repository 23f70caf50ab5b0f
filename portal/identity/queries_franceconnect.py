"""What an identity of FranceConnect is compared with."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.identity.rules_matching import Pivot, family_keys
from portal.people.models import Person
from portal.people.models_credentials import Credential, CredentialKind, IdentityCase
from portal.people.queries_merges import is_file


def joined(session: Session, subject: str) -> tuple[Credential, Person] | None:
    """The credential of an identifier of FranceConnect, and the file that it opens."""
    found = session.execute(
        select(Credential, Person)
        .join(Person, Person.id == Credential.person_id)
        .where(
            Credential.kind == CredentialKind.FRANCECONNECT, Credential.value == subject, Credential.ended_at.is_(None)
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def files_to_compare(session: Session, pivot: Pivot) -> list[Person]:
    """The files that may be of an identity, oldest first: same birth date, a family name like theirs.

    Neither cards nor people who have a guardian: nobody signs in to those.
    """
    named = [Person.match_key.contains(key, autoescape=True) for key in sorted(family_keys(pivot))]
    return list(
        session.scalars(
            select(Person)
            .where(
                Person.birth_date.between(pivot.born.first, pivot.born.last),
                is_file(),
                Person.guardian_id.is_(None),
                or_(*named),
            )
            .order_by(Person.id)
        )
    )


def taken(session: Session, person_ids: Collection[int]) -> frozenset[int]:
    """Those of these files that FranceConnect opens already."""
    return frozenset(credential.person_id for credential in in_use(session, person_ids))


def in_use(session: Session, person_ids: Collection[int]) -> list[Credential]:
    """The credentials of FranceConnect that open these files, oldest first."""
    return list(
        session.scalars(
            select(Credential)
            .where(
                Credential.kind == CredentialKind.FRANCECONNECT,
                Credential.person_id.in_(person_ids),
                Credential.ended_at.is_(None),
            )
            .order_by(Credential.id)
        )
    )


def case_of(session: Session, subject: str) -> IdentityCase | None:
    """The case of an identifier of FranceConnect, open or closed; there is one at most."""
    return session.scalars(select(IdentityCase).where(IdentityCase.subject == subject)).one_or_none()
