"""What people, browsers and forgers do to the pre-diagnostic that nobody planned."""

from base64 import b85encode
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from zlib import compress

import pytest
from sqlalchemy import select, update

from portal.booking.models import Appointment, AppointmentStatus
from portal.eligibility.loader import write_rights
from portal.eligibility.models import Counted, RightsCount, SavedAnswers
from portal.eligibility.rules_kept import Kept
from portal.eligibility.services import KeepingFault, share
from portal.eligibility.views_answers import COOKIE, Sheet, folded, unfolded
from portal.files.report import Report
from portal.journal.services import Actor
from portal.people.models import Level
from portal.refusal import Refused
from portal.sealing import Sealer
from tests.eligibility.answering import answered
from tests.eligibility.conftest import TODAY
from tests.entering import act, enter, enter_person, leave
from tests.world import at

pytestmark = pytest.mark.usefixtures("offered")


@pytest.fixture
def post(client):
    """Sends a form that no page offers, with the token of one that does."""

    def send(path, **typed):
        token = client.get("/mes-droits").page.fields(0)["csrf_token"]
        return client.post(path, data={"csrf_token": token} | typed)

    return send


def text(client):
    return client.get("/mes-droits/resultat").page.text()


def test_a_forged_silence_is_no_answer(client, post):
    answered(client)
    refused = post("/mes-droits/question/1", silence="n'importe quoi", choice="zzz")
    assert refused.status_code == 422
    post("/mes-droits/question/1", silence="n'importe quoi", choice="yes")
    assert "Vous avez de quoi manger." in text(client)


def test_a_page_left_open_does_not_answer_another_question(client, post):
    answered(client, theme="famille")
    left_open = client.get("/mes-droits/question/1").page.fields(0)
    post("/mes-droits/effacer")
    answered(client, theme="budget")
    again = client.post("/mes-droits/question/1", data=left_open | {"choice": "none"})
    assert again.headers["Location"] == "/mes-droits/question/1"
    late = client.post("/mes-droits/question/1", data=left_open | {"silence": "?"})
    assert late.headers["Location"] == "/mes-droits/question/1"
    assert "Questions laissées sans réponse" not in text(client)


def test_an_answer_that_another_one_made_senseless_is_not_told_any_more(client, resident, database, gateways):
    enter_person(client, resident, level=Level.KNOWN)
    answered(client, theme="logement")
    rank = 1
    while "Où habitez-vous" not in (shown := client.get(f"/mes-droits/question/{rank}")).page.h1:
        client.post(shown.request.path, data=shown.page.fields(0) | {"silence": "?"})
        rank += 1
    client.post(shown.request.path, data=shown.page.fields(0) | {"choice": "none"})
    later = client.get(f"/mes-droits/question/{rank + 1}")
    assert "dormir ce soir" in later.page.h1
    client.post(later.request.path, data=later.page.fields(0) | {"choice": "no"})
    assert "Vous ne savez pas où dormir ce soir." in text(client)
    client.post(shown.request.path, data=shown.page.fields(0) | {"choice": "owner"})
    assert "Vous ne savez pas où dormir ce soir." not in text(client)
    form = client.get("/mes-droits/resultat/garder").page.fields(1)
    client.post("/mes-droits/resultat/garder", data=form)
    with database.transaction() as session:
        sealed = session.scalars(select(SavedAnswers.sealed)).one()
    assert "tonight" not in Kept.read(gateways.sealer.open(sealed)).answers


@pytest.mark.parametrize("held", ["{}", "[]", '{"when": "x"}', '{"when": "2026-11-23T08:00:00+00:00", "old": 1}'])
def test_a_cookie_of_another_release_is_no_cookie(client, gateways, held):
    for written in (held, b85encode(compress(held.encode())).decode()):
        client.set_cookie(COOKIE, gateways.sealer.seal(written))
        assert "Vous avez commencé" not in client.get("/mes-droits").page.text()


def test_a_cookie_that_was_changed_or_is_of_another_book_is_no_cookie(client, database, definition):
    answered(client)
    sealed = client.get_cookie(COOKIE).value
    client.set_cookie(COOKIE, sealed[:-4] + "AAA=")
    assert "Vous avez commencé" not in client.get("/mes-droits").page.text()
    client.set_cookie(COOKIE, sealed)
    assert "Vous avez commencé" in client.get("/mes-droits").page.text()
    changed(database, definition, lambda book: book["question"][0].update(why="Autrement."))
    assert "Vous avez commencé" not in client.get("/mes-droits").page.text()


def test_what_a_visitor_answered_and_took_is_not_the_next_visitors(client, resident):
    answered(client)
    enter_person(client, resident, level=Level.KNOWN)
    assert "Vous avez commencé" in client.get("/mes-droits").page.text()
    leave(client)
    assert "Vous avez commencé" not in client.get("/mes-droits").page.text()


