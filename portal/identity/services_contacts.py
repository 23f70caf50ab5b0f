"""A mobile or an e-mail that takes the place of another, or leaves a file: the one that was there is told."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.identity import queries
from portal.journal.services import Actor, ActorKind, record
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.services_preferences import note_change, note_hand
from portal.web.sessions_list import end_sessions_opened_by

_TELL_WITHIN = timedelta(days=2)  # what is no longer theirs is not tried for longer
_ROUTES = {CredentialKind.MOBILE: Route.SMS, CredentialKind.EMAIL: Route.EMAIL}


def change_contact(  # noqa: PLR0913 - whose, what, by whom, and the words of the message
    session: Session,
    now: datetime,
    *,
    person: Person,
    kind: CredentialKind,
    value: str,
    by: Actor,
    is_vouched: bool,
    departement: Departement,
    base_url: str,
    browser: str | None = None,
    is_proved: bool = True,
) -> None:
    """Writes in the file a mobile (E.164) or an e-mail that its holder has just proved.

    It works, and opens the space from now on (at the level `known` when `is_vouched`); the one it replaces opens it no
    more and is told, unless it had failed; the sessions that it opened end, but that of the key `browser`. The caller
    has had it proved (`check_code`), or says that it was only told (`is_proved`): it has yet to show that it works.
    Written under a mandate, it serves messages alone: it opens nothing, and what the person proved before still opens
    their space. `kind` is a mobile or an e-mail.
    """
    former, had_failed = _written(person, kind)
    is_other = former is not None and _lookup(kind, former) != _lookup(kind, value)
    _write(person, kind, value, RouteState.WORKS if is_proved else RouteState.UNTRIED)
    note_hand(person, kind.value, by)
    if by.mandate_id is None:
        _change_keys(session, now, person, kind, value, is_other=is_other, browser=browser)
        if is_proved or is_vouched:
            prove(session, now, person_id=person.id, kind=kind, value=value, is_vouched=is_vouched)
    record(
        session, now, actor=by, verb=f"contact.{kind.value}_changed", for_person_id=person.id,
        object_kind="person", object_id=person.id,
    )  # fmt: skip
    if former is not None and is_other and not had_failed:
        tell_former(
            session,
            now,
            person=person,
            kind=kind,
            former=former,
            is_by_agent=by.kind is ActorKind.AGENT,
            departement=departement,
            base_url=base_url,
        )


def take_out_contact(  # noqa: PLR0913 - whose, which, by whom, and the words of the message
    session: Session,
    now: datetime,
    *,
    person: Person,
    kind: CredentialKind,
    by: Actor,
    departement: Departement,
    base_url: str,
    browser: str | None = None,
    is_strange: bool = False,
) -> bool:
    """Takes the mobile or the e-mail out of a file; it opens the space no more. False when there is none.

    It is told, unless it had failed, or `is_strange`: it was never the person's, and whoever has it must not learn of
    them. The sessions that it opened end, but that of the key `browser`. Under a mandate what the person proved stays
    theirs. `kind` is a mobile or an e-mail.
    """
    former, had_failed = _written(person, kind)
    if former is None:
        return False
    _write(person, kind, None, RouteState.UNTRIED)
    if by.mandate_id is None:  # whoever helps takes no key from the person
        for credential in queries.credentials_of(session, person.id, kind):
            credential.ended_at = now
        end_sessions_opened_by(session, now, person.id, kind.value, but=browser)
    note_change(session, now, person=person, by=by, names={kind.value})
    if not had_failed and not is_strange:
        tell_former(
            session,
            now,
            person=person,
            kind=kind,
            former=former,
            is_by_agent=by.kind is ActorKind.AGENT,
            departement=departement,
            base_url=base_url,
        )
    return True


def tell_former(  # noqa: PLR0913 - whose, what it was, by whom, and the words of the message
    session: Session,
    now: datetime,
    *,
    person: Person,
    kind: CredentialKind,
    former: str,
    is_by_agent: bool,
    departement: Departement,
    base_url: str,
) -> None:
    """Tells a mobile or an e-mail that it was replaced or taken out of a file; within two days, or not at all."""
    what, by = kind.value, "agent" if is_by_agent else "person"
    send_to(
        session,
        now,
        kind="contact_changed",
        route=_ROUTES[kind],
        to=former,
        context=base_context(departement, base_url, person=person, what=what, by=by),
        expires_at=now + _TELL_WITHIN,
        subject="person",
        subject_id=person.id,
        person_id=person.id,
    )


def _change_keys(  # noqa: PLR0913 - whose, what, and in which browser
    session: Session,
    now: datetime,
    person: Person,
    kind: CredentialKind,
    value: str,
    *,
    is_other: bool,
    browser: str | None,
) -> None:
    """Ends what other mobiles or e-mails of a person opened, and the sessions that they opened."""
    for credential in queries.credentials_of(session, person.id, kind):
        if credential.value != _lookup(kind, value):
            credential.ended_at = now
            is_other = True
    if is_other:
        end_sessions_opened_by(session, now, person.id, kind.value, but=browser)


def prove(  # noqa: PLR0913 - whose, what, and how sure
    session: Session, now: datetime, *, person_id: int, kind: CredentialKind, value: str, is_vouched: bool
) -> Credential:
    """The credential of a mobile or e-mail that has just been proved: made, or proved again. Once vouched, it stays."""
    # Held: the button pressed twice would else make it twice.
    session.scalars(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True)).one()
    known = queries.credential_in_use(session, person_id, kind, _lookup(kind, value))
    if known is None:
        known = Credential(person_id=person_id, kind=kind, value=_lookup(kind, value), is_vouched=False)
        session.add(known)
    known.proved_at = now
    known.is_vouched = known.is_vouched or is_vouched
    session.flush()
    return known


def _written(person: Person, kind: CredentialKind) -> tuple[str | None, bool]:
    if kind is CredentialKind.MOBILE:
        return person.mobile, person.mobile_state is RouteState.FAILED
    return person.email, person.email_state is RouteState.FAILED


def _write(person: Person, kind: CredentialKind, value: str | None, state: RouteState) -> None:
    if kind is CredentialKind.MOBILE:
        person.mobile, person.mobile_state = value, state
    else:
        person.email, person.email_state = value, state


def _lookup(kind: CredentialKind, value: str) -> str:
    return value.lower() if kind is CredentialKind.EMAIL else value
