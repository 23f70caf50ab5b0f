"""Who an appointment is for, and who is told: files found or made, and how many appointments each may have.

A person at their limit is refused openly only where it is proven to be them: to staff, to someone signed in or acted
for, to an invited person, and for the appointments that this very browser has booked. Anybody else who types the same
identity must learn nothing: they get a file apart, flagged to staff, who see both.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from portal.booking import queries
from portal.booking.models import Appointment, AppointmentStatus, Invitation, Participation
from portal.booking.rules import BookingRefusal, BookingRequest
from portal.directory.models import Motif
from portal.journal.services import Actor
from portal.people.models import Person
from portal.people.rules import Identity, completed, contact_of, identity_of, written_as
from portal.people.services import (
    card_for,
    find_or_create,
    find_or_create_relative,
    lock_identities,
)
from portal.refusal import Refused


@dataclass(frozen=True)
class Files:
    """The files that a request names by number: of whoever books, and of theirs; none for somebody unknown.

    `booked`: what this browser has booked already, in any of its tabs.
    """

    booker: Person | None
    relatives: tuple[Person, ...]
    booked: tuple[Appointment, ...]

    def concerned(self, request: BookingRequest) -> tuple[Identity, ...]:
        """Those the appointment is for: as their file writes them, or as typed."""
        named = tuple(identity_of(person) for person in self.relatives)
        return (*named, *request.relatives) or (self.of_booker(request),)

    def of_booker(self, request: BookingRequest) -> Identity:
        """Who books."""
        return identity_of(self.booker) if self.booker else request.booker


@dataclass(frozen=True)
class Party:
    """The people an appointment is for, and the card on which they are told when their file does not say it.

    `typed`: by key, the relatives as whoever books writes them. `chooses_paper`: the card or the file that has the
    garantie papier because whoever books asked for it here.
    """

    people: tuple[Person, ...]
    told: Person | None
    typed: Mapping[str, Identity] = field(default_factory=dict)
    chooses_paper: Person | None = None

    @property
    def ids(self) -> list[int]:
        """Their numbers, in order."""
        return sorted(person.id for person in self.people)

    def participations(self) -> list[Participation]:
        """A row for each of them."""
        return [self._participation(person) for person in self.people]

    def _participation(self, person: Person) -> Participation:
        typed = self.typed.get(person.match_key)
        if typed is None or written_as(typed) == written_as(person):
            return Participation(person=person)
        family_name, given_names = written_as(typed)
        return Participation(person=person, family_name=family_name, given_names=given_names)


def files_of(session: Session, now: datetime, request: BookingRequest) -> Files:
    """The files that a request names by number. Raises `Refused` (NOT_THEIRS) when one is not theirs, or is a card."""
    booked = tuple(queries.appointments_of_browser(session, now, request.known_appointment_ids, request.browser))
    if request.person_id is None:
        return Files(None, (), booked)
    booker = queries.file(session, request.person_id)
    relatives = queries.relatives_among(session, booker.id, request.relative_ids) if booker else []
    if booker is None or len(relatives) != len(set(request.relative_ids)):
        raise Refused(BookingRefusal.NOT_THEIRS)
    return Files(booker, tuple(relatives), booked)


def booked_already(request: BookingRequest, files: Files) -> Appointment | None:
    """What this browser has already booked: the same hour, motif and place, for the same people."""
    keys = sorted(identity.key for identity in files.concerned(request))
    wanted = (request.starts_at, request.motif_id, request.place_id, keys)
    for known in files.booked:
        people = sorted(participation.person.match_key for participation in known.participations)
        is_same = (known.starts_at, known.motif_id, known.place_id, people) == wanted
        if is_same and known.status is AppointmentStatus.BOOKED:
            return known
    return None


def party_for(  # noqa: PLR0913 - a request, and what is proven of whoever makes it
    session: Session,
    now: datetime,
    request: BookingRequest,
    motif: Motif,
    *,
    files: Files,
    by: Actor,
    invitation: Invitation | None,
) -> Party:
    """The people of a request. The files are held until the transaction ends, so that counts stay true.

    Raises `Refused`: LIMIT_REACHED, NOT_THEIRS when one of the files was merged meanwhile, or an `IdentityFault`.
    """
    concerned = files.concerned(request)
    if request.relatives or invitation or files.booker:  # else `find_or_create` holds the only one
        lock_identities(session, {files.of_booker(request), *concerned})
    _refuse_merged(session, files, invitation)
    _refuse_own_limit(now, files, motif, concerned)
    proven = by.is_agent or invitation is not None or files.booker is not None
    booker = files.booker or (invitation.person if invitation else _file(session, now, request))
    people = _people(session, now, request, booker, files)
    full = _full(session, now, motif, people)
    if full and proven:
        raise Refused(BookingRefusal.LIMIT_REACHED)
    if full and not request.relatives:
        booker = _file(session, now, request, apart=True)
    people = _people(session, now, request, booker, files, apart=full)
    told = _told(session, now, request, booker, proven=proven)
    asks = request.contact.wants_paper and request.person_id is None
    return Party(
        people,
        told,
        {} if proven else {identity.key: identity for identity in request.relatives},
        (told or booker.guardian or booker) if asks else None,
    )


def _file(session: Session, now: datetime, request: BookingRequest, *, apart: bool = False) -> Person:
    return find_or_create(session, now, identity=request.booker, contact=request.contact, apart=apart)


def _people(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    request: BookingRequest,
    booker: Person,
    files: Files,
    *,
    apart: frozenset[str] = frozenset(),
) -> tuple[Person, ...]:
    """Those concerned, each once; relatives whose key is in `apart` get a new file."""
    if not request.relatives and not files.relatives:
        return (booker,)
    once = {identity.key: identity for identity in request.relatives}
    new = [
        find_or_create_relative(session, now, identity=identity, guardian=booker, apart=key in apart)
        for key, identity in once.items()
    ]
    return tuple({person.id: person for person in (*files.relatives, *new)}.values())


def _full(session: Session, now: datetime, motif: Motif, people: tuple[Person, ...]) -> frozenset[str]:
    """The keys of those who have as many appointments to come as the motif allows."""
    counts = queries.upcoming_counts(session, now, motif.id, [person.id for person in people])
    return frozenset(person.match_key for person in people if counts.get(person.id, 0) >= motif.upcoming_limit)


def _refuse_merged(session: Session, files: Files, invitation: Invitation | None) -> None:
    """A file that was merged into another while this booking waited for it: what is booked must not be lost there."""
    read = [files.booker, *files.relatives, invitation.person if invitation else None]
    if queries.any_merged(session, [person.id for person in read if person]):
        raise Refused(BookingRefusal.NOT_THEIRS)


def _refuse_own_limit(now: datetime, files: Files, motif: Motif, concerned: tuple[Identity, ...]) -> None:
    counts = Counter(
        participation.person.match_key
        for known in files.booked
        if known.motif_id == motif.id and known.status is AppointmentStatus.BOOKED and known.starts_at > now
        for participation in known.participations
    )
    if any(counts[identity.key] >= motif.upcoming_limit for identity in concerned):
        raise Refused(BookingRefusal.LIMIT_REACHED)


def _told(session: Session, now: datetime, request: BookingRequest, booker: Person, *, proven: bool) -> Person | None:
    """The card on which they are told. Whoever is proven to be them leaves out what their file says already."""
    if request.person_id is not None:
        return None
    if not proven:
        return card_for(session, now, person=booker, contact=request.contact, identity=request.booker)
    file = booker.guardian or booker
    return card_for(session, now, person=file, contact=completed(contact_of(file), request.contact))
