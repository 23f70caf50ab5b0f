"""The invented people whom the agents of the demonstration receive: those with a story, and the others of the house."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.demo.seed import INVENTED, file_of
from portal.files.folder import Folder
from portal.files.report import FilesError
from portal.people.models import Person
from portal.people.rules import match_key

_FAMILIES = (
    "Abat-Jour", "Agrafe", "Aquarelle", "Bobine", "Bougeoir", "Broderie", "Cachet", "Cadran", "Carafe", "Ciseau",
    "Corbeille", "Coussin", "Crayon", "Édredon", "Encrier", "Enveloppe", "Épingle", "Étagère", "Flûte", "Gouache",
    "Grelot", "Guirlande", "Harmonica", "Jumelle", "Loupe", "Marionnette", "Métronome", "Mosaïque", "Oreiller",
    "Panier", "Passoire", "Pinceau", "Plumier", "Ruban", "Soucoupe", "Tamis", "Tiroir", "Trombone", "Vitrail", "Volet",
)  # fmt: skip
_GIVEN = (
    "Aïcha", "Bernard", "Carmen", "Djibril", "Élise", "Fatoumata", "Georges", "Henriette", "Ivan", "Jocelyne",
    "Kévin", "Leïla", "Marguerite", "Nicolas", "Ophélie", "Patrick", "Rosalie", "Samir", "Thi Mai",
)  # fmt: skip
_CHILDREN = (
    "Anna", "Bilal", "Clara", "Diego", "Emma", "Félix", "Gabin", "Hugo", "Ismaël", "Jade", "Kenza", "Liam", "Mila",
    "Nour", "Oscar", "Paul", "Romane", "Sofia", "Tom", "Zoé",
)  # fmt: skip
_OLDEST = date(1945, 2, 7)
_APART = timedelta(days=523)  # from one birth date to the next
_FIRST_BORN = date(2022, 1, 19)


@dataclass(frozen=True)
class Crowd:
    """People without a story, in a steady order."""

    adults: list[Person]
    children: list[Person]


def neighbours(session: Session, now: datetime) -> dict[str, Person]:
    """The files of those who have a story, by key, made if they are not there."""
    folder, people = Folder(INVENTED), dict[str, Person]()
    for row in folder.tables("neighbours.toml", {"person": "key"})["person"]:
        key = row.key("key")
        people[key] = _kept_of(session, file_of(session, now, row, people))
    if folder.faults:
        raise FilesError(folder.faults)
    session.flush()
    return people


def crowd(session: Session, now: datetime) -> Crowd:
    """The files of the others, made if they are not there: forty adults, and twenty children of every other of them."""
    adults = [_adult(now, number, family) for number, family in enumerate(_FAMILIES)]
    adults = _kept(session, adults)
    children = _kept(session, [_child(now, number, adults[number * 2]) for number in range(len(_CHILDREN))])
    return Crowd(adults, children)


def _kept_of(session: Session, person: Person) -> Person:
    """The file of a person, or the one that whoever tries the demonstration merged it into."""
    while person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id)
    return person


def _adult(now: datetime, number: int, family_name: str) -> Person:
    """One in three has an e-mail, most a mobile; the others a landline, and every other of those the paper."""
    has_mobile, has_email, last = number % 4 != 3, number % 3 == 0, f"{number:02}"
    is_on_paper = not has_mobile and number % 8 == 3
    return _file(
        now,
        family_name,
        _GIVEN[number % len(_GIVEN)],
        _OLDEST + number * _APART,
        mobile=f"+336399801{last}" if has_mobile else None,
        email=f"personne{last}@demo.example" if has_email else None,
        landline=None if has_mobile else f"+333530101{last}",
        address=[f"{number + 1} RUE DE L EXEMPLE", "62000 ARRAS"] if is_on_paper else [],
        wants_paper=is_on_paper,
    )


def _child(now: datetime, number: int, guardian: Person) -> Person:
    born = _FIRST_BORN + number * timedelta(days=67)
    return _file(now, guardian.family_name, _CHILDREN[number], born, guardian_id=guardian.id)


def _file(now: datetime, family_name: str, given_names: str, birth_date: date, **others: object) -> Person:
    return Person(
        family_name=family_name,
        given_names=given_names,
        birth_date=birth_date,
        match_key=match_key(family_name, given_names, birth_date),
        created_at=now,
        **others,
    )


def _kept(session: Session, wanted: list[Person]) -> list[Person]:
    """The files of these people, in the same order: those that are there, else as given."""
    keys = [person.match_key for person in wanted]
    rows = session.scalars(select(Person).where(Person.match_key.in_(keys)).order_by(Person.id.desc()))
    known = {person.match_key: person for person in rows}
    files = [_kept_of(session, known.get(person.match_key, person)) for person in wanted]
    session.add_all(files)
    session.flush()
    return files
