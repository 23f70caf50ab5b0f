"""What the print room types: counts, days, keys of letters, the number and the proof of a registered one."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import FileField
from wtforms.validators import StopValidation

from portal.letters.forms_words import RETURN_REASONS
from portal.letters.models import PullReason, ReturnReason
from portal.letters.rules import key_of
from portal.letters.rules_post import page_of
from portal.people.forms_fields import HiddenField
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm, TextField
from portal.web.forms_numbers import WholeField
from portal.web.text import whole

AS_LISTED = "listed"
WHOLE, SHEET = "whole", "sheet"
_SIGNS = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_SCANNED = {"autofocus": True, "data-scan": ""}
_NO_COUNT = _l("Écrivez un nombre, en chiffres. Exemple\u00a0: 250")


class KeyField(TextField):
    """The key of a letter, typed or read by a scanner: its `reference`; the `page`, when the key says it."""

    reference = ""
    page: int | None = None

    def __init__(self, **options: Any) -> None:
        super().__init__(
            _l("Clé de la lettre"),
            hint=_l("En bas à gauche de chaque page. Exemple\u00a0: C0000123K-1-2"),
            longest=60,
            required=_l("Tapez la clé de la lettre, ou lisez-la avec le lecteur."),
            render_kw=_SIGNS | _SCANNED,
            **options,
        )

    def pre_validate(self, form: Any) -> None:
        """Raises `StopValidation` with a sentence for what is no key."""
        super().pre_validate(form)
        reference = key_of(self.data)
        if reference is None:
            raise StopValidation(_("Cette clé ne se lit pas. Vérifiez-la. Exemple\u00a0: C0000123K-1-2"))
        self.reference, self.page = reference, page_of(self.data)


class ScanField(FileField):  # type: ignore[misc]
    """A scanned file."""

    def __init__(self, label: str, *, hint: str, **options: Any) -> None:
        self.hint = hint
        self.is_required = True
        super().__init__(label, **options)

    @property
    def content(self) -> bytes:
        """The bytes that were sent, read once; none when no file was."""
        if not isinstance(self.data, FileStorage):  # none was chosen, or words were sent in its place
            return b""
        with self.data.stream as sent:  # beyond half a megabyte, a file on the disk
            return bytes(sent.read())


class WaitingForm(PortalForm):
    """A letter looked for: any by its key, those that wait by a name. Posted: a name stands in no address of a page."""

    wanted = TextField(
        _l("Clé de la lettre, ou nom"),
        hint=_l(
            "Une clé ouvre toute lettre. Un nom cherche celles qui attendent. Exemples\u00a0: C0000123K, ou Martin"
        ),
        longest=60,
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )


class PrintedForm(PortalForm):
    """A run is printed: by the printer's counter, or all of it; or one of its files (`position`)."""

    file = HiddenField()
    counter = WholeField(_l("Compteur de l'imprimante, en feuilles"), wrong=_NO_COUNT)

    @property
    def position(self) -> int | None:
        """The place of the file in its run; None: all of it. -1, which none has, for a forged one."""
        if not self.file.data:
            return None
        number = whole(self.file.data)
        return -1 if number is None else number


class CountForm(PortalForm):
    """What was counted as it was put in envelopes."""

    letters = WholeField(
        _l("Enveloppes comptées"), wrong=_NO_COUNT, required=_l("Écrivez combien d'enveloppes il y a.")
    )
    sheets = WholeField(
        _l("Feuilles comptées, sans les séparations"),
        wrong=_NO_COUNT,
        required=_l("Écrivez combien de feuilles il y a."),
    )


class PostedForm(PortalForm):
    """The day on which the post took a run."""

    day = DateField(_l("Jour de la remise"), required=_l("Écrivez le jour. Exemple\u00a0: 24 11 2026"))


class PullForm(PortalForm):
    """A letter taken out of its tray, and why: as the list of the run says, or for another reason."""

    key = KeyField()
    reason = ChoiceField(
        _l("Pourquoi la retirer"),
        choices=[
            (AS_LISTED, _l("Le lot dit de la retirer")),
            (PullReason.LOST.value, _l("Elle est introuvable ou abîmée\u00a0: une autre sera faite")),
            (PullReason.ASKED.value, _l("On a demandé qu'elle ne parte pas")),
        ],
        required="",
        default=AS_LISTED,
    )

    @property
    def chosen(self) -> PullReason | None:
        """The reason chosen; None for that of the list."""
        return PullReason(self.reason.data) if self.reason.data in set(PullReason) else None


class ReprintForm(PortalForm):
    """A letter printed again: the whole of it, or the sheet of one page."""

    key = KeyField()
    what = ChoiceField(
        _l("Quoi réimprimer"),
        choices=[(WHOLE, _l("Toute la lettre")), (SHEET, _l("La feuille de cette page"))],
        required="",
        default=WHOLE,
    )

    def validate_what(self, field: Any) -> None:
        """One sheet, only when the key says which."""
        if field.data == SHEET and self.key.reference and self.key.page is None:
            raise StopValidation(_("Cette clé ne dit pas la page. Exemple\u00a0: C0000123K-1-2"))


class ReturnForm(PortalForm):
    """A letter that came back. The reason stays from one letter to the next."""

    reason = ChoiceField(
        _l("Pourquoi elle revient"),
        choices=[(reason.value, words) for reason, words in RETURN_REASONS.items()],
        required=_l("Choisissez pourquoi la lettre revient."),
    )
    key = KeyField()

    @property
    def chosen(self) -> ReturnReason:
        """The reason; of a valid form."""
        return ReturnReason(str(self.reason.data))

    def takes_figure(self) -> bool:
        """A figure in the place of a key chooses the reason of that number: with no script, by keyboard alone."""
        reasons: Sequence[ReturnReason] = list(RETURN_REASONS)
        figures = {str(number): reason.value for number, reason in enumerate(reasons, start=1)}
        if self.key.data not in figures:
            return False
        self.reason.data, self.key.data = figures[self.key.data], ""
        return True


class RegisterForm(PortalForm):
    """Whether a letter leaves as a registered one, and its number."""

    is_registered = CheckField(_l("Cette lettre part en recommandé"))
    number = TextField(
        _l("Numéro de suivi"),
        hint=_l("Sous le code-barres de La Poste. Exemple\u00a0: 1A\u00a0123\u00a0456\u00a07890\u00a01"),
        longest=30,
        render_kw=_SIGNS,
    )

    def awaits_scan(self) -> None:
        """The number takes the focus, as the key of a letter does: a scanner types it, then Enter."""
        self.number.render_kw = _SIGNS | _SCANNED


class ProofForm(PortalForm):
    """The proof of a registered letter, scanned."""

    proof = ScanField(
        _l("Preuve scannée"),
        hint=_l("Le dépôt ou l'accusé de réception\u00a0: un PDF, un JPEG ou un PNG de 5\u00a0Mo au plus."),
        render_kw={"accept": ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"},
    )
