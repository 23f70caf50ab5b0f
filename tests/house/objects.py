"""What stands in an address: something of the visitor's own, and the same of somebody else."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects.postgresql import Range

from portal.agenda.services_feeds import create_feed
from portal.booking.models import Appointment
from portal.booking.models_waiting import Wish
from portal.database import Database
from portal.directory.models import Motif, Place
from portal.eligibility.models import AnswersShare, RuleBook, SavedAnswers, SharedWith
from portal.eligibility.rules_kept import Kept
from portal.journal.services import Actor
from portal.letters.models import Letter, LetterProof, PrintRun, RunFile
from portal.notifications.models import Message, Route, Status, Step
from portal.paper.models import FormKind, PaperForm
from portal.people.models import Agent, Person
from portal.people.models_credentials import IdentityCase
from portal.people.models_mandates import Mandate, MandateKind
from portal.people.models_merges import Merge
from portal.sealing import Sealer
from portal.web.access import AGENTS, PARTNERS, Role
from tests.conftest import SECRET_KEY
from tests.world import World, at

BIG = "int(max=9223372036854775807)"
SMALL = "int(max=2147483647)"
_PDF = b"%PDF-1.4 essai"
_SHA = sha256(_PDF).hexdigest()
ADMIN = f"agent {Role.ADMIN.value}"  # sees every place
EVERYWHERE = {ADMIN, f"agent {Role.COURRIER.value}"}
NOWHERE = 2_000_000_000  # no row has this number

# The address of something of one's own, and of the same of somebody else (None: everyone may see every one).
Addresses = tuple[str, str | None]
Row = Callable[["Scene", str], Addresses]


@dataclass
class Scene:
    """A world in which each kind of visitor has something, and so has somebody else."""

    own: Person
    other: Person
    agents: dict[Role, Agent]
    motif_key: str
    place_key: str
    appointment: Appointment
    tasks: tuple[int, int] = (0, 0)  # at the agents' place, and elsewhere
    letters: tuple[int, int] = (0, 0)
    blocked: int = 0  # the message of a letter that an address keeps back
    run: int = 0  # a print run, of one file
    proof: int = 0  # of the first letter, a registered one
    letter_messages: tuple[int, int] = (0, 0)  # of `own`, and of `other`
    mandate_of_agent: Mandate | None = None
    mandate_of_person: Mandate | None = None
    given: tuple[int, int] = (0, 0)  # mandates given by `own`, and by `other`
    held: dict[str, int] = field(default_factory=dict)  # a mandate that each kind of visitor holds
    of_referent: int = 0  # an appointment of the référent's own
    of_nobody: int = 0  # one of an agent and a place that are nobody's here
    forms: tuple[int, int] = (0, 0)  # paper ones: of `own`, entered by the print room, and of `other`
    feeds: dict[str, int] = field(default_factory=dict)  # a calendar feed of each kind of agent
    feed_token: str = ""
    places: tuple[int, int] = (0, 0)  # where the agents are, and elsewhere
    openings: tuple[int, int, int] = (0, 0, 0)  # of the professionnel, of the référent, of somebody elsewhere
    absences: tuple[int, int, int] = (0, 0, 0)  # the same
    case: int = 0
    assignment: int = 0
    merge: int = 0  # of a double into `own`
    saved: tuple[int, int] = (0, 0)  # answers that `own` keeps and shows, and those of `other`
    wish: int = 0
    workshop: int = 0
    seat: int = 0  # of `own` in it
    other_place_id: int = 0
    days: tuple[int, int] = (0, 0)  # written for the agents' place, and for another


_KEPT_BACK: dict[str, Any] = {
    "route": Route.LETTER,
    "status": Status.FAILED,
    "last_error": "no_address",
    "context": {"language": "fr", "recipient_name": "Dominique Essai"},
}


def build(world: World, database: Database) -> Scene:
    """Two places, two residents, an agent of each role at the first place."""
    here, there = world.place(), world.place()
    motif = world.motif()
    own, other = world.person(address=["1 RUE DE L ESSAI", "62000 ARRAS"]), world.person()
    partner = world.organisation()
    agents = {
        role: world.agent(
            role.value,
            place=None if role in PARTNERS | {Role.ADMIN, Role.COURRIER} else here,  # one print room for all places
            email=f"{role.name.lower()}@exemple.fr",
            organisation_id=partner.id if role in PARTNERS else None,
            families=["social"] if role in {Role.REFERENT, Role.ENCADRANT} else [],  # the service of the scene's motif
        )
        for role in sorted(AGENTS)
    }
    for role in (Role.ACCUEIL, Role.COURRIER):  # else what waits there would be everybody's
        world.agent(role.value, place=there)
    world.opening(agents[Role.PROFESSIONNEL], here, motif)
    appointment = world.appointment(agents[Role.PROFESSIONNEL], here, motif, at("2026-12-01", "09:00"), own)
    world.referent(own, agents[Role.REFERENT])
    in_hand = {"kind": MandateKind.PHONE, "ends_at": world.now + timedelta(hours=2)}
    holder = world.person()
    scene = Scene(own, other, agents, motif.key, here.key, appointment)
    scene.of_referent = world.appointment(agents[Role.REFERENT], here, motif, at("2026-12-02", "09:00"), own).id
    stranger = world.agent(Role.PROFESSIONNEL.value, place=there)
    scene.of_nobody = world.appointment(stranger, there, motif, at("2026-12-02", "09:00"), other).id
    _work(world, scene, motif, (here, there))
    scene.mandate_of_agent = world.mandate(own, agent_id=agents[Role.ACCUEIL].id, **in_hand)
    scene.mandate_of_person = world.mandate(other, holder_id=own.id, kind=MandateKind.RELATIVE)
    scene.given = (world.mandate(own, holder_id=holder.id).id, world.mandate(other, holder_id=holder.id).id)
    of_partner = world.mandate(own, organisation_id=partner.id).id
    of_agents = {
        f"agent {role.value}": of_partner if role in PARTNERS else world.mandate(own, agent_id=agent.id, **in_hand).id
        for role, agent in agents.items()
    }
    scene.held = {"agent acting": scene.mandate_of_agent.id} | of_agents
    with database.transaction() as session:
        tasks = [_message(world, session, person=own, place_id=place.id) for place in (here, there)]
        letters = [_letter(world, session, person=own, place_id=place.id) for place in (here, there)]
        theirs = _letter(world, session, person=other, place_id=here.id)
        case = IdentityCase(
            subject="sub-essai",
            family_name=own.family_name,
            given_names=own.given_names,
            birth_date=own.birth_date,
            birth_date_to=own.birth_date,
            created_at=world.now,
        )
        session.add(case)
        session.flush()
        _feeds(world, session, scene)
        scene.tasks = (tasks[0].id, tasks[1].id)
        scene.letters = (letters[0].id, letters[1].id)
        scene.blocked = _message(world, session, person=own, place_id=here.id, **_KEPT_BACK).id
        scene.letter_messages = (letters[0].message_id, theirs.message_id)
        scene.case, scene.run = case.id, _print_run(world, session)
        scene.proof = _proof(world, session, letters[0])
        wish = Wish(person_id=own.id, motif_id=motif.id, first_day=world.now.date(), created_at=world.now)
        session.add(wish)
        session.flush()
        scene.wish = wish.id
        scene.forms = _paper_forms(world, session, own, other, agents[Role.COURRIER])
    held = world.workshop(agents[Role.PROFESSIONNEL], here, motif, at("2026-12-02", "09:00"))
    scene.workshop = held.id
    scene.seat = _with_slip(
        database,
        world.appointment(agents[Role.PROFESSIONNEL], here, motif, at("2026-12-02", "09:00"), own, workshop_id=held.id),
        own,
        agents[Role.COURRIER],
    )
    scene.merge, scene.saved = (
        _merge(world, database, own, agents[Role.ACCUEIL]),
        _keep(world, database, scene, (motif, here)),
    )
    scene.other_place_id = there.id
    scene.days = tuple(world.odd_day(date(2026, 12, 24), place).id for place in (here, there))
    to_come = Range(date(2027, 1, 1), None)
    scene.assignment = world.assignment(agents[Role.ACCUEIL], Role.COURRIER.value, there, valid=to_come).id
    return scene


def _saved(world: World, session: Any, *people: Person) -> tuple[int, int]:
    """A version of the rights of each, of a book that holds one right."""
    right = {
        "key": "essai",
        "name": "Aide d'essai",
        "nature": "service",
        "themes": ["essai"],
        "short": "Essai.",
        "decides": "Personne.",
        "when": [],
        "not_in": [],
    }
    theme = {"key": "essai", "title": "Essai", "line": "Essai.", "icon": "house"}
    definition = {"theme": [theme], "question": [], "urgency": [], "entry": [], "right": [right]}
    book = RuleBook(digest="essai", loaded_on=world.now.date(), definition=definition)
    session.add(book)
    session.flush()
    sealed = Sealer(SECRET_KEY).seal(Kept().text())
    first, second = (
        SavedAnswers(person_id=one.id, book_id=book.id, themes=["essai"], sealed=sealed, saved_at=world.now)
        for one in people
    )
    session.add_all([first, second])
    session.flush()
    return first.id, second.id


def _keep(world: World, database: Database, scene: Scene, for_: tuple[Motif, Place]) -> tuple[int, int]:
    """Versions of `own`, shown to each agent of the scene who may read one, and of `other`."""
    motif, here = for_
    of_accueil = world.appointment(scene.agents[Role.ACCUEIL], here, motif, at("2026-12-03", "09:00"), scene.own)
    with database.transaction() as session:
        saved = _saved(world, session, scene.own, scene.other)
        for appointment_id in (scene.appointment.id, of_accueil.id, None):
            kind = SharedWith.APPOINTMENT if appointment_id else SharedWith.REFERENT
            share = {"saved_id": saved[0], "shared_with": kind, "appointment_id": appointment_id}
            session.add(AnswersShare(shared_at=world.now, **share))
    return saved


def _merge(world: World, database: Database, kept: Person, by: Agent) -> int:
    gone = world.person(merged_into_id=kept.id)
    moved = {"rows": {}, "appointments": [], "dropped": [], "ended_credentials": [], "ended_wishes": []}
    said = {"messages": {"moved": [], "taken_back": {}, "added": []}, "before": {}, "after": {}}
    row = Merge(kept_id=kept.id, gone_id=gone.id, moved=moved | said, merged_at=world.now, merged_by=by.id)
    with database.transaction() as session:
        session.add(row)
    return row.id


def _message(world: World, session: Any, *, person: Person, place_id: int, **given: Any) -> Message:
    row = Message(
        **{
            "event_id": uuid4(),
            "event": {},
            "subject": "appointment",
            "subject_id": 1,
            "place_id": place_id,
            "person_id": person.id,
            "kind": "appointment_booked",
            "step": Step.NOTICE,
            "route": Route.CALL,
            "context": {"language": "fr"},
            "status": Status.OPEN,
            "created_at": world.now,
            "due_at": world.now,
            "expires_at": world.now + timedelta(days=8),
            "retry_until": world.now + timedelta(days=1),
            "rendered": {"text": "« Vous avez un rendez-vous. »"},
        }
        | given
    )
    session.add(row)
    session.flush()
    return row


def _feeds(world: World, session: Any, scene: Scene) -> None:
    for role, agent in scene.agents.items():
        given = {"agent_id": agent.id, "is_discreet": True, "sealer": Sealer(SECRET_KEY)}
        feed, token = create_feed(session, world.now, by=Actor.agent(agent.id), **given)
        scene.feeds[f"agent {role.value}"] = feed.id
        scene.feed_token = token if role is Role.PROFESSIONNEL else scene.feed_token


def _paper_forms(world: World, session: Any, own: Person, other: Person, by: Agent) -> tuple[int, int]:
    printed = {"departement": "Essai", "return_address": [], "phone": None, "language": "fr", "large_print": False}
    rows = [
        PaperForm(code=code, kind=FormKind.ADDRESS, person_id=person.id, known=printed, made_at=world.now)
        for code, person in (("AAAA0001", own), ("AAAA0002", other))
    ]
    rows[0].entered_at, rows[0].entered_by, rows[0].answers = world.now, by.id, {}
    session.add_all(rows)
    session.flush()
    return rows[0].id, rows[1].id


def _with_slip(database: Database, appointment: Appointment, own: Person, by: Agent) -> int:
    """A seat whose slip the print room has entered: it opens it again, and no other without its code."""
    slip = PaperForm(code=appointment.code, kind=FormKind.CANCELLATION, person_id=own.id, known={})
    slip.appointment_id, slip.made_at = appointment.id, appointment.created_at
    slip.entered_at, slip.entered_by = appointment.created_at, by.id
    slip.answers = {"wants_another": False, "half_days": []}
    with database.transaction() as session:
        session.add(slip)
    return appointment.id


def _slip(scene: Scene, kind: str) -> Addresses:
    is_room = kind == f"agent {Role.COURRIER.value}"
    own, other = (scene.seat, scene.appointment.id) if is_room else (scene.appointment.id, NOWHERE)
    return f"/agents/formulaires/coupon/{own}", f"/agents/formulaires/coupon/{other}"


def _proof(world: World, session: Any, letter: Letter) -> int:
    proof = LetterProof(
        letter_id=letter.id, mime="application/pdf", sha256=_SHA, content=_PDF, added_at=world.now, added_by=1
    )
    session.add(proof)
    session.flush()
    return proof.id


def _print_run(world: World, session: Any) -> int:
    file = RunFile(position=1, sheets_each=1, letters=1, made_at=world.now, sha256=_SHA, pdf=_PDF)
    run = PrintRun(made_at=world.now, posting_day=world.now.date(), letters=1, sheets=1, files=[file])
    session.add(run)
    session.flush()
    return run.id


def _letter(world: World, session: Any, *, person: Person, place_id: int) -> Letter:
    content = {"title": "Essai", "language": "fr", "sections": []}
    message = _message(
        world,
        session,
        person=person,
        place_id=place_id,
        route=Route.LETTER,
        status=Status.QUEUED,
        recipient="Dominique Essai\n62000 ARRAS",
        rendered={"text": "Essai", "content": content, "large_window": False, "large_print": False},
    )
    row = Letter(
        message_id=message.id,
        reference=f"ESSAI-{message.id}",
        pages=1,
        sha256=_SHA,
        pdf=_PDF,
        drawn_at=world.now,
    )
    session.add(row)
    session.flush()
    return row


def _work(world: World, scene: Scene, motif: Motif, places: tuple[Place, Place]) -> None:
    """Openings and absences of those who receive at the agents' place, and of somebody elsewhere."""
    here, there = places
    elsewhere = world.agent("professionnel", place=there)
    known = ((scene.agents[Role.PROFESSIONNEL], here), (scene.agents[Role.REFERENT], here), (elsewhere, there))
    of_professional, of_referent, others = (world.opening(agent, place, motif).id for agent, place in known)
    scene.places, scene.openings = (here.id, there.id), (of_professional, of_referent, others)
    away = (at("2026-12-20", "00:00"), at("2026-12-21", "00:00"))
    of_professional, of_referent, others = (world.absence(agent, *away).id for agent, _place in known)
    scene.absences = (of_professional, of_referent, others)


