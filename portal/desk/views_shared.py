"""What the desk's views share: who comes in, and the file of an address, as far as they may read it."""

from flask import abort, g, redirect, request, url_for
from sqlalchemy.orm import Session

from portal.desk import queries
from portal.desk.rules import Reading, reading
from portal.journal.services import Actor, ActorKind, record
from portal.people.models import Person
from portal.people.queries_merges import kept_in
from portal.web.access import PARTNERS, Role
from portal.web.request import now

READERS = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT, Role.ENCADRANT, *sorted(PARTNERS))
ACTORS = (Role.ACCUEIL, Role.PROFESSIONNEL, Role.REFERENT)
PERSON = "/agents/personnes/<int(max=2147483647):person_id>"


def hand() -> Actor:
    """The agent, for the service itself, whoever they act for in other pages."""
    return Actor(ActorKind.AGENT, g.agent.id, place_id=g.agent.place_id)


def file_or_404(database: Session, person_id: int) -> tuple[Person, Reading]:
    """The file of an address and how much of it the agent reads; 404 for one that is not there, or not for them.

    The address of a double leads to the same page of the file it was merged into; what is posted there, to that file.
    """
    person = queries.file(database, person_id)
    if person is None and (kept_id := kept_in(database, person_id)) is not None:
        _lead_to(database, kept_id)
    allowed = reading(queries.links(database, now(), g.agent, [person])[person_id]) if person else None
    if person is None or allowed is None:
        abort(404)
    return person, allowed


def _lead_to(database: Session, kept_id: int) -> None:
    args = request.view_args or {}
    if "person_id" not in args or not queries.reads_file(database, now(), g.agent, kept_id):
        return
    if request.method in {"GET", "HEAD"}:
        abort(redirect(url_for(str(request.endpoint), **(args | {"person_id": kept_id}))))
    abort(redirect(url_for("desk.person", person_id=kept_id, fait="deja-reunie"), 303))


def note_reading(database: Session, person_id: int) -> None:
    """One line of the journal: this agent has read the file of a person, on whatever page shows it."""
    record(
        database,
        now(),
        actor=hand(),
        verb="file.read",
        for_person_id=person_id,
        object_kind="person",
        object_id=person_id,
    )
