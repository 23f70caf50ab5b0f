"""What the post brings back, entered with a scanner and one key: 100 letters take under five minutes."""

from sqlalchemy import select

from portal.letters.models import Letter, ReturnReason
from tests.browser.keyboard import Keyboard
from tests.browser.sessions import entering
from tests.letters.runs import made, queued


def test_twelve_returns_are_scanned_in_one_go_with_one_press_for_the_reason(visit, app, world, database):
    world.departement()
    letters = [queued(world) for _ in range(12)]
    made(database, world.now)
    visitor = visit()
    entering(app)(visitor, agent=world.agent("courrier"))
    visitor.go("/agents/courriers/retours")
    hands, presses = Keyboard(visitor), 0

    def scans(reference):
        """A scanner types the key, then Enter."""
        hands.keys.type(f"{reference}-1-1")
        hands.send()

    hands.keys.press("2")  # no key begins with a figure: it chooses the second reason
    presses += 1
    for letter in letters[:6]:
        scans(letter.reference)
        visitor.reads(f"{letter.reference} est notée : Défaut d'accès ou d'adressage.")
    scans(letters[0].reference)  # by mistake: said, and the next scan takes its place
    visitor.reads("Cette lettre est déjà notée : Défaut d'accès ou d'adressage")
    hands.keys.press("3")
    presses += 1
    for letter in letters[6:]:
        scans(letter.reference)
        visitor.reads(f"{letter.reference} est notée : Refusé.")
    assert presses <= len(letters)
    with database.transaction() as session:
        reasons = list(session.scalars(select(Letter.return_reason).order_by(Letter.id)))
    assert reasons == [ReturnReason.ACCESS] * 6 + [ReturnReason.REFUSED] * 6