def _of_agents(template: str, values: Callable[[Scene], tuple[int, int | None]]) -> Row:
    def row(scene: Scene, _kind: str) -> Addresses:
        own, other = values(scene)
        return template.format(own), None if other is None else template.format(other)

    return row


def _same(address: Callable[[Scene], str]) -> Row:
    return lambda scene, _kind: (address(scene), None)


def _code(end: str = "") -> Row:
    # Someone else's code is asked for the birth date, like one that does not exist: tests of booking look at that.
    return lambda scene, _kind: (f"/r/{scene.appointment.code}{end}", None)


def _motif(end: str = "") -> Row:
    return _same(lambda scene: f"/rendez-vous/{scene.motif_key}/{scene.place_key}{end}")


def _file(end: str = "") -> Row:
    """A person's file: `own` is known to every agent of the scene; that of `other` to those who answer everyone."""

    def row(scene: Scene, kind: str) -> Addresses:
        template = f"/agents/personnes/{{}}{end}"
        everyone = kind in {f"agent {Role.ACCUEIL.value}", f"agent {Role.ENCADRANT.value}", "agent acting"}
        return template.format(scene.own.id), template.format(NOWHERE if everyone else scene.other.id)

    return row


def _shared(scene: Scene, kind: str) -> Addresses:
    return _file(f"/droits/{scene.saved[0]}")(scene, kind)


