"""What a file says of a person and nobody known has confirmed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.people.models import Person
from portal.people.models_credentials import Credential, CredentialKind


def unvouched_contacts(session: Session, person: Person) -> list[tuple[CredentialKind, str]]:
    """The mobile and the e-mail of a file that were never proved by someone known, nor checked by an agent.

    Whoever made the file may have written their own: someone who has just proved who they are is asked whether these
    are theirs.
    """
    proved = select(Credential.kind, Credential.value).where(
        Credential.person_id == person.id, Credential.ended_at.is_(None), Credential.is_vouched
    )
    vouched = {(kind, value) for kind, value in session.execute(proved.order_by(Credential.id))}
    ways = ((CredentialKind.MOBILE, person.mobile), (CredentialKind.EMAIL, person.email))
    return [(kind, value) for kind, value in ways if value is not None and (kind, value.lower()) not in vouched]
