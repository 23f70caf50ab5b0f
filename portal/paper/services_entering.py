"""What follows from a form that came back: the file changed, a wish on the list, a mandate. The caller commits.

`shown`: what the page showed of the file (`rules_shown`); changed since, nothing is written and nothing typed is lost.
Each answers the person by post in the same transaction, by a short letter where all that they ask for is so already.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.booking.models_waiting import Wish
from portal.booking.services_waiting import wait
from portal.clock import paris_day
from portal.desk import queries as desk
from portal.directory.models import Departement, Motif, Place
from portal.journal.services import Actor
from portal.letters.services_changes import before, tell_change, tell_old_address, values_told
from portal.letters.services_choice import How, follow_choice
from portal.letters.services_chosen import tell_chosen
from portal.letters.services_moving import write_letters
from portal.mandates.services import Voice, give_on_paper, give_to_relative
from portal.notifications.notices import base_context
from portal.notifications.ways import reach_of
from portal.paper.models import PaperForm
from portal.paper.rules import PaperFault, has_half, has_to_ask, narrowed, ordered
from portal.paper.rules_shown import Shown
from portal.paper.services import claim
from portal.paper.services_telling import answer_by_post, tell_same, with_letter
from portal.paper.services_wish import refuse_wish
from portal.people.models import Person
from portal.people.models_access import Organisation
from portal.people.models_mandates import Mandate
from portal.people.services_preferences import change_preferences, preferences_of
from portal.refusal import Refused


@dataclass(frozen=True)
class Chosen:
    """What was ticked on the form of choices; None: nothing, so it stays. `address`: checked lines, or none given.

    `safe`: the address of the file of which somebody discreet was asked, and said that letters may go there.
    """

    sms: bool | None = None
    emails: bool | None = None
    paper: bool | None = None
    large_print: bool | None = None
    language: str | None = None
    address: tuple[str, ...] = ()
    safe: tuple[str, ...] = ()

    @property
    def answers(self) -> dict[str, Any]:
        """What was ticked, by its name."""
        ticked = {name: getattr(self, name) for name in ("sms", "emails", "paper", "large_print", "language")}
        given = {name: value for name, value in ticked.items() if value is not None}
        return given | ({"address": list(self.address)} if self.address else {})


@dataclass(frozen=True)
class Wished:
    """What was asked for: a motif, a place or anywhere (None), from a day on, in these half-days.

    `address`: checked lines that the paper bears, or none. `hours`: the hours of a posted list, as they are written:
    kept with the paper, for whoever books.
    """

    motif_id: int
    place_id: int | None
    first_day: date
    half_days: Collection[str]
    address: Sequence[str] = ()
    hours: str = ""


def enter_address(  # noqa: PLR0913 - a form, what it says, by whom
    session: Session, now: datetime, *, form_id: int, lines: Sequence[str], shown: Shown, by: Actor, base_url: str
) -> PaperForm:
    """The person's new address: lines 2 to 6, checked already. Raises `Refused` (PaperFault) and `LookupError`."""
    form = claim(session, now, form_id=form_id, answers={"address": list(lines)}, by=by)
    person = _own_file(session, form, shown, {"address"})
    wanted, was = replace(preferences_of(person), address=tuple(lines)), before(person)
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    if names:
        tell_change(session, now, person, names, by=by, base_url=base_url, was=was, with_letter=True, on_paper=True)
    else:
        tell_same(session, now, person, ("address",), base_url=base_url)
    return form


