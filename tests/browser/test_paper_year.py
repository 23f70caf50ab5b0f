"""A year by letter and telephone alone: somebody with an address and a landline, an accueil, the print room, the post.

Through the doors that people and agents use, with a clock that the test moves over both clock changes and a strike.
What other journeys show is done by its service: a later booking by an agent (test_counter), a form given and one of
address entered (tests/paper), a call told (test_on_the_line), returns by keyboard (test_returns_by_keyboard), and each
run on its way to the post after the two that are taken here press by press.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.booking.models import Appointment
from portal.calls.services_tasks import claim, note_told
from portal.clock import paris_day
from portal.codes import shown as code_words
from portal.directory.models import Departement
from portal.journal.services import Actor, ActorKind
from portal.letters.making import print_due
from portal.letters.models import Letter, PrintRun, PullReason, ReturnReason, RunFile
from portal.letters.queries_post import expected_of
from portal.letters.queries_runs import letters_of
from portal.letters.services_post import count, mark_printed, post
from portal.notifications.models import Message
from portal.notifications.queries_post import calendar_of
from portal.paper.models import FormKind, PaperForm
from portal.paper.rules import known_of
from portal.paper.services import give
from portal.paper.services_entering import enter_address
from portal.people.models import Person
from tests.booking.desk import BASE, asked, confirm
from tests.browser.journeys import fill_date
from tests.browser.received import left, outbox
from tests.browser.sessions import entering
from tests.paper.conftest import seen
from tests.world import at

FIRST, SECOND, THIRD = "1 RUE DE LA DEMONSTRATION", "8 RUE DU NOUVEL ESSAI", "20 RUE DU NOUVEL ESSAI"
BOOKED, REMINDER, MOVED = "appointment_booked", "appointment_reminder", "appointment_moved"


def lines(street: str) -> list[str]:
    """Lines 2 to 6 of an address."""
    return ["", "", street, "", "62000 ARRAS"]


@dataclass
class Year:
    """Who takes part, at which screen, and what time does."""

    app: Any
    database: Any
    clock: Any
    send: Any
    office: tuple[Any, Any, Any]
    person: Any
    neighbour: Any
    host: Any  # an agent of the accueil
    printer: Any  # an agent of the print room
    accueil: Any  # the browser of the first
    room: Any  # and of the second
    own: Any  # of the person: a public computer

    def it_is(self, day: str, hour: str) -> None:
        """The worker has done what is due at this instant, and whoever works then has just signed in."""
        self.clock.set(at(day, hour))
        self.work()
        for visitor, who in (
            (self.accueil, {"agent": self.host}),
            (self.room, {"agent": self.printer}),
            (self.own, {"person": self.person}),
        ):
            entering(self.app)(visitor, **who)

    def work(self) -> None:
        """One step of the worker: what is due is sent or drawn, then the run of the last cut-off is made."""
        self.send()
        print_due(self.database, self.clock)

    @property
    def by(self) -> Actor:
        """The accueil."""
        return Actor(ActorKind.AGENT, self.host.id, place_id=self.office[0].id)

    def book(self, day: str, person: Any = None) -> None:
        """The accueil books ten o'clock of a day."""
        place, motif, _receiver = self.office
        whose = (person or self.person).id
        request = asked(place, motif, starts_at=at(day, "10:00"), person_id=whose)
        confirm(self.database, self.clock.now, request, self.by)

    def given(self, kind: FormKind) -> PaperForm:
        """A form with its code, printed for the person."""
        with self.database.transaction() as session:
            person, departement = session.get_one(Person, self.person.id), session.get_one(Departement, 1)
            known = known_of(person, departement, language="fr")
            return give(session, self.clock.now, kind=kind, person_id=person.id, known=known, by=self.by)

    def told(self) -> None:
        """The accueil takes the oldest of the calls to make, and says it."""
        with self.database.transaction() as session:
            calls = select(Message.id).where(Message.status == "open").order_by(Message.id)
            task_id = session.scalars(calls.limit(1)).one()
            claim(session, self.clock.now, task_id=task_id, by=self.by)
            note_told(session, self.clock.now, task_id=task_id, by=self.by, way="landline")

    def run_of(self, cut_off: datetime) -> PrintRun:
        """The run that was made last: that of this cut-off."""
        with self.database.transaction() as session:
            run = session.scalars(select(PrintRun).order_by(PrintRun.id.desc()).limit(1)).one()
        assert run.cut_off_at == cut_off
        return run

    def runs(self) -> int:
        """How many were made."""
        with self.database.transaction() as session:
            return session.scalar(select(func.count(PrintRun.id))) or 0

    def reference(self, kind: str) -> str:
        """What the last letter of a kind is called."""
        with self.database.transaction() as session:
            of_kind = select(Letter.reference).join(Letter.message).where(Message.kind == kind)
            return session.scalars(of_kind.order_by(Letter.id.desc()).limit(1)).one()

    def leaves(self, run: PrintRun) -> list[tuple[str, str, date | None]]:
        """A run is printed, counted and posted today; (kind, street, day of arrival) of its letters, as promised."""
        now, by = self.clock.now, Actor(ActorKind.AGENT, self.printer.id)
        with self.database.transaction() as session:
            mark_printed(session, now, run_id=run.id, by=by)
            letters, sheets = expected_of(session, run)
            count(session, now, run_id=run.id, by=by, letters=letters, sheets=sheets)
            post(session, now, run_id=run.id, by=by, posted_on=paris_day(now), post=calendar_of(session))
        with self.database.transaction() as session:
            found = [one.message for one in letters_of(session, run.id)]
        found.sort(key=lambda message: message.id)
        return [(one.kind, (one.recipient or "").splitlines()[1], one.arrives_on) for one in found]


