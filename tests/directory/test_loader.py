"""Loading a Département: safe to repeat, dated, and nothing when anything is wrong."""

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.booking.models import Absence, Opening, opening_motif
from portal.directory.models import (
    Commune,
    CommuneAttachment,
    Departement,
    Helpline,
    Mds,
    Motif,
    Place,
    PlaceAttachment,
    Territory,
)
from portal.directory.queries import mds_of, motif, place, places, territory_of
from portal.people.loader import ROLES
from portal.people.models import Agent
from portal.web.access import AGENTS as STAFF
from tests.directory.conftest import TODAY

LATER = date(2026, 12, 1)


def mds_key(session: Any, key: str, day: date) -> str | None:
    place_id = session.scalars(select(Place.id).where(Place.key == key)).one()
    mds = mds_of(session, place_id, day)
    return mds and mds.key


def test_a_first_load_says_what_it_added(loaded):
    report = loaded()
    assert report.tallies["places"].added == 2
    assert report.tallies["communes"].added == 2
    assert report.tallies["openings"].added == 1


def test_loading_the_same_files_again_changes_nothing(database, loaded):
    loaded()
    with database.transaction() as session:
        before = {table: session.execute(select(table).order_by(*table.primary_key)).all() for table in tables()}
    report = loaded(LATER)
    with database.transaction() as session:
        after = {table: session.execute(select(table).order_by(*table.primary_key)).all() for table in tables()}
    assert report.changes == 0
    assert after == before


def tables():
    return [
        model.__table__
        for model in (Departement, Helpline, Territory, Mds, Commune, Place, PlaceAttachment, CommuneAttachment, Motif)
    ] + [Agent.__table__, Opening.__table__, opening_motif]


def test_a_place_without_street_or_phone_is_accepted_and_said(loaded, session):
    notes = loaded().notes
    assert place(session, "mds-arras", TODAY).street is None
    assert [note for note in notes if "mds-arras has no street and no phone" in note]
    assert not [note for note in notes if "fs-arras" in note]


def test_a_departement_without_phone_is_said(loaded):
    assert [note for note in loaded().notes if "no phone" in note and "departement.toml" in note]


def test_a_place_without_position_takes_that_of_its_commune(loaded, session):
    loaded()
    assert place(session, "mds-arras", TODAY).lat == 50.2910


def test_a_permanence_answers_to_the_mds_of_its_parent(loaded, session):
    loaded()
    assert mds_key(session, "fs-arras", TODAY) == "mds-arrageois"


def test_what_changed_in_the_files_changes_in_the_directory(loaded, files, session):
    loaded()
    files.change("places.toml", 'name = "MDS Arras"', 'name = "MDS Arras Nord"')
    report = loaded(LATER)
    assert (report.changes, report.tallies["places"].changed) == (1, 1)
    assert place(session, "mds-arras", LATER).name == "MDS Arras Nord"


def test_a_change_of_parent_moves_the_place_today_and_keeps_its_history(loaded, files, session):
    loaded()
    files.change("places.toml", 'parent = "arrageois"', 'parent = "calaisis"')
    loaded(LATER)
    assert mds_key(session, "mds-arras", date(2026, 11, 30)) == "mds-arrageois"
    assert mds_key(session, "mds-arras", LATER) == "mds-calaisis"
    assert loaded(date(2026, 12, 5)).changes == 0


MOVE = """
[[attachment]]
place = "mds-arras"
mds = "mds-calaisis"
from = 2027-01-01
"""


def test_a_move_to_come_takes_effect_on_its_day_without_another_load(loaded, files, session):
    loaded()
    files.add("places.toml", MOVE)
    loaded(LATER)
    assert mds_key(session, "mds-arras", date(2026, 12, 31)) == "mds-arrageois"
    assert mds_key(session, "mds-arras", date(2027, 1, 1)) == "mds-calaisis"


@pytest.mark.parametrize("day", [LATER, date(2027, 1, 1), date(2027, 6, 1)])
def test_a_dated_move_loaded_again_at_any_time_changes_nothing(loaded, files, day):
    files.add("places.toml", MOVE)
    loaded()
    assert loaded(day).changes == 0


