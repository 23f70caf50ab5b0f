"""The verbs of mandates, for views and for the upkeep."""

from portal.mandates.services_answering import answer_sms
from portal.mandates.services_ending import end, end_for_protected, tell_endings
from portal.mandates.services_helping import finish_help, give_at_counter, give_by_phone
from portal.mandates.services_lasting import (
    ask_by_sms,
    give_in_space,
    give_on_paper,
    give_to_legal,
    give_to_relative,
    receive_paper,
    second_look,
    take_up,
)
from portal.mandates.services_telling import Voice

__all__ = [
    "Voice",
    "answer_sms",
    "ask_by_sms",
    "end",
    "end_for_protected",
    "finish_help",
    "give_at_counter",
    "give_by_phone",
    "give_in_space",
    "give_on_paper",
    "give_to_legal",
    "give_to_relative",
    "receive_paper",
    "second_look",
    "take_up",
    "tell_endings",
]
