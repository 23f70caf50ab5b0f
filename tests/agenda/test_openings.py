"""Openings: what a change does is shown before it is saved; who may; two at once; what files no longer undo."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from portal.agenda import queries_openings as queries
from portal.agenda.rules_openings import (
    Authority,
    Draft,
    OpeningFault,
    Plan,
    after,
    authority,
    change_from,
    change_once,
    copy_week,
    end_from,
    is_done,
    mark_of,
    mark_of_plan,
    next_days,
    once,
)
from portal.agenda.rules_openings_effect import Effect, Look, Situation, Taken, effect
from portal.agenda.services_openings import write_plan
from portal.booking.loader import Timetable, write_timetable
from portal.booking.models import Opening, Recurrence
from portal.booking.rules_closed import Closed
from portal.booking.slots import Days, Pace, Window
from portal.directory.models_settings import SettingChange
from portal.files.report import Report
from portal.journal.services import Actor
from portal.refusal import Refused
from tests.booking.desk import journal
from tests.checked_pages import Page
from tests.entering import enter
from tests.world import at

LIST = "/agents/agenda/plages"
TODAY = date(2026, 11, 23)
MONDAYS = Draft(
    id=5,
    place_id=1,
    recurrence=Recurrence.WEEKLY,
    weekdays=(0,),
    interval_weeks=1,
    nth_week=None,
    first_day=date(2026, 1, 5),
    last_day=None,
    starts=time(9),
    ends=time(12),
    skipped=(date(2026, 12, 21),),
    motif_ids=frozenset({3}),
)


def seconds(day: str, hour: str) -> int:
    return int(at(day, hour).timestamp())


LOOK = Look(
    days=Days(TODAY, TODAY + timedelta(weeks=8)),
    window=Window(seconds("2026-11-23", "09:02"), seconds("2027-01-18", "23:59")),
    paces={3: Pace(3600, 0)},
    closed=Closed(),
)


def parsed(answer) -> Page:
    return Page(answer.text)


# Rules


@pytest.mark.parametrize(
    ("roles", "is_own", "led", "of_agent", "places"),
    [
        ({"admin"}, False, frozenset(), frozenset(), None),
        ({"professionnel"}, True, frozenset(), frozenset({1}), frozenset({1})),
        ({"professionnel"}, False, frozenset(), frozenset({1}), frozenset()),
        ({"accueil"}, True, frozenset(), frozenset({1}), frozenset()),
        ({"encadrant"}, False, frozenset({1, 2}), frozenset({2, 3}), frozenset({2})),
        ({"encadrant"}, False, frozenset({1, 2}), None, frozenset({1, 2})),
        ({"encadrant"}, False, None, frozenset({2}), frozenset({2})),
        ({"encadrant"}, True, frozenset({1}), None, None),
    ],
)
def test_who_writes_openings(roles, is_own, led, of_agent, places) -> None:
    found = authority(roles, is_own=is_own, led=led, of_agent=of_agent)
    assert found == Authority(places)
    assert found.is_any is (places is None or bool(places))
    assert found.covers(2) is (places is None or 2 in places)


def test_changing_all_ends_the_old_on_the_eve_and_keeps_the_days_skipped() -> None:
    day = date(2026, 12, 14)
    plan = change_from(MONDAYS, replace(MONDAYS, starts=time(14), ends=time(17)), day)
    old, new = after([MONDAYS], plan)
    assert (old.last_day, new.first_day, new.id) == (date(2026, 12, 13), day, 6)
    assert new.skipped == (date(2026, 12, 21),)
    assert next_days(new, TODAY, count=2) == [day, date(2026, 12, 28)]
    assert plan.changed_ids == {5}


def test_an_opening_that_ends_before_it_begins_never_happens() -> None:
    assert after([MONDAYS], end_from(MONDAYS, date(2026, 1, 5))) == ()
    ends_soon = replace(MONDAYS, last_day=date(2026, 6, 1))
    assert after([ends_soon], end_from(ends_soon, date(2026, 12, 1)))[0].last_day == date(2026, 6, 1)


def test_one_day_is_taken_out_or_happens_otherwise() -> None:
    day = date(2026, 11, 30)
    (left,) = after([MONDAYS], change_once(MONDAYS, day, None))
    assert not left.happens_on(day)
    _left, added = after([MONDAYS], change_once(MONDAYS, day, replace(MONDAYS, starts=time(10))))
    assert (added.recurrence, added.first_day, added.last_day, added.starts) == (Recurrence.ONCE, day, day, time(10))


def test_a_week_is_copied_without_doubling_what_is_there() -> None:
    fortnight = replace(MONDAYS, id=6, weekdays=(1,), interval_weeks=2, first_day=date(2026, 11, 24))
    plan = copy_week([MONDAYS, fortnight], date(2026, 11, 25), date(2026, 12, 4))
    assert plan.added == (once(fortnight, date(2026, 12, 1)),)
    assert copy_week(after([MONDAYS, fortnight], plan), date(2026, 11, 25), date(2026, 12, 4)).added == ()


def test_what_is_done_already_is_known() -> None:
    for plan in (
        change_from(MONDAYS, replace(MONDAYS, starts=time(8)), date(2026, 12, 7)),
        change_once(MONDAYS, date(2026, 12, 7), None),
        end_from(MONDAYS, date(2026, 1, 1)),
        Plan(added=(once(MONDAYS, date(2026, 12, 8)),)),
    ):
        assert not is_done([MONDAYS], plan)
        assert is_done(after([MONDAYS], plan), plan)
    never = replace(MONDAYS, last_day=MONDAYS.first_day, skipped=(MONDAYS.first_day,))
    assert is_done([never], end_from(MONDAYS, date(2026, 1, 1)))


def test_marks_tell_what_was_shown() -> None:
    other = replace(MONDAYS, motif_ids=frozenset({3, 4}))
    assert mark_of(MONDAYS) != mark_of(other)
    assert mark_of_plan(Plan(added=(MONDAYS,)), [1]) != mark_of_plan(Plan(added=(other,)), [1])
    assert mark_of_plan(Plan(), [1]) != mark_of_plan(Plan(), [2])


def test_the_effect_counts_slots_and_whom_it_touches() -> None:
    booked = (
        Taken(11, 1, 3, seconds("2026-11-30", "09:00"), seconds("2026-11-30", "10:00")),
        Taken(12, 1, 3, seconds("2026-12-07", "09:00"), seconds("2026-12-07", "10:00")),
        Taken(13, 1, 3, seconds("2026-12-08", "09:00"), seconds("2026-12-08", "10:00")),  # outside every opening
    )
    held = tuple((one.start, one.end) for one in booked)
    look = replace(LOOK, booked=booked, held=held)
    before = Situation((MONDAYS,))
    ended = Situation(after([MONDAYS], end_from(MONDAYS, date(2026, 12, 7))))
    found = effect(before, ended, look)
    # Six Mondays from 7 December on, one of them skipped, three hours each; nine o'clock on the 7th was taken.
    assert found == Effect(lost={3: 17}, touched=(12,))
    away = Situation((MONDAYS,), ((seconds("2026-11-30", "00:00"), seconds("2026-12-09", "00:00")),))
    assert effect(before, away, look) == Effect(lost={3: 4}, touched=(11, 12, 13))
    assert effect(away, before, look).gained == {3: 4}
    assert effect(away, away, look).touched == ()
    assert effect(before, before, LOOK) == Effect()


def test_an_agent_wanted_at_two_places_is_said() -> None:
    there = replace(MONDAYS, id=0, place_id=2, starts=time(11), ends=time(13))
    apart = replace(there, weekdays=(1,))
    for added, count in ((there, 1), (apart, 0), (replace(there, place_id=1), 0)):
        later = after([MONDAYS], Plan(added=(added,)))
        found = effect(Situation((MONDAYS,)), Situation(later), LOOK).clashes
        assert len(found) == count
    assert (
        effect(Situation((MONDAYS,)), Situation(after([MONDAYS], Plan(added=(there,)))), LOOK).clashes[0].day == TODAY
    )


# Writing


@pytest.fixture
def office(world):
    place, motif = world.place(name="MDS d'Essai"), world.motif(title="Parler de mon budget")
    agent = world.agent("professionnel", place=place, families=["social"])
    return place, motif, agent


def write(database, now, agent, plan, by=None, shown=None):
    with database.transaction() as session:
        if shown is None:
            shown = {one.id: mark_of(one) for one in queries.drafts(session, agent.id, date.min)}
        by = Actor.agent((by or agent).id)
        return write_plan(session, now, agent_id=agent.id, plan=plan, shown=shown, by=by)


def all_of(database, agent) -> list[Draft]:
    with database.reading() as session:
        return queries.drafts(session, agent.id, date.min)


def refused(database, now, agent, plan, **given) -> object:
    with pytest.raises(Refused) as found:
        write(database, now, agent, plan, **given)
    return found.value.reason


def test_a_change_is_written_once_with_its_history(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    plan = change_from(old, replace(old, starts=time(8)), date(2026, 12, 7))
    assert write(database, clock.now, agent, plan)
    assert not write(database, clock.now, agent, plan, shown={old.id: mark_of(old)})  # pressed twice
    found = sorted(all_of(database, agent), key=lambda one: one.id)
    assert [(one.starts, one.first_day, one.last_day) for one in found] == [
        (time(9), date(2026, 1, 5), date(2026, 12, 6)),
        (time(8), date(2026, 12, 7), None),
    ]
    assert found[1].motif_ids == {motif.id}
    with database.reading() as session:
        history = list(session.scalars(select(SettingChange).order_by(SettingChange.id)))
    assert [(one.kind, one.object_id) for one in history] == [("opening", found[0].id), ("opening", found[1].id)]
    assert history[0].before == {"last_day": None}
    assert history[0].after == {"last_day": "2026-12-06"}
    assert [line.verb for line in journal(database)] == ["opening.changed"] * 2


def test_a_day_taken_out_an_end_and_one_that_never_began(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    assert write(database, clock.now, agent, change_once(old, date(2026, 12, 7), None))
    (old,) = all_of(database, agent)
    assert old.skipped == (date(2026, 12, 7),)
    ends = replace(old, last_day=date(2026, 12, 20))
    assert write(database, clock.now, agent, end_from(old, date(2026, 12, 21)))
    assert all_of(database, agent) == [ends]
    assert write(database, clock.now, agent, end_from(ends, date(2026, 12, 1)))
    later = Plan(added=(replace(old, id=0, first_day=date(2027, 1, 4), last_day=None, skipped=()),))
    assert write(database, clock.now, agent, later)
    new = max(all_of(database, agent), key=lambda one: one.id)
    assert write(database, clock.now, agent, end_from(new, date(2027, 1, 4)))
    assert [one.last_day for one in all_of(database, agent)] == [date(2026, 11, 30)]


def test_what_somebody_else_changed_is_said(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    write(database, clock.now, agent, change_once(old, date(2026, 12, 7), None))
    plan = end_from(old, date(2026, 12, 14))
    assert refused(database, clock.now, agent, plan, shown={old.id: mark_of(old)}) is OpeningFault.CHANGED
    gone = Plan(skips={10_000: date(2026, 12, 7)})
    assert refused(database, clock.now, agent, gone) is OpeningFault.CHANGED


def test_nobody_writes_what_is_not_theirs(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    new = once(old, date(2026, 12, 8))
    for other in (
        world.agent("professionnel", place=place),
        world.agent("accueil", place=place),
        world.agent("encadrant", place=world.place()),
    ):
        assert refused(database, clock.now, agent, Plan(added=(new,)), by=other) is OpeningFault.NOT_YOURS
    elsewhere = replace(new, place_id=world.place().id)
    assert refused(database, clock.now, agent, Plan(added=(elsewhere,))) is OpeningFault.NOT_YOURS
    foreign = replace(new, motif_ids=frozenset({world.motif(family="pmi").id}))
    assert refused(database, clock.now, agent, Plan(added=(foreign,))) is OpeningFault.NOT_YOURS
    for by in (world.agent("encadrant", place=place), world.agent("admin")):
        assert write(database, clock.now, agent, Plan(added=(replace(new, starts=time(7, by.id % 60)),)), by=by)


def test_what_has_happened_stays(database, clock, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    yesterday = TODAY - timedelta(days=1)
    for plan in (end_from(old, yesterday), Plan(added=(once(old, yesterday),)), Plan(skips={old.id: yesterday})):
        assert refused(database, clock.now, agent, plan) is OpeningFault.PAST


# Files


def test_files_leave_alone_what_was_changed_on_screen(database, clock, world, office) -> None:
    place, motif, agent = office
    for key, first in (("changed", date(2026, 1, 5)), ("never", date(2027, 1, 4)), ("kept", date(2026, 1, 5))):
        world.opening(agent, place, motif, key=key, first_day=first)
    values = {
        "agent": agent.key,
        "place": place.key,
        "motifs": [motif.key],
        "recurrence": Recurrence.WEEKLY,
        "weekdays": [0, 1, 2, 3, 4],
        "interval_weeks": 1,
        "nth_week": None,
        "last_day": None,
        "starts": time(9),
        "ends": time(12),
        "skipped": [],
    }
    firsts = {"changed": date(2026, 1, 5), "never": date(2027, 1, 4), "kept": date(2026, 1, 5)}
    files = Timetable(is_given=True, openings={key: values | {"first_day": first} for key, first in firsts.items()})
    with database.reading() as session:
        ids = dict(session.execute(select(Opening.key, Opening.id).order_by(Opening.id)).all())
    by_id = {one.id: one for one in all_of(database, agent)}
    write(
        database,
        clock.now,
        agent,
        change_from(by_id[ids["changed"]], replace(by_id[ids["changed"]], starts=time(8)), date(2026, 12, 7)),
    )
    write(database, clock.now, agent, end_from(by_id[ids["never"]], date(2027, 1, 4)))
    before = all_of(database, agent)
    for given in (files, files, Timetable(is_given=True, openings={"kept": files.openings["kept"]})):
        with database.transaction() as session:
            report = Report()
            write_timetable(session, given, TODAY, report)
        assert all_of(database, agent) == before
    assert not any(one.happens_on(date(2027, 1, 4)) and one.id == ids["never"] for one in before)
    with database.transaction() as session:
        report = Report()
        write_timetable(session, files, TODAY, report)
    assert "opening changed keeps what was changed on screen." in report.notes


# On screen


def saved(client, url, data):
    """The two presses: what will change, then save. Gives the page of the effect and the last answer."""
    shown = client.post(url, data=data | {"etape": "voir"})
    assert shown.status_code == 200, parsed(shown).text()
    return parsed(shown), client.post(url, data=parsed(shown).fields(0) | {"etape": "enregistrer"})


def days(day: date) -> list[str]:
    return [str(day.day), str(day.month), str(day.year)]


def test_an_agent_makes_changes_and_ends_an_opening(client, database, world, office) -> None:
    place, motif, agent = office
    enter(client, agent, place_id=place.id)
    assert "Aucune plage." in parsed(client.get(LIST)).text()
    url = f"{LIST}/nouvelle"
    page = parsed(client.get(url))
    empty = client.post(url, data=page.fields(0))
    assert empty.status_code == 422
    data = page.fields(0) | {
        "weekdays": ["1", "3"],
        "starts": "9h",
        "ends": "12 h",
        "first_day": days(date(2026, 12, 1)),
        "place": str(place.id),
        "motifs": [str(motif.id)],
    }
    for wrong, words in (
        ({"ends": "8 h"}, "La fin est avant le début."),
        ({"weekdays": []}, "Cochez au moins un jour."),
        ({"recurrence": "monthly"}, "Choisissez quel jour du mois."),
        ({"interval": "0"}, "Écrivez un nombre entier de 1 à 52."),
        ({"first_day": days(date(2026, 11, 1))}, "Ce jour est passé."),
        ({"last_day": days(date(2026, 11, 30))}, "La fin est avant le début."),
        ({"first_day": days(date(2046, 11, 1))}, "Ce jour est trop loin."),
        ({"starts": "neuf"}, "Écrivez une heure."),
        ({"starts": "9 h 75"}, "Écrivez une heure."),
    ):
        answer = client.post(url, data=data | wrong)
        assert answer.status_code == 422
        assert words in parsed(answer).text()
    effect_page, answer = saved(client, url, data)
    assert "Parler de mon budget : 84 créneaux de plus" in effect_page.text()
    assert answer.status_code == 303
    again = client.post(url, data=effect_page.fields(0) | {"etape": "enregistrer"})  # pressed twice
    assert again.status_code == 303
    assert len(all_of(database, agent)) == 1
    listed = parsed(client.get(answer.location)).text()
    assert "Chaque mardi et jeudi, de 9 h à 12 h" in listed
    number = all_of(database, agent)[0].id
    world.appointment(agent, place, motif, at("2026-12-15", "11:30"), world.person(given_names="Nour"))
    data = {"starts": "9 h", "ends": "11 h", "first_day": days(date(2026, 12, 14))}
    url = f"{LIST}/{number}/tout"
    effect_page, answer = saved(client, url, parsed(client.get(url)).fields(0) | data)
    assert "Un rendez-vous pris est touché." in effect_page.text().replace("rendez-vous  ", "rendez-vous ")
    assert "Nour" in effect_page.text()
    assert answer.status_code == 303
    new = max(all_of(database, agent), key=lambda one: one.id)
    url = f"{LIST}/{new.id}/une"
    data = {"starts": "14 h", "ends": "16 h", "first_day": days(date(2026, 12, 16))}
    not_there = client.post(url, data=parsed(client.get(url)).fields(0) | data)
    assert (not_there.status_code, "n'a pas lieu ce jour-là" in parsed(not_there).text()) == (422, True)
    data["first_day"] = days(date(2026, 12, 17))
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | data)
    url = f"{LIST}/{new.id}/annule"
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | {"first_day": days(date(2026, 12, 22))})
    url = f"{LIST}/{new.id}/fin"
    _page, answer = saved(client, url, parsed(client.get(url)).fields(0) | {"first_day": days(date(2027, 2, 1))})
    listed = parsed(client.get(answer.location)).text()
    assert "Le jeudi 17 décembre 2026, de 14 h à 16 h" in listed
    assert "Sauf le jeudi 17 décembre 2026, mardi 22 décembre 2026" in listed
    assert "Du lundi 14 décembre 2026 au dimanche 31 janvier 2027" in listed


def test_a_week_is_copied_on_screen(client, database, world, office) -> None:
    place, motif, agent = office
    world.opening(
        agent,
        place,
        motif,
        recurrence=Recurrence.ONCE,
        weekdays=[],
        first_day=date(2026, 11, 26),
        last_day=date(2026, 11, 26),
    )
    enter(client, agent, place_id=place.id)
    url = f"{LIST}/copier"
    fields = parsed(client.get(url)).fields(0)
    data = fields | {"source": days(TODAY), "first_day": days(date(2026, 12, 2))}
    assert client.post(url, data=data | {"first_day": days(TODAY)}).status_code == 422
    nothing = client.post(url, data=data | {"source": days(date(2026, 12, 14))})
    assert "Il n'y a rien à copier" in parsed(nothing).text()
    page, answer = saved(client, url, data)
    assert "Le jeudi 3 décembre 2026, de 9 h à 12 h" in page.text()
    assert answer.status_code == 303
    assert [one.first_day for one in all_of(database, agent)] == [date(2026, 11, 26), date(2026, 12, 3)]


def test_two_at_once_the_second_sees_the_first_and_keeps_what_they_typed(
    client, database, clock, world, office
) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    (old,) = all_of(database, agent)
    lead = world.agent("encadrant", place=place)
    enter(client, lead, place_id=place.id)
    url = f"{LIST}/{old.id}/tout"
    data = parsed(client.get(url)).fields(0) | {"first_day": days(date(2026, 12, 7)), "starts": "8 h"}
    shown = parsed(client.post(url, data=data | {"etape": "voir"})).fields(0)
    write(database, clock.now, agent, change_once(old, date(2026, 12, 14), None))
    answer = client.post(url, data=shown | {"etape": "enregistrer"})
    page = parsed(answer)
    assert answer.status_code in {200, 409}
    assert "Quelqu'un vient de changer cette plage." in page.text()
    assert page.fields(0)["starts"] == "8 h"
    assert client.post(url, data=page.fields(0) | {"etape": "enregistrer"}).status_code == 303
    assert {one.starts for one in all_of(database, agent)} == {time(9), time(8)}


def test_an_encadrant_sees_those_of_their_places_and_nobody_else(client, world, office) -> None:
    place, motif, agent = office
    world.opening(agent, place, motif)
    elsewhere = world.agent("professionnel", place=world.place())
    lead = world.agent("encadrant", place=place)
    enter(client, lead, place_id=place.id)
    page = parsed(client.get(LIST))
    assert agent.family_name in page.text()
    assert elsewhere.family_name not in page.text()
    assert "Plages de Camille" in parsed(client.get(f"{LIST}?agent={agent.id}")).h1
    assert client.get(f"{LIST}?agent={elsewhere.id}").status_code == 404
    assert client.get(f"{LIST}/nouvelle?agent={elsewhere.id}").status_code == 404
    enter(client, world.agent("admin"))
    assert elsewhere.family_name not in parsed(client.get(f"{LIST}?agent={agent.id}")).h1
    assert client.get(f"{LIST}?agent={elsewhere.id}").status_code == 200
    enter(client, world.agent("accueil", place=place))
    assert client.get(LIST).status_code == 403


def test_a_clash_is_said_before_it_is_saved(client, world, office) -> None:
    place, motif, agent = office
    there = world.place(name="PMI d'Essai")
    world.assignment(agent, "professionnel", there, families=["social"])
    world.opening(agent, there, motif)
    enter(client, agent, place_id=place.id)
    data = parsed(client.get(f"{LIST}/nouvelle")).fields(0) | {
        "recurrence": "monthly",
        "nth": "dernier",
        "weekdays": ["1"],
        "starts": "11 h",
        "ends": "14 h",
        "first_day": days(TODAY),
        "place": str(place.id),
        "motifs": [str(motif.id)],
    }
    page, answer = saved(client, f"{LIST}/nouvelle", data)
    assert "l'agent est attendu à PMI d'Essai" in page.text()
    assert "Le dernier mardi du mois, de 11 h à 14 h" in parsed(client.get(answer.location)).text()
