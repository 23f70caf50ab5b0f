"""organisations.toml and the roles of agents.toml: dated, scoped, and wrong values named with their line."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import selectinload

from portal.directory.models import Mds, Place
from portal.files.report import FilesError
from portal.loading import load
from portal.people.models import Agent
from portal.people.models_access import Assignment, Organisation

TODAY = date(2026, 11, 23)
LATER = date(2026, 12, 1)
DAY = timedelta(days=1)

ORGANISATIONS = """[[organisation]]
key = "ccas-exemple"
name = "CCAS d'Exemple"
convention_from = 2026-01-01
convention_until = 2028-12-31
"""
ROLES = """
[[agent]]
key = "basile"
given_name = "Basile"
family_name = "Essai"
job = "agent d'accueil"
email = "Basile.Essai@exemple.fr"

[[agent.roles]]
role = "accueil"
place = "mds-arras"

[[agent.roles]]
role = "encadrant"
mds = "mds-calaisis"
from = 2026-12-01
until = 2027-06-30
families = ["social", "pmi"]
"""
PARTNER = """
[[agent]]
key = "clara"
given_name = "Clara"
family_name = "Essai"
job = "accueil du CCAS"
organisation = "ccas-exemple"
role = "partenaire 1"
"""


@pytest.fixture
def loading(database, files):
    """Loads the folder, on a day."""

    def loading(today: date = TODAY):
        with database.transaction() as session:
            return load(session, [files.path], today)

    return loading


@pytest.fixture
def faults(loading):
    """What a load finds wrong, as it is shown."""

    def faults():
        with pytest.raises(FilesError) as raised:
            loading()
        return [str(fault) for fault in raised.value.faults]

    return faults


@pytest.fixture
def held(database):
    """The roles of an agent: (role, MDS or place, dates), oldest first."""

    def held(key):
        with database.transaction() as session:
            rows = session.execute(
                select(Assignment, Mds.key, Place.key)
                .join(Agent, Agent.id == Assignment.agent_id)
                .join(Mds, Mds.id == Assignment.mds_id, isouter=True)
                .join(Place, Place.id == Assignment.place_id, isouter=True)
                .where(Agent.key == key)
                .order_by(Assignment.id)
            )
            return [(one.role, mds or place, one.valid.lower, one.valid.upper) for one, mds, place in rows]

    return held


def test_roles_hold_where_and_when_the_file_says_their_last_day_included(loading, files, held, database):
    files.add("agents.toml", ROLES)
    loading()
    assert held("basile") == [
        ("accueil", "mds-arras", date(2020, 1, 1), None),
        ("encadrant", "mds-calaisis", date(2026, 12, 1), date(2027, 7, 1)),
    ]
    with database.transaction() as session:
        agent = session.scalars(
            select(Agent).where(Agent.key == "basile").options(selectinload(Agent.assignments))
        ).one()
        assert [one.families for one in agent.assignments] == [[], ["pmi", "social"]]
        assert all(one.is_from_files for one in agent.assignments)
        assert agent.email == "basile.essai@exemple.fr"


def test_the_simple_role_may_stand_beside_the_others(loading, files, held):
    files.add("agents.toml", ROLES.replace('job = "agent d\'accueil"', 'job = "agent"\nrole = "courrier"'))
    loading()
    assert [(role, where) for role, where, *_ in held("basile")] == [
        ("courrier", None),
        ("accueil", "mds-arras"),
        ("encadrant", "mds-calaisis"),
    ]


def test_loading_the_same_roles_again_changes_nothing(loading, files, held):
    files.write("organisations.toml", ORGANISATIONS)
    files.add("agents.toml", ROLES + PARTNER)
    loading()
    before = held("basile")
    assert loading(LATER).changes == 0
    assert loading(date(2027, 8, 1)).changes == 0  # past the end that the file gives
    assert held("basile") == before


def test_a_role_that_the_file_drops_ends_today_and_is_kept(loading, files, held):
    files.add("agents.toml", ROLES)
    loading()
    files.change("agents.toml", 'role = "accueil"\nplace = "mds-arras"', 'role = "courrier"\nplace = "mds-arras"')
    report = loading(LATER - DAY)
    assert held("basile") == [
        ("accueil", "mds-arras", date(2020, 1, 1), LATER - DAY),
        ("encadrant", "mds-calaisis", date(2026, 12, 1), date(2027, 7, 1)),
        ("courrier", "mds-arras", date(2020, 1, 1), None),
    ]
    assert (report.tallies["roles of agents"].closed, report.tallies["roles of agents"].added) == (1, 1)


def test_a_role_given_again_after_its_end_was_not_held_in_between(loading, files, held):
    files.add("agents.toml", ROLES)
    loading()
    files.change("agents.toml", 'place = "mds-arras"', 'place = "fs-arras"')
    loading()
    files.change("agents.toml", 'place = "fs-arras"', 'place = "mds-arras"')
    loading(LATER)
    assert ("accueil", "mds-arras", LATER, None) in held("basile")


def test_a_role_that_had_not_begun_is_taken_back(loading, files, held):
    files.add("agents.toml", ROLES)
    loading()
    files.change("agents.toml", 'role = "encadrant"\nmds = "mds-calaisis"\nfrom = 2026-12-01', 'role = "encadrant"')
    loading()
    assert [role for role in held("basile") if role[1] == "mds-calaisis"] == []


def test_the_end_and_the_families_of_a_role_follow_the_file(loading, files, held, database):
    files.add("agents.toml", ROLES)
    loading()
    files.change("agents.toml", "until = 2027-06-30", "until = 2026-12-31")
    files.change("agents.toml", 'families = ["social", "pmi"]', 'families = ["autonomie"]')
    assert loading().tallies["roles of agents"].changed == 1
    assert held("basile")[1][3] == date(2027, 1, 1)
    with database.transaction() as session:
        assert ["autonomie"] in session.scalars(select(Assignment.families).order_by(Assignment.id)).all()


def test_the_right_to_overbook_follows_the_file(loading, files, database):
    def overbookers():
        with database.transaction() as session:
            chosen = select(Agent.key, Assignment.role).join(Assignment).where(Assignment.may_overbook)
            return session.execute(chosen.order_by(Assignment.id)).all()

    files.add("agents.toml", ROLES)
    loading()
    assert overbookers() == []
    files.change("agents.toml", 'role = "encadrant"', 'role = "encadrant"\noverbook = true')
    files.change("agents.toml", 'role = "accueil"', 'role = "accueil"\noverbook = true')
    assert loading().tallies["roles of agents"].changed == 2
    assert overbookers() == [("basile", "accueil"), ("basile", "encadrant")]
    assert loading().changes == 0


def test_what_an_admin_gave_is_left_alone(loading, files, held, database):
    files.add("agents.toml", ROLES)
    loading()
    with database.transaction() as session:
        basile = session.scalars(select(Agent).where(Agent.key == "basile")).one()
        session.add(Assignment(agent_id=basile.id, role="admin", valid=Range(TODAY, None), is_from_files=False))
    assert loading(LATER).changes == 0
    assert ("admin", None, TODAY, None) in held("basile")


def test_an_agent_whom_the_file_drops_loses_its_roles_and_one_invited_stays(loading, files, held, database, world):
    files.add("agents.toml", ROLES)
    loading()
    world.agent("admin", key="compte-1")
    files.change("agents.toml", ROLES, "")
    loading(LATER)
    assert held("basile") == [("accueil", "mds-arras", date(2020, 1, 1), LATER)]
    with database.transaction() as session:
        active = dict(session.execute(select(Agent.key, Agent.is_active).order_by(Agent.id)).all())
    assert (active["basile"], active["compte-1"]) == (False, True)


def test_two_agents_may_exchange_their_addresses(loading, files, database):
    files.add("agents.toml", ROLES + ROLES.replace("basile", "denis").replace("Basile.", "Denis."))
    loading()
    files.change("agents.toml", "Basile.Essai@", "x@")
    files.change("agents.toml", "Denis.Essai@", "Basile.Essai@")
    files.change("agents.toml", '"x@', '"Denis.Essai@')
    loading()
    with database.transaction() as session:
        emails = dict(session.execute(select(Agent.key, Agent.email).order_by(Agent.id)).all())
    assert (emails["basile"], emails["denis"]) == ("denis.essai@exemple.fr", "basile.essai@exemple.fr")


def test_the_address_of_an_account_made_on_the_portal_is_refused_with_its_line(files, faults, world):
    world.agent("admin", email="basile.essai@exemple.fr")
    files.add("agents.toml", ROLES + ROLES.replace("basile", "denis").replace("Basile.", "Denis."))
    line = files.line_of("agents.toml", "Basile.Essai@")
    assert faults() == [
        f'agents.toml, line {line}: "basile.essai@exemple.fr" is the address of an account made on the portal'
    ]


def test_a_partner_is_under_its_convention_the_last_day_included(loading, files, database):
    files.write("organisations.toml", ORGANISATIONS)
    files.add("agents.toml", PARTNER)
    loading()
    with database.transaction() as session:
        partner = session.scalars(select(Organisation)).one()
        assert (partner.name, partner.convention) == ("CCAS d'Exemple", Range(date(2026, 1, 1), date(2029, 1, 1)))
        clara = session.scalars(select(Agent).where(Agent.key == "clara")).one()
        assert clara.organisation_id == partner.id


def test_without_the_file_of_partners_those_known_stay_and_agents_may_name_them(loading, files, database):
    files.write("organisations.toml", ORGANISATIONS)
    loading()
    (files.path / "organisations.toml").unlink()
    files.add("agents.toml", PARTNER)
    loading()
    with database.transaction() as session:
        assert session.scalars(select(Organisation)).one().convention.upper == date(2029, 1, 1)


@pytest.mark.parametrize(
    ("first", "left"),
    [
        ("2026-01-01", Range(date(2026, 1, 1), TODAY)),
        ("2027-01-01", Range(empty=True)),
        ("2020-01-01\nconvention_until = 2021-12-31 #", Range(date(2020, 1, 1), date(2022, 1, 1))),
    ],
    ids=["running", "to come", "over"],
)
def test_the_convention_of_a_partner_that_the_file_drops_ends_today(loading, files, database, first, left):
    text = ORGANISATIONS.replace("convention_until = 2028-12-31\n", "").replace("2026-01-01", first)
    files.write("organisations.toml", text)
    loading()
    files.write("organisations.toml", "")
    for _ in range(2):
        loading()
        with database.transaction() as session:
            assert session.scalars(select(Organisation)).one().convention == left


@pytest.mark.parametrize(
    ("old", "new", "wrong", "what"),
    [
        ('role = "encadrant"', 'role = "roi"', 'role = "roi"', '"roi": "role" must be one of'),
        ('mds = "mds-calaisis"', 'mds = "nulle-part"', "nulle-part", '"nulle-part": no MDS has this key'),
        ('place = "mds-arras"', 'place = "nulle-part"', "nulle-part", '"nulle-part": no place has this key'),
        ("until = 2027-06-30", "until = 2026-06-30", "until = 2026", '"until" is before the first day'),
        ("until = 2027-06-30", 'until = "demain"', "demain", '"until" must be a date without quotes'),
        ('role = "encadrant"', 'role = "courrier"\noverbook = true', "overbook = true", 'it cannot "overbook"'),
        ('["social", "pmi"]', '["social", "sports"]', "sports", '"sports": "families" takes'),
        ("until = 2027-06-30", 'place = "mds-arras"', 'from = 2026-12-01\nplace = "mds-arras"', '"mds" and "place"'),
        ('role = "accueil"', 'rôle = "accueil"', "rôle", "is not TOML"),
        ('role = "accueil"\n', "", "[[agent.roles]]", '"role" is missing'),
        ('mds = "mds-calaisis"', 'house = "x"', 'house = "x"', '"house" is not known here'),
        ('role = "encadrant"', 'role = "partenaire 1"', "partenaire 1", 'only an agent with an "organisation"'),
        ('role = "encadrant"\nmds = "mds-calaisis"\nfrom = 2026-12-01', 'role = "accueil"\nplace = "mds-arras"',
         'role = "accueil"\nplace = "mds-arras"\nuntil', "is given twice"),
    ],
)  # fmt: skip
def test_a_wrong_role_is_named_with_its_line(files, faults, old, new, wrong, what):
    files.add("agents.toml", ROLES)
    files.change("agents.toml", old, new)
    text = (files.path / "agents.toml").read_text(encoding="utf-8")
    line = text[: text.index(wrong) + len(wrong)].count("\n") + 1
    found = faults()
    assert any(what in fault for fault in found), found
    if "given twice" not in what:  # said at the table of the agent: both lines are of it
        assert any(f"agents.toml, line {line}: " in fault for fault in found), (line, found)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('"partenaire 1"', '"accueil"', 'an agent of an organisation holds "partenaire 1" or "partenaire 2" only'),
        ('organisation = "ccas-exemple"\n', "", 'only an agent with an "organisation" may hold it'),
        ('organisation = "ccas-exemple"', 'organisation = "autre"', '"autre": no organisation has this key'),
        ('role = "partenaire 1"\n', "", '"role" is missing'),
        ('role = "partenaire 1"', 'roles = ["partenaire 1"]', '"roles" must be a list of tables'),
    ],
)
def test_a_partner_and_its_roles_go_together(files, faults, old, new, what):
    files.write("organisations.toml", ORGANISATIONS)
    files.add("agents.toml", PARTNER)
    files.change("agents.toml", old, new)
    assert any(what in fault for fault in faults())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("convention_from = 2026-01-01", "", '"convention_from" is missing'),
        ("2028-12-31", "2025-12-31", '"convention_until" is before the first day'),
        ('name = "CCAS d\'Exemple"', 'name = ""', '"name" is missing'),
        ("convention_until", "convention_to", '"convention_to" is not known here'),
    ],
)
def test_a_wrong_partner_is_named_with_its_file(files, faults, old, new, what):
    files.write("organisations.toml", ORGANISATIONS)
    files.change("organisations.toml", old, new)
    (fault, *_others) = [fault for fault in faults() if what in fault]
    assert fault.startswith("organisations.toml, line ")


@pytest.mark.parametrize(
    ("given", "kept"), [("", 20), ("agents_idle_minutes = 5", 5), ("agents_idle_minutes = 60", 60)]
)
def test_a_place_says_how_long_a_desk_may_stay_idle(loading, files, database, given, kept):
    files.change("places.toml", 'name = "MDS Arras"', f'name = "MDS Arras"\n{given}')
    loading()
    with database.transaction() as session:
        assert session.scalars(select(Place).where(Place.key == "mds-arras")).one().agents_idle_minutes == kept


@pytest.mark.parametrize("minutes", ["4", "61", '"vingt"'])
def test_an_idle_time_outside_5_to_60_minutes_is_refused(files, faults, minutes):
    files.change("places.toml", 'name = "MDS Arras"', f'name = "MDS Arras"\nagents_idle_minutes = {minutes}')
    line = files.line_of("places.toml", "agents_idle_minutes")
    assert faults() == [f'places.toml, line {line}: "agents_idle_minutes" must be a whole number from 5 to 60']
