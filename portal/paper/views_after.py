"""A paper that was entered: what it said, when, by whom, and what can be done next."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from portal.booking import queries as booking
from portal.booking.models import Appointment
from portal.booking.rules import CANCELLED
from portal.booking.rules_waiting import is_closed
from portal.booking.words import tellings
from portal.clock import paris_day
from portal.codes import shown as shown_code
from portal.directory.models import Motif, Place
from portal.notifications.models import Route
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import first_day_known, may_be_called, takes_letters
from portal.paper import queries
from portal.paper.forms_words import FAULTS, KINDS
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import SAYS, PaperFault
from portal.paper.rules_slip import readers_named
from portal.paper.views_shared import answers_of, name_of
from portal.people.models import Person
from portal.people.queries_access import services_of
from portal.web.access import may_open
from portal.web.headers import personal_page
from portal.web.request import now


@dataclass(frozen=True)
class Fit:
    """A free slot in a half-day that was ticked. `by_phone`: no letter tells it in time."""

    starts_at: datetime
    place: str
    by_phone: bool


def entered_page(database: Session, found: PaperForm, *, reads: bool) -> str:
    """What stands, for the one who has just entered it and for whoever comes after."""
    personal_page()
    slip = booking.appointment(database, found.appointment_id) if found.appointment_id else None
    reader = _reader(found, slip)
    return render_template(
        "paper/entered.html",
        found=found,
        kind=KINDS[found.kind],
        code=shown_code(found.code),
        name=", ".join(readers_named(slip, reads=reads)) if slip else name_of(found.person),
        reads=reads,
        left_to_do=_left_to_do(found, slip),
        rows=answers_of(database, found.answers or {}),
        is_forgotten=not found.answers,
        by=queries.agent_name(database, found.entered_by) or _("quelqu'un"),
        done=request.args.get("fait") == "enregistre",
        again=str(FAULTS[PaperFault.ENTERED]) if request.args.get("fait") == "deja" else "",
        told=_told(database, found, reader, reads=reads),
        elsewhere=_elsewhere(database, found) if reads else "",
        fits=_fits(database, found) if reads else [],
        url_of_slots=_url_of_slots(database, found) if reads else "",
    )


def _reader(found: PaperForm, slip: Appointment | None) -> Person | None:
    """Who is told: of a slip, whoever is told of its appointment, maybe on a card."""
    told = [telling.person for telling in tellings(slip)] if slip else []
    return next(iter(told), (found.person.guardian or found.person) if found.person else None)


def _left_to_do(found: PaperForm, slip: Appointment | None) -> list[str]:
    """What a slip asked for and nothing here could do: an agent does it."""
    said = found.answers or {}
    if slip is None or found.entered_at is None or SAYS not in said:
        return []
    is_kept = slip.status not in CANCELLED
    has_no_list = said[SAYS] and is_closed(slip.motif, paris_day(found.entered_at))
    kept = [_("Le rendez-vous n'est pas annulé : il était déjà passé. Notez-le dans la journée.")] if is_kept else []
    none = [_("Ce motif ne se réserve plus : il n'a pas de liste d'attente. Appelez la personne.")]
    return kept + (none if has_no_list else [])


def _told(database: Session, found: PaperForm, reader: Person | None, *, reads: bool) -> str:
    """How the person is told what the paper has brought about; to whoever does not read their file, nothing of it."""
    if reader is None or not reads:
        return str(_("La personne est prévenue comme elle l'a choisi."))
    if reader.wants_silence:
        return str(_("La personne a demandé de ne pas être contactée. Rien ne part."))
    routes = queries.routes_promised(database, found, reader.id)
    if Route.LETTER in routes:
        return str(_("La personne va recevoir une lettre."))
    if not routes:
        return str(_("Rien n'a changé : aucune lettre ne part."))
    if takes_letters(reader):
        return str(_("Il est trop tard pour une lettre. La personne est prévenue par ses autres moyens."))
    return str(_("Aucune lettre ne peut partir : pas d'adresse sûre. La personne est prévenue par ses autres moyens."))


def _elsewhere(database: Session, found: PaperForm) -> str:
    """The place that answers a wish, when it is not of the agent's service; empty otherwise."""
    said = found.answers or {}
    if found.kind is not FormKind.WISH or not said.get("place_id"):
        return ""
    own = _own_places(database, database.get_one(Motif, said["motif_id"]).family)
    return "" if own is None or said["place_id"] in own else database.get_one(Place, said["place_id"]).name


def _fits(database: Session, found: PaperForm) -> list[Fit]:
    """Slots that fit a wish now, in the agent's own service.

    Whoever is told by letter alone has those of which a letter tells in time; the others too where they may be called.
    """
    said = found.answers or {}
    if found.kind is not FormKind.WISH or found.person is None or not _url_of_slots(database, found):
        return []
    reader = found.person.guardian or found.person
    known = first_day_known(reader, now(), calendar_of(database))
    first_day = date.fromisoformat(said["first_day"])
    if known is not None and not may_be_called(reader):
        first_day = max(first_day, known)
    motif = database.get_one(Motif, said["motif_id"])
    places = {said["place_id"]} if said["place_id"] else _own_places(database, motif.family)
    slots = queries.fitting(
        database,
        now(),
        motif=motif,
        place_ids=places,
        ticked=said["half_days"],
        first_day=first_day,
    )
    return [
        Fit(
            slot.starts_at,
            database.get_one(Place, slot.place_id).name,
            by_phone=known is not None and paris_day(slot.starts_at) < known,
        )
        for slot in slots
    ]


def _own_places(database: Session, family: str) -> set[int] | None:
    services = services_of(database, g.agent.id, paris_day(now()))
    own = [one for one in services if one.families is None or family in one.families]
    if any(one.place_ids is None for one in own):
        return None
    return {number for one in own for number in one.place_ids or ()}


def _url_of_slots(database: Session, found: PaperForm) -> str:
    """Where the agent books what was wished; empty when they may not."""
    if found.kind is not FormKind.WISH or not may_open("counter.slots") or _elsewhere(database, found):
        return ""
    number = (found.answers or {}).get("motif_id")
    if number is None:  # forgotten since
        return ""
    motif = database.get_one(Motif, number)
    return url_for("counter.slots", person_id=found.person_id, motif_key=motif.key)