@pytest.fixture
def year(app, world, clock, worker, visit, database) -> Year:
    place, motif = world.place(name="MDS Essai"), world.motif(title="Parler de mon budget")
    receiver = world.agent(given_name="Alix", family_name="Modèle", place=place, families=["social"])
    world.opening(receiver, place, motif, first_day=date(2026, 10, 19))
    by_letter = {"mobile": None, "email": None, "address": lines(FIRST)}
    return Year(
        app,
        database,
        clock,
        worker,
        (place, motif, receiver),
        world.person(given_names="Odette", landline="+33353010071", **by_letter),
        world.person(given_names="Bao", **by_letter),
        world.agent("accueil", place=place),
        world.agent("courrier"),
        visit(),
        visit(),
        visit(),
    )


def cut_off(year: int, month: int, day: int, hour: int) -> datetime:
    """Half past four in France: at this hour of Greenwich."""
    return datetime(year, month, day, hour, 30, tzinfo=UTC)


def test_somebody_lives_a_year_by_letter_and_telephone(year, world, gateways):
    is_booked_by_telephone(year)
    chooses_letters_by_the_slip(year)
    takes_a_run_to_the_post(year)
    hears_of_a_strike(year)
    moves_while_the_reminder_is_in_the_tray(year)
    asks_on_paper(year)
    gets_a_letter_back(year)
    gives_a_new_address(year)
    goes_on_in_spring(year)
    assert outbox(world) == [
        "Odette: appointment_booked notice letter posted",  # four days before: it reminds
        "Odette: paper_chosen notice letter posted",
        "Odette: appointment_booked notice letter posted",
        "Odette: appointment_reminder reminder letter withdrawn",  # pulled from the tray
        "Bao: appointment_booked notice letter posted",
        "Bao: appointment_reminder reminder letter posted",
        "Odette: appointment_moved notice letter posted",
        "Odette: appointment_moved notice call done",  # the strike: no letter before the hour that she had
        "Odette: appointment_reminder reminder letter posted",
        "Odette: wish_noted notice letter posted",  # it came back, and left again for the new address
        "Odette: appointment_booked notice letter posted",  # drawn anew, for the new address
        "Odette: appointment_reminder reminder letter failed",  # held, then too late: no worker ran for a fortnight
        "Odette: appointment_reminder reminder call done",
        "Odette: address_wanted notice call done",
        "Odette: wish_noted notice call done",
        "Odette: preferences_changed notice letter posted",
        "Odette: appointment_booked notice letter posted",
        "Odette: appointment_reminder reminder letter posted",
        "Odette: preferences_changed notice letter posted",
        "Odette: address_changed notice letter posted",  # where letters went before
    ]
    assert left(gateways) == []
    with world.database.transaction() as session:
        drawn = session.scalars(select(Letter).order_by(Letter.id)).all()
    assert [one.pull_reason for one in drawn if one.pulled_at] == [PullReason.OVERTAKEN, PullReason.MOVED_AWAY]
    assert [one.return_reason for one in drawn if one.returned_at] == [ReturnReason.UNKNOWN]
    assert len(drawn) == 17  # the fifteen letters above that were drawn, two of them twice


