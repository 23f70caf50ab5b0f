"""An absence over twelve people of all four kinds, by keyboard alone: each is moved, given or cancelled, and told."""

from datetime import timedelta

from sqlalchemy import select

from portal.booking.models import Absence, Appointment
from portal.journal.services import Actor
from tests.booking.desk import asked, confirm, count
from tests.browser.keyboard import Keyboard
from tests.browser.received import left, outbox
from tests.browser.sessions import entering
from tests.world import at

NOBODY = {"mobile": None, "email": None}
ADDRESS = ["", "", "1 RUE DE LA DEMONSTRATION", "", "62000 ARRAS"]
KINDS = {
    "Textes": {},
    "Fixe": NOBODY | {"landline": "+33353010044"},
    "Papier": NOBODY | {"address": ADDRESS, "wants_paper": True},
    "Rien": NOBODY,
}
ROUTES = {"Textes": ["sms", "email"], "Fixe": ["call"], "Papier": ["letter"], "Rien": ["desk"]}
ONCE_TOLD = {"sms": "sent", "email": "sent", "call": "open", "letter": "queued", "desk": "open"}
FIRST_DAY = at("2026-12-07", "09:00")


def received(name, act):
    """All that somebody should have in the outbox once this was done with their appointment."""
    routes = ROUTES[name.split()[0]]
    reminders = [f"{name}: appointment_reminder reminder {route}" for route in routes if route != "desk"]
    # What has left cannot be taken back; what a human or the post had yet to do can.
    stands = {route: state if act == "given" or state == "sent" else "withdrawn" for route, state in ONCE_TOLD.items()}
    yield from (f"{name}: appointment_booked notice {route} {stands[route]}" for route in routes)
    yield from (f"{line} {'waiting' if act == 'given' else 'withdrawn'}" for line in reminders)
    if act != "given":
        yield from (f"{name}: appointment_{act} notice {route} {ONCE_TOLD[route]}" for route in routes)
    if act == "moved":
        yield from (f"{line} waiting" for line in reminders)


def standing(database):
    """Who receives each appointment, and how it stands."""
    with database.transaction() as session:
        rows = session.scalars(select(Appointment).order_by(Appointment.id))
        return [(row.agent_id, row.status) for row in rows]


def replace_four(hands, act, confirmation):
    """The four first of the list: ticked, the effect read, confirmed; then back to the list."""
    for box in range(4):
        hands.go_into(f":nth-match([name=rdv][type=checkbox], {box + 1})")
        hands.keys.press("Space")
    hands.enter(act, "button")
    hands.visitor.reads("Rien n'est encore fait.")
    hands.enter(confirmation, "button")
    hands.visitor.reads("4 rendez-vous sont replacés.")
    hands.enter("Retour à la liste")


def test_an_absence_displaces_twelve_people_and_each_is_told_what_changed_for_them(
    visit, app, world, worker, gateways, database
):
    place, motif, absent = world.office(title="Parler de mon budget")
    colleague = world.agent(given_name="Bao", family_name="Modèle", place=place, families=["social"])
    lead = world.agent("encadrant", place=place, families=["social"])
    people = [
        world.person(given_names=f"{kind} {name}", **how)
        for name in ("un", "deux", "trois")
        for kind, how in KINDS.items()
    ]
    for rank, person in enumerate(people):
        starts_at = FIRST_DAY + timedelta(days=rank // 6, minutes=30 * (rank % 6))
        request = asked(place, motif, starts_at=starts_at, person_id=person.id)
        confirm(database, world.now, request, Actor.agent(lead.id))
    world.opening(colleague, place, motif)
    worker()
    before = outbox(world)
    visitor = visit()
    entering(app)(visitor, agent=lead)
    hands = Keyboard(visitor)
    visitor.go(f"/agents/agenda/absences?agent={absent.id}")
    hands.enter("Nouvelle absence")
    hands.go_into("#first_day-day")
    hands.keys.type("7")
    hands.type_on("12", "2026", "", "8", "12", "2026", "")
    hands.enter("Voir ce qui changera", "button")
    visitor.reads("12 rendez-vous pris sont touchés.")
    assert count(database, Absence) == 0
    hands.enter("Enregistrer l'absence", "button")
    visitor.reads("12 rendez-vous sont à replacer.")
    assert outbox(world) == before
    replace_four(hands, "Déplacer chacun", "Déplacer ces 4 rendez-vous")
    replace_four(hands, "Confier à un collègue", "Confier à ce collègue")
    replace_four(hands, "Annuler", "Annuler ces 4 rendez-vous")
    visitor.reads("Rien à replacer ici.")
    worker()
    acts = ["moved"] * 4 + ["given"] * 4 + ["cancelled"] * 4
    expected = [line for person, act in zip(people, acts, strict=True) for line in received(person.given_names, act)]
    assert sorted(outbox(world)) == sorted(expected)
    now_on = standing(database)
    assert {agent_id for agent_id, _status in now_on[:8]} == {colleague.id}
    assert {status for _agent_id, status in now_on} == {"booked", "revoked"}
    assert now_on[8:] == [(absent.id, "revoked")] * 4
    assert len(left(gateways)) == 2 * 5  # three were told of a booking, one of a move, one that it is cancelled
