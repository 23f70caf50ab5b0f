"""What the directory answers, on the real data of the Pas-de-Calais, loaded once."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from portal.demo.seed import REAL
from portal.directory.models import BookedBy, Commune, Mds, Motif, Place, Territory
from portal.directory.queries import (
    departement,
    helplines,
    mds_of,
    motif,
    place,
    places,
    territory_of,
    themes,
)
from portal.loading import load
from tests.conftest import empty

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def report(migrated, opened):
    """What loading them said."""
    with opened.transaction() as session:
        report = load(session, [REAL], TODAY)
    yield report
    empty(migrated)


@pytest.fixture
def session(opened, report):  # noqa: ARG001 - what there is to read
    """It is read alone: what a test changes is taken back."""
    with opened.transaction() as session:
        yield session
        session.rollback()


def count(session, model):
    return session.scalars(select(func.count()).select_from(model)).one()


def test_the_real_data_loads_whole_and_twice_the_same(session):
    assert count(session, Commune) == 887
    assert count(session, Place) == 89
    assert count(session, Territory) == count(session, Mds) == 9
    assert load(session, [REAL], TODAY + timedelta(days=10)).changes == 0


def test_the_real_data_holds_no_invented_phone_and_says_so(session, report):
    assert departement(session).phone is None
    assert not departement(session).is_demo
    assert len([note for note in report.notes if "has no street and no phone" in note]) == 25


def test_every_real_place_answers_to_an_mds_and_every_commune_to_a_territory(session):
    assert {mds_of(session, site.id, TODAY) is not None for site in places(session, TODAY)} == {True}
    assert territory_of(session, "62119", TODAY).key == "artois"
    site = place(session, "fs-guines", TODAY)
    assert mds_of(session, site.id, TODAY).key == "mds-calaisis"


def test_the_emergency_numbers_say_what_they_are_for_and_where_that_is_said(session):
    lines = helplines(session)
    assert [line.number for line in lines] == ["115", "119", "3919", "3114", "15", "17", "18", "114"]
    assert all(line.source and line.purpose for line in lines)
    assert [line.number for line in lines if line.by_text] == ["114"]


def test_residents_see_the_seven_themes_with_motifs_that_are_open_or_explained(session):
    shown = themes(session, TODAY)
    assert [one.theme.key for one in shown] == [
        "enfant", "argent-droits", "sante", "logement", "age-handicap", "emploi", "proche",
    ]  # fmt: skip
    motifs = [one for theme in shown for one in theme.motifs]
    assert {one.booked_by for one in motifs} == {BookedBy.EVERYONE, BookedBy.NOBODY}
    assert [one.key for one in motifs if one.booked_by is BookedBy.NOBODY] == ["bilan-4-ans"]


def test_agents_see_the_motifs_kept_for_them_when_they_ask(session):
    shown = themes(session, TODAY, booked_by=list(BookedBy))
    keys = {one.key for theme in shown for one in theme.motifs}
    assert {"visite-avant-audience", "rsa-premier", "suivi-referent"} <= keys
    assert motif(session, "suivi-referent", TODAY).with_referent


def test_only_the_discreet_motif_is_discreet(session):
    assert session.scalars(select(Motif.key).where(Motif.discreet)).all() == ["entretien-confidentiel"]
