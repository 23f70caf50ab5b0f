"""The variables of the letter that carries a paper form: what it is for, and where it goes back to."""

from collections.abc import Mapping
from typing import Any

from portal.letters.text import Holds, Value
from portal.letters.wording_common import COMMON, common_values
from portal.notifications import wanted

KIND = "form_sent"
ENCLOSED = wanted.ENCLOSED  # in a message's context: the form's words (`paper_kept.as_json`)

_FORMS = ("wish", "choices", "address", "mandate")

VOCABULARY: Mapping[str, Holds] = {
    **COMMON,
    "reference": Holds.TEXT,
    "return_to": Holds.LIST,
    **dict.fromkeys((*_FORMS, "blank"), Holds.FLAG),
}
"""`wish` … `mandate`: what the form is for. `blank`: it is at nobody's name. `reference`: the form's own."""


def values_of(context: Mapping[str, Any]) -> dict[str, Value]:
    """What the variables of `VOCABULARY` hold: every one of them. The form's code stands on the form alone."""
    kind = context["form_kind"]
    return {
        **common_values(context),
        **{name: name == kind for name in _FORMS},
        "blank": context["form_is_blank"],
        "reference": context[ENCLOSED]["reference"][1],
        "return_to": list(context["return_address"]),
    }