def _wanted(end: str = "") -> Row:
    """A motif for a person: of somebody else's file there is nothing."""

    return lambda scene, kind: _file(f"/rendez-vous/{scene.motif_key}{end}")(scene, kind)


def _paper(end: str = "") -> Row:
    """A paper form: an accueil and an encadrant read everyone's."""

    def row(scene: Scene, kind: str) -> Addresses:
        everyone = kind in {f"agent {Role.ACCUEIL.value}", f"agent {Role.ENCADRANT.value}", "agent acting"}
        template = f"/agents/formulaires/{{}}{end}"
        return template.format(scene.forms[0]), template.format(NOWHERE if everyone else scene.forms[1])

    return row


def _booked(end: str = "") -> Row:
    return _of_agents(f"/agents/rendez-vous/{{}}{end}", lambda scene: (scene.appointment.id, NOWHERE))


def _workshop(end: str = "") -> Row:
    return _of_agents(f"/agents/ateliers/{{}}{end}", lambda scene: (scene.workshop, NOWHERE))


def _seat(end: str = "") -> Row:
    return lambda scene, _kind: (
        f"/agents/ateliers/{scene.workshop}/inscrits/{scene.seat}{end}",
        f"/agents/ateliers/{scene.workshop}/inscrits/{scene.appointment.id}{end}",
    )