def is_booked_by_telephone(year: Year) -> None:
    """She calls, and an agent books while she is on the line."""
    year.it_is("2026-10-12", "10:00")
    visitor = year.accueil
    visitor.go(f"/agents/personnes/{year.person.id}/rendez-vous")
    visitor.press("Parler de mon budget")
    visitor.press("Continuer")
    visitor.press("Confirmer le rendez-vous")
    visitor.reads("Lundi 19 octobre 2026 9 h")
    visitor.reads("Le rendez-vous est pris.")
    visitor.reads("part le lundi 12 octobre, arrive vers le jeudi 15 octobre")
    year.it_is("2026-10-12", "16:29")
    assert year.runs() == 0
    year.it_is("2026-10-12", "16:31")
    run = year.run_of(cut_off(2026, 10, 12, 14))
    assert year.leaves(run) == [(BOOKED, FIRST, date(2026, 10, 15))]


def chooses_letters_by_the_slip(year: Year) -> None:
    """She ticks a box at the foot of her letter, and no other; it is back on Friday, after the post has left."""
    year.it_is("2026-10-16", "17:00")
    with year.database.transaction() as session:
        code = session.scalars(select(Appointment.code)).one()
        said = session.scalars(select(Message.rendered).where(Message.kind == BOOKED)).one() or {}
    assert "Je veux tout recevoir par lettre." in said["text"]
    visitor = year.accueil
    visitor.go("/agents/formulaires")
    visitor.fill("Code du formulaire", code_words(code).lower())
    visitor.press("Ouvrir ce papier")
    visitor.tick("Aucune de ces deux cases")
    visitor.tick("Je veux tout recevoir par lettre")
    visitor.press("Enregistrer")
    visitor.reads("La personne va recevoir une lettre.")


def takes_a_run_to_the_post(year: Year) -> None:
    """She is booked again. Both letters leave; the page of the run, the card and her own messages say when."""
    year.it_is("2026-10-19", "14:00")
    year.book("2026-11-05")
    year.it_is("2026-10-19", "16:35")
    run = year.run_of(cut_off(2026, 10, 19, 14))
    visitor = year.room
    visitor.go("/agents/courriers")
    visitor.follow(f"Ouvrir le lot {run.id}")
    link = visitor.page.get_by_role("link", name="Ouvrir le fichier 1").get_attribute("href")
    file = visitor.page.request.get(visitor.site + link)
    assert (file.headers["content-type"], file.headers["cache-control"]) == ("application/pdf", "no-store")
    with year.database.transaction() as session:
        (kept,) = session.scalars(select(RunFile.sha256).where(RunFile.run_id == run.id).order_by(RunFile.id))
    assert sha256(file.body()).hexdigest() == kept
    visitor.press("Tout est imprimé")
    counts(visitor, 2, 3)
    visitor.press("Noter le compte")
    visitor.reads("Il y a une feuille de trop.")
    visitor.press("Remis à La Poste")
    visitor.reads("Ce qui est compté n'est pas ce que le lot contient. Recomptez.")
    counts(visitor, 2, 2)
    visitor.press("Noter un autre compte")
    visitor.press("Remis à La Poste")
    visitor.reads("Le lot est remis à La Poste.")
    year.accueil.go(f"/agents/personnes/{year.person.id}")
    year.accueil.reads("Oui : tout arrive par courrier")
    year.accueil.reads("posté le lundi 19 octobre, arrive vers le jeudi 22 octobre")
    year.accueil.reads("part le vendredi 30 octobre, arrive vers le mardi 3 novembre")
    year.own.go("/mon-espace/messages")
    year.own.reads("Votre lettre est partie le lundi 19 octobre 2026. Elle arrive vers le jeudi 22 octobre 2026.")