def enter_choices(  # noqa: PLR0913 - as above
    session: Session, now: datetime, *, form_id: int, chosen: Chosen, shown: Shown, by: Actor, base_url: str
) -> PaperForm:
    """How the person wants to be told: what they ticked, and nothing else. A signed form is their own word.

    One message by each way, and one letter, says that their paper came, and what each choice is now. Everything by
    post needs an address, and of somebody discreet one that they give on the paper or have said to be safe
    (ASK_IF_SAFE): whoever they fear may open that letter box. Raises `Refused` (PaperFault) and `LookupError`.
    """
    if not chosen.answers:
        raise Refused(PaperFault.NOTHING)
    form = claim(session, now, form_id=form_id, answers=chosen.answers, by=by)
    person = _own_file(session, form, shown, chosen.answers)
    if chosen.paper and not chosen.address and has_to_ask(person, person.address, chosen.safe):
        raise Refused(PaperFault.ASK_IF_SAFE)
    known, was, had_letters = preferences_of(person), before(person), _has_letters(person)
    wanted = replace(
        known,
        wants_sms=_or(chosen.sms, known.wants_sms),
        wants_email=_or(chosen.emails, known.wants_email),
        wants_paper=_or(chosen.paper, known.wants_paper),
        wants_large_print=_or(chosen.large_print, known.wants_large_print),
        language=chosen.language or known.language,
        address=chosen.address or known.address,
    )
    if chosen.paper and not any(wanted.address):
        raise Refused(PaperFault.NO_ADDRESS)
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    follow_choice(session, now, person=person, by=by, how=How.SLIP, base_url=base_url, names=names, tells=False)
    if chosen.paper and person.letters_chosen_at is None:
        person.letters_chosen_at = now  # they chose letters for themselves, discreet or not
    begins = bool(chosen.paper) and not had_letters
    if begins and "paper" not in names:  # the file said so already, and none could leave
        session.flush()
        write_letters(session, now, person)
    if begins:
        rest = sorted(names - {"paper"})
        said = {"on_paper": True, "changes": rest, "values": values_told(person, rest)}
        tell_chosen(session, now, person, by=by, base_url=base_url, more=said)
        tell_old_address(session, now, person, was, by=by, base_url=base_url)
    elif names:
        tell_change(session, now, person, names, by=by, base_url=base_url, was=was, with_letter=True, on_paper=True)
    else:
        tell_same(session, now, person, chosen.answers, base_url=base_url)
    return form


def enter_wish(  # noqa: PLR0913 - as above
    session: Session,
    now: datetime,
    *,
    form_id: int,
    wished: Wished,
    shown: Shown | None = None,
    by: Actor,
    base_url: str,
) -> Wish:
    """Puts the person on the waiting list, with the half-days that they ticked, and tells them by post that it is so.

    A first day that has passed while the paper travelled is today.

    The place is the one that the paper says, of the agent's own or not: those who work there answer. Raises `Refused`:
    PaperFault, or WishFault when the motif is not of the agent's service, or makes no sense.
    """
    half_days = ordered(wished.half_days)
    if not half_days:
        raise Refused(PaperFault.NOTHING)
    answers = {
        "motif_id": wished.motif_id,
        "place_id": wished.place_id,
        "first_day": wished.first_day.isoformat(),
        "half_days": half_days,
        "hours": wished.hours or None,
        "address": list(wished.address),
    }
    form = claim(session, now, form_id=form_id, answers=answers, by=by)
    person = _file(session, form, shown, {"address"} if any(wished.address) else ())
    refuse_wish(session, now, motif_id=wished.motif_id, place_id=wished.place_id, by=by)
    _move(session, now, person, wished.address, by=by, base_url=base_url)
    wish = wait(
        session,
        now,
        person_id=person.id,
        motif_id=wished.motif_id,
        place_id=wished.place_id,
        first_day=max(wished.first_day, paris_day(now)),
        last_day=None,
        mornings=has_half(half_days, "matin"),
        afternoons=has_half(half_days, "apres"),
        half_days=narrowed(half_days),
        by=by,
        on_paper=True,
    )
    tell_wish(session, now, wish, half_days=half_days, by=by, base_url=base_url)
    return wish