def test_a_move_to_come_that_is_withdrawn_never_happens(loaded, files, session):
    loaded()
    files.add("places.toml", MOVE)
    loaded()
    files.change("places.toml", MOVE, "")
    loaded(LATER)
    assert mds_key(session, "mds-arras", date(2027, 6, 1)) == "mds-arrageois"
    rows = session.scalars(select(func.count()).select_from(PlaceAttachment)).one()
    assert rows == 2


def test_a_place_that_left_the_files_is_closed_and_kept(loaded, files, session):
    loaded()
    text = (files.path / "places.toml").read_text()
    files.write("places.toml", text[: text.index('[[place]]\nid = "fs-arras"')])
    report = loaded(LATER)
    assert report.tallies["places"].closed == 1
    assert place(session, "fs-arras", LATER) is None
    assert place(session, "fs-arras", date(2026, 11, 30)).closed_on == LATER
    assert [found.key for found in places(session, LATER)] == ["mds-arras"]
    assert mds_key(session, "fs-arras", date(2026, 11, 30)) == "mds-arrageois"
    assert mds_key(session, "fs-arras", LATER) is None
    assert loaded(date(2026, 12, 5)).changes == 0


def test_a_place_that_comes_back_is_open_again_from_then(loaded, files, session):
    loaded()
    text = (files.path / "places.toml").read_text()
    files.write("places.toml", text[: text.index('[[place]]\nid = "fs-arras"')])
    loaded(LATER)
    files.write("places.toml", text)
    loaded(date(2026, 12, 10))
    assert mds_key(session, "fs-arras", date(2026, 12, 5)) is None
    assert mds_key(session, "fs-arras", date(2026, 12, 10)) == "mds-arrageois"


def test_a_commune_that_left_is_kept_and_no_longer_offered(loaded, files, session):
    loaded()
    text = (files.path / "communes.csv").read_text()
    files.write("communes.csv", text[: text.index("62193")])
    loaded(LATER)
    assert session.get(Commune, "62193").gone_on == LATER
    assert territory_of(session, "62193", TODAY).key == "calaisis"
    assert territory_of(session, "62193", LATER) is None


def test_a_commune_moves_to_another_territory_on_a_date(loaded, files, session):
    loaded()
    files.add("departement.toml", '\n[[attachment]]\ncommune = "62193"\nterritory = "arrageois"\nfrom = 2027-01-01\n')
    loaded(LATER)
    assert territory_of(session, "62193", date(2026, 12, 31)).key == "calaisis"
    assert territory_of(session, "62193", date(2027, 1, 1)).key == "arrageois"


def test_a_motif_that_left_is_closed(loaded, files, session):
    loaded()
    files.change("motifs.toml", 'key = "pmi"', 'key = "pmi-2"')
    files.change("openings.toml", '["pmi"]', '["pmi-2"]')
    loaded(LATER)
    assert motif(session, "pmi", LATER) is None
    assert motif(session, "pmi", TODAY).closed_on == LATER
    assert motif(session, "pmi-2", LATER).theme.key == "enfant"


def test_a_helpline_no_longer_answered_is_not_kept(loaded, files, session):
    loaded()
    files.change("departement.toml", 'number = "115"', 'number = "116"')
    loaded(LATER)
    assert session.scalars(select(Helpline.number)).all() == ["116"]


def test_an_agent_who_left_is_suspended_and_kept(loaded, files, session):
    loaded()
    files.change("agents.toml", 'key = "aline"', 'key = "berthe"')
    files.change("openings.toml", 'agent = "aline"', 'agent = "berthe"')
    loaded(LATER)
    agents = dict(session.execute(select(Agent.key, Agent.is_active)).all())
    assert agents == {"aline": False, "berthe": True}


