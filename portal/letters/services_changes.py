"""What somebody else changed in a person's file, told where it can safely arrive."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, ActorKind
from portal.letters.address import BadAddressError, printed_lines
from portal.letters.queries_runs import UNTRUSTED
from portal.notifications.models import Route
from portal.notifications.notices import base_context, send_to, tell_person
from portal.notifications.outbox import write
from portal.notifications.planner import TIDINGS_LAST, Tidings, plan_one
from portal.notifications.ways import failed_routes, reach_of, state_of, takes_letters
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind

KIND = "preferences_changed"
OLD_ADDRESS = "address_changed"  # a letter alone, to where letters went before

_TELL_WITHIN = timedelta(days=2)  # a way that messages no longer use is not tried for longer
# What a change of each says is told with it; a number or an address is not written in a message.
_TOLD = {
    "sms": "wants_sms",
    "emails": "wants_email",
    "paper": "wants_paper",
    "large_print": "wants_large_print",
    "discretion": "wants_discretion",
    "silence": "wants_silence",
    "language": "language",
}
_WAYS = ((Route.SMS, CredentialKind.MOBILE, "sms"), (Route.EMAIL, CredentialKind.EMAIL, "emails"))


@dataclass(frozen=True)
class Before:
    """Where letters went until a change, and whether the person may be told there of it."""

    address: tuple[str, ...]
    may_be_told: bool


def before(person: Person) -> Before:
    """What `tell_change` needs to know of a file as it was: taken before anything is written."""
    is_theirs = "address" not in person.lent_ways
    arrives = person.address_state not in UNTRUSTED and _is_printed(person)
    return Before(tuple(person.address), is_theirs and arrives and not _is_hushed(person))


def tell_change(  # noqa: PLR0913 - whose, what changed, by whom, and the words of the messages
    session: Session,
    now: datetime,
    person: Person,
    names: Iterable[str],
    *,
    by: Actor,
    base_url: str,
    was: Before | None = None,
    with_letter: bool = False,
    on_paper: bool = False,
) -> None:
    """Promises that a person is told what somebody else changed in their file; nothing of what they changed themselves.

    `names`: of what changed, as `change_preferences` gives them. They are told by every route that they now choose
    (whoever answers for a relative, for a relative), and a human holds it where there is none. `with_letter`: a letter
    is among them whatever they chose, where one may leave. `was`: the file before, without which no old address is
    told. `on_paper`: it is what they wrote and signed, which an agent has entered: the words then say so.

    An address is told as a mobile and an e-mail are: where the person was reached until then hears of it too, for the
    new one may be a mistake, or a theft. What was decided:

    - The old address gets a letter of its own (`address_changed`), which says neither the new address nor anything of
      the file.
    - It gets nothing when the person wants discretion or silence, before the change or after it: whoever they have fled
      may open that letter box, and would read that they write to us. The form of an agent says so beside the address.
    - It gets nothing when letters come back from it, nor when somebody acting for the person had written it: it may
      never have been theirs, and whoever they flee may be the one who helped.
    - Under a mandate, each mobile and e-mail of the person's own hears of every change, though the helper has put
      another in its place before, or refuses text messages, e-mails or all contact in their name. What the person
      themselves refused stays refused. These words name no address, and for somebody discreet nothing of what changed.
    - An address changed by the person in their own space is told to nobody: who flees can do it alone, and no word
      reaches the home that they left.

    Silence set by somebody else stops every message, letters of the garantie papier among them: they are told of it
    once, by the first way of their own that has worked. Where none has, the place tells them when they come, beside the
    first that has not been tried: nobody rings them. Not those who want discretion, for somebody else may read it; nor
    where two files become one (no `was`): they chose it in one of the two.
    """
    changes = sorted(names)
    if not changes or (by.kind is ActorKind.PERSON and by.mandate_id is None):
        return
    reader = session.get_one(Person, person.guardian_id or person.id)
    said: dict[str, Any] = {"changes": changes, "values": values_told(person, changes)}
    said |= {"on_paper": True} if on_paper else {}
    context = base_context(session.get_one(Departement, 1), base_url, person=reader, **said)
    about: dict[str, Any] = {"subject": "person", "subject_id": person.id}
    told = tell_person(session, now, kind=KIND, person=reader, context=context, place_id=by.place_id, **about)
    if with_letter and told and takes_letters(reader) and Route.LETTER not in {message.route for message in told}:
        write(session, now, told[0], [plan_one(Route.LETTER, Tidings(now), now)])
    until = now + _TELL_WITHIN
    untold = list(_ways_untold(session, person, changes)) if by.mandate_id is not None else []
    for route, to in untold:
        send_to(
            session, now, kind=KIND, route=route, to=to, context=context, expires_at=until, person_id=person.id, **about
        )  # fmt: skip
    if "silence" in changes and was is not None and reader.wants_silence and not untold:
        _tell_silence(session, now, reader, context=context, place_id=by.place_id, about=about)
    if "address" in changes and was is not None:
        tell_old_address(session, now, person, was, by=by, base_url=base_url)


def values_told(person: Person, names: Iterable[str]) -> dict[str, bool | str]:
    """What a file says of each of these parts, where a message may say it."""
    return {name: getattr(person, _TOLD[name]) for name in names if name in _TOLD}


def tell_old_address(  # noqa: PLR0913 - as above
    session: Session, now: datetime, person: Person, was: Before, *, by: Actor, base_url: str
) -> None:
    """Promises a letter to where letters went before, as `tell_change` says; nothing when they still go there."""
    if not was.may_be_told or was.address == tuple(person.address) or _is_hushed(person):
        return
    hand = "agent" if by.kind is ActorKind.AGENT else "person"
    send_to(
        session,
        now,
        kind=OLD_ADDRESS,
        route=Route.LETTER,
        to="\n".join(was.address),
        context=base_context(session.get_one(Departement, 1), base_url, person=person, by=hand),
        expires_at=now + TIDINGS_LAST,
        subject="person",
        subject_id=person.id,
        person_id=person.id,
    )


def _tell_silence(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    person: Person,
    *,
    context: dict[str, Any],
    place_id: int | None,
    about: dict[str, Any],
) -> None:
    """Promises what still leaves, as `tell_change` says."""
    if person.wants_discretion:
        return
    for route in _own_ways(person):
        told = send_to(
            session,
            now,
            kind=KIND,
            route=route,
            to=None,
            context=context,
            expires_at=now + TIDINGS_LAST,
            person_id=person.id,
            **about,
        )
        told.place_id = place_id


def _own_ways(person: Person) -> list[Route]:
    """The first way that has reached a person, and that nobody lent them: by post first under the garantie papier.

    Else the first that has not been tried, and the place: it may never answer, and nothing would take over.
    """
    reach, failed = reach_of(person), failed_routes(person)
    ways = {
        Route.SMS: reach.mobile and reach.wants_sms and "mobile" not in person.lent_ways,
        Route.EMAIL: reach.email and reach.wants_email and "email" not in person.lent_ways,
        Route.LETTER: reach.address and "address" not in person.lent_ways and _is_printed(person),
    }
    order = sorted(ways, key=lambda route: route is not Route.LETTER) if reach.wants_paper else list(ways)
    own = [route for route in order if ways[route] and route not in failed]
    proved = [route for route in own if state_of(person, route) is RouteState.WORKS]
    return proved[:1] or [*own[:1], Route.DESK]


def _ways_untold(session: Session, person: Person, changes: list[str]) -> Iterator[tuple[Route, str]]:
    """The mobiles and e-mails of the person's own that no message of the file tells of these changes."""
    if person.wants_silence and "silence" not in changes:
        return
    for route, kind, choice in _WAYS:
        is_wanted = getattr(person, f"wants_{route.value}")
        if kind.value in changes or not (is_wanted or choice in changes):  # the one replaced is told by itself
            continue
        written = (getattr(person, kind.value) or "").lower()
        own = {value.lower() for value in _proved(session, person, kind)}
        if kind.value not in person.lent_ways:
            own.add(written)
        has_failed = getattr(person, f"{kind.value}_state") is RouteState.FAILED
        if has_failed or (is_wanted and not person.wants_silence):  # or told already
            own.discard(written)
        yield from ((route, value) for value in sorted(own - {""}))


def _proved(session: Session, person: Person, kind: CredentialKind) -> list[str]:
    in_use = (Credential.person_id == person.id, Credential.kind == kind, Credential.ended_at.is_(None))
    return list(session.scalars(select(Credential.value).where(*in_use).order_by(Credential.id)))


def _is_printed(person: Person) -> bool:
    """Whether an envelope can bear the address; none can without one."""
    try:
        printed_lines(f"{person.given_names} {person.family_name}", person.address)
    except BadAddressError:
        return False
    return True


def _is_hushed(person: Person) -> bool:
    return person.wants_discretion or person.wants_silence
