"""All that is known of a person, to take away: a ZIP with the data for machines and for people, and the letters."""

import json
from datetime import datetime
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from portal.clock import paris
from portal.directory.models import Departement
from portal.journal.queries import lines_for_person
from portal.journal.services import Actor, record
from portal.journal.verbs import sentence
from portal.letters.record import draw_record
from portal.people.models import Person
from portal.people.own_data import own_parts
from portal.people.queries_merges import merged_into
from portal.sealing import Sealer
from portal.space import queries
from portal.space.queries_papers import papers_of
from portal.space.rules_export import (
    KEYS,
    Tree,
    action_tree,
    appointment_tree,
    choices_tree,
    connection_tree,
    identity_tree,
    iso,
    mandate_tree,
    message_tree,
    paper_tree,
    proof_tree,
    relative_tree,
    ways_tree,
)
from portal.space.rules_export_read import record_of
from portal.web.sessions_list import sessions_of_person

DATA, READABLE, LETTERS = "donnees.json", "donnees.pdf", "lettres"


def export(  # noqa: PLR0913 - whose, by whom, how well known
    session: Session, now: datetime, *, person_id: int, by: Actor, is_known: bool, sealer: Sealer, file: IO[bytes]
) -> None:
    """Writes the ZIP of a person's data into `file`, and one line in the journal.

    `is_known`: who asks has proved who they are; otherwise what only that level may see is left out. Letters are read
    one at a time; those that bear a code are not among them.
    """
    person = queries.person_of(session, person_id)
    record(session, now, actor=by, verb="data.exported", for_person_id=person_id)
    tree = data_of(session, now, person, is_known=is_known, sealer=sealer)
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_named(DATA, now), json.dumps(tree, ensure_ascii=False, indent=2).encode())
        author = session.get_one(Departement, 1).author
        archive.writestr(_named(READABLE, now), draw_record(record_of(tree, author, own_parts())))
        for message_id in queries.letters_of(session, person):
            letter = queries.drawn(session, message_id)
            if letter.pdf is not None:  # kept for 30 days after the post took it; its words are in the data for good
                archive.writestr(_named(f"{LETTERS}/{letter.reference}.pdf", now), letter.pdf)
            session.expunge(letter)


def data_of(session: Session, now: datetime, person: Person, *, is_known: bool, sealer: Sealer) -> Tree:
    """The data as one tree of JSON values, whose keys are explained under "lisez_moi".

    What features keep beside the file comes last (`people.own_data`).
    """
    relatives = queries.relatives_of(session, person.id)
    own = [person.id, *(relative.id for relative in relatives)]
    appointments = sorted(
        queries.all_appointments_of(session, person.id), key=lambda one: (one.starts_at, one.id), reverse=True
    )
    beside = own_parts() if is_known else ()
    return {
        "lisez_moi": KEYS | {part.key: part.meaning for part in beside},
        "cree_le": iso(now),
        "acces": "complet" if is_known else "simple",
        "identite": identity_tree(person, is_known=is_known),
        "moyens": ways_tree(person),
        "choix": choices_tree(person),
        "preuves": [proof_tree(one, is_known=is_known) for one in queries.proofs_of(session, person.id)],
        "proches": [relative_tree(one) for one in relatives],
        "rendez_vous": [appointment_tree(one, own) for one in appointments],
        "messages": [message_tree(one, now) for one in queries.all_messages_of(session, person)],
        "mandats": [mandate_tree(one) for one in queries.mandates_of(session, person.id)],
        "papiers": [paper_tree(*paper) for paper in papers_of(session, person.id)],
        "actions": _actions(session, person.id),
        "connexions": [
            connection_tree(one.device, one.created_at, one.seen_at)
            for one in sessions_of_person(session, now, person.id)
        ],
    } | {part.key: part.trees(session, sealer, person.id) for part in beside}


def _actions(session: Session, person_id: int) -> list[Tree]:
    trees: list[Tree] = []
    files = [person_id, *merged_into(session, person_id)]
    number, has_more = 1, True
    while has_more:
        found = lines_for_person(session, files, number, 500)
        trees += [action_tree(line, sentence(line.verb, str), files) for line in found.lines]
        number, has_more = number + 1, found.has_more
    return trees


def _named(name: str, now: datetime) -> ZipInfo:
    moment = paris(now)
    info = ZipInfo(name, (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second))
    info.compress_type = ZIP_DEFLATED
    return info
