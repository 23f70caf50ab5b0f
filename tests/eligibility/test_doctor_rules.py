"""`portal doctor` says which rules somebody should read again: advice, never a fault."""

import copy

import pytest

from portal.doctor import examine
from portal.eligibility.loader import write_rights
from portal.files.report import Report
from tests.eligibility.conftest import TODAY


@pytest.fixture
def told(migrated, tmp_path):
    """What the doctor says of the pre-diagnostic."""
    settings = {"PORTAL_VAR": str(tmp_path), "PORTAL_DATABASE_URL": migrated.url}

    def ask():
        return [str(finding) for finding in examine(settings) if finding.about == "pre-diagnostic"]

    return ask


def test_rules_that_nobody_checked_are_counted_and_those_that_are_over_are_named(
    database, world, definition, names, told
):
    world.departement()
    assert told() == [], "nothing where no pre-diagnostic is offered"
    for key in sorted(names.territories):
        world.territory(key)
    written = copy.deepcopy(definition)
    rules = written["right"]
    for rule in rules:
        rule["checked_on"] = None
    with database.transaction() as session:
        write_rights(session, written, TODAY, Report())
    assert told() == [f"ok    pre-diagnostic: {len(rules)} rules, {len(rules)} of which nobody has ever checked"]
    written = copy.deepcopy(written)
    rules = written["right"]
    rules[0] |= {"checked_on": "2026-11-20", "checked_by": "Camille Essai"}
    rules[1]["valid_to"], rules[2]["valid_to"] = "2020-12-31", "2999-12-31"
    with database.transaction() as session:
        write_rights(session, written, TODAY, Report())
    assert told() == [
        f"ok    pre-diagnostic: {len(rules)} rules, {len(rules) - 1} of which nobody has ever checked",
        f"ok    pre-diagnostic: no longer asked, their last day is past: {rules[1]['key']} (2020-12-31)",
    ]