def enter_mandate(  # noqa: PLR0913 - a form, to whom, for what
    session: Session,
    now: datetime,
    *,
    form_id: int,
    holder: Organisation | Person,
    procedures: Sequence[str],
    last_day: date,
    address: Sequence[str] = (),
    shown: Shown | None = None,
    by: Actor,
    base_url: str,
) -> Mandate:
    """Puts in force what the person signed, for a partner or for someone close, until the day that the paper says.

    The messages of mandates tell them, and a letter among them; `address` is the one that the paper bears. Raises
    `Refused` (PaperFault, mandates' Fault): under legal protection, the representative alone may.
    """
    answers = {
        "procedures": list(procedures),
        "organisation_id": holder.id if isinstance(holder, Organisation) else None,
        "holder_id": holder.id if isinstance(holder, Person) else None,
        "address": list(address),
    }
    form = claim(session, now, form_id=form_id, answers=answers, by=by)
    person = _file(session, form, shown, {"address"} if any(address) else ())
    _move(session, now, person, address, by=by, base_url=base_url)
    voice = Voice(session.get_one(Departement, 1), base_url)
    give: Callable[..., Mandate] = give_on_paper if isinstance(holder, Organisation) else give_to_relative
    who: dict[str, Any] = {"organisation" if isinstance(holder, Organisation) else "holder": holder}
    mandate = give(
        session, now, person=person, procedures=procedures, last_day=last_day, is_signed=True, by=by, voice=voice, **who
    )
    reader = person.guardian or person
    with_letter(session, now, kind="mandate_given", person=reader, subject="mandate", subject_id=mandate.id)
    return mandate


def tell_wish(  # noqa: PLR0913 - a wish, and what is said of it
    session: Session,
    now: datetime,
    wish: Wish,
    *,
    half_days: Sequence[str],
    by: Actor,
    base_url: str,
    reader: Person | None = None,
) -> None:
    """Answers by post that a wish is noted. Neutral words where the motif's own would tell too much.

    `reader`: who is told of the appointment whose slip says it, which may be a card; else as the file says.
    """
    person = desk.file(session, wish.person_id) or wish.person
    reader = reader or person.guardian or person
    motif, place = session.get_one(Motif, wish.motif_id), wish.place_id and session.get_one(Place, wish.place_id)
    context = base_context(
        session.get_one(Departement, 1),
        base_url,
        person=reader,
        words=motif.neutral_words,
        place=place.city if place else "",
        half_days=list(half_days),
        since=wish.first_day.isoformat(),
    )
    answer_by_post(
        session, now, kind="wish_noted", person=reader, context=context, subject="wish", subject_id=wish.id,
        place_id=by.place_id,
    )  # fmt: skip


def _move(  # noqa: PLR0913 - as above
    session: Session, now: datetime, person: Person, address: Sequence[str], *, by: Actor, base_url: str
) -> None:
    """Writes the address that a paper bears beside what it asks; a letter of its own says it when there was another."""
    if not any(address):
        return
    was = before(person)
    wanted = replace(preferences_of(person), address=tuple(address))
    names = change_preferences(session, now, person=person, by=by, wanted=wanted)
    if any(was.address):
        tell_change(session, now, person, names, by=by, base_url=base_url, was=was, with_letter=True, on_paper=True)


def _file(session: Session, form: PaperForm, shown: Shown | None, names: Collection[str]) -> Person:
    person = desk.file(session, form.person_id or 0, held=True)
    if person is None or (shown is not None and shown.has_changed(form, person, names)):
        raise Refused(PaperFault.CHANGED)
    return person


def _own_file(session: Session, form: PaperForm, shown: Shown, names: Collection[str]) -> Person:
    """The same, of somebody who is written to: what a relative's file says of it is read by nobody."""
    person = _file(session, form, shown, names)
    if person.guardian_id is not None:  # since the paper was given
        raise Refused(PaperFault.RELATIVE)
    return person


def _has_letters(person: Person) -> bool:
    """Whether the garantie papier sends them letters now."""
    return person.wants_paper and reach_of(person).address


def _or(ticked: bool | None, known: bool) -> bool:  # noqa: FBT001 - what was ticked, else what is known
    return known if ticked is None else ticked
