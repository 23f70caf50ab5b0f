"""Files of a Département that are wrong: each fault is named with its file and its line, and nothing is loaded."""

import pytest
from sqlalchemy import func, select

from portal.database import Base
from portal.files.report import FilesError
from portal.loading import load
from tests.directory.conftest import TODAY


@pytest.mark.parametrize(
    ("starts", "ends", "what"),
    [
        ("2026-12-24T09:00:00", "2026-12-24T08:00:00", "ends before it starts"),
        ("2026-12-24", "2026-12-24T08:00:00", "must be a day and an hour"),
    ],
)
def test_a_wrong_absence_is_named(faults, files, starts, ends, what):
    files.write("absences.toml", f'[[absence]]\nagent = "aline"\nstarts = {starts}\nends = {ends}\n')
    assert [found for found in faults() if found[0] == "absences.toml" and what in found[2]]


def test_two_agents_with_one_address_are_refused(faults, files):
    files.change("agents.toml", 'job = "médecin"', 'job = "médecin"\nemail = "aline@demo.example"')
    files.add("agents.toml", "\n" + (files.path / "agents.toml").read_text().replace('"aline"', '"berthe"'))
    assert [what for _, _, what in faults() if "another agent" in what]


def test_all_faults_are_named_with_file_and_line_and_nothing_is_loaded(faults, files, session):
    files.change("communes.csv", "62193,Calais,62100", "62193,Calais,6210")
    files.change("places.toml", 'insee = "62041"', 'insee = "62999"')
    files.change("motifs.toml", "minutes = 30", "minutes = 3")
    files.change("agents.toml", 'role = "professionnel"', 'role = "roi"')
    files.change("openings.toml", '"lundi"', '"lundy"')
    found = faults()
    lines = {(file, line) for file, line, _ in found}
    assert lines >= {
        ("communes.csv", 3),
        ("places.toml", files.line_of("places.toml", "62999")),
        ("motifs.toml", files.line_of("motifs.toml", "minutes = 3")),
        ("agents.toml", files.line_of("agents.toml", "roi")),
        ("openings.toml", files.line_of("openings.toml", "lundy")),
    }
    for table in Base.metadata.sorted_tables:
        if table.name != "journal_line":
            assert session.scalars(select(func.count()).select_from(table)).one() == 0, table.name


