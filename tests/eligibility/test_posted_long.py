"""A long result by post: one letter holds it, and names each right that the page names."""

import pytest
from sqlalchemy import select

from portal.letters.models import Letter
from portal.notifications.dispatch import send_due
from portal.notifications.models import Message
from tests.eligibility.answering import answered

pytestmark = pytest.mark.usefixtures("offered")

# A parent of 29 with a debt of rent, of energy and of credits: what the most people at once may look into.
PARENT = {
    "eviction": "demand", "age": "29", "home": "private", "rent_debt": "yes", "rent_debt_amount": "2000",
    "fsl_before": "no", "energy_debt": "yes", "moving": "no", "home_trouble": "yes", "food": "yes",
    "income": "work benefits", "short": "yes", "urgent_cost": "yes", "debts": "yes", "money_hard": "yes",
    "money_danger": "no", "credit": "yes", "couple": "no", "children": "under3 from6", "activity": "employed",
}  # fmt: skip


NO_RIGHTS = {"Garder cette réponse", "Continuer avec un autre thème"}


@pytest.fixture
def answer_all(client, book):
    """Answers every question of a theme as the parent would; gives the result."""
    keys = {" ".join(question.text.split()): key for key, question in book.questions.items()}
    fields = {"choice": "choice", "several": "several", "number": "number", "amount": "number", "age": "years"}

    def walk(theme):
        answered(client, theme=theme)
        number = 1
        while (shown := client.get(f"/mes-droits/question/{number}")).status_code == 200:
            key = keys[" ".join(shown.page.h1.split())]
            field, said = fields.get(book.questions[key].kind.value), PARENT.get(key)
            typed = {field: said.split(" ") if field == "several" else said} if field and said else {"silence": "?"}
            assert client.post(shown.request.path, data=shown.page.fields(0) | typed).status_code == 303, key
            number += 1
        return client.get("/mes-droits/resultat").page

    return walk


def test_a_long_result_leaves_in_one_letter_that_names_each_right(client, answer_all, database, gateways, clock):
    answer_all("logement")
    page = answer_all("budget")
    names = {page.text(one) for one in page.all("h3")} - NO_RIGHTS
    assert len(names) > 25

    form = client.get("/par-courrier?page=mes-droits/resultat").page
    assert form.choices("part") == [], "all of it in one"
    home = {"name": "Camille Essai", "street": "1 rue X", "postcode": "62000", "town": "Arras", "language": "fr"}
    assert client.post("/par-courrier", data=form.fields() | home).status_code == 303
    send_due(database, gateways, clock)
    with database.transaction() as session:
        assert session.scalars(select(Letter.pages)).one() <= 4
        words = repr(session.scalars(select(Message.context)).one()["pages"]).replace("’", "'")
    assert [name for name in names if name not in words.replace("\\xa0", " ")] == []


def test_in_large_print_it_leaves_in_one_letter_too_that_says_less_of_each_right(
    client, answer_all, database, gateways, clock
):
    answer_all("logement")
    page = answer_all("budget")
    home = {"name": "Camille Essai", "street": "1 rue X", "postcode": "62000", "town": "Arras", "language": "fr"}
    form = client.get("/par-courrier?page=mes-droits/resultat").page.fields()
    assert client.post("/par-courrier", data=form | home | {"large_print": "y"}).status_code == 303
    send_due(database, gateways, clock)
    with database.transaction() as session:
        assert session.scalars(select(Letter.pages)).one() <= 4
        words = repr(session.scalars(select(Message.context)).one()["pages"]).replace("’", "'").replace("\\xa0", " ")
    rights = [page.text(title) for title in page.all("h3") if page.text(title) not in NO_RIGHTS]
    assert [name for name in rights if name not in words] == []
