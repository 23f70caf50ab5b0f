"""Somebody without an account, at 320 px and without any script, has the page of a place sent home; and prints it."""

from sqlalchemy import select

from portal.letters.models import Letter
from portal.notifications.models import Message
from tests.browser.journeys import town


def test_a_place_page_reaches_a_letter_box_without_scripts_nor_account(visit, world, worker, database):
    here = town(world)
    visitor = visit(phone=True, scripts=False)
    visitor.go(f"/lieux/{here.place.key}")
    assert visitor.page.get_by_role("button", name="Imprimer").count() == 0
    visitor.follow("Recevoir par courrier")
    visitor.reads("La lettre arrive vers le jeudi 26 novembre 2026.")
    visitor.press("Envoyer cette page chez moi")
    visitor.reads("Écrivez votre prénom et votre nom.")
    visitor.fill("Votre prénom et votre nom", "Camille Essai")
    visitor.fill("Numéro et rue", "12 rue de la Démonstration")
    visitor.fill("Code postal", "62000")
    visitor.fill("Ville", "Arras")
    visitor.tick("Écrire la lettre en gros caractères")
    visitor.press("Envoyer cette page chez moi")
    visitor.reads("Elle arrive vers le jeudi 26 novembre 2026.")
    worker()
    with database.transaction() as session:
        message = session.scalars(select(Message)).one()
        letter = session.scalars(select(Letter)).one()
    assert (message.kind, message.status, message.person_id) == ("page_asked", "queued", None)
    assert (message.recipient or "").splitlines() == ["Camille Essai", "12 RUE DE LA DEMONSTRATION", "62000 ARRAS"]
    assert here.place.name in message.rendered["text"]
    assert letter.pages <= 4
