"""What somebody known is asked to book: for whom. The rest is shown, and used as it stands."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from portal.booking.forms_who import CHILD, ME, RELATIVE, WhoForm
from portal.people.models import Person
from portal.people.rules import Identity, identity_of
from portal.web.forms import selectable

_FILE = "fiche-"


class KnownForm(WhoForm):
    """For whom: the person themselves, one of their relatives, or someone new.

    `for_a_child`: the motif is for children alone. `acted_for`: the name of the person, when somebody acts for them.
    """

    def __init__(
        self,
        *,
        today: date,
        person: Person,
        relatives: Sequence[Person],
        for_a_child: bool,
        acted_for: str | None,
        **options: Any,
    ) -> None:
        super().__init__(today=today, **options)
        self.person, self.acted_for = person, acted_for
        self.relatives = {f"{_FILE}{relative.id}": relative for relative in relatives}
        self.may_be_for_oneself = not for_a_child
        own = [(ME, _("Pour %(name)s", name=acted_for) if acted_for else _("Pour moi"))] if not for_a_child else []
        known = [(value, _("Pour %(name)s", name=_name(relative))) for value, relative in self.relatives.items()]
        self.concerned.choices = selectable([*own, *known, *self._someone_new(is_child_only=for_a_child)])

    @property
    def relative(self) -> Person | None:
        """The relative chosen, whose file exists."""
        return self.relatives.get(self.concerned.data or "")

    @property
    def concerned_identity(self) -> Identity:
        """Who comes."""
        person = self.relative or self.person
        return self.new_relative or identity_of(person)

    @property
    def keys(self) -> list[str]:
        """What tells those who come from others."""
        return [str(self.person.id), self.concerned.data or "", self.concerned_identity.key]

    def refuse_age(self, limit: int | None) -> None:
        """Says that the appointment is for people under `limit` years."""
        field = self.relative_birth_date if self.is_for_someone_new else self.concerned
        field.errors = [_("Ce rendez-vous est pour un enfant de moins de %(limit)s ans.", limit=limit)]

    def _someone_new(self, *, is_child_only: bool) -> list[tuple[str, str]]:
        if self.acted_for:
            child, other = _("Pour un autre enfant de cette personne"), _("Pour un autre proche de cette personne")
        elif self.relatives:
            child, other = _("Pour un autre enfant"), _("Pour une autre personne que j'aide")
        else:
            child, other = _("Pour mon enfant"), _("Pour une personne que j'aide")
        return [(CHILD, child), (RELATIVE, _("Pour un enfant dont je m'occupe") if is_child_only else other)]


def _name(person: Person) -> str:
    return f"{person.given_names} {person.family_name}"
