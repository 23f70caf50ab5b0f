"""From a right to a free hour: the commune answered is not asked again, and nothing else of the answers leaves."""

import pytest

from portal.people.models import Level
from tests.eligibility.answering import answered
from tests.entering import enter_person

pytestmark = pytest.mark.usefixtures("offered")

MOTIF = "permanence-sociale"


@pytest.fixture
def bookable(world):
    """A motif that a right of the budget leads to, received in Arras."""
    world.departement(is_demo=False)
    world.commune()
    place, motif, agent = world.place(), world.motif(key=MOTIF), world.agent()
    world.opening(agent, place, motif)
    return place


@pytest.fixture
def known(client, world):
    """Somebody whose file names their commune, and who has proved who they are."""
    person = world.person(address=["1 RUE DE L ESSAI", "62000 ARRAS"])
    enter_person(client, person, level=Level.KNOWN)
    return person


def links_of(page):
    return {link for link in page.links().values() if link.startswith(f"/rendez-vous/{MOTIF}")}


@pytest.mark.usefixtures("known")
def test_a_right_leads_to_the_places_nearest_first_and_to_a_free_hour_in_one_more_press(client, bookable):
    answered(client, {"choice": "no"})  # nothing to eat: the urgency first, which leads there too
    urgent = client.get("/mes-droits/urgence").page
    assert "/rendez-vous/urgent?insee=62041" in urgent.links().values()
    assert links_of(urgent) <= {f"/rendez-vous/{MOTIF}?insee=62041"}
    result = client.get("/mes-droits/resultat").page
    assert links_of(result) == {f"/rendez-vous/{MOTIF}?insee=62041"}
    places = client.get(links_of(result).pop()).page
    assert bookable.name in places.text()
    (hours,) = [link for link in places.links().values() if f"/{bookable.key}" in link and "insee=62041" in link]
    week = client.get(hours).page
    assert week.choices("creneau") or week.all("input", type="radio")


@pytest.mark.usefixtures("bookable")
def test_without_a_commune_nothing_is_filled_in(client):
    answered(client, {"choice": "yes"})
    assert links_of(client.get("/mes-droits/resultat").page) == {f"/rendez-vous/{MOTIF}"}