def test_pages_that_hold_answers_stay_on_no_disk_and_their_title_tells_nothing_private(client):
    answered(client, theme="sante")
    shown = client.get("/mes-droits/question/1")
    assert shown.headers["Cache-Control"] == "no-store"
    assert "mourir" in shown.page.h1
    assert "mourir" not in shown.page.title
    client.post(shown.request.path, data=shown.page.fields(0) | {"choice": "yes"})
    assert client.get("/mes-droits/urgence").headers["Cache-Control"] == "no-store"


def test_a_result_looked_at_before_the_end_is_counted_with_what_comes_later(client, database):
    def counts(kind):
        with database.transaction() as session:
            rows = session.scalars(select(RightsCount).where(RightsCount.kind == kind).order_by(RightsCount.key))
            return {row.key: row.count for row in rows}

    answered(client, theme="budget")
    text(client)
    assert counts(Counted.SILENCE) == {}
    shown = client.get("/mes-droits/question/1")
    client.post(shown.request.path, data=shown.page.fields(0) | {"silence": "?"})
    text(client)
    assert counts(Counted.SILENCE) == {"food": 1}
    answered(client, theme="mobilite")
    text(client)
    assert counts(Counted.THEME) == {"budget": 1, "mobilite": 1}
    assert set(counts(Counted.RIGHT).values()) == {1}


def changed(database, definition, edit):
    """Loads the book again, edited; the one before stays for the versions kept with it."""
    other = deepcopy(definition)
    edit(other)
    with database.transaction() as session:
        write_rights(session, other, TODAY, Report())


def test_an_answer_that_is_offered_no_more_is_asked_again_and_still_read_where_it_was_given(
    client, resident, kept, told, database, definition, gateways
):
    told(is_couple=False)
    first = kept({"couple": "no", "home": "owner"})
    changed(database, definition, lambda book: _rename_choices(book, "couple"))
    enter_person(client, resident, level=Level.KNOWN)
    answered(client, theme="famille")
    under_way, _when = unfolded(gateways.sealer.open(client.get_cookie(COOKIE).decoded_value))
    assert "couple" not in under_way.answers
    second = kept({"couple": "no2", "home": "owner"})
    shown = client.get(f"/mon-espace/droits/{second}").page.text()
    assert "Avant : Vous vivez" in shown
    assert client.get(f"/mon-espace/droits/{first}").status_code == 200


def _rename_choices(book, key):
    """Every answer of a question has another key, in the question and in all that names it."""
    table = next(one for one in book["question"] if one["key"] == key)
    for choice in table["choice"]:
        choice["key"] += "2"
    if table.get("otherwise"):
        table["otherwise"] += "2"
    _rename_in(book["question"], key)
    _rename_in(book["right"], key)


def _rename_in(written, key):
    if isinstance(written, list):
        for one in written:
            _rename_in(one, key)
    elif isinstance(written, dict):
        if written.get("fact") == key:
            for word in {"is", "in"} & written.keys():
                named = written[word]
                written[word] = [f"{one}2" for one in named] if isinstance(named, list) else f"{named}2"
        for one in written.values():
            _rename_in(one, key)


def test_the_agent_does_not_learn_what_was_said_in_a_version_that_is_not_shown(client, resident, kept, world):
    agent = world.agent("référent", families=["insertion"])
    world.referent(resident, agent)
    kept({"home": "private", "rent_debt": "yes"})
    second = kept({"home": "private", "rent_debt": "no"}, is_shown=True)
    path = f"/agents/personnes/{resident.id}/droits/{second}"
    enter(client, agent)
    assert "Avant :" not in client.get(path).page.text()
    enter_person(client, resident, level=Level.KNOWN)
    assert "Avant :" in client.get(f"/mon-espace/droits/{second}").page.text()
    third = kept({"home": "private", "rent_debt": "?"}, is_shown=True)
    enter(client, agent)
    assert "Avant : Votre loyer est payé." in client.get(path.replace(f"/{second}", f"/{third}")).page.text()


def test_an_appointment_cancelled_or_handed_over_shows_nothing_to_who_no_longer_receives(
    client, resident, kept, world, database, clock
):
    place = world.place()
    first, other = world.agent("professionnel", place=place), world.agent("professionnel", place=place)
    visit = world.appointment(first, place, world.motif(), at("2026-11-25", "10:00"), resident)
    saved_id, whose = kept({"home": "none"}), {"person_id": resident.id, "by": Actor.person(resident.id)}
    with database.transaction() as session:
        share(session, clock.now, saved_id=saved_id, appointment_id=visit.id, **whose)
    path = f"/agents/personnes/{resident.id}/droits/{saved_id}"

    def read():
        seen = []
        for agent in (first, other):
            enter(client, agent)
            seen.append(client.get(path).status_code == 200)
        return seen

    def now_is(**values):
        with database.transaction() as session:
            session.execute(update(Appointment).where(Appointment.id == visit.id).values(**values))

    assert read() == [True, False]
    now_is(agent_id=other.id)
    assert read() == [False, True]
    now_is(status=AppointmentStatus.EXCUSED)
    assert read() == [False, False]
    with database.transaction() as session, pytest.raises(Refused) as refused:
        share(session, clock.now, saved_id=saved_id, appointment_id=visit.id, **whose)
    assert refused.value.reason is KeepingFault.OVER


