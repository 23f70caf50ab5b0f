"""What callers ask about, loaded: each wrong line is named, and what is no longer named is closed, never deleted."""

from datetime import date

import pytest
from sqlalchemy import select

from portal.directory.models_subjects import Partner, Subject
from portal.directory.parsing import read_directory
from portal.files.folder import Folder
from portal.files.report import FilesError
from portal.loading import load
from portal.paths import DATA

TODAY, LATER = date(2026, 11, 23), date(2026, 12, 1)

PARTNERS = """[[partner]]
key = "caf"
name = "La CAF"
line = "Elle reçoit la demande."
source = "essai"

[[partner]]
key = "toit-115"
name = "Le 115"
line = "Pour un toit cette nuit."
phone = "115"
source = "essai"
checked_on = 2026-11-22
"""
SUBJECTS = """[[subject]]
key = "bebe"
shortcut = "b"
theme = "enfant"
title = "J'ai une question sur mon bébé"
answer = "Une infirmière peut vous recevoir. Apportez le carnet de santé."
page = "/infos/bilan-de-4-ans"
motifs = ["pmi"]
partners = ["caf"]
source = "essai"

[[subject]]
key = "toit"
shortcut = "1"
title = "Je n'ai pas de toit"
answer = "Appelez le 115."
urgent = true
partners = ["toit-115"]
source = "essai"
"""


@pytest.fixture
def files(files):
    files.write("subjects.toml", SUBJECTS)
    files.write("partners.toml", PARTNERS)
    return files


@pytest.fixture
def loaded(database, files):
    def loaded(today=TODAY):
        with database.transaction() as session:
            return load(session, [files.path], today)

    return loaded


@pytest.fixture
def read(database):
    def read(model):
        with database.transaction() as session:
            return {row.key: row for row in session.scalars(select(model).order_by(model.id))}

    return read


def test_subjects_and_partners_are_loaded_once_and_changed_afterwards(loaded, files, read):
    assert loaded().tallies["subjects of calls"].added == 2
    subjects = read(Subject)
    assert subjects["bebe"].motif_keys == ["pmi"]
    assert subjects["bebe"].theme_id is not None
    assert (subjects["toit"].is_urgent, subjects["toit"].theme_id) == (True, None)
    assert read(Partner)["toit-115"].checked_on == date(2026, 11, 22)
    assert loaded(LATER).changes == 0
    files.change("subjects.toml", "Appelez le 115.", "Appelez le 115, jour et nuit.")
    assert loaded(LATER).tallies["subjects of calls"].changed == 1


def test_what_is_no_longer_named_is_closed_and_comes_back_when_it_is_named_again(loaded, files, read):
    loaded()
    files.write("subjects.toml", SUBJECTS.split("\n\n", maxsplit=1)[0])
    loaded(LATER)
    assert read(Subject)["toit"].closed_on == LATER
    files.write("subjects.toml", SUBJECTS)
    loaded(LATER)
    assert read(Subject)["toit"].closed_on is None


def test_a_folder_without_the_files_leaves_what_was_loaded_alone(loaded, files, read):
    loaded()
    for name in ("subjects.toml", "partners.toml"):
        (files.path / name).unlink()
    loaded(LATER)
    assert [row.closed_on for row in (*read(Subject).values(), *read(Partner).values())] == [None] * 4


@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        ("subjects.toml", 'motifs = ["pmi"]', 'motifs = ["pmi-2"]', '"pmi-2": no motif that can be booked has this'),
        ("subjects.toml", 'partners = ["caf"]', 'partners = ["msa"]', '"msa": no partner has this key'),
        ("subjects.toml", 'theme = "enfant"', 'theme = "lune"', '"lune": no theme has this key'),
        ("subjects.toml", 'shortcut = "1"', 'shortcut = "b"', 'the key "b" is that of "bebe" already'),
        ("subjects.toml", 'shortcut = "1"', 'shortcut = "F1"', '"F1": a shortcut is one small letter'),
        ("subjects.toml", 'shortcut = "1"', 'shortcut = "0"', '"0": a shortcut is one small letter'),
        ("subjects.toml", 'shortcut = "1"\n', "", '"shortcut" is missing'),
        ("subjects.toml", "/infos/bilan-de-4-ans", "/infos/la-lune", '"/infos/la-lune": no page has this address'),
        ("subjects.toml", "/infos/bilan-de-4-ans", "/lune", '"/lune": no page has this address'),
        ("subjects.toml", "Appelez le 115.", "Un. Deux. Trois. Quatre.", "more than 3 sentences"),
        ("subjects.toml", "Appelez le 115.", "Vous avez droit à une aide.", '"Vous avez droit" promises'),
        ("subjects.toml", "Appelez le 115.", "On donne 50 euros.", '"euros" promises'),
        ("subjects.toml", "urgent = true", "urgence = true", '"urgence" is not known here'),
        ("partners.toml", 'phone = "115"', 'phone = "0321000000"', "is not a number written as"),
        ("partners.toml", 'key = "toit-115"', 'key = "caf"', '"caf" is there already, above'),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(loaded, files, read, file, old, new, what):
    files.change(file, old, new)
    with pytest.raises(FilesError) as raised:
        loaded()
    said = [fault for fault in raised.value.faults if what in fault.what]
    assert said
    assert said[0].file == file
    assert said[0].line > 0
    assert read(Subject) == {}


def test_an_easy_page_exists_too_and_a_motif_that_nobody_books_is_refused(loaded, files):
    files.change("subjects.toml", "/infos/bilan-de-4-ans", "/infos/bilan-de-4-ans/facile")
    loaded()
    files.change("motifs.toml", "minutes = 30", 'booked_by = "nobody"\nminutes = 30')
    files.change("openings.toml", '"pmi"', "")
    with pytest.raises(FilesError, match='"pmi": no motif that can be booked'):
        loaded()


def test_the_pas_de_calais_has_an_answer_for_what_callers_ask_and_its_pages_open(client, world):
    world.departement()
    read = read_directory(folder := Folder(DATA / "pas-de-calais")).subjects
    assert folder.faults == []
    assert len(read.subjects) >= 20
    assert {key for key, subject in read.subjects.items() if subject["is_urgent"]} >= {"sans-toit", "violence"}
    for page in {subject["page"] for subject in read.subjects.values()} - {None}:
        assert client.get(page).status_code == 200
    for subject in read.subjects.values():
        assert all(len(sentence.split()) <= 18 for sentence in subject["answer"].split(". "))
