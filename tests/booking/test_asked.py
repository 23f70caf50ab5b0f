"""What an address or a form asks for is read without trust."""

import pytest

from portal.booking.asked import sequence_of, slot_of, slot_text
from portal.booking.slots import Slot


def test_a_slot_is_read_as_it_was_written_and_nothing_else_is_one(world) -> None:
    slot = Slot(world.now.replace(second=0, microsecond=0), 7, 2_147_483_647)
    assert slot_of(slot_text(slot), world.now) == slot
    start = slot_text(slot).partition("~")[0]
    for forged in (None, "", start, f"{start}~7", f"{start}~7~8~9", f"{start}~7~-8", f"{start}~7~2147483648", "~7~8"):
        assert slot_of(forged, world.now) is None


@pytest.mark.parametrize(("typed", "read"), [("0", 0), ("12", 12), ("", -1), (None, -1), ("-1", -1), ("1e3", -1)])
def test_a_sequence_that_is_no_number_is_that_of_no_appointment(typed, read) -> None:
    assert sequence_of(typed) == read