def _place(scene: Scene, kind: str) -> Addresses:
    """The agents' place, and another: an admin answers for all."""
    other = NOWHERE if kind == ADMIN else scene.other_place_id
    return f"/agents/reglages/lieux/{scene.appointment.place_id}", f"/agents/reglages/lieux/{other}"


def _day_end(scene: Scene, kind: str) -> Addresses:
    template = "/agents/reglages/jours/{}/retirer"
    return template.format(scene.days[0]), None if kind == ADMIN else template.format(scene.days[1])


def _account(end: str = "") -> Row:
    return _of_agents(f"/agents/reglages/comptes/{{}}{end}", lambda scene: (scene.agents[Role.ACCUEIL].id, NOWHERE))


def _role_end(scene: Scene, _kind: str) -> Addresses:
    accueil, courrier = scene.agents[Role.ACCUEIL].id, scene.agents[Role.COURRIER].id
    template = f"/agents/reglages/comptes/{{}}/roles/{scene.assignment}/fin"
    return template.format(accueil), template.format(courrier)


def _given(end: str = "") -> Row:
    return _of_agents(f"/mon-espace/mandats/{{}}{end}", lambda scene: scene.given)


def _in_agenda(end: str = "") -> Row:
    def row(scene: Scene, kind: str) -> Addresses:
        own = scene.of_referent if kind == f"agent {Role.REFERENT.value}" else scene.appointment.id
        return f"/agents/agenda/{own}{end}", f"/agents/agenda/{scene.of_nobody}{end}"

    return row


