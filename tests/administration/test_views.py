"""Settings on screen: motifs, places and days, by those who may, with what they touch and their history."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.booking.availability import Scope, free_slots
from portal.directory.models import Mds, Motif, Place, PlaceAttachment
from portal.directory.models_settings import DayException, SettingChange
from portal.files.report import Report
from portal.files.upsert import upsert
from portal.journal.services import Actor
from portal.staff.services_accounts import Newcomer, change_expiry, create, resume, suspend
from portal.staff.services_roles import NewRole, end_role, give_role
from tests.entering import enter
from tests.world import at


def text_of(page) -> str:
    return " ".join(page.text().replace("\u00a0", " ").split()).replace(" .", ".")


@pytest.fixture
def office(world):
    """A place with its encadrant, a motif, and an admin."""
    place, motif, agent = world.office(title="Parler de mon budget")
    return place, motif, agent, world.agent("encadrant", place=place), world.agent("admin")


def fields_of(client, url: str) -> dict[str, str]:
    return client.get(url).page.fields(0)


def row(database, model, number: int):
    with database.transaction() as session:
        return session.get(model, number)


def test_an_encadrant_writes_the_hours_and_the_phone_of_their_place_and_the_history_says_it(
    client, database, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    typed = fields_of(client, url) | {
        "phone": "0353010077",
        "hours": "Lundi, de 9 h à 12 h\r\n\r\n Mardi matin ",
        "step_free": "non",
    }
    answer = client.post(url, data=typed)
    assert answer.status_code == 303
    written = row(database, Place, place.id)
    assert (written.phone, written.hours, written.step_free) == (
        "03 53 01 00 77",
        ["Lundi, de 9 h à 12 h", "Mardi matin"],
        False,
    )
    assert written.edited == ["hours", "phone", "step_free"]
    assert "Le lieu est enregistré" in text_of(client.get(answer.location).page)
    enter(client, admin)
    history = text_of(client.get("/agents/reglages/historique?quoi=place").page)
    assert f"Lieu – {place.name}" in history
    assert "Avant : 03 53 01 00 10 Après : 03 53 01 00 77" in history
    assert "Avant : Oui Après : Non" in history


def test_what_was_changed_on_screen_is_not_undone_by_the_files(client, database, office) -> None:
    place, _motif, _agent, encadrant, _admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    client.post(url, data=fields_of(client, url) | {"phone": "03 53 01 00 77"})
    report = Report()
    with database.transaction() as session:
        wanted = {place.key: {"phone": "03 53 01 00 11", "city": "Lens"}}
        upsert(session, Place, "key", wanted, report.tally("places"))
    written = row(database, Place, place.id)
    assert (written.phone, written.city) == ("03 53 01 00 77", "Lens")


def test_an_encadrant_does_not_touch_another_s_place_nor_any_motif(client, world, office) -> None:
    _place, motif, _agent, encadrant, _admin = office
    other = world.place()
    enter(client, encadrant)
    assert client.get(f"/agents/reglages/lieux/{other.id}").status_code == 404
    assert client.get(f"/agents/reglages/motifs/{motif.id}").status_code == 403
    assert other.name not in text_of(client.get("/agents/reglages/lieux").page)
    assert "un administrateur peut les changer" in text_of(client.get("/agents/reglages/motifs").page)
    assert client.get("/agents/reglages").status_code == 200


def test_bad_values_of_a_motif_are_said_beside_their_fields_and_nothing_typed_is_lost(client, database, office) -> None:
    _place, motif, _agent, _encadrant, admin = office
    enter(client, admin)
    url = f"/agents/reglages/motifs/{motif.id}"
    bad = {"minutes": "trois", "neutral_words": "rendez-vous PMI", "bring": "x" * 121, "title": "", "booked_by": "rien"}
    answer = client.post(url, data=fields_of(client, url) | bad)
    text = text_of(answer.page)
    assert answer.status_code == 422
    for sentence in (
        "Écrivez un nombre entier de 5 à 480.",
        "« PMI » dit le sujet du rendez-vous.",
        "Écrivez 120 caractères au plus sur chaque ligne.",
        "Écrivez un titre.",
        "Choisissez qui peut réserver.",
    ):
        assert sentence in text
    assert answer.page.fields(0)["minutes"] == "trois"
    never = client.post(url, data=fields_of(client, url) | {"notice_minutes": "1440", "horizon_days": "1"})
    assert "Personne ne pourrait réserver" in text_of(never.page)
    many = client.post(url, data=fields_of(client, url) | {"bring": "\n".join("abcdefghijklm"), "before": "🙂"})
    assert "Écrivez 12 lignes au plus." in text_of(many.page)
    assert row(database, Motif, motif.id).edited == []


def test_a_motif_of_referents_is_not_opened_to_everyone(client, world, office) -> None:
    motif = world.motif(booked_by="invited", with_referent=True)
    enter(client, office[4])
    url = f"/agents/reglages/motifs/{motif.id}"
    answer = client.post(url, data=fields_of(client, url) | {"booked_by": "everyone"})
    assert "Ce motif est pour les personnes invitées" in text_of(answer.page)


def test_a_number_is_read_with_its_blanks(client, database, office) -> None:
    _place, motif, _agent, _encadrant, admin = office
    enter(client, admin)
    url = f"/agents/reglages/motifs/{motif.id}"
    assert client.post(url, data=fields_of(client, url) | {"notice_minutes": "1 440"}).status_code == 303
    assert row(database, Motif, motif.id).notice_minutes == 1440


def test_a_motif_once_changed_rules_what_is_booked_next(client, database, office) -> None:
    _place, motif, _agent, _encadrant, admin = office
    enter(client, admin)
    url = f"/agents/reglages/motifs/{motif.id}"
    client.post(url, data=fields_of(client, url) | {"minutes": "45", "bring": "Vos papiers", "after": ""})
    written = row(database, Motif, motif.id)
    assert (written.minutes, written.bring, written.edited) == (45, ["Vos papiers"], ["bring", "minutes"])
    assert client.post(url, data=fields_of(client, url)).status_code == 303
    with database.transaction() as session:
        assert len(session.scalars(select(SettingChange).order_by(SettingChange.id)).all()) == 1


def test_the_second_of_two_who_change_a_place_sees_what_the_first_wrote_and_chooses(
    client, app, database, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, encadrant)
    url = f"/agents/reglages/lieux/{place.id}"
    mine = fields_of(client, url)
    other = app.test_client()
    enter(other, admin)
    other.post(url, data=fields_of(other, url) | {"phone": "03 53 01 00 88"})
    answer = client.post(url, data=mine | {"directions": "La porte verte."})
    assert answer.status_code == 409
    assert "Quelqu'un vient de changer ceci." in text_of(answer.page)
    assert "Téléphone 03 53 01 00 88" in text_of(answer.page)
    again = answer.page.fields(0)
    assert again["directions"] == "La porte verte."
    assert client.post(url, data=again).status_code == 303
    assert row(database, Place, place.id).directions == "La porte verte."


def test_whom_a_closed_day_touches_is_said_by_name_and_hour_before_it_is_written_and_after(
    client, database, world, office
) -> None:
    place, motif, agent, encadrant, _admin = office
    secret = world.motif(family="pmi", title="Consultation du nourrisson", neutral_words="rendez-vous d'essai")
    world.appointment(agent, place, motif, at("2026-12-14", "10:00"), world.person(family_name="Quatorze"))
    other = world.place()
    world.appointment(world.agent(), other, motif, at("2026-12-14", "10:00"), world.person(family_name="Ailleurs"))
    world.assignment(encadrant, "encadrant", place, families=["social"])
    enter(client, encadrant)
    url = "/agents/reglages/jours"
    chosen = {"day": ["14", "12", "2026"], "place": str(place.id), "kind": "ferme", "label": "travaux"}
    typed = fields_of(client, url) | chosen
    first = client.post(url, data=typed)
    assert "Ce jour touche un rendez-vous." in text_of(first.page)
    assert " Quatorze Parler de mon budget" in text_of(first.page).split("10 h Dominique")[1]
    assert "Ailleurs" not in text_of(first.page)
    seen = first.page.fields(0)
    world.appointment(agent, place, secret, at("2026-12-14", "11:00"), world.person(family_name="Onze"))
    again = client.post(url, data=seen)
    assert "Ce jour touche 2 rendez-vous." in text_of(again.page)
    assert "Rendez-vous d'essai" in text_of(again.page)
    assert "nourrisson" not in text_of(again.page)
    with database.transaction() as session:
        assert session.scalar(select(DayException)) is None
    done = client.post(url, data=again.page.fields(0), follow_redirects=True)
    assert "Des personnes sont à prévenir" in text_of(done.page)
    links = done.page.links()
    there = f"/agents/agenda/a-replacer?jour=2026-12-14&lieu={place.id}&raison=lieu"
    assert links["Les rendez-vous à replacer dans ce lieu"] == there
    one = next(url for words, url in links.items() if "Onze" in words)
    assert client.get(one).status_code == 200
    with database.transaction() as session:
        found = session.get(Motif, motif.id)
        assert (
            free_slots(session, at("2026-12-01", "09:00"), Scope(found), date(2026, 12, 14), date(2026, 12, 14)) == []
        )
    twice = client.post(url, data=again.page.fields(0))
    assert twice.status_code == 409
    assert "Ce jour est déjà écrit" in text_of(twice.page)


def test_an_admin_reads_hours_and_places_and_no_name(client, world, office) -> None:
    place, motif, agent, _encadrant, admin = office
    world.appointment(agent, place, motif, at("2026-12-14", "10:00"), world.person(family_name="Quatorze"))
    enter(client, admin)
    url = "/agents/reglages/jours"
    chosen = {"day": ["14", "12", "2026"], "place": "tous", "kind": "ferme", "label": "grève"}
    text = text_of(client.post(url, data=fields_of(client, url) | chosen).page)
    assert f"10 h Une personne Rendez-vous avec le Département, {place.name}" in text
    assert "Quatorze" not in text


def test_an_encadrant_reads_the_history_of_their_places_and_of_motifs_alone(client, world, office) -> None:
    place, motif, agent, encadrant, admin = office
    other = world.place()
    away = world.agent(place=other)
    here = world.agent(family_name="Présente", place=place)
    opening = world.opening(agent, place, motif)
    world._add(
        *(
            SettingChange(
                changed_at=world.now, agent_id=admin.id, kind=kind, object_id=number, before=None, after=after
            )
            for kind, number, after in (
                ("motif", motif.id, {"minutes": 45}),
                ("place", place.id, {"phone": "03 53 01 00 01"}),
                ("place", other.id, {"phone": "03 53 01 00 02"}),
                ("day", 1, {"place_id": place.id, "label": "travaux ici"}),
                ("day", 2, {"place_id": other.id, "label": "travaux ailleurs"}),
                ("day", 3, {"place_id": None, "label": "grève partout"}),
                ("opening", opening.id, {"label": "plage d'ici", "starts": "09:00"}),
                ("opening", 987654, {"label": "plage d'ailleurs"}),
                ("absence", 1, {"agent_id": here.id, "label": "congé d'ici"}),
                ("absence", 2, {"agent_id": away.id, "label": "congé d'ailleurs"}),
            )
        )
    )
    enter(client, encadrant)
    text = text_of(client.get("/agents/reglages/historique").page)
    for words in (f"Motif – {motif.title}", "03 53 01 00 01", "travaux ici", "Jour – tous les lieux", "plage d'ici"):
        assert words in text
    assert "Absence – Camille Présente" in text
    assert "Début Après : 9 h" in text
    assert "03 53 01 00 02" not in text
    assert "ailleurs" not in text
    assert client.get("/agents/reglages").page.links()["L'historique Qui a changé quoi, et quand."]
    enter(client, admin)
    assert "travaux ailleurs" in text_of(client.get("/agents/reglages/historique").page)


def test_what_an_admin_changes_of_an_account_is_in_the_history_of_those_who_lead_its_agent(
    client, database, world, clock, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    other, away = world.place(name="Maison d'ailleurs"), world.territory("ailleurs", "d'ailleurs")
    here = world.agent(family_name="Présente", place=place)
    by, today = Actor.agent(admin.id), clock.now.date()
    with database.transaction() as session:
        houses = {house.territory_id: house for house in session.scalars(select(Mds).order_by(Mds.id))}
        far, near = houses.pop(away.id), houses.popitem()[1]
        for house in (far, near):
            new = NewRole("professionnel", today, mds_id=house.id, families=("pmi",))
            give_role(session, clock.now, agent_id=here.id, new=new, by=by)
        for where in (place, other):
            new = NewRole("accueil", today, place_id=where.id, families=("pmi",))
            given = give_role(session, clock.now, agent_id=here.id, new=new, by=by)
        end_role(session, clock.now, agent_id=here.id, assignment_id=given.id, last=None, by=by)
        for verb in (suspend, suspend, resume):
            verb(session, clock.now, agent_id=here.id, by=by)
        last = today + timedelta(days=30)
        change_expiry(session, clock.now, agent_id=here.id, expires_on=last, was=None, by=by)
        create(session, clock.now, newcomer=Newcomer("Zoé", "Nouvelle", "secrétaire", "zoe@exemple.fr"), by=by)
    enter(client, encadrant)
    text = text_of(client.get("/agents/reglages/historique?quoi=agent").page)
    assert text.count("Agent – Camille Présente") == 5
    assert f"Rôle Après : Professionnel À quel endroit Après : {near.name}" in text
    assert f"Rôle Après : Agent d'accueil À quel endroit Après : {place.name}" in text
    assert "Motifs de rendez-vous visibles Après : Santé des enfants (PMI)" in text
    assert "Compte suspendu Avant : Non Après : Oui" in text
    assert "Dernier jour Avant : Pas de fin prévue Après : mardi 22 décembre 2026" in text
    assert "ailleurs" not in text
    assert "Nouvelle" not in text
    enter(client, admin)
    everything = text_of(client.get("/agents/reglages/historique?quoi=agent").page)
    assert "Agent – Zoé Nouvelle" in everything
    assert "Avant : Maison d'ailleurs" in everything
    assert "zoe@exemple.fr" not in everything


def test_an_encadrant_sees_who_works_at_their_places_without_e_mail_nor_anything_to_press(
    client, world, office
) -> None:
    place, _motif, _agent, encadrant, admin = office
    here = world.agent("accueil", place=place, family_name="Présente", email="presente@exemple.fr", job="secrétaire")
    world.agent(place=world.place(), family_name="Autre-Lieu")
    suspended = world.agent(place=place, family_name="Suspendue", suspended_at=world.now)
    enter(client, encadrant)
    page = client.get("/agents/reglages/agents").page
    text = text_of(page)
    assert f"Présente Camille secrétaire Agent d'accueil , {place.name} À inviter" in text
    assert "Suspendue Camille" in text
    assert "Suspendu" in text.split(suspended.family_name)[1]
    assert "Autre-Lieu" not in text
    assert "exemple.fr" not in text
    assert page.all("main")[0].find(".//form") is None
    assert client.get(f"/agents/reglages/comptes/{here.id}").status_code == 403
    enter(client, admin)
    assert client.get("/agents/reglages/agents").status_code == 403


def test_places_stand_under_the_name_of_their_mds(client, world, office) -> None:
    place, *_rest, admin = office
    enter(client, admin)

    def houses():
        page = client.get("/agents/reglages/lieux").page
        return [page.text(title) for title in page.all("main")[0].iter("h2")]

    assert houses() == []  # a single house needs no heading
    world.territory("lens", "Lens-Liévin")
    with world.database.transaction() as session:
        lens = session.scalars(select(Mds).where(Mds.key == "mds-lens")).one()
        moved = world.place(name="Maison de Lens")
        session.query(PlaceAttachment).filter_by(place_id=moved.id).update({"mds_id": lens.id})
        alone = world.place(name="Sans maison")
        session.query(PlaceAttachment).filter_by(place_id=alone.id).delete()
    assert houses() == ["MDS Arrageois", "MDS Lens-Liévin", "Sans MDS"]
    text = text_of(client.get("/agents/reglages/lieux").page)
    assert text.index("MDS Arrageois") < text.index(place.name) < text.index("MDS Lens-Liévin")
    assert text.index("MDS Lens-Liévin") < text.index("Maison de Lens") < text.index("Sans maison")


def test_a_day_is_taken_away_once_by_whoever_it_belongs_to(client, database, office) -> None:
    place, _motif, _agent, encadrant, admin = office
    enter(client, admin)
    url = "/agents/reglages/jours"
    everywhere = fields_of(client, url) | {
        "day": ["25", "12", "2026"],
        "place": "tous",
        "kind": "ouvert",
        "label": "Noël travaillé",
    }
    assert client.post(url, data=everywhere).status_code == 303
    client.post(url, data=everywhere | {"day": ["15", "12", "2026"], "place": str(place.id), "kind": "ferme"})
    with database.transaction() as session:
        here, all_places = session.scalars(select(DayException.id).order_by(DayException.day)).all()
    enter(client, encadrant)
    page = client.get(url).page
    assert "Noël travaillé" in text_of(page)
    press = {"csrf_token": page.fields(0)["csrf_token"]}
    assert client.post(f"{url}/{all_places}/retirer", data=press).status_code == 404
    assert client.post(f"{url}/{here}/retirer", data=press).status_code == 303
    assert client.post(f"{url}/{here}/retirer", data=press).status_code == 303
    assert client.post(f"{url}/{all_places}/retirer", data={"csrf_token": "x"}).status_code == 303
    with database.transaction() as session:
        assert session.scalars(select(DayException.id)).all() == [all_places]
        kinds = session.scalars(select(SettingChange.kind).order_by(SettingChange.id)).all()
    assert kinds == ["day", "day", "day"]
    enter(client, admin)
    assert "Noël travaillé" in text_of(client.get("/agents/reglages/historique").page)


def test_a_day_past_or_missing_is_refused_in_words(client, clock, office) -> None:
    enter(client, office[4])
    url = "/agents/reglages/jours"
    past = clock.now.date() - timedelta(days=1)
    answer = client.post(url, data=fields_of(client, url) | {"day": [str(past.day), str(past.month), str(past.year)]})
    text = text_of(answer.page)
    assert answer.status_code == 422
    assert "Ce jour est passé." in text
    assert "Choisissez un lieu." in text
    assert "Écrivez pourquoi." in text


def test_pages_without_anything_say_so(client, world) -> None:
    world.departement()
    enter(client, world.agent("admin"))
    assert "Aucun jour n'est écrit." in text_of(client.get("/agents/reglages/jours").page)
    assert "Aucun changement." in text_of(client.get("/agents/reglages/historique").page)
    assert "Aucun lieu n'est à vous." in text_of(client.get("/agents/reglages/lieux").page)
