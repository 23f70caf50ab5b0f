"""What an agent types from the form of choices."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.desk.forms import SafePlaceForm
from portal.paper.forms import UNSIGNED, AddressForm
from portal.paper.services_entering import Chosen
from portal.web.forms import CheckField, ChoiceField
from portal.web.i18n import LANGUAGES

_YES_NO = {"oui": True, "non": False}
_NOTHING = ""


def _yes_no(label: Any) -> ChoiceField:
    ticks = [(_NOTHING, _l("rien de coché")), ("oui", _l("oui")), ("non", _l("non"))]
    return ChoiceField(label, choices=ticks, required="", default=_NOTHING)


class ChoicesForm(AddressForm, SafePlaceForm):
    """The boxes of the form of choices: yes, no, or nothing ticked. `is_safe`: the answer to `asks_about`."""

    sms = _yes_no(_l("Recevoir des SMS"))
    emails = _yes_no(_l("Recevoir des e-mails"))
    paper = _yes_no(_l("Tout recevoir par lettre (garantie papier)"))
    large_print = _yes_no(_l("Des lettres en gros caractères"))
    tongue = ChoiceField(
        _l("Langue des messages"),
        choices=[(_NOTHING, _l("rien de coché")), *LANGUAGES.items()],
        required="",
        default=_NOTHING,
    )
    is_safe = CheckField(_l("Oui, elle le dit : les lettres peuvent y aller"))

    needs_address = False

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each field; letters end by the person's own word alone, which is their signature."""
        super().validate(extra_validators)
        if self.paper.data == "non" and not self.signed.data:
            self.signed.errors = [UNSIGNED]
        return not self.errors

    def chosen(self, address: Sequence[str]) -> Chosen:
        """What was ticked; of a valid form. `address`: that of the file, of which the question may have been."""
        ticked = {name: _YES_NO.get(self[name].data or "") for name in ("sms", "emails", "paper", "large_print")}
        is_said = self.reads and self.is_safe.data and self.is_said_of(address)
        safe = tuple(address) if is_said else ()
        return Chosen(**ticked, language=self.tongue.data or None, address=tuple(self.address), safe=safe)
