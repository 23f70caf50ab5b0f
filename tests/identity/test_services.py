"""Codes: one browser, ten minutes, one use, five tries; and who enters by them."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.directory.models import Departement
from portal.identity.rules import CodeFault, read_digits
from portal.identity.services import ask_code, check_code
from portal.identity.services_entry import admit, ask_sign_in, first_time, note_leaving
from portal.journal.models import JournalLine
from portal.journal.services import Actor
from portal.notifications.models import Message, Route, Status
from portal.people.models import Level, Person, RouteState
from portal.people.models_credentials import Challenge, Credential, CredentialKind, Purpose
from portal.people.rules import Identity
from portal.refusal import Refused
from tests.identity.signing import MARK, MOBILE, sealer_of, wrong

DOMINIQUE = Identity("Essai", "Dominique", date(1980, 2, 29))


@pytest.fixture
def desk(world, database, clock, settings):
    return Desk(world, database, clock, settings)


class Desk:
    """Asks for codes and checks them, each in a transaction of its own."""

    def __init__(self, world, database, clock, settings):
        world.departement()
        self.world, self.database, self.clock, self.sealer = world, database, clock, sealer_of(settings)

    def ask(self, verb=ask_code, **given):
        options = {"kind": CredentialKind.MOBILE, "to": MOBILE, "mark": MARK, "language": "fr"}
        if verb is ask_code:
            options["purpose"] = Purpose.SIGN_IN
        with self.database.transaction() as session:
            return verb(
                session,
                self.clock(),
                sealer=self.sealer,
                departement=session.get_one(Departement, 1),
                base_url="https://porte.exemple.fr",
                **(options | given),
            )

    def code_of(self, challenge):
        return self.sealer.digits(challenge.key)

    def check(self, challenge, code=None, mark=MARK):
        with self.database.transaction() as session:
            return check_code(
                session,
                self.clock(),
                challenge_id=challenge if isinstance(challenge, int) else challenge.id,
                code=self.code_of(challenge) if code is None else code,
                mark=mark,
                sealer=self.sealer,
            )

    def reason(self, *arguments, **options):
        found = self.check(*arguments, **options)
        assert isinstance(found, Refused)
        return found.reason

    def all(self, model):
        with self.database.transaction() as session:
            return list(session.scalars(select(model).order_by(model.id)))


def test_a_code_is_written_with_the_message_that_brings_it_and_stands_in_no_table(desk):
    challenge = desk.ask()
    (message,) = desk.all(Message)
    assert (message.kind, message.route, message.to) == ("sign_in_code", Route.SMS, MOBILE)
    assert (message.expires_at, message.status) == (challenge.expires_at, Status.WAITING)
    assert challenge.expires_at - challenge.created_at == timedelta(minutes=10)
    code = desk.code_of(challenge)
    assert all(code not in str(vars(row)) for row in (*desk.all(Challenge), message, *desk.all(JournalLine)))


def test_an_e_mail_carries_a_code_as_an_sms_does(desk):
    desk.ask(kind=CredentialKind.EMAIL, to="essai@exemple.fr")
    assert [(one.route, one.to) for one in desk.all(Message)] == [(Route.EMAIL, "essai@exemple.fr")]


@pytest.mark.parametrize(("purpose", "kind"), [(Purpose.CONTACT, "contact_code"), (Purpose.CONSENT, "consent_code")])
def test_each_purpose_has_its_words_and_its_line_of_the_journal(desk, purpose, kind):
    person = desk.world.person()
    desk.ask(purpose=purpose, person_id=person.id, is_vouched=True, who="Camille Essai", by=Actor.agent(7))
    (message,), (line,) = desk.all(Message), desk.all(JournalLine)
    assert (message.kind, message.person_id) == (kind, person.id)
    assert ("who" in message.context) is (purpose is Purpose.CONSENT)
    assert (line.verb, line.actor_id, line.for_person_id) == (f"{purpose.value}.code_sent", 7, person.id)
    assert desk.all(Challenge)[0].is_vouched


def test_the_right_code_opens_once(desk):
    challenge = desk.ask()
    opened = desk.check(challenge)
    assert isinstance(opened, Challenge)
    assert opened.used_at == desk.clock()
    assert desk.reason(challenge) is CodeFault.OVER


def test_two_browsers_that_send_one_code_at_once_open_it_once(desk):
    challenge, barrier, found = desk.ask(), Barrier(2), []

    def press():
        barrier.wait()
        found.append(desk.check(challenge))

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(one).__name__ for one in found) == ["Challenge", "Refused"]


def test_a_code_is_over_after_ten_minutes(desk):
    challenge = desk.ask()
    desk.clock.forward(timedelta(minutes=10))
    assert desk.reason(challenge) is CodeFault.OVER


def test_a_code_serves_in_the_browser_that_asked_alone(desk):
    challenge = desk.ask()
    assert desk.reason(challenge, mark="another browser") is CodeFault.OVER
    assert desk.all(Challenge)[0].tries == 0  # somebody else cannot use up one's tries
    assert isinstance(desk.check(challenge), Challenge)


def test_the_fifth_wrong_try_ends_a_code(desk):
    challenge = desk.ask()
    bad = wrong(desk.code_of(challenge))
    assert [desk.reason(challenge, bad) for _ in range(5)] == [CodeFault.WRONG] * 4 + [CodeFault.TOO_MANY_TRIES]
    assert desk.reason(challenge) is CodeFault.TOO_MANY_TRIES
    assert desk.all(Challenge)[0].tries == 5


def test_a_code_that_was_never_asked_for_is_over(desk):
    assert desk.reason(12345, "123456") is CodeFault.OVER


def test_a_newer_code_replaces_the_older_one_of_this_browser_and_its_unsent_message(desk):
    older = desk.ask()
    elsewhere, other_way = desk.ask(mark="another"), desk.ask(to="+33639980034")
    newer = desk.ask()
    assert [row.status for row in desk.all(Message)] == [Status.WITHDRAWN] + [Status.WAITING] * 3
    assert desk.reason(older) is CodeFault.OVER
    assert isinstance(desk.check(newer), Challenge)
    assert isinstance(desk.check(elsewhere, mark="another"), Challenge)
    assert isinstance(desk.check(other_way), Challenge)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=80))
def test_any_text_never_fails_and_only_the_right_digits_open(desk, typed):
    challenge = desk.ask(mark=f"{MARK} {len(desk.all(Challenge))}")
    found = desk.check(challenge, typed, mark=f"{MARK} {challenge.id - 1}")
    is_right = read_digits(typed) == desk.code_of(challenge)
    assert isinstance(found, Challenge) is is_right


def test_the_right_digits_open_however_they_are_typed(desk):
    for forms in (lambda c: f" {c[:3]} {c[3:]} ", lambda c: "".join(chr(ord(d) + 0xFEE0) for d in c)):
        challenge = desk.ask()
        assert isinstance(desk.check(challenge, forms(desk.code_of(challenge))), Challenge)


def test_a_sixth_code_in_an_hour_for_one_person_is_withheld_without_a_word(desk):
    desk.world.person(mobile=MOBILE, email="essai@exemple.fr")
    ways = [(CredentialKind.MOBILE, MOBILE), (CredentialKind.EMAIL, "essai@exemple.fr")] * 3
    for number, (kind, to) in enumerate(ways):
        desk.ask(ask_sign_in, kind=kind, to=to, mark=f"browser {number}")
    leaves = [one.expires_at > desk.clock() for one in desk.all(Message)]
    assert leaves == [True] * 5 + [False]
    desk.clock.forward(timedelta(hours=1))
    desk.ask(ask_sign_in)
    assert desk.all(Message)[-1].expires_at > desk.clock()


def entered(desk, person, kind=CredentialKind.MOBILE, to=MOBILE):
    with desk.database.transaction() as session:
        return admit(session, desk.clock(), person=session.get_one(Person, person.id), kind=kind, to=to, challenge_id=1)


def test_a_proved_mobile_works_and_opens_the_space_as_reachable(desk):
    person = desk.world.person(mobile=MOBILE, mobile_state=RouteState.FAILED)
    assert entered(desk, person) is Level.REACHABLE
    (file,), (credential,) = desk.all(Person), desk.all(Credential)
    assert file.mobile_state is RouteState.WORKS
    assert (credential.kind, credential.value, credential.is_vouched) == (CredentialKind.MOBILE, MOBILE, False)
    assert [line.verb for line in desk.all(JournalLine)] == ["sign_in.succeeded"]


def test_a_proved_e_mail_works_too_and_is_noted_once(desk):
    person = desk.world.person(email="Essai@exemple.fr")
    for _time in range(2):
        entered(desk, person, CredentialKind.EMAIL, "essai@exemple.fr")
    assert desk.all(Person)[0].email_state is RouteState.WORKS
    assert len(desk.all(Credential)) == 1


def test_a_vouched_contact_opens_the_upper_level_and_stays_vouched(desk):
    person = desk.world.person(mobile="+33639980099")
    desk.world.credential(person, CredentialKind.MOBILE, MOBILE, is_vouched=True)
    assert entered(desk, person) is Level.KNOWN
    assert entered(desk, person) is Level.KNOWN
    assert desk.all(Person)[0].mobile_state is RouteState.UNTRIED  # the file's own number has proved nothing


def test_an_e_mail_proved_for_a_file_that_has_another_one_proves_nothing_of_that_one(desk):
    person = desk.world.person(email=None)
    entered(desk, person, CredentialKind.EMAIL, "essai@exemple.fr")
    assert desk.all(Person)[0].email_state is RouteState.UNTRIED


def test_whoever_closed_their_space_opens_it_again_by_entering(desk):
    person = desk.world.person(mobile=MOBILE, space_closed_at=desk.clock())
    entered(desk, person)
    assert desk.all(Person)[0].space_closed_at is None
    assert [line.verb for line in desk.all(JournalLine)] == ["space.reopened", "sign_in.succeeded"]


def come(desk, kind=CredentialKind.MOBILE, to=MOBILE):
    with desk.database.transaction() as session:
        return first_time(session, desk.clock(), identity=DOMINIQUE, kind=kind, to=to, challenge_id=1, language="fr")[
            0
        ].id


def test_the_first_time_makes_a_file_with_what_was_proved_and_the_second_finds_it(desk):
    number = come(desk)
    (file,) = desk.all(Person)
    assert (file.mobile, file.mobile_state, file.email) == (MOBILE, RouteState.WORKS, None)
    assert come(desk) == number


def test_a_first_file_that_looks_like_another_is_flagged_and_never_merged(desk):
    known = desk.world.person(family_name="Essai", given_names="Dominique", mobile="+33639980099")
    number = come(desk, CredentialKind.EMAIL, "essai@exemple.fr")
    assert number != known.id
    assert [file.maybe_double for file in desk.all(Person)] == [False, True]


def test_someone_born_tomorrow_is_refused(desk):
    with pytest.raises(Refused), desk.database.transaction() as session:
        first_time(
            session,
            desk.clock(),
            identity=Identity("Essai", "Dominique", date(2027, 1, 1)),
            kind=CredentialKind.MOBILE,
            to=MOBILE,
            challenge_id=1,
            language="fr",
        )


def test_leaving_is_written_for_the_person_and_for_the_agent(desk):
    with desk.database.transaction() as session:
        note_leaving(session, desk.clock(), by=Actor.person(7))
        note_leaving(session, desk.clock(), by=Actor.agent(8))
    assert [(line.verb, line.actor_id, line.for_person_id) for line in desk.all(JournalLine)] == [
        ("sign_out", 7, 7),
        ("sign_out", 8, None),
    ]