def _of_workers(template: str, values: Callable[[Scene], tuple[int, int, int]], *, is_kept: bool = False) -> Row:
    """Something of one's own or of those one leads; an admin has all. `is_kept`: what is not there is no fault."""

    def row(scene: Scene, kind: str) -> Addresses:
        theirs, of_referent, elsewhere = values(scene)
        own = template.format(of_referent if kind == f"agent {Role.REFERENT.value}" else theirs)
        if kind == ADMIN:
            return own, None if is_kept else template.format(NOWHERE)
        return own, template.format(elsewhere)

    return row


def _feed_end(scene: Scene, kind: str) -> Addresses:
    accueil = f"agent {Role.ACCUEIL.value}"
    own = scene.feeds[kind if kind in scene.feeds else accueil]
    other = scene.feeds[f"agent {Role.ENCADRANT.value}" if own == scene.feeds[accueil] else accueil]
    template = "/agents/agenda/abonnements/{}/fin"
    return template.format(own), template.format(other)


def _mandate(end: str = "") -> Row:
    return _of_agents(f"/agents/mandats/{{}}{end}", lambda scene: (scene.given[0], NOWHERE))


def _letter_of_place(end: str = "") -> Row:
    return lambda scene, kind: (
        f"/agents/courriers/{scene.letters[0]}{end}",
        f"/agents/courriers/{NOWHERE if kind in EVERYWHERE else scene.letters[1]}{end}",
    )