def hears_of_a_strike(year: Year) -> None:
    """A week without post, with a clock change in it: the reminder leaves a week earlier."""
    year.it_is("2026-10-21", "11:00")
    visitor = year.room
    visitor.go("/agents/courriers/calendrier")
    fill_date(visitor, "first_day", "26", "10", "2026")
    fill_date(visitor, "last_day", "31", "10", "2026")
    visitor.tick("La Poste ne passe pas")
    visitor.fill("Pourquoi", "grève annoncée")
    visitor.press("Voir ce que cela change")
    visitor.reads("Aucune lettre n'arrivera plus tard.")
    visitor.press("Enregistrer ces jours")
    visitor.reads("C'est enregistré.")
    visitor.reads("Vendredi 23 octobre Départ arrive le mardi 3 novembre")


def moves_while_the_reminder_is_in_the_tray(year: Year) -> None:
    """She calls a quarter of an hour after the cut-off: what lies in the tray must not leave, and does not."""
    year.it_is("2026-10-23", "06:05")
    year.book("2026-11-12", year.neighbour)
    year.it_is("2026-10-23", "16:45")
    run, reminder = year.run_of(cut_off(2026, 10, 23, 14)), year.reference(REMINDER)
    visitor = year.accueil
    visitor.go(f"/agents/personnes/{year.person.id}")
    visitor.follow("Déplacer")
    visitor.fill("À partir du", "2026-11-12")
    visitor.press("Filtrer")
    day = visitor.page.get_by_role("group", name="jeudi 12 novembre 2026").first
    day.get_by_role("radio", name="10 h 30").check()
    visitor.press("Déplacer à cette heure")
    visitor.reads("Le rendez-vous est déplacé.")
    visitor.reads("part le lundi 2 novembre, arrive vers le jeudi 5 novembre")
    year.work()
    year.told()
    pulls_by_key(year.room, run, reminder)
    year.it_is("2026-10-28", "17:00")
    year.it_is("2026-11-02", "16:29")
    year.run_of(cut_off(2026, 10, 23, 14))  # still the last: nothing leaves while the post is on strike
    year.it_is("2026-11-02", "16:31")
    run = year.run_of(cut_off(2026, 11, 2, 15))
    assert year.leaves(run) == [(MOVED, FIRST, date(2026, 11, 5))]
    year.it_is("2026-11-06", "06:05")
    year.it_is("2026-11-06", "16:31")
    run = year.run_of(cut_off(2026, 11, 6, 15))
    assert year.leaves(run) == [(REMINDER, FIRST, date(2026, 11, 10))] * 2  # the neighbour's too


def pulls_by_key(visitor: Any, run: PrintRun, reference: str) -> None:
    """The run waits until the letter is out of the tray; then the other one leaves."""
    visitor.go(f"/agents/courriers/lots/{run.id}")
    visitor.reads("1 lettre à retirer du bac")
    visitor.press("Tout est imprimé")
    counts(visitor, 1, 1)
    visitor.press("Noter le compte")
    visitor.press("Remis à La Poste")
    visitor.reads("Une lettre du lot ne doit plus partir.")
    visitor.follow("Retirer une lettre du lot")
    visitor.fill("Clé de la lettre", f"{reference.lower()}-1-2")
    visitor.press("Retirer")
    visitor.reads(f"{reference} est retirée.")
    visitor.go(f"/agents/courriers/lots/{run.id}")
    visitor.press("Remis à La Poste")
    visitor.reads("Le lot est remis à La Poste.")


def asks_on_paper(year: Year) -> None:
    """A wish comes back filled in. It is answered by post; a week later she is booked."""
    year.it_is("2026-11-16", "10:00")
    form = year.given(FormKind.WISH)
    visitor = year.accueil
    visitor.go("/agents/formulaires")
    visitor.fill("Code du formulaire", form.code)
    visitor.press("Ouvrir ce papier")
    visitor.tick("Parler de mon budget")
    visitor.tick("jeudi matin")
    visitor.press("Enregistrer")
    visitor.reads("La personne va recevoir une lettre.")
    year.it_is("2026-11-16", "16:31")
    run = year.run_of(cut_off(2026, 11, 16, 15))
    assert year.leaves(run) == [("wish_noted", FIRST, date(2026, 11, 19))]
    year.it_is("2026-11-23", "11:00")
    year.book("2026-12-10")
    year.it_is("2026-11-23", "16:31")


