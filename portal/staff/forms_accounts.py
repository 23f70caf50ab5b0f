"""What an admin types about accounts: whom to invite, which role, until when."""

from collections.abc import Iterable
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from portal.directory.models import Mds, Place
from portal.people.forms_fields import EmailField, HiddenField, NameField
from portal.people.models_access import Organisation
from portal.staff.forms_words import FAMILY_WORDS, ROLES, STATES
from portal.staff.rules import FAMILIES, RoleFault
from portal.staff.services_roles import NewRole
from portal.web.access import PARTNERS
from portal.web.forms import CheckField, ChoiceField, DateField, PortalForm, TextField
from portal.web.forms_lists import ListField

EVERYWHERE = "partout"
NO_PARTNER = "departement"


class SearchForm(PortalForm):
    """Which accounts to show."""

    words = TextField(_l("Nom, métier ou e-mail"))
    state = ListField(_l("État du compte"), required="", choices=[])

    def offer(self) -> None:
        """Fills in the states; the first shows them all."""
        self.state.choices = [("", _("Tous")), *((state.value, str(words)) for state, words in STATES.items())]


class RoleForm(PortalForm):
    """A role: which, where, and its days."""

    role = ChoiceField(_l("Rôle"), choices=(), required=_l("Choisissez un rôle."))
    where = ListField(_l("À quel endroit"), required=_l("Choisissez un endroit."), choices=[])
    first = DateField(
        _l("Premier jour"),
        hint=_l("Exemple : 24 11 2026"),
        required=_l("Écrivez le premier jour. Exemple : 24 11 2026"),
    )
    last = DateField(_l("Dernier jour"), hint=_l("Laissez vide s'il n'y a pas de fin prévue."), required="")
    family_pmi = CheckField(FAMILY_WORDS["pmi"])
    family_cpef = CheckField(FAMILY_WORDS["cpef"])
    family_social = CheckField(FAMILY_WORDS["social"])
    family_insertion = CheckField(FAMILY_WORDS["insertion"])
    family_autonomie = CheckField(FAMILY_WORDS["autonomie"])

    may_overbook = CheckField(
        _l("Peut ajouter un rendez-vous sans créneau"),
        hint=_l("Sur un autre rendez-vous, un jour fermé ou hors des plages, avec une raison écrite."),
    )

    def offer(self, houses: Iterable[Mds], places: Iterable[Place], *, is_partner: bool | None) -> None:
        """Fills in the roles and the places. `is_partner`: whose agent it is; None when the form asks that too."""
        self.role.choices = [
            (role.value, str(words))
            for role, words in ROLES.items()
            if is_partner is None or (role in PARTNERS) == is_partner
        ]
        self.where.choices = {
            _("À choisir"): [("", _("Choisissez dans la liste"))],
            _("Partout"): [(EVERYWHERE, _("Dans tout le Département"))],
            _("Une maison (MDS) et tous ses lieux"): [(f"mds-{one.id}", one.name) for one in houses],
            _("Un seul lieu"): [(f"lieu-{one.id}", f"{one.name} ({one.city})") for one in places],
        }

    @property
    def family_fields(self) -> list[CheckField]:
        """The boxes of the families of files."""
        return [self[f"family_{family}"] for family in FAMILIES]

    def blamed(self, fault: RoleFault) -> ChoiceField | CheckField:
        """The field beside which a refused role is explained."""
        return self.may_overbook if fault is RoleFault.BOOKS_NOTHING else self.role

    @property
    def new_role(self) -> NewRole:
        """The role of a form without faults."""
        kind, _dash, number = self.where.data.partition("-")
        return NewRole(
            role=str(self.role.data),
            first=self.first.data,
            last=self.last.data,
            mds_id=int(number) if kind == "mds" else None,
            place_id=int(number) if kind == "lieu" else None,
            families=tuple(family for family in FAMILIES if self[f"family_{family}"].data),
            may_overbook=bool(self.may_overbook.data),
        )

    def validate_last(self, field: DateField) -> None:
        """Raises `ValidationError` when it would end before it begins."""
        if field.data and self.first.data and field.data < self.first.data:
            raise ValidationError(_("Le dernier jour vient avant le premier. Vérifiez les deux dates."))


class InviteForm(RoleForm):
    """Someone to invite, and their first role."""

    given_name = NameField(_l("Prénom"), required=_l("Écrivez le prénom."))
    family_name = NameField(_l("Nom"), required=_l("Écrivez le nom."))
    job = TextField(
        _l("Métier"),
        hint=_l("Comme les habitants le lisent. Exemple : assistante sociale"),
        required=_l("Écrivez le métier. Exemple : assistante sociale"),
    )
    email = EmailField(
        _l("Adresse e-mail professionnelle"),
        hint=_l("L'invitation part à cette adresse."),
        required=_l("Écrivez l'adresse e-mail. Exemple : prenom.nom@exemple.fr"),
        render_kw={"inputmode": "email", "autocomplete": "off"},
    )
    organisation = ListField(_l("Employeur"), required=_l("Choisissez un employeur."), choices=[])
    last_day = DateField(
        _l("Dernier jour du compte"), hint=_l("Laissez vide s'il n'y a pas de fin prévue."), required=""
    )

    def employers(self, partners: Iterable[Organisation]) -> None:
        """Fills in the employers."""
        own = [(NO_PARTNER, _("Le Département"))]
        self.organisation.choices = [*own, *((str(one.id), one.name) for one in partners)]

    @property
    def organisation_id(self) -> int | None:
        """The partner of a form without faults; None: the Département itself."""
        return None if self.organisation.data == NO_PARTNER else int(self.organisation.data)


class EndRoleForm(PortalForm):
    """Until when a role goes on."""

    last = DateField(_l("Dernier jour"), hint=_l("Laissez vide pour finir tout de suite."), required="")


class ExpiryForm(PortalForm):
    """The last day of an account; `was` is what the page showed."""

    last_day = DateField(
        _l("Dernier jour du compte"), hint=_l("Laissez vide s'il n'y a pas de fin prévue."), required=""
    )
    was = HiddenField()

    @property
    def before(self) -> date | None:
        """What the admin saw, as the account keeps it."""
        try:
            return date.fromisoformat(self.was.data) if self.was.data else None
        except ValueError:
            return None


class UnlockForm(PortalForm):
    """Before a lost telephone is forgotten."""

    is_checked = CheckField(
        _l("J'ai vérifié l'identité de cette personne"),
        hint=_l("En la voyant, ou en la rappelant à son numéro de service."),
    )

    def validate_is_checked(self, field: CheckField) -> None:
        """Raises `ValidationError` when the box is empty."""
        if not field.data:
            raise ValidationError(_("Vérifiez d'abord l'identité de la personne, puis cochez la case."))
