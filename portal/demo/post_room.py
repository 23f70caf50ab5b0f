"""The print room of the demonstration: a run that the post took last week, one to print today, letters that wait.

Made through the same services as everyone's, each at its own moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.database import Database
from portal.directory.models import Departement
from portal.journal.services import Actor
from portal.letters.desk import PrintRoom
from portal.letters.models import PrintRun, ReturnReason
from portal.letters.queries_runs import UNTRUSTED, letters_of
from portal.letters.services_hand import make_by_hand
from portal.letters.services_post import count, mark_printed, post
from portal.letters.services_returns import note_return
from portal.letters.services_runs import make_file, make_run
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import base_context, tell_person
from portal.notifications.queries_post import calendar_of
from portal.people.models import Agent, Person
from portal.people.rules import match_key
from portal.sealing import Sealer

_ROOM = "olivier-sauterelle"
_FAMILIES = (
    "Timbre", "Tampon", "Cachet-Postal", "Papier-Bulle", "Coupe-Papier", "Bordereau", "Registre", "Étiquette",
    "Ficelle", "Carton", "Pli", "Sacoche", "Pèse-Lettre", "Boîte-Rouge",
)  # fmt: skip
_GIVEN = ("Yvonne", "Roger", "Lucette", "Marcelin", "Odile", "Raymond", "Suzanne")
_TOWNS = ("62000 ARRAS", "62300 LENS", "62100 CALAIS", "62500 SAINT OMER", "62200 BOULOGNE SUR MER", "62400 BETHUNE")
_OLDEST, _APART = date(1938, 5, 11), timedelta(days=401)
_NEW_ADDRESS = ["31 RUE DU NOUVEAU TOIT", "62800 LIEVIN"]
_BEFORE = timedelta(hours=5)  # what the run of a cut-off took was told in the morning
_WEEK, _DAY = timedelta(days=7), timedelta(days=1)
_TODAY, _WAITING = 6, 5  # letters


@dataclass(frozen=True)
class _Scene:
    """When, with whom, and whose hands; `base_url` has no trailing slash."""

    now: datetime
    people: Sequence[Person]
    paper: PrintRoom
    by: Actor
    base_url: str


def open_post_room(database: Database, now: datetime, base_url: str, sealer: Sealer) -> None:
    """Lays what the print room has before it. Safe to repeat: on the same day it adds nothing.

    On a later day, letters that wait.
    """
    with database.transaction() as session:
        by = Actor.agent(session.scalars(select(Agent.id).where(Agent.key == _ROOM)).one())
        scene = _Scene(now, _people(session, now), PrintRoom(base_url, sealer), by, base_url)
        if session.scalar(select(PrintRun.id).limit(1)) is None:
            _last_week(session, scene)
            _this_morning(session, scene)
        if not _told_today(session, scene):
            for person in scene.people[:_WAITING]:
                _draw(session, scene, now, person, "contact_changed", what="mobile", by="agent")


def _last_week(session: Session, scene: _Scene) -> None:
    """A run of its cut-off, printed, counted and posted; one of its letters came back yesterday."""
    calendar = calendar_of(session)
    at = calendar.last_cut_off(scene.now - _WEEK)
    for person in scene.people:
        _draw(session, scene, at - _BEFORE, person, "paper_chosen")
    run = make_run(session, at, post=calendar, by=None, cut_off_at=at)
    if run is None:
        return
    files = _make_files(session, at, run)
    given: dict[str, Any] = {"run_id": run.id, "by": scene.by}
    mark_printed(session, at + timedelta(minutes=12), counter=run.sheets + files, **given)
    count(session, at + timedelta(minutes=35), letters=run.letters, sheets=run.sheets, **given)
    post(session, at + timedelta(minutes=50), posted_on=calendar.day_of(at), post=calendar, **given)
    back = letters_of(session, run.id)[-1]
    note_return(session, scene.now - _DAY, reference=back.reference, reason=ReturnReason.UNKNOWN, by=scene.by)


def _this_morning(session: Session, scene: _Scene) -> None:
    """A run made by hand, to print; somebody has moved since, and their letter is to be pulled."""
    at = scene.now - timedelta(minutes=40)
    mine = [person for person in scene.people if person.address_state not in UNTRUSTED][:_TODAY]
    for person in mine:
        _draw(session, scene, at, person, "preferences_changed", changes=["large_print"])
    made = make_by_hand(session, at, post=calendar_of(session), seen=_latest(session), by=scene.by)
    if made is not None:
        _make_files(session, at, made.run)
        mine[-1].address = _NEW_ADDRESS
    session.flush()


def _make_files(session: Session, at: datetime, run: PrintRun) -> int:
    """Makes the files of a run; how many."""
    made = 0
    while make_file(session, at, run_id=run.id):
        made += 1
    return made


def _latest(session: Session) -> int:
    return session.scalar(select(PrintRun.id).order_by(PrintRun.id.desc()).limit(1)) or 0


def _draw(session: Session, scene: _Scene, at: datetime, person: Person, kind: str, **words: Any) -> None:
    """Tells somebody something by post, and draws the letter."""
    departement = session.get_one(Departement, 1)
    context = base_context(departement, scene.base_url, person=person, **words)
    told = tell_person(session, at, kind=kind, person=person, context=context, subject="person", subject_id=person.id)
    for message in told:
        if message.route is Route.LETTER and message.status is Status.WAITING:
            scene.paper.draw(session, message, at)
    session.flush()


def _told_today(session: Session, scene: _Scene) -> bool:
    latest = select(Message.created_at).where(
        Message.person_id.in_([person.id for person in scene.people]), Message.kind == "contact_changed"
    )
    told_at = session.scalar(latest.order_by(Message.created_at.desc(), Message.id).limit(1))
    return told_at is not None and paris_day(told_at) >= paris_day(scene.now)


def _people(session: Session, now: datetime) -> list[Person]:
    """Those who live by letter and by phone, in a steady order; made if they are not there."""
    wanted = [_person(now, number, family) for number, family in enumerate(_FAMILIES)]
    keys = [person.match_key for person in wanted]
    rows = session.scalars(select(Person).where(Person.match_key.in_(keys)).order_by(Person.id.desc()))
    known = {person.match_key: person for person in rows}
    people = [known.get(person.match_key, person) for person in wanted]
    session.add_all(people)
    session.flush()
    return people


def _person(now: datetime, number: int, family_name: str) -> Person:
    given_names, birth_date = _GIVEN[number % len(_GIVEN)], _OLDEST + number * _APART
    return Person(
        family_name=family_name,
        given_names=given_names,
        birth_date=birth_date,
        match_key=match_key(family_name, given_names, birth_date),
        landline=f"+333530102{number:02}",
        address=[f"{number + 2} RUE DU PAPIER A LETTRES", _TOWNS[number % len(_TOWNS)]],
        wants_paper=True,
        wants_large_print=number % 5 == 1,
        letters_chosen_at=now,
        created_at=now,
    )
