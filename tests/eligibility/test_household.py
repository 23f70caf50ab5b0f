"""Answers that are facts of a household: kept in the file once ticked, asked no more, theirs to undo."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.eligibility.rules_household import answers_of, told_by
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.people.models import Level, Person
from portal.people.models_household import Household
from portal.people.queries_household import household_of
from portal.people.rules_household import LASTS, Told, told_of
from portal.people.services_household import erase_household
from tests.desk.merging import merged, parted
from tests.eligibility.answering import answered
from tests.entering import act, enter, enter_person, leave
from tests.together import at_once

pytestmark = pytest.mark.usefixtures("offered")

KEEP, RESULT, MINE = "/mes-droits/resultat/garder", "/mes-droits/resultat", "/mon-espace/foyer"
ARRAS, LENS = "62041", "62498"
TICK = "Garder aussi dans mon dossier : "


@pytest.fixture
def holds(database):
    """What a file says of a household."""

    def read(person):
        with database.transaction() as session:
            return told_of(household_of(session, person.id))

    return read


@pytest.fixture
def verbs(session):
    """What the journal says was done of the household."""

    def read():
        lines = select(JournalLine.verb).where(JournalLine.object_kind == "household")
        return session.scalars(lines.order_by(JournalLine.id)).all()

    return read


def form_with(page, name, value=None):
    """The fields of the form that has one of this name, and value."""
    forms = map(page.fields, range(len(page.all("form"))))
    return next(fields for fields in forms if name in fields and value in {None, fields[name]})


def go_through(client, typed, theme="famille"):
    """Answers what is put among `typed`, by question, and « je ne sais pas » to the rest; gives what was put."""
    token = client.get("/mes-droits").page.fields()["csrf_token"]
    page = client.follow(client.post("/mes-droits/commencer", data={"csrf_token": token, "theme": theme}))
    put = []
    while "/question/" in page.request.path:
        fields = form_with(page.page, "cle")
        put.append(fields["cle"])
        answer = typed.get(fields["cle"], {"silence": "?"})
        page = client.follow(client.post(page.request.path, data=fields | answer))
    return put


def filed(client):
    """The questions that the page of the result says that the file answered."""
    page = client.get(RESULT).page
    return [fields["cle"] for fields in map(page.fields, range(len(page.all("form")))) if "cle" in fields]


def press(client, key):
    """Asks to answer otherwise this time what the file answered."""
    return client.follow(
        client.post("/mes-droits/resultat/changer", data=form_with(client.get(RESULT).page, "cle", key))
    )


def keep(client, **more):
    """Sends the form that keeps a version."""
    return client.post(KEEP, data=form_with(client.get(KEEP).page, "wants") | more)


ANSWERS = {"commune": {"commune": "Arras"}, "children": {"several": ["under3", "from6"]}}


def test_the_person_ticks_sees_what_is_kept_and_is_not_asked_again(client, resident, holds, verbs, world):
    world.commune()
    enter_person(client, resident, level=Level.KNOWN)
    assert {"children", "commune"} <= {*go_through(client, ANSWERS), *go_through(client, ANSWERS, "mobilite")}
    page = client.get(KEEP).page
    assert (
        "Vous vivez à Arras. Vous avez un enfant de moins de 3 ans. Vous avez un enfant de 6 à 11 ans." in page.text()
    )
    assert f"{TICK}ma commune, mes enfants." in page.text()
    assert "is_filed" not in form_with(page, "wants"), "the box is not ticked"
    keep(client)
    assert (holds(resident), verbs()) == (Told(), [])

    done = client.follow(keep(client, is_filed="y"))
    assert "Votre dossier est à jour aussi." in done.page.text()
    assert holds(resident) == Told(ARRAS, None, ("from6", "under3"))
    assert verbs() == ["household.told"]
    assert resident.birth_date.isoformat() not in client.get(KEEP).page.text()
    text = client.get(KEEP).page.text()
    assert "Votre dossier dit déjà" in text
    assert TICK not in text

    client.delete_cookie("porte-droits")
    asked = {*go_through(client, ANSWERS), *go_through(client, ANSWERS, "mobilite")}
    assert not {"commune", "children", "age"} & asked
    text = client.get(RESULT).page.text()
    assert "Dans votre dossier" in text
    assert "Vous vivez à Arras." in text


def test_a_visitor_is_asked_even_where_somebody_with_a_file_has_just_left(client, resident, told):
    told(children=("under3",))
    enter_person(client, resident, level=Level.KNOWN)
    assert "children" not in go_through(client, {})
    leave(client)
    assert "children" in go_through(client, {})
    client.delete_cookie("porte-droits")
    enter_person(client, resident)
    assert "children" in go_through(client, {}), "a mobile proves no identity"


def test_another_answer_updates_the_file_when_it_is_ticked_and_leaves_the_rest(client, resident, told, holds):
    told(is_couple=False, children=("under3",))
    enter_person(client, resident, level=Level.KNOWN)
    go_through(client, {})
    asked = press(client, "couple")
    assert "Nous avons déjà cette réponse." in asked.page.text()
    client.post(asked.request.path, data=form_with(asked.page, "cle") | {"choice": "yes"})
    assert filed(client) == ["age", "children"]
    assert holds(resident).is_couple is False, "changed for this time alone"
    page = client.get(KEEP).page
    assert "Aujourd'hui, votre dossier dit" in page.text()
    keep(client, is_filed="y")
    assert holds(resident) == Told(is_couple=True, children=("under3",))


def test_answers_given_meanwhile_in_another_window_are_not_kept_unseen(client, resident, holds):
    enter_person(client, resident, level=Level.KNOWN)
    go_through(client, ANSWERS)
    fields = form_with(client.get(KEEP).page, "wants")
    pages = (client.get(f"/mes-droits/question/{number}") for number in range(1, 20))
    asked = next(page for page in pages if form_with(page.page, "cle")["cle"] == "children")
    client.post(asked.request.path, data=form_with(asked.page, "cle") | {"several": ["none"]})
    refused = client.post(KEEP, data=fields | {"is_filed": "y"})
    assert refused.status_code == 422
    assert "Vos réponses ont changé. Lisez-les, puis cochez de nouveau." in refused.page.text()
    assert holds(resident) == Told()


def test_a_question_that_the_file_did_not_answer_is_not_put_again_by_a_forged_press(client, resident):
    enter_person(client, resident, level=Level.KNOWN)
    go_through(client, ANSWERS)
    token = client.get(RESULT).page.fields(0)["csrf_token"]
    pressed = client.post("/mes-droits/resultat/changer", data={"csrf_token": token, "cle": "children"})
    assert pressed.headers["Location"] == RESULT


def test_an_agent_ticks_it_aloud_with_the_person_and_reads_it_on_their_card(client, world, resident, session):
    world.commune()
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent=agent, procedures=["rights"]))
    go_through(client, ANSWERS)
    page = client.get(KEEP).page
    assert "Lisez ceci à voix haute." in page.text()
    keep(client, is_filed="y")
    assert session.scalars(select(Household.agent_id)).one() == agent.id
    assert client.get(MINE).status_code == 403, "the page is its person's"
    enter(client, agent)
    text = client.get(f"/agents/personnes/{resident.id}").page.text()
    for words in ("Son foyer", "Moins de 3 ans, De 6 à 11 ans", "écrit avec un agent"):
        assert words in text


def test_who_reads_less_than_the_whole_file_reads_nothing_of_it(client, world, resident, told):
    world.commune()
    told(commune=ARRAS, is_couple=True)
    organisation = world.organisation()
    partner = world.agent("partenaire 1", organisation_id=organisation.id)
    mandate = world.mandate(resident, organisation_id=organisation.id, procedures=["rights"])
    enter(client, partner)
    assert "Son foyer" not in client.get(f"/agents/personnes/{resident.id}").page.text()
    act(client, mandate)
    assert "commune" in go_through(client, ANSWERS, "mobilite")
    assert "Vous vivez en couple." not in client.get(KEEP).page.text()
    enter(client, world.agent("courrier"))
    assert client.get(f"/agents/personnes/{resident.id}").status_code == 403


def test_where_somebody_discreet_lives_is_not_shown_to_who_acts_for_them(client, world, told):
    world.commune()
    hidden = world.person(wants_discretion=True, address=["", "", "1 rue d'Essai", "", "62000 ARRAS"])
    told(whose=hidden, commune=ARRAS, is_couple=True)
    holder = world.person()
    mandate = world.mandate(hidden, holder_id=holder.id, procedures=["rights"])
    enter_person(client, holder, level=Level.KNOWN)
    act(client, mandate)
    go_through(client, ANSWERS, theme="mobilite")
    assert filed(client) == ["age"]
    assert TICK not in client.get(KEEP).page.text()
    assert client.get(MINE).status_code == 403

    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(hidden, agent=agent, procedures=["rights"]))
    go_through(client, ANSWERS, theme="mobilite")
    assert "votre dossier dit" not in client.get(KEEP).page.text()
    enter_person(client, hidden, level=Level.KNOWN)
    assert "Vous vivez à Arras." in client.get(MINE).page.text()


@pytest.mark.parametrize("who", ["a relative", "a partner of level 1", "a desk"])
def test_who_acts_without_reading_the_whole_file_learns_an_age_in_years_alone(client, world, told, who):
    world.commune()
    helped = world.person(birth_date=date(1950, 5, 4), address=["", "", "1 rue d'Essai", "", "62000 ARRAS"])
    told(whose=helped, commune=ARRAS, is_couple=True)
    if who == "a relative":
        holder = world.person()
        enter_person(client, holder, level=Level.KNOWN)
        mandate = world.mandate(helped, holder_id=holder.id, procedures=["rights"])
    elif who == "a desk":
        agent = world.agent("accueil", place=world.place())
        enter(client, agent)
        mandate = world.mandate(helped, agent=agent, procedures=["rights"])
    else:
        organisation = world.organisation()
        enter(client, world.agent("partenaire 1", organisation_id=organisation.id))
        mandate = world.mandate(helped, organisation_id=organisation.id, procedures=["rights"])
    act(client, mandate)
    go_through(client, {}, theme="mobilite")
    reads = who == "a desk"
    assert ("commune" in filed(client)) is reads
    text = client.get(RESULT).page.text()
    assert "Vous avez 76 ans." in text
    assert ("Arras" in text, "en couple" in client.get(KEEP).page.text()) == (reads, reads)
    form = form_with(press(client, "age").page, "cle")
    assert (form["birth"], form["years"]) == ((["4", "5", "1950"], "") if reads else ([""] * 3, "76"))


def test_the_person_sees_corrects_and_erases_it_in_their_space(client, resident, world, told, holds, verbs):
    world.commune()
    world.commune(LENS, "Lens", postal_codes=["62300"])
    enter_person(client, resident, level=Level.KNOWN)
    assert "Votre dossier ne dit rien de votre foyer." in client.get(MINE).page.text()
    assert MINE in client.get("/mon-espace").page.links().values()
    told(commune=ARRAS, is_couple=True, children=("under3",))
    answered(client, theme="famille")
    assert "Vous vivez à Arras. Vous vivez en couple." in client.get(MINE).page.text()

    fields = form_with(client.get(f"{MINE}/corriger").page, "commune")
    assert (fields["commune"], fields["couple"]) == ("Arras", "yes")
    refused = client.post(f"{MINE}/corriger", data=fields | {"commune": "Nulle part", "children": ["none", "under3"]})
    assert refused.status_code == 422
    assert "Deux de ces réponses ne vont pas ensemble." in refused.page.text()
    assert "Nous ne connaissons pas cette commune" in refused.page.text()
    done = client.follow(
        client.post(f"{MINE}/corriger", data=fields | {"commune": "Lens", "couple": "", "children": ["from12"]})
    )
    assert "C'est enregistré." in done.page.text()
    assert holds(resident) == Told(LENS, None, ("from12",))
    assert filed(client) == ["age", "children", "commune"]
    text = client.get(RESULT).page.text()
    assert "Vous avez un enfant de 12 à 17 ans." in text
    assert "Vous vivez en couple." not in text

    page = client.get(MINE).page
    number = next(n for n, form in enumerate(page.all("form")) if (form.get("action") or "").endswith("/effacer"))
    done = client.follow(client.post(f"{MINE}/effacer", data=page.fields(number)))
    assert "C'est effacé de votre dossier." in done.page.text()
    assert holds(resident) == Told()
    assert filed(client) == ["age"]
    assert verbs() == ["household.told", "household.told", "household.erased"]


def test_what_was_told_of_children_and_a_couple_half_a_year_ago_is_asked_again(client, resident, told, holds, clock):
    told(commune=ARRAS, is_couple=True, children=("under3",))
    clock.forward(LASTS)
    enter_person(client, resident, level=Level.KNOWN)
    assert "Nous ne vous le demandons plus." in client.get(MINE).page.text()
    assert "children" not in go_through(client, {})
    assert filed(client) == ["age", "children", "couple"]
    clock.forward(timedelta(days=1))
    enter_person(client, resident, level=Level.KNOWN)
    page = client.get(MINE).page.text()
    assert "Vous nous l'avez dit il y a plus de six mois. Nous vous le demanderons de nouveau." in page
    assert "Écrit par vous le" in page
    assert "children" in go_through(client, {"children": ANSWERS["children"]})
    assert filed(client) == ["age"]
    assert "Aujourd'hui, votre dossier dit" in client.get(KEEP).page.text()
    keep(client, is_filed="y")
    assert holds(resident) == Told(ARRAS, None, ("from6", "under3")), "of the couple, nothing was said any more"
    client.delete_cookie("porte-droits")
    assert "children" not in go_through(client, {})


def test_the_same_told_again_after_half_a_year_stands_again(told, clock, resident, holds):
    said = {"is_couple": True, "children": ("none",)}
    told(**said)
    clock.forward(LASTS + timedelta(days=1))
    assert told(**said)
    assert not told(**said)
    assert holds(resident) == Told(**said)


@pytest.mark.parametrize(("when", "town"), [(-1, "Arras"), (1, "Lens")])
def test_of_a_commune_told_and_an_address_confirmed_the_later_one_holds(client, world, told, clock, when, town):
    world.commune()
    world.commune(LENS, "Lens", postal_codes=["62300"])
    person = world.person(
        address=["", "", "1 rue d'Essai", "", "62300 LENS"], address_confirmed_at=clock.now + timedelta(days=when)
    )
    told(whose=person, commune=ARRAS)
    clock.forward(timedelta(days=2))
    enter_person(client, person, level=Level.KNOWN)
    assert "commune" not in go_through(client, {}, "mobilite")
    assert f"Vous vivez à {town}." in client.get(RESULT).page.text()


def test_a_correction_does_not_undo_unseen_what_was_told_meanwhile(client, resident, told, holds):
    told(is_couple=True)
    enter_person(client, resident, level=Level.KNOWN)
    fields = form_with(client.get(f"{MINE}/corriger").page, "commune")
    told(children=("under3",))
    refused = client.post(f"{MINE}/corriger", data=fields | {"couple": "no"})
    assert refused.status_code == 422
    assert "Votre dossier a changé depuis. Le voici." in refused.page.text()
    now_shown = form_with(refused.page, "commune")
    assert (now_shown["couple"], now_shown["children"]) == ("yes", "under3")
    assert holds(resident) == Told(is_couple=True, children=("under3",))

    client.post(f"{MINE}/corriger", data=now_shown | {"couple": "no"})
    wanted = Told(is_couple=False, children=("under3",))
    assert holds(resident) == wanted
    assert client.post(f"{MINE}/corriger", data=now_shown).status_code == 422, "Back, then the same button"
    assert holds(resident) == wanted


def test_what_an_old_page_asks_to_erase_is_not_said_to_be_erased(client, resident, told, holds):
    told(is_couple=True)
    enter_person(client, resident, level=Level.KNOWN)
    done = client.follow(client.post(f"{MINE}/effacer", data={"csrf_token": "of another session"}))
    assert "C'est effacé" not in done.page.text()
    assert "Cette page est restée ouverte longtemps. Appuyez de nouveau." in done.page.text()
    assert holds(resident) == Told(is_couple=True)


def test_the_address_and_the_birth_date_of_the_file_stay_whatever_is_answered(client, resident, database, world):
    world.commune()
    world.commune(LENS, "Lens", postal_codes=["62300"])
    with database.transaction() as session:
        session.get_one(Person, resident.id).address = ["", "", "1 rue d'Essai", "", "62000 ARRAS"]
    before = (resident.birth_date, ["", "", "1 rue d'Essai", "", "62000 ARRAS"])
    enter_person(client, resident, level=Level.KNOWN)
    go_through(client, {})
    for key, typed in (("commune", {"commune": "Lens"}), ("age", {"birth": ["1", "2", "1999"], "years": ""})):
        asked = press(client, key)
        client.post(asked.request.path, data=form_with(asked.page, "cle") | typed)
    keep(client, is_filed="y")
    with database.transaction() as session:
        person = session.get_one(Person, resident.id)
        assert (person.birth_date, person.address) == before
        assert session.scalars(select(Household.commune)).one() == LENS
    client.delete_cookie("porte-droits")
    go_through(client, {})
    assert "Vous vivez à Lens." in client.get(RESULT).page.text(), "what was told is asked for no more"


def test_what_is_told_is_kept_once_added_to_and_erased(told, holds, resident, verbs, database, clock, world):
    assert told(is_couple=True)
    assert not told(is_couple=True)
    assert told(children=("none",))
    assert holds(resident) == Told(None, is_couple=True, children=("none",))
    assert told(commune=ARRAS, is_whole=True)
    assert holds(resident) == Told(ARRAS)
    for _ in range(2):
        with database.transaction() as session:
            erase_household(session, clock.now, person_id=resident.id, by=Actor.person(resident.id))
    assert verbs() == ["household.told"] * 3 + ["household.erased"]
    assert not told(whose=world.person(card_of_id=resident.id), is_couple=True), "a card is no file"
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.add(Household(person_id=resident.id, children=[], told_at=clock.now))


def test_only_what_the_questions_offer_is_told_and_read_back(book):
    said = {"commune": ARRAS, "couple": "-", "children": "under3 from6", "home": "owner"}
    assert told_by(book.questions, said, {ARRAS: "arrageois"}) == Told(ARRAS, None, ("from6", "under3"))
    assert told_by(book.questions, said | {"couple": "perhaps", "children": "none under3"}, {}) == Told()
    told = Told("75056", is_couple=True, children=("from6", "of_another_book"))
    assert answers_of(book.questions, told, {}) == {"couple": "yes"}
    assert answers_of({}, told, {"75056": "paris"}) == {}


@pytest.mark.parametrize("newer", ["kept", "gone"])
def test_of_two_files_made_one_what_was_told_last_holds_until_they_are_two_again(
    world, database, clock, resident, told, holds, newer
):
    agent, other = world.agent("accueil"), world.person()
    told(commune=ARRAS, whose=other if newer == "kept" else resident)
    clock.forward(timedelta(days=1))
    told(is_couple=True, whose=resident if newer == "kept" else other)
    made = merged(database, clock.now, resident, other, agent)
    assert holds(resident) == Told(is_couple=True)
    parted(database, clock.now, made, agent)
    older, later = (other, resident) if newer == "kept" else (resident, other)
    assert (holds(older), holds(later)) == (Told(ARRAS), Told(is_couple=True))

    made = merged(database, clock.now, resident, other, agent)
    clock.forward(timedelta(days=1))
    told(children=("none",))
    parted(database, clock.now, made, agent)
    assert (holds(resident), holds(other)) == (Told(is_couple=True, children=("none",)), Told())


def test_telling_and_a_merge_at_the_same_instant_leave_one_household_in_the_file_that_stays(
    world, database, clock, resident, told, holds
):
    agent, other = world.agent("accueil"), world.person()
    tells = [lambda: told(whose=other, is_couple=True), lambda: told(whose=other, children=("none",))]
    assert at_once(*tells, *tells, lambda: merged(database, clock.now, resident, other, agent)) == {"done": 5}
    assert (holds(resident), holds(other)) == (Told(is_couple=True, children=("none",)), Told())