WRONG = [
    ("communes.csv", "50.2910", "", '"lat" is missing'),
    ("communes.csv", "42600", "", '"population" is missing'),
    ("communes.csv", "ARRAS", '"AR"RAS', "is not CSV"),
    ("departement.toml", 'return_address = ["HOTEL DU DEPARTEMENT", "62018 ARRAS CEDEX 9"]', "", '"return_address"'),
    ("departement.toml", 'number = "115"', 'number = "115"\nby_text = "oui"', '"by_text" must be true or false'),
    ("departement.toml", "checked_on = 2026-11-22", "", '"checked_on" is missing'),
    ("places.toml", "lat = 50.288445", 'lat = "nord"', '"lat" must be a number'),
    ("motifs.toml", "minutes = 30", 'minutes = 30\nbring = "un papier"', '"bring" must be a list'),
    ("agents.toml", 'job = "médecin"', "", '"job" is missing'),
    ("openings.toml", 'starts = "9:00"', "", '"starts" is missing'),
    ("openings.toml", 'starts = "9:00"', 'starts = "9:00"\nskipped = ["2026-12-24"]', "list of dates"),
    ("openings.toml", '["pmi"]', "[]", '"motifs" is missing'),
    ("communes.csv", "arrageois,42600", "nowhere,42600", "no territory has this key"),
    ("communes.csv", "62041,Arras", "6204,Arras", "INSEE"),
    ("communes.csv", "42600", "many", '"population"'),
    ("communes.csv", "50.2910", "150.2910", '"lat"'),
    ("communes.csv", "62193,Calais", "62041,Calais", "already, above"),
    ("communes.csv", ",67380,", ",67380,,", "cells"),
    ("departement.toml", 'number = "115"', 'number = "un"', "short number"),
    ("departement.toml", 'code = "62"', 'code = "62"\nholiday_region = "alsace"', '"alsace" is none of metropole'),
    ("departement.toml", 'code = "62"', 'code = "62"\ndelivery_days = 0', '"delivery_days"'),
    ("departement.toml", 'code = "62"', 'code = "62"\ncut_off = "tôt"', '"cut_off"'),
    ("departement.toml", "checked_on = 2026-11-22", 'checked_on = "hier"', "must be a date"),
    ("departement.toml", 'territory = "calaisis"', 'territory = "calais"', "no territory has this key"),
    ("places.toml", 'kind = "mds_site"', 'kind = "palais"', '"kind" must be one of'),
    ("places.toml", 'parent = "arrageois"', 'parent = "nulle-part"', "no territory, MDS or place"),
    ("places.toml", 'postal_code = "62000"', 'postal_code = "62100"', "not a postal code of Arras"),
    ("places.toml", "03 53 01 00 11", "0353010011", "phone number"),
    ("places.toml", "lon = 2.77\n", "", '"lat" and "lon" go together'),
    ("places.toml", 'name = "MDS Arras"', "nam = 1", '"name" is missing'),
    ("places.toml", 'id = "fs-arras"', 'id = "mds-arras"', "already, above"),
    ("places.toml", 'id = "fs-arras"', 'id = "FS Arras"', "small letters"),
    ("places.toml", "[[place]]", "[[plaec]]", "not known in this file"),
    ("motifs.toml", 'theme = "enfant"', 'theme = "rien"', "no theme has this key"),
    ("motifs.toml", "rendez-vous avec le Département", "rendez-vous PMI", "messages must not"),
    ("motifs.toml", "horizon_days = 60", "horizon_days = 60\nwith_referent = true", "with_referent"),
    ("motifs.toml", "notice_minutes = 120", "notice_minutes = 86400", "horizon"),
    ("motifs.toml", "minutes = 30", "minutes = 30\nduration = 30", '"duration" is not known'),
    ("motifs.toml", "minutes = 30", "minutes = 30\nmode = 4", '"mode" must be a text'),
    ("agents.toml", 'job = "médecin"', 'job = "médecin"\nemail = "aline"', "not an e-mail address"),
    ("openings.toml", 'agent = "aline"', 'agent = "personne"', "no agent has this key"),
    ("openings.toml", 'place = "mds-arras"', 'place = "ici"', "no place has this key"),
    ("openings.toml", '["pmi"]', '["rien"]', "no motif that can be booked"),
    ("openings.toml", 'ends = "12:00"', 'ends = "8:00"', "ends before it starts"),
    ("openings.toml", 'ends = "12:00"', 'ends = "midi"', "an hour such as"),
    ("openings.toml", 'weekdays = ["lundi"]', 'recurrence = "monthly"\nweekdays = ["lundi"]', "nth_week"),
    ("openings.toml", 'weekdays = ["lundi"]\n', "", '"weekdays" is missing'),
    (
        "openings.toml",
        "first_day = 2026-01-05",
        "first_day = 2026-01-05\nlast_day = 2025-01-05",
        '"last_day" is before',
    ),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_value_is_named(faults, files, wrong):
    file, old, new, what = wrong
    files.change(file, old, new)
    assert [found for found in faults() if found[0] == file and found[1] > 0 and what in found[2]]


def test_a_key_after_a_list_over_several_lines_is_found_on_its_line(faults, files):
    files.change(
        "motifs.toml", "minutes = 30", 'bring = [\n  "un",\n  "deux",\n]\nafter = """\na = 1\n"""\nminutes = 3'
    )
    assert faults() == [("motifs.toml", files.line_of("motifs.toml", "minutes = 3"), FEW_MINUTES)]


FEW_MINUTES = '"minutes" must be a whole number from 5 to 480'


def test_a_text_with_a_nul_or_a_direction_sign_is_refused(faults, files):
    files.change("places.toml", 'name = "MDS Arras"', 'name = "MDS \\u202e Arras"')
    assert "cannot be printed" in faults()[0][2]


def test_a_file_that_is_not_toml_is_named_with_its_line(faults, files):
    files.change("places.toml", 'kind = "mds_site"', 'kind = mds_site"')
    assert [line for file, line, what in faults() if file == "places.toml" and "not TOML" in what] == [3]


@pytest.mark.parametrize("name", ["communes.csv", "places.toml"])
def test_a_file_that_is_not_utf8_is_named_with_its_line(faults, files, name):
    (files.path / name).write_bytes(b"one\ntwo \xe9\n")
    assert (name, 2, "is not UTF-8 text") in faults()


@pytest.mark.parametrize("name", ["communes.csv", "departement.toml", "places.toml", "motifs.toml"])
def test_a_missing_file_is_named(faults, files, name):
    (files.path / name).unlink()
    assert (name, 0, "is missing from the folder") in faults()


def test_missing_columns_are_named(faults, files):
    files.change("communes.csv", "insee,name", "code,name")
    assert ("communes.csv", 1, "these columns are missing: insee") in faults()


def test_a_folder_that_does_not_exist_is_named(session, tmp_path):
    with pytest.raises(FilesError, match="is not a folder"):
        load(session, [tmp_path / "nothing"], TODAY)
