"""Fields that several features ask for: whole numbers, and boxes to tick."""

import pytest

from portal.web.forms import PortalForm, selectable
from portal.web.forms_lists import ChecksField
from portal.web.forms_numbers import WholeField


class Asked(PortalForm):
    seats = WholeField("Places", least=5, most=480, dropped="€", required="Écrivez combien.")
    weeks = WholeField("Semaines", least=1, most=52, wrong="De une à cinquante-deux.")
    days = ChecksField("Jours", required="Cochez un jour.")

    def __init__(self) -> None:
        super().__init__(meta={"csrf": False})
        self.days.choices = selectable([("lun", "Lundi"), ("mar", "Mardi")])


@pytest.fixture
def ask(app):
    """What a form reads of what was typed: its fields, and what is wrong with them."""

    def ask(**typed):
        with app.test_request_context(method="POST", data={"seats": "8", "days": "lun"} | typed):
            form = Asked()
            form.validate()
            return form, {name: [str(one) for one in said] for name, said in form.errors.items()}

    return ask


@pytest.mark.parametrize(("typed", "read"), [("8", 8), ("0480", 480), (" 4 8\u00a00 ", 480), ("40\u00a0€", 40)])
def test_a_whole_number_is_read_as_people_write_it(ask, typed, read) -> None:
    form, faults = ask(seats=typed)
    assert (form.seats.number, form.seats.whole, faults) == (read, read, {})


@pytest.mark.parametrize("typed", ["4", "481", "-8", "+8", "8,5", "1_0", "\u0668", "²", "huit", "9" * 19])
def test_what_is_no_such_number_is_said_with_its_bounds_and_kept(ask, typed) -> None:
    form, faults = ask(seats=typed, weeks=typed)
    assert faults["seats"] == ["Écrivez un nombre entier de 5 à 480."]
    assert form.seats.data == typed
    assert "weeks" not in faults or faults["weeks"] == ["De une à cinquante-deux."]


def test_a_number_that_may_stay_empty_is_its_least_one_and_one_that_is_asked_for_is_missed(ask) -> None:
    form, faults = ask(seats="", weeks="")
    assert faults == {"seats": ["Écrivez combien."]}
    assert (form.weeks.number, form.weeks.whole) == (None, 1)


def test_boxes_are_read_in_the_order_offered_and_a_forged_one_is_none(ask) -> None:
    form, faults = ask(days=["mar", "dim", "lun"])
    assert (form.days.data, faults) == (["lun", "mar"], {})
    form, faults = ask(days=["dim"])
    assert (form.days.data, faults) == ([], {"days": ["Cochez un jour."]})
