"""Each kind of message has a name for whoever reads it and one for an agent, and each way its own."""

from portal.notifications.forms_words import KINDS, OTHER_KIND, ROUTES, kind_named
from portal.notifications.models import Route
from portal.paths import TEMPLATES


def test_whatever_is_told_has_a_name_for_its_reader_and_for_an_agent() -> None:
    told = {folder.name for folder in (TEMPLATES / "messages").iterdir() if folder.is_dir()}
    assert told <= KINDS.keys()
    assert kind_named("appointment_booked").to_reader == "Votre rendez-vous"
    assert kind_named("of tomorrow") is OTHER_KIND
    assert ROUTES.keys() == set(Route)