def _registered(end: str = "") -> Row:
    def row(scene: Scene, kind: str) -> Addresses:
        template = f"/agents/courriers/recommandes/{{}}{end.replace('PROOF', str(scene.proof))}"
        other = NOWHERE if kind in EVERYWHERE else scene.letters[1]
        return template.format(scene.letters[0]), template.format(other)

    return row


def _run(end: str = "") -> Row:
    return _of_agents(f"/agents/courriers/lots/{{}}{end}", lambda scene: (scene.run, NOWHERE))


def _task(end: str = "") -> Row:
    """A call to make at the agents' place, and one elsewhere."""
    return lambda scene, kind: (
        f"/agents/appels/{scene.tasks[0]}{end}",
        f"/agents/appels/{NOWHERE if kind == ADMIN else scene.tasks[1]}{end}",
    )


def _acting(scene: Scene, kind: str) -> Addresses:
    own = scene.held.get(kind, scene.mandate_of_person.id if scene.mandate_of_person else 0)
    return f"/agir/{own}", f"/agir/{scene.given[1]}"


_WORKSHOP = f"/agents/ateliers/<{SMALL}:workshop_id>"
_FILE = f"/agents/personnes/<{SMALL}:person_id>"
_ACCOUNT = f"/agents/reglages/comptes/<{SMALL}:agent_id>"
_GIVEN = f"/mon-espace/mandats/<{BIG}:mandate_id>"
_WAY = "/mon-espace/preferences/<any(mobile, email):way>"
_MANDATE = f"/agents/mandats/<{BIG}:mandate_id>"
_SLOT = "/rendez-vous/<motif_key>/<place_key>"
_MESSAGE = "/mon-espace/messages/{}"
_TASK = f"/agents/appels/<{BIG}:task_id>"

