"""The lines of an envelope, as fields of a form."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from portal.booking.forms_words import ADDRESS_WORDS, NAME_NOT_PRINTED_ON_A_LETTER, NAME_TOO_LONG_FOR_A_LETTER
from portal.letters.address import AddressReason, BadAddressError, Communes, check_address, placed_lines, printed_lines
from portal.web.forms import PortalForm, TextField

LINES = ("flat", "building", "street", "locality")  # lines 2 to 5 of the envelope
LONGEST_LINE = 60  # characters typed; what is too long once printed is said by the address check


def lines_of_one_s_own(*, postcode: Any = "", town: Any = "") -> tuple[TextField, ...]:
    """The six fields of an address as its own person types it, in order: LINES, then the postcode and the town.

    `postcode`, `town`: the sentences when nothing was typed there; without them these may stay empty.
    """
    return (
        _text(_l("Appartement, étage, ou « chez »"), "address-line2", hint=_l("Exemple : Chez Mme Essai")),
        _text(_l("Bâtiment, résidence"), "address-line3", hint=_l("Exemple : Résidence des Tilleuls")),
        _text(_l("Numéro et rue"), "address-line1", hint=_l("Exemple : 12 rue de la Paix")),
        _text(_l("Lieu-dit, boîte postale"), "address-level3", hint=_l("Exemple : BP 40")),
        _text(_l("Code postal"), "postal-code", hint=_l("Exemple : 62000"), required=postcode),
        _text(_l("Ville"), "address-level2", required=town),
    )


def lines_of_somebody() -> tuple[TextField, ...]:
    """The same fields, as an agent types somebody's address."""
    return (
        _text(_l("Appartement, étage, ou « chez »")),
        _text(_l("Bâtiment, résidence")),
        _text(_l("Numéro et rue"), hint=_l("Exemple : 12 rue de la Paix")),
        _text(_l("Lieu-dit, boîte postale")),
        _text(_l("Code postal"), hint=_l("Exemple : 62000")),
        _text(_l("Ville")),
    )


def _text(label: Any, autocomplete: str = "off", **options: Any) -> TextField:
    return TextField(label, longest=LONGEST_LINE, render_kw={"autocomplete": autocomplete}, **options)


class AddressForm(PortalForm):
    """The lines of an envelope. `address` may be read once the form is valid: lines 2 to 6, or nothing.

    `name`: whose envelope it is, as printed; `lines`: the address so far.
    """

    flat, building, street, locality, postcode, town = lines_of_one_s_own()

    def __init__(self, *, name: str, lines: Sequence[str], communes: Communes, **options: Any) -> None:
        super().__init__(data=typed_address(list(lines)), **options)
        self.name, self._communes = name, communes
        self.address: tuple[str, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Checks each line, then what the post makes of them together."""
        super().validate(extra_validators)
        if not self.errors:
            self._check()
        return not self.errors

    def _check(self) -> None:
        lines = checked_address(self, self._communes)
        if not lines:
            return
        try:
            printed_lines(self.name, lines)
        except BadAddressError as bad:
            self.flat.errors = [name_words(bad)]
        self.address = tuple(lines)


def checked_address(form: Any, communes: Communes) -> list[str] | None:
    """Lines 2 to 6 as the fields of LINES, `postcode` and `town` say them; empty when nothing was typed.

    None when something is wrong with them, which is then said beside its field.
    """
    typed = [getattr(form, name) for name in LINES]
    if any(field.errors for field in (*typed, form.postcode, form.town)):
        return None
    town = f"{form.postcode.data or ''} {form.town.data or ''}".strip()
    lines, faults = check_address([*(field.data or "" for field in typed), town], communes=communes)
    for fault in faults:
        field = typed[fault.line - 2] if fault.line < 6 else _line_6(form, fault.reason)
        field.errors = [*field.errors, ADDRESS_WORDS[fault.reason]]
    return None if faults else lines


def name_words(bad: BadAddressError) -> Any:
    """What to say of a name that no envelope holds, above lines that are right."""
    is_foreign = any(fault.reason is AddressReason.BAD_CHARACTER for fault in bad.faults)
    return NAME_NOT_PRINTED_ON_A_LETTER if is_foreign else NAME_TOO_LONG_FOR_A_LETTER


def typed_address(address: list[str]) -> dict[str, str]:
    """A stored address, by the names of its fields."""
    if not any(address):
        return {}
    placed = placed_lines(address)
    postcode, _space, town = placed[4].partition(" ")
    return {**dict(zip(LINES, placed, strict=False)), "postcode": postcode, "town": town}


def _line_6(form: Any, reason: str) -> Any:
    return form.town if reason in {"town_missing", "town_mismatch", "too_long"} else form.postcode