def test_an_opening_that_left_gives_its_last_slots_the_day_before(loaded, files, session):
    loaded()
    files.change("openings.toml", 'key = "aline-lundi"', 'key = "aline-mardi"')
    files.change("openings.toml", '"lundi"', '"mardi"')
    loaded(LATER)
    days = dict(session.execute(select(Opening.key, Opening.last_day)).all())
    assert days == {"aline-lundi": date(2026, 11, 30), "aline-mardi": None}
    assert loaded(date(2026, 12, 5)).changes == 0


def test_an_opening_that_never_began_leaves_nothing(loaded, files, session):
    files.change("openings.toml", "first_day = 2026-01-05", "first_day = 2027-01-05")
    loaded()
    files.change("openings.toml", 'key = "aline-lundi"', 'key = "autre"')
    loaded(LATER)
    assert session.scalars(select(Opening.key)).all() == ["autre"]


def test_without_agents_or_openings_those_loaded_before_stay(loaded, files, session):
    loaded()
    (files.path / "agents.toml").unlink()
    (files.path / "openings.toml").unlink()
    assert loaded(LATER).changes == 0
    assert session.scalars(select(Agent.is_active)).all() == [True]


def test_openings_alone_may_name_agents_loaded_before(loaded, files, session):
    loaded()
    (files.path / "agents.toml").unlink()
    files.change("openings.toml", '"9:00"', '"8:30"')
    assert loaded(LATER).changes == 1
    assert session.scalars(select(Opening.starts)).all() == [time(8, 30)]


def test_the_motifs_of_an_opening_follow_the_file(loaded, files, session):
    block = files.path.joinpath("motifs.toml").read_text()
    other = block[block.index("[[motif]]") :].replace('key = "pmi"', 'key = "vaccin"')
    files.add("motifs.toml", "\n" + other)
    loaded()
    files.change("openings.toml", '["pmi"]', '["vaccin"]')
    loaded(LATER)
    keys = session.scalars(select(Motif.key).join(opening_motif, opening_motif.c.motif_id == Motif.id)).all()
    assert keys == ["vaccin"]


def test_absences_are_added_once_and_read_on_french_clocks(loaded, files, session):
    files.write(
        "absences.toml",
        '[[absence]]\nagent = "aline"\nstarts = 2026-12-24T09:00:00\nends = 2026-12-24T12:00:00\n',
    )
    loaded()
    assert loaded().changes == 0
    assert [row.starts_at.hour for row in session.scalars(select(Absence))] == [8]


def test_an_agent_wanted_at_two_places_at_once_is_said(loaded, files):
    again = OTHER_OPENING.format(place="fs-arras", starts="11:00")
    files.add("openings.toml", again)
    assert [note for note in loaded().notes if "aline" in note and "two places" in note]


OTHER_OPENING = """
[[opening]]
key = "aline-ailleurs"
agent = "aline"
place = "{place}"
motifs = ["pmi"]
weekdays = ["lundi"]
first_day = 2026-01-05
starts = "{starts}"
ends = "13:00"
"""


def test_two_openings_that_follow_each_other_are_not_a_clash(loaded, files):
    files.add("openings.toml", OTHER_OPENING.format(place="fs-arras", starts="12:00"))
    assert not [note for note in loaded().notes if "two places" in note]


def test_two_attachments_from_the_same_day_are_refused(faults, files):
    files.add("places.toml", MOVE + MOVE)
    assert "two attachments from the same day" in faults()[0][2]


def test_the_roles_of_agents_are_those_of_the_access_table():
    assert set(ROLES) == {role.value for role in STAFF}


def test_the_departement_signs_with_its_article_when_its_file_gives_it(database, files, loaded):
    assert "departement.toml gives no full_name: letters are signed with the name alone." in loaded().notes
    with database.transaction() as session:
        assert session.get_one(Departement, 1).author == "Pas-de-Calais"
    files.change("departement.toml", 'name = "Pas-de-Calais"', 'name = "Pas-de-Calais"\nfull_name = "Le Département"')
    assert not [note for note in loaded().notes if "full_name" in note]
    with database.transaction() as session:
        assert session.get_one(Departement, 1).author == "Le Département"
