"""Those found by a search, as the agent who looked may read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import g
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.desk import queries
from portal.desk.queries_search import MOST, Next, next_appointments
from portal.desk.rules import Link, Reading, reading
from portal.desk.views_shared import hand
from portal.directory import queries as directory
from portal.journal.services import record
from portal.people.models import Person
from portal.people.rules import age_on
from portal.web.request import now


@dataclass(frozen=True)
class Row:
    """Somebody found, as this agent may read them. `is_whole`: all of it; else the names and the next appointment."""

    person: Person
    is_whole: bool
    age: int
    town: str
    following: Next | None


def rows_of(database: Session, people: Sequence[Person]) -> Sequence[Row]:
    """Those of these people whom the agent may read, as they may read them."""
    of_role = reading(Link(g.agent.roles))  # an accueil reads everyone: what ties them to each need not be asked
    links = {} if of_role is Reading.WHOLE else queries.links(database, now(), g.agent, people)
    following = next_appointments(database, now(), [person.id for person in people])
    communes = directory.commune_index(database)
    rows = []
    for person in people:
        how_much = of_role or reading(links[person.id])
        if how_much is not None:
            line = person.address[-1] if person.address else ""
            commune = communes.sure(line) if line else None
            town = commune.name if commune else line.partition(" ")[2].title()
            age = age_on(person.birth_date, paris_day(now()))
            rows.append(Row(person, how_much is Reading.WHOLE, age, town, following.get(person.id)))
    return rows


def said_of(rows: Sequence[Row]) -> str:
    """How many, in words."""
    if not rows:
        return str(_("Aucune fiche que vous pouvez ouvrir ne correspond."))
    if len(rows) > MOST:
        return str(_("Plus de %(most)s personnes. Précisez votre recherche.", most=MOST))
    return str(ngettext("Une personne trouvée.", "%(num)s personnes trouvées.", len(rows)))


def note_search(database: Session, rows: Sequence[Row]) -> None:
    """One line of the journal: how many were found, and no word of what was typed."""
    record(database, now(), actor=hand(), verb="people.searched", found=min(len(rows), MOST))