def test_numbers_that_are_none_change_nothing(client, resident, kept, post):
    saved_id = kept({"home": "none"}, is_shown=True)
    enter_person(client, resident, level=Level.KNOWN)
    for forged in ("99999999999999999999", "-1", "²", "zzz", ""):
        assert post(f"/mon-espace/droits/{saved_id}/ne-plus-montrer", partage=forged).status_code == 303
    for forged in ("99999999999999999999", "-1", "²", "zzz", "999999999"):
        assert post(f"/mon-espace/droits/{saved_id}/montrer", **{"rendez-vous": forged}).status_code == 404
    assert "Ne plus la montrer" in client.get(f"/mon-espace/droits/{saved_id}").page.text()


def test_the_same_answers_of_one_theme_more_are_another_version(kept):
    assert kept({"home": "none"}) == kept({"home": "none"})
    assert kept({"home": "none"}) != kept({"home": "none"}, themes=("budget", "logement"))


def test_a_mandate_without_rights_fills_in_nothing_and_keeps_nothing_and_one_that_ends_takes_its_answers(
    client, world, resident, session
):
    agent = world.agent("accueil", place=world.place())
    enter(client, agent)
    act(client, world.mandate(resident, agent=agent, procedures=["booking"]))
    answered(client, theme="famille")
    assert "Nous avons déjà cette réponse." not in client.get("/mes-droits/question/1").page.text()
    assert "Vous avez" not in text(client).partition("Ce que vous avez répondu")[2].partition("Et maintenant")[0]
    assert client.get("/mes-droits/resultat/garder").status_code in {303, 403}
    assert session.scalars(select(SavedAnswers)).all() == []
    enter(client, agent)
    assert "Vous avez commencé" not in client.get("/mes-droits").page.text()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"birth": ["29", "2", "2000"]}, "Vous avez 26 ans."),
        ({"birth": ["29", "2", "2001"]}, None),
        ({"birth": ["24", "11", "2026"]}, None),
        ({"birth": ["1", "1", "1800"]}, None),
        ({"years": "0"}, "Vous avez 0 an"),
        ({"years": "120"}, "Vous avez 120 ans."),
        ({"years": "121"}, None),
        ({"years": "٤٦"}, None),
    ],
)
def test_dates_and_ages_at_their_bounds(client, typed, said):
    answered(client, {"choice": "none"}, theme="famille")
    shown = client.get("/mes-droits/question/2")
    assert "naissance" in shown.page.h1
    sent = client.post(shown.request.path, data=shown.page.fields(0) | typed)
    assert sent.status_code == (303 if said else 422)
    if said:
        assert said in text(client)


def test_a_commune_forged_or_outside_the_departement_is_none(client, world):
    world.commune("62041", "Arras")
    answered(client, theme="mobilite")
    rank = 1
    while "commune" not in (shown := client.get(f"/mes-droits/question/{rank}")).page.h1:
        typed = {"choice": "searching"} if "faites-vous" in shown.page.h1 else {"silence": "?"}
        client.post(shown.request.path, data=shown.page.fields(0) | typed)
        rank += 1
    for typed in ({"insee": "75056"}, {"insee": "x" * 5000}, {"commune": "Lille", "insee": "?"}, {"commune": "\x00"}):
        assert client.post(shown.request.path, data=shown.page.fields(0) | typed).status_code == 422
    assert client.post(shown.request.path, data=shown.page.fields(0) | {"insee": "62041"}).status_code == 303


def test_every_question_answered_fits_in_a_cookie(book):
    """Browsers drop a cookie of more than 4,096 bytes, name and attributes with it."""
    answers = {
        key: " ".join(one.key for one in question.choices if not one.alone)
        if question.kind == "several"
        else max((one.key for one in question.choices), key=len, default="1980-05-04")
        for key, question in book.questions.items()
    }
    full = Sheet("mandate 2147483647", "0" * 64, "logement", list(book.themes), list(answers), answers, list(answers))
    # Of a large alphabet, as many as a field takes: what is least made smaller.
    words = ["".join(chr(0x4E00 + at * step % 20901) for at in range(200)) for step in (7919, 6857)]
    full = replace(full, filed=list(answers), urgency="expulsion", at=200, wants=words[0], can=words[1])
    assert len(Sealer("x").seal(folded(full, datetime(2026, 11, 23, tzinfo=UTC)))) < 3900