def gets_a_letter_back(year: Year) -> None:
    """She is not known there any more: nothing else leaves for that address, and somebody is to call her."""
    year.it_is("2026-11-24", "09:00")
    reference = year.reference("wish_noted")
    visitor = year.room
    visitor.go("/agents/courriers/retours")
    visitor.tick("Inconnu à l'adresse")
    visitor.fill("Clé de la lettre", reference)
    visitor.press("Noter le retour")
    visitor.reads(f"{reference} est notée : Inconnu à l'adresse.")
    year.work()
    visitor = year.accueil
    visitor.go("/agents/appels")
    visitor.follow("Odette Essai")
    visitor.press("Je m'en occupe")
    visitor.reads("Quelle est votre adresse ?")
    visitor.reads("03 53 01 00 71")


def gives_a_new_address(year: Year) -> None:
    """She says it on the line. Yesterday's letter is still in the tray: it is drawn anew, and leaves tonight."""
    run, reference = year.run_of(cut_off(2026, 11, 23, 15)), year.reference(BOOKED)
    visitor = year.accueil
    visitor.press("C'est dit : la personne est prévenue")
    visitor.go(f"/agents/personnes/{year.person.id}")
    visitor.reads("douteux")
    visitor.follow("Modifier la fiche")
    visitor.fill("Numéro et rue", "8 rue du Nouvel Essai")
    visitor.press("Enregistrer")
    visitor.reads("La fiche est à jour. La personne est prévenue.")
    year.told()  # what the letter said that came back
    year.room.go(f"/agents/courriers/lots/{run.id}")
    year.room.reads("L'adresse a changé.")
    year.room.press("C'est retiré")
    year.room.reads("La lettre est retirée du lot.")
    year.work()
    assert year.reference(BOOKED) == f"{reference}B"
    assert year.leaves(run) == [(BOOKED, SECOND, None)]  # an empty tray: the letter is in no run yet
    year.it_is("2026-11-24", "16:31")
    run = year.run_of(cut_off(2026, 11, 24, 15))
    arrives = date(2026, 11, 27)
    assert year.leaves(run) == [
        ("wish_noted", SECOND, arrives),  # what came back leaves again
        (BOOKED, SECOND, arrives),
        ("preferences_changed", SECOND, arrives),
    ]
    year.it_is("2026-12-08", "10:05")
    year.told()  # the reminder that no letter could bring


def goes_on_in_spring(year: Year) -> None:
    """A reminder travels over the clock change and Easter Monday; a form brings another address, by summer time."""
    year.it_is("2027-03-01", "10:00")
    year.book("2027-04-01")
    year.it_is("2027-03-01", "16:31")
    assert year.leaves(year.run_of(cut_off(2027, 3, 1, 15))) == [(BOOKED, SECOND, date(2027, 3, 4))]
    year.it_is("2027-03-25", "06:05")
    year.it_is("2027-03-25", "16:31")
    assert year.leaves(year.run_of(cut_off(2027, 3, 25, 15))) == [(REMINDER, SECOND, date(2027, 3, 30))]
    year.it_is("2027-03-30", "10:00")
    form, by = year.given(FormKind.ADDRESS), Actor(ActorKind.AGENT, year.printer.id)
    with year.database.transaction() as session:
        shown = seen(form, session.get_one(Person, year.person.id))
        now = year.clock.now
        enter_address(session, now, form_id=form.id, lines=lines(THIRD), shown=shown, by=by, base_url=BASE)
    year.it_is("2027-03-30", "16:31")
    run = year.run_of(cut_off(2027, 3, 30, 14))
    arrives = date(2027, 4, 2)
    assert year.leaves(run) == [("preferences_changed", THIRD, arrives), ("address_changed", SECOND, arrives)]
    year.it_is("2027-04-05", "10:00")


def counts(visitor: Any, letters: int, sheets: int) -> None:
    """Types what was counted."""
    visitor.fill("Enveloppes comptées", str(letters))
    visitor.fill("Feuilles comptées", str(sheets))
