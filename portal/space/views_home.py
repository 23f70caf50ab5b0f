"""The door of the space: the next appointment in large, then everything else; and all appointments."""

from dataclasses import dataclass

from flask import g, request
from flask_babel import lazy_gettext as _l

from portal.booking import pages as booking
from portal.booking import rules as booking_rules
from portal.booking.models import Appointment
from portal.people.models import Person
from portal.people.models_credentials import CredentialKind
from portal.people.views_browser import subject_id
from portal.space import queries
from portal.space.rules import doubtful, parted, value_of
from portal.space.views import bp
from portal.space.views_shared import Room, is_known, me, page
from portal.web.access import Procedure, Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction

_APPOINTMENTS = Room("space.appointments", "calendar-days", _l("Mes rendez-vous"), _l("À venir, passés et annulés."))
ROOMS = (
    _APPOINTMENTS,
    Room("space.messages", "message-square-text", _l("Mes messages"), _l("Tout ce que nous vous avons dit.")),
    Room("space.preferences", "bell", _l("Comment me joindre"), _l("SMS, e-mail, lettre, adresse, téléphone.")),
    Room("eligibility.mine", "list", _l("Mes droits"), _l("Mes réponses gardées, et à qui je les montre.")),
    Room("space.relatives", "users-round", _l("Mes proches"), _l("Les personnes dont je m'occupe.")),
    Room("mandates.mine", "heart-handshake", _l("Qui peut agir pour moi"), _l("Donner ou reprendre cette permission.")),
)
# Smaller doors, under the others.
CUPBOARDS = (
    Room("eligibility.household", "house", _l("Mon foyer")),
    Room("paper.mine", "pencil", _l("Papiers à remplir")),
    Room("space.actions", "list", _l("Qui a fait quoi")),
    Room("space.connections", "lock", _l("Mes connexions")),
    Room("space.level", "key-round", _l("Mon accès")),
    Room("space.download", "download", _l("Télécharger mes données")),
    Room("space.close", "door-open", _l("Fermer mon espace")),
)


@dataclass(frozen=True)
class Shown:
    """An appointment with what the person may still do about it. Its code is in sight."""

    appointment: Appointment
    may_move: bool
    may_cancel: bool


@bp.get("")
@allow(Role.REACHABLE, procedure=Procedure.APPOINTMENTS)
def home() -> str:
    """The next appointment, and where the rest is."""
    with transaction() as database:
        person = me(database)
        coming = parted(queries.appointments_of(database, now(), person.id), now()).coming
        call = booking.call_for(database, coming[0].place if coming else None)
        doubts = _doubts(person, queries.vouched_of(database, person.id)) if is_known() else []
    return page(
        "home",
        form=PortalForm(formdata=None),
        person=person,
        next=_shown(coming[0]) if coming else None,
        others=len(coming) - 1,
        call=call,
        doubts=doubts,
        is_known=is_known(),
        may_choose_paper=not g.acting or (Procedure.PREFERENCES in g.acting.procedures and not person.wants_discretion),
        rooms=[room for room in ROOMS if room.is_open],
        cupboards=[room for room in CUPBOARDS if room.is_open],
        done=request.args.get("fait", ""),
    )


@bp.get("/rendez-vous")
@allow(Role.REACHABLE, procedure=Procedure.APPOINTMENTS)
def appointments() -> str:
    """To come, past (twelve months), cancelled: one's own, and those of the people one answers for."""
    with transaction() as database:
        parts = parted(queries.appointments_of(database, now(), subject_id()), now())
    over = [one.id for one in (*parts.past, *parts.cancelled) if booking_rules.is_over(one, now())]
    return page("appointments", parts=parts, own_id=subject_id(), over_ids=over)


def _shown(found: Appointment) -> Shown:
    may_move = booking_rules.move_refusal(found, now(), by_agent=False) is None
    may_cancel = booking_rules.cancel_refusal(found, now(), by_agent=False) is None
    return Shown(found, may_move, may_cancel)


def _doubts(person: Person, vouched: set[tuple[CredentialKind, str]]) -> list[tuple[str, str]]:
    """The ways that somebody else may have written in the file: ("mobile", "+336…")."""
    return [(kind.value, value_of(person, kind) or "") for kind in doubtful(person, vouched)]
