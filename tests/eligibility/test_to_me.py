"""« Recevoir par e-mail »: one's own result to the mailbox that one names, and nothing of it kept."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select

from portal.eligibility.rules_mail import mail_words
from portal.eligibility.services_mail import KIND, USEFUL_FOR, send_result
from portal.journal.models import JournalLine
from portal.journal.services import VISITOR
from portal.notifications.codes_out import SEALED
from portal.notifications.dispatch import send_due
from portal.notifications.gateways import PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status
from portal.people.models import RouteState
from portal.people.models_mandates import MandateKind
from portal.sealing import Sealer
from tests.eligibility.answering import answered
from tests.entering import act, enter_person
from tests.parsing import parse

pytestmark = pytest.mark.usefixtures("offered")

TO_ME = "/mes-droits/resultat/envoyer"
MAILBOX = "camille@exemple.fr"
WORDS = {"html": "<p>Réponse secrète</p>", "text": "Réponse secrète"}
TELLING = re.compile(r"droit|aide|santé|social|Département|Pas-de-Calais|réponse", re.IGNORECASE)


@pytest.fixture(autouse=True)
def departement(world):
    return world.departement(is_demo=False)


@pytest.fixture
def messages(database):
    """Every message that there is, in order."""

    def read():
        with database.transaction() as session:
            return session.scalars(select(Message).order_by(Message.id)).all()

    return read


@pytest.fixture
def ask(client):
    """Asks for the result at a mailbox, from the page as it stands."""

    def send(**typed):
        return client.post(TO_ME, data=client.get(TO_ME).page.fields() | typed)

    return send


@pytest.fixture
def promised(database, clock, gateways):
    """A message promised without a page."""

    def promise(sealer=gateways.sealer, **given):
        with database.transaction() as session:
            given = {"to": MAILBOX, "words": WORDS, "language": "fr", "by": VISITOR} | given
            return send_result(session, clock.now, base_url="https://porte.exemple.fr", sealer=sealer, **given)

    return promise


def plainly(words):
    """With plain spaces, one at a time, and plain apostrophes."""
    return " ".join(unescape(words).replace("\u00a0", " ").replace("’", "'").split())


def test_the_mail_says_what_the_page_says_and_nothing_of_it_stays(
    client, database, clock, gateways, world, ask, messages
):
    world.motif(key="permanence-sociale")
    answered(client, {"choice": "yes"}, {"silence": "-"})
    result = client.get("/mes-droits/resultat").page
    said = ask(email=MAILBOX)
    assert said.location == "/mes-droits/resultat/envoye"
    assert "Votre e-mail va partir" in client.follow(said).page.text()
    (waiting,) = messages()
    assert (waiting.kind, waiting.route, waiting.to, waiting.person_id) == (KIND, Route.EMAIL, MAILBOX, None)
    assert "manger" not in repr(waiting.context)
    send_due(database, gateways, clock)
    (mail,) = gateways.mail.sent
    assert (mail.to, mail.subject) == (MAILBOX, "Le message que vous avez demandé")
    names = [result.text(title) for title in result.all("h3") if title.get("id") is None]
    plain, page = plainly(mail.text), plainly(re.sub(r"<[^>]*>", " ", mail.html))
    for words in (*names[:-2], "Vous avez de quoi manger.", "Vous pouvez peut-être demander…"):
        assert words in plain
        assert words in page
    assert 'href="https://porte.exemple.fr/rendez-vous/permanence-sociale"' in mail.html
    assert parse(mail.html)[1] == []
    (kept,) = messages()
    assert kept.status is Status.SENT
    assert SEALED not in kept.context
    assert "manger" not in repr([kept.context, kept.rendered])
    assert "Son contenu n'est pas gardé ici." in kept.rendered["text"]


def test_what_is_seen_before_the_mail_is_opened_tells_nothing(database, clock, gateways, promised):
    promised()
    send_due(database, gateways, clock)
    (mail,) = gateways.mail.sent
    seen_first = mail.text[: mail.text.index("Réponse secrète")]
    assert len(seen_first) > 100  # what a telephone shows of a message on its closed screen
    assert not TELLING.search(mail.subject + seen_first)


def test_the_page_says_who_may_read_it_keeps_what_was_typed_and_says_how_to_correct_it(client, ask, messages):
    assert client.get(TO_ME).location == "/mes-droits"
    answered(client, {"choice": "yes"})
    shown = client.get(TO_ME)
    assert "Toute personne qui l'ouvre peut lire vos réponses." in shown.page.text()
    assert shown.headers["Cache-Control"] == "no-store"
    for typed, fault in (("", "Écrivez votre adresse e-mail."), ("camille.exemple.fr", "@")):
        refused = ask(email=typed)
        assert refused.status_code == 422
        assert refused.page.title.startswith("Erreur :")
        assert fault in refused.page.text(refused.page.all("p", id="email-fault")[0])
        assert refused.page.fields()["email"] == typed
    assert messages() == []


def test_whoever_is_signed_in_finds_their_own_address_when_it_works(client, database, world, ask, session, messages):
    person = world.person(email=MAILBOX, wants_discretion=True)
    enter_person(client, person)
    answered(client, {"choice": "yes"})
    shown = client.get(TO_ME).page
    assert shown.fields()["email"] == MAILBOX
    assert "Vous avez demandé des messages discrets." in shown.text()
    ask()
    (asked,) = messages()
    assert (asked.to, asked.person_id) == (MAILBOX, person.id)
    assert session.scalars(select(JournalLine.verb).where(JournalLine.for_person_id == person.id)).all() == [
        "rights.sent"
    ]
    with database.transaction() as other:
        other.merge(person).email_state = RouteState.FAILED
    assert client.get(TO_ME).page.fields()["email"] == ""


def test_whoever_acts_for_another_is_not_told_their_address(client, world, ask, messages):
    holder, person = world.person(email="proche@exemple.fr"), world.person(email=MAILBOX)
    enter_person(client, holder)
    act(client, world.mandate(person, holder_id=holder.id, kind=MandateKind.RELATIVE, procedures=["rights"]))
    answered(client, {"choice": "yes"})
    assert client.get(TO_ME).page.fields()["email"] == ""
    ask(email="proche@exemple.fr")
    assert [one.person_id for one in messages()] == [None]


def test_nobody_floods_a_mailbox(client, ask, messages):
    answered(client, {"choice": "yes"})
    answers = [ask(email=mailbox).status_code for mailbox in (MAILBOX, MAILBOX.upper(), MAILBOX, MAILBOX, MAILBOX)]
    assert answers == [303, 303, 303, 303, 429]
    assert len(messages()) <= 2, "the same one that waits is not written twice"


def test_pressed_twice_it_is_one_message_and_another_answer_is_another(promised):
    first = promised()
    assert promised().id == first.id
    assert promised(words=WORDS | {"text": "Autre"}).id != first.id


def test_what_cannot_leave_is_forgotten_too(database, clock, gateways, promised, messages):
    promised()
    promised(to="ailleurs@exemple.fr", sealer=Sealer("another key, as long as the one of the tests"))
    gateways.mail.refused[MAILBOX] = TransientFailure("smtp_451")
    send_due(database, gateways, clock)
    waiting = messages()
    assert [one.status for one in waiting] == [Status.WAITING, Status.WAITING]
    assert [one.last_error for one in waiting] == ["smtp_451", "fault_ValueError"]
    assert all(SEALED in one.context for one in waiting)
    clock.forward(USEFUL_FOR + timedelta(minutes=1))
    send_due(database, gateways, clock)
    assert [(one.status, SEALED in one.context) for one in messages()] == [(Status.EXPIRED, False)] * 2


def test_a_mailbox_that_does_not_exist_ends_it_at_once(database, clock, gateways, promised, messages):
    promised()
    gateways.mail.refused[MAILBOX] = PermanentFailure("smtp_550")
    send_due(database, gateways, clock)
    (lost,) = messages()
    assert (lost.status, SEALED in lost.context) == (Status.FAILED, False)


def test_in_the_demonstration_it_is_read_on_screen(world, database, clock, gateways, promised, messages):
    with database.transaction() as session:
        session.merge(world.departement()).is_demo = True
    promised()
    send_due(database, gateways, clock)
    (kept,) = messages()
    assert "Réponse secrète" in kept.rendered["text"]
    assert SEALED not in kept.context


def test_an_e_mail_keeps_the_words_the_links_and_the_languages_of_a_page_and_nothing_else():
    page = """<header>En-tête</header><main id="main"><h1>Ma réponse</h1>
      <div class="notice"><p class="notice-title">Une &lt;b&gt; réponse</p></div>
      <h2>Aides<span class="away"> cachées</span></h2>
      <article class="card"><h3><span lang="fr">FSL</span></h3><p>Avec&nbsp;: <br>un papier</i></p>
      <dl><dt>À apporter</dt><dd lang="fr">Un papier<br>Un sac</dd></dl>
      <ul><li><svg><path d="M0"/></svg><a class="x" href="/rendez-vous/fsl?insee=62041">Prendre rendez-vous</a></li>
      <li><a href="tel:+33353010062">03 53 01 00 62</a></li>
      <li><a href="https://exemple.fr/une-adresse-bien-trop-longue-pour-une-lettre">Ailleurs</a></li></ul></article>
      <details><summary>Voir 3 aides</summary><p>La MASP</p></details>
      <form method="post"><button>Effacer</button></form></main>"""
    told = mail_words(page, language="fr", site="https://porte.exemple.fr")
    assert re.sub(r"\s*\n\s*", " ", told["html"]).replace("> <", "><") == (
        '<p>Une &lt;b&gt; réponse</p><h2>Aides</h2><h3><span lang="fr">FSL</span></h3><p>Avec\u00a0: <br>un papier</p>'
        '<dl><dt>À apporter</dt><dd lang="fr">Un papier<br>Un sac</dd></dl>'
        '<ul><li><a href="https://porte.exemple.fr/rendez-vous/fsl?insee=62041">Prendre rendez-vous</a></li>'
        '<li><a href="tel:+33353010062">03 53 01 00 62</a></li>'
        '<li><a href="https://exemple.fr/une-adresse-bien-trop-longue-pour-une-lettre">Ailleurs</a></li></ul>'
        "<p>La MASP</p>"
    )
    assert plainly(told["text"]) == (
        "Une <b> réponse Aides FSL Avec : un papier À apporter - Un papier - Un sac"
        " - Prendre rendez-vous (https://porte.exemple.fr/rendez-vous/fsl?insee=62041) - 03 53 01 00 62"
        " - Ailleurs (https://exemple.fr/une-adresse-bien-trop-longue-pour-une-lettre) La MASP"
    )