OBJECTS: dict[str, Row] = {
    **{f"{_TASK}{end}": _task(end) for end in ("", "/prendre", "/rendre", "/resultat")},
    f"/agents/courriers/<{BIG}:letter_id>": _letter_of_place(),
    f"/agents/courriers/lots/<{SMALL}:run_id>": _run(),
    f"/agents/courriers/lots/<{SMALL}:run_id>/<{SMALL}:position>.pdf": _run("/1.pdf"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/bordereau.pdf": _run("/bordereau.pdf"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/manifeste.csv": _run("/manifeste.csv"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/compte": _run("/compte"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/compteur": _run("/compteur"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/ferme": _run("/ferme"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/imprime": _run("/imprime"),
    f"/agents/courriers/lots/<{SMALL}:run_id>/poste": _run("/poste"),
    f"/agents/courriers/recommandes/<{BIG}:letter_id>": _registered(),
    f"/agents/courriers/recommandes/<{BIG}:letter_id>/preuves": _registered("/preuves"),
    f"/agents/courriers/recommandes/<{BIG}:letter_id>/preuves/<{SMALL}:proof_id>": _registered("/preuves/PROOF"),
    f"/agents/courriers/<{BIG}:letter_id>.pdf": _letter_of_place(".pdf"),
    f"/agents/courriers/bloques/<{BIG}:message_id>": _of_agents(
        "/agents/courriers/bloques/{}", lambda scene: (scene.blocked, NOWHERE)
    ),
    f"/agents/courriers/bloques/<{BIG}:message_id>/repondu": _of_agents(
        "/agents/courriers/bloques/{}/repondu", lambda scene: (scene.blocked, NOWHERE)
    ),
    f"/agents/courriers/bloques/<{BIG}:message_id>/verifier": _of_agents(
        "/agents/courriers/bloques/{}/verifier", lambda scene: (scene.blocked, NOWHERE)
    ),
    **{f"/agents/agenda/<{SMALL}:appointment_id>{end}": _in_agenda(end) for end in ("", "/statut", "/suite")},
    f"/agents/agenda/abonnements/<{BIG}:feed_id>/fin": _feed_end,
    "/agenda/<token>.ics": _same(lambda scene: f"/agenda/{scene.feed_token}.ics"),
    f"/agents/agenda/a-replacer/<{SMALL}:appointment_id>": lambda scene, kind: tuple(
        address.replace("/agenda/", "/agenda/a-replacer/") for address in _in_agenda()(scene, kind) if address
    ),
    f"/agents/agenda/plages/<{SMALL}:opening_id>/<any(tout, une, annule, fin):what>": _of_workers(
        "/agents/agenda/plages/{}/tout", lambda scene: scene.openings
    ),
    f"/agents/agenda/absences/<{SMALL}:absence_id>": _of_workers(
        "/agents/agenda/absences/{}", lambda scene: scene.absences
    ),
    f"/agents/agenda/absences/<{SMALL}:absence_id>/retour": _of_workers(
        "/agents/agenda/absences/{}/retour", lambda scene: scene.absences, is_kept=True
    ),
    f"/agents/agenda/lieux/<{SMALL}:place_id>/fermer": lambda scene, kind: (
        f"/agents/agenda/lieux/{scene.places[0]}/fermer",
        f"/agents/agenda/lieux/{NOWHERE if kind == ADMIN else scene.places[1]}/fermer",
    ),
    "/agents/invitation/<token>": _same(lambda _scene: "/agents/invitation/essai"),
    _MANDATE: _mandate(),
    f"{_MANDATE}.pdf": _mandate(".pdf"),
    **{f"{_MANDATE}{end}": _mandate(end) for end in ("/fin", "/papier", "/vu")},
    f"{_MANDATE}/rendre": lambda scene, kind: (
        f"/agents/mandats/{scene.held.get(kind, 0)}/rendre",
        f"/agents/mandats/{scene.given[1]}/rendre",
    ),
    **{f"{_WORKSHOP}{end}": _workshop(end) for end in ("", "/modifier", "/annuler", "/inscrire", "/feuille")},
    **{f"{_WORKSHOP}/inscrits/<{SMALL}:seat_id>{end}": _seat(end) for end in ("", "/retirer")},
    f"{_FILE}/ateliers": _file("/ateliers"),
    f"{_FILE}/formulaires": _file("/formulaires"),
    f"/agents/formulaires/<{BIG}:form_id>": _paper(),
    f"/agents/formulaires/<{BIG}:form_id>.pdf": _paper(".pdf"),
    f"/agents/formulaires/coupon/<{SMALL}:appointment_id>": _slip,
    "/agents/formulaires/vierge/<key>": _same(lambda _scene: "/agents/formulaires/vierge/choix"),
    "/papier/<key>.pdf": _same(lambda _scene: "/papier/choix.pdf"),
    "/papier/rendez-vous/<motif_key>.pdf": _same(lambda scene: f"/papier/rendez-vous/{scene.motif_key}.pdf"),
    _FILE: _file(),
    **{f"{_FILE}{end}": _file(end) for end in ("/rendez-vous", "/attente")},
    **{f"{_FILE}/rendez-vous/<motif_key>{end}": _wanted(end) for end in ("", "/confirmer", "/autre-heure")},
    **{
        f"/agents/rendez-vous/<{SMALL}:appointment_id>{end}": _booked(end)
        for end in ("", "/deplacer", "/deplacer/autre-heure", "/annuler", "/confier", "/redire")
    },
    f"/agents/rendez-vous/<{SMALL}:appointment_id>/papier/<any(a5, ticket):paper>": _booked("/papier/a5"),
    f"/agents/attente/<{BIG}:wish_id>/fin": _of_agents("/agents/attente/{}/fin", lambda scene: (scene.wish, NOWHERE)),
    **{f"{_FILE}{end}": _file(end) for end in ("/modifier", "/lettre", "/adresse", "/identite", "/tout-par-courrier")},
    f"{_FILE}/protection/<any(oui, non):answer>": _file("/protection/oui"),
    f"{_FILE}/fusionner": _file("/fusionner"),
    f"{_FILE}/fusionner/<{SMALL}:other_id>": lambda scene, kind: (
        f"/agents/personnes/{scene.own.id}/fusionner/{scene.own.id}",
        _file(f"/fusionner/{scene.own.id}")(scene, kind)[1],
    ),
    f"{_FILE}/separer/<{BIG}:merge_id>": lambda scene, kind: (
        f"/agents/personnes/{scene.own.id}/separer/{scene.merge}",
        _file(f"/separer/{scene.merge}")(scene, kind)[1],
    ),
    **{
        f"{_FILE}/mandats{end}": _file(f"/mandats{end}")
        for end in ("", "/guichet", "/guichet/code", "/organisme", "/proche", "/representant", "/telephone")
    },
    f"/agents/personnes/a-rapprocher/<{BIG}:case_id>": _of_agents(
        "/agents/personnes/a-rapprocher/{}", lambda scene: (scene.case, NOWHERE)
    ),
    f"/agents/reglages/motifs/<{SMALL}:motif_id>": _of_agents(
        "/agents/reglages/motifs/{}", lambda scene: (scene.appointment.motif_id, NOWHERE)
    ),
    f"/agents/reglages/lieux/<{SMALL}:place_id>": _place,
    f"/agents/reglages/jours/<{SMALL}:exception_id>/retirer": _day_end,
    _ACCOUNT: _account(),
    **{
        f"{_ACCOUNT}{end}": _account(end)
        for end in ("/debloquer", "/fin", "/inviter", "/reprendre", "/role", "/suspendre")
    },
    f"{_ACCOUNT}/roles/<{SMALL}:assignment_id>/fin": _role_end,
    f"/agents/personnes/<{SMALL}:person_id>/droits": _file("/droits"),
    f"/agents/personnes/<{SMALL}:person_id>/droits/<{SMALL}:saved_id>": _shared,
    "/agents/reglages/droits/<key>": _same(lambda _scene: "/agents/reglages/droits/essai"),
    "/mes-droits/question/<int(max=200):number>": _same(lambda _scene: "/mes-droits/question/1"),
    **{
        f"/mon-espace/droits/<{SMALL}:saved_id>{end}": _of_agents(
            f"/mon-espace/droits/{{}}{end}", lambda scene: scene.saved
        )
        for end in ("", "/effacer", "/montrer", "/ne-plus-montrer")
    },
    f"/agir/<{BIG}:mandate_id>": _acting,
    f"/demo/lettre/<{BIG}:message_id>": _same(lambda _scene: "/demo/lettre/1"),
    f"/demo/lettre/<{BIG}:message_id>.pdf": _same(lambda _scene: "/demo/lettre/1.pdf"),
    "/infos/<key>": _same(lambda _scene: "/infos/garantie-papier"),
    "/infos/<key>/facile": _same(lambda _scene: "/infos/garantie-papier/facile"),
    "/lieux/<key>": _same(lambda scene: f"/lieux/{scene.place_key}"),
    _GIVEN: _given(),
    f"{_GIVEN}.pdf": _given(".pdf"),
    **{f"{_GIVEN}{end}": _given(end) for end in ("/fin", "/papier")},
    f"{_GIVEN}/rendre": lambda scene, _kind: (
        f"/mon-espace/mandats/{scene.mandate_of_person.id if scene.mandate_of_person else 0}/rendre",
        f"/mon-espace/mandats/{scene.given[1]}/rendre",
    ),
    f"/mon-espace/messages/<{BIG}:message_id>": _of_agents(_MESSAGE, lambda scene: scene.letter_messages),
    f"/mon-espace/messages/<{BIG}:message_id>.pdf": _of_agents(_MESSAGE + ".pdf", lambda scene: scene.letter_messages),
    _WAY: _same(lambda _scene: "/mon-espace/preferences/mobile"),
    **{
        f"{_WAY}{end}": _same(lambda _scene, end=end: f"/mon-espace/preferences/mobile{end}")
        for end in ("/code", "/prouver", "/retirer")
    },
    "/r/<code>": _code(),
    **{f"/r/<code>{end}": _code(end) for end in ("/agenda.ics", "/annuler", "/deplacer")},
    "/rendez-vous/<motif_key>": _same(lambda scene: f"/rendez-vous/{scene.motif_key}"),
    _SLOT: _motif(),
    **{f"{_SLOT}{end}": _motif(end) for end in ("/confirmer", "/verifier", "/vous")},
    "/rendez-vous/confirmation/<code>": _same(lambda scene: f"/rendez-vous/confirmation/{scene.appointment.code}"),
}
