"""A print run from the letters that wait to the post, by keyboard alone: made, printed, counted, given."""

from sqlalchemy import select

from portal.letters.making import print_due
from portal.letters.models import PrintRun, RunState
from tests.browser.keyboard import Keyboard
from tests.browser.sessions import entering
from tests.letters.runs import queued


def test_the_print_room_takes_a_run_to_the_post_with_no_pointer(visit, app, world, database, clock):
    world.departement()
    for _letter in range(2):
        queued(world)
    visitor = visit()
    entering(app)(visitor, agent=world.agent("courrier"))
    hands = Keyboard(visitor)
    visitor.go("/agents/courriers")
    hands.enter("Faire le lot maintenant", "button")
    visitor.reads("Le lot est fait : il réunit 2 lettres.")
    print_due(database, clock)  # the worker makes the files
    visitor.go("/agents/courriers/lots/1")
    hands.go_to("Compteur de l'imprimante, en feuilles", "textbox")
    hands.keys.type("30")
    hands.enter("Tout est imprimé", "button")
    visitor.reads("Le compteur ne dit pas le même nombre.")
    hands.unfold("Corriger le compteur")
    hands.go_into("#counter")
    hands.keys.press("Control+a")
    hands.keys.type("3")
    hands.enter("Noter ce compteur", "button")
    visitor.reads("Le compteur est corrigé.")
    hands.go_into("#letters")
    hands.keys.type("2")
    hands.type_on("2")
    hands.enter("Noter le compte", "button")
    visitor.reads("Le compte est noté.")
    hands.enter("Remis à La Poste", "button")
    visitor.reads("Remis le lundi 23 novembre 2026. Les lettres arrivent vers le jeudi 26 novembre 2026.")
    with database.transaction() as session:
        assert session.scalars(select(PrintRun.state)).one() is RunState.POSTED
