"""For who answers for the rules: each beside its source, tried on a household; and what is counted of nobody."""

import pytest

from portal.eligibility.models import Counted
from portal.eligibility.services import count
from tests.entering import enter
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def admin(client, world):
    """An admin at the screen."""
    enter(client, world.agent("admin"))
    return client


def test_every_rule_is_listed_by_theme_with_its_state_and_who_checked_it(admin, book):
    page = admin.get("/agents/reglages/droits").page
    names = {" ".join(right.name.split()) for right in book.rights.values()}
    assert names <= {page.text(one) for one in page.all("th")}
    assert "Jamais" in page.text()
    assert "En vigueur" in page.text()


def test_a_rule_shows_its_source_and_its_condition_in_words(admin):
    text = admin.get("/agents/reglages/droits/secours-urgence").page.text()
    assert "Schéma" in text
    assert "Avez-vous une dépense urgente que vous ne pouvez pas payer ? est Oui" in text


def test_a_rule_is_tried_on_a_household(admin):
    path = "/agents/reglages/droits/secours-urgence"

    def say(**typed):
        return admin.post(
            path, data=admin.get(path).page.fields() | {f"f_{key}": value for key, value in typed.items()}
        )

    assert "La page dirait : vous pouvez peut-être demander." in say(urgent_cost="yes").page.text()
    assert "La page dirait : ce n'est sans doute pas pour vous." in say(urgent_cost="no", food="yes").page.text()
    assert "La page dirait : il manque une information." in say().page.text()


@pytest.mark.parametrize("key", ["fpel", "pmi", "auto-ecole-sociale", "apa"])
def test_numbers_ticks_ages_and_territories_are_tried_too(admin, key):
    path = f"/agents/reglages/droits/{key}"
    form = admin.get(path).page.fields()
    numbers = {name: "40" for name in form if name in {"f_age", "f_rent_debt_amount", "f_relative_age"}}
    assert "La page dirait" in admin.post(path, data=form | numbers).page.text()
    if numbers:
        refused = admin.post(path, data=form | dict.fromkeys(numbers, "quarante"))
        assert refused.status_code == 422
        assert "Écrivez un nombre entier de" in refused.page.text()


def test_a_rule_that_is_not_there_is_not_found(admin):
    assert admin.get("/agents/reglages/droits/zzz").status_code == 404


def test_small_counts_are_hidden_and_a_month_shows_once_it_is_over(admin, database, world, clock):
    assert "Rien n'a encore été compté." in admin.get("/agents/suivi/droits").page.text()
    with database.transaction() as session:
        for territory, times in (("artois", 7), ("boulonnais", 6), ("calaisis", 2)):
            for _ in range(times):
                count(session, clock.now, territory=territory, seen=[(Counted.THEME, "budget"), (Counted.RIGHT, "rsa")])
        count(session, clock.now, territory="", seen=[(Counted.SILENCE, "home")])
    running = admin.get("/agents/suivi/droits?mois=2026-11-01").page
    assert "Budget" not in running.text(), "seen before and after a visit, a number would tell what was shown there"
    clock.set(at("2026-12-01", "09:00"))
    enter(admin, world.agent("admin"))
    page = admin.get("/agents/suivi/droits?mois=2026-11-01").page
    line = next(page.text(row) for row in page.all("tr") if "Budget" in page.text(row))
    assert "15" in line
    assert line.count("caché") == 2, "the small one, and the next, which the total would give away with it"
    assert "Où habitez-vous ? caché" in page.text()


PAGES = ["reglages/droits", "reglages/droits/rsa", "reglages/droits-essai", "reglages/droits-a-relire", "suivi/droits"]


@pytest.mark.parametrize("path", [f"/agents/{page}" for page in PAGES])
def test_others_do_not_read_the_rules_nor_the_counts(client, world, path):
    for role, status in (("accueil", 403), ("professionnel", 403), ("référent", 403), ("encadrant", 200)):
        enter(client, world.agent(role))
        assert client.get(path).status_code == status, role
