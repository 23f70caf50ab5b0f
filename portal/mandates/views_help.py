"""An agent helps someone there and then: on the phone, or at the counter."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import g, redirect, render_template, request, session, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.identity.rules import CodeFault
from portal.identity.services import ask_code, check_code
from portal.identity.views_limits import spend_code, spend_sending
from portal.identity.views_marks import browser_mark
from portal.journal.services import record
from portal.mandates import queries
from portal.mandates.forms import CODE, CodeForm, CounterForm, PhoneForm
from portal.mandates.forms_words import CODES, FACTS
from portal.mandates.rules import Fact, Fault, facts_of
from portal.mandates.services import give_at_counter, give_by_phone
from portal.mandates.views_acting import start
from portal.mandates.views_shared import HELPERS, bp, own_actor, person_or_404, voice
from portal.people.models import Person
from portal.people.models_credentials import Challenge, CredentialKind, Purpose
from portal.people.models_mandates import Mandate
from portal.people.queries_access import acting_under
from portal.refusal import Refused
from portal.sealing import Sealer
from portal.web.access import allow
from portal.web.i18n import language
from portal.web.request import now, portal, transaction
from portal.web.text import WIDEST
from portal.words import day_words, moment_words, phone_words

PERSON = f"/agents/personnes/<int(max={WIDEST}):person_id>/mandats"


@dataclass(frozen=True)
class Checked:
    """A fact that the agent compares: what it is, and what the file says."""

    key: str
    label: str
    value: str


@bp.route(f"{PERSON}/telephone", methods=["GET", "POST"])
@allow(*HELPERS)
def phone(person_id: int) -> str | Response:
    """Begins to act for whoever is on the phone: three facts, a script, and their yes. It shows much of the file."""
    form = PhoneForm()
    with transaction() as database:
        person = person_or_404(database, person_id)
        if request.method == "GET":
            record(database, now(), actor=own_actor(), verb="file.read", for_person_id=person_id)
        checked = checked_facts(database, person)
        form.offer([(one.key, one.label) for one in checked])
        mandate = _phoned(database, form, person) if form.validate_on_submit() else None
    if mandate is not None:
        return _start(mandate)
    values = {one.key: one.value for one in checked}
    return render_template(
        "mandates/phone.html", form=form, person=person, checked=checked, values=values, agent=g.agent
    )


@bp.route(f"{PERSON}/guichet", methods=["GET", "POST"])
@allow(*HELPERS)
def counter(person_id: int) -> str | Response:
    """Begins to help a person who is present: a code to their phone, or a paper they sign."""
    form = CounterForm()
    with transaction() as database:
        person = person_or_404(database, person_id)
    is_valid = form.validate_on_submit()
    if is_valid and form.proof.data == CODE:
        answer = _send_code(form, person)
        if answer is not None:
            return answer
    elif is_valid:
        mandate = _signed(form, person_id)
        if mandate is not None:
            return _start(mandate)
    return render_template("mandates/counter.html", form=form, person=person)


@bp.route(f"{PERSON}/guichet/code", methods=["GET", "POST"])
@allow(*HELPERS)
def counter_code(person_id: int) -> str | Response:
    """Takes the code that the person reads aloud."""
    form = CodeForm()
    with transaction() as database:
        person = person_or_404(database, person_id)
    asked = session.get("consent")
    if not isinstance(asked, int):
        return redirect(url_for("mandates.counter", person_id=person_id))
    mandate = _coded(form, person_id, asked) if form.validate_on_submit() else None
    if mandate is not None:
        session.pop("consent")
        return _start(mandate)
    return render_template("mandates/code.html", form=form, person=person)


def checked_facts(database: Session, person: Person) -> list[Checked]:
    """The facts that the file holds, in words, for the agent to compare."""
    facts = facts_of(person, queries.known_of(database, now(), person.id))
    return [Checked(fact.value, str(FACTS[fact]), _in_words(fact, value)) for fact, value in facts.items()]


def _in_words(fact: Fact, value: str) -> str:
    if fact is Fact.BIRTH_DATE:
        return day_words(date.fromisoformat(value), language())
    if fact is Fact.APPOINTMENT:
        return moment_words(datetime.fromisoformat(value), language())
    if fact in {Fact.MOBILE, Fact.LANDLINE}:
        return phone_words(value)
    if fact is Fact.RELATIVE:
        pairs = (line.split("|") for line in value.splitlines())
        return "\n".join(f"{name}, {day_words(date.fromisoformat(born), language())}" for name, born in pairs)
    return value


def _phoned(database: Session, form: PhoneForm, person: Person) -> Mandate | None:
    try:
        return give_by_phone(
            database,
            now(),
            person=person,
            by=own_actor(),
            facts=form.facts.data,
            script_read=form.script.data,
            voice=voice(database),
        )
    except Refused as refused:
        fault = Fault(refused.reason)
        form.say("script" if fault is Fault.SCRIPT else "facts", fault)
        return None


def _send_code(form: CounterForm, person: Person) -> Response | None:
    if person.is_protected or person.mobile is None:
        form.say("proof", Fault.PROTECTED if person.is_protected else Fault.NO_MOBILE)
        return None
    spend_sending(person.mobile)
    with transaction() as database:
        spoken = voice(database)
        challenge = ask_code(
            database,
            now(),
            purpose=Purpose.CONSENT,
            kind=CredentialKind.MOBILE,
            to=person.mobile,
            mark=browser_mark(),
            sealer=Sealer(portal().settings.secret_key),
            departement=spoken.departement,
            base_url=spoken.base_url,
            language=person.language,
            person_id=person.id,
            who=g.agent.given_name,
            by=own_actor(),
        )
        session["consent"] = challenge.id
    return redirect(url_for("mandates.counter_code", person_id=person.id))


def _signed(form: CounterForm, person_id: int) -> Mandate | None:
    try:
        with transaction() as database:
            return _give(database, person_id, challenge=None)
    except Refused as refused:
        form.say("proof", Fault(refused.reason))
        return None


def _coded(form: CodeForm, person_id: int, challenge_id: int) -> Mandate | None:
    spend_code()
    with transaction() as database:
        checked = check_code(
            database,
            now(),
            challenge_id=challenge_id,
            code=form.code.data,
            mark=browser_mark(),
            sealer=Sealer(portal().settings.secret_key),
        )
        if isinstance(checked, Refused):
            form.code.errors = [CODES[CodeFault(checked.reason)]]
            return None
        try:
            return _give(database, person_id, challenge=checked)
        except Refused as refused:
            form.say("code", Fault(refused.reason))
            return None


def _give(database: Session, person_id: int, *, challenge: Challenge | None) -> Mandate:
    return give_at_counter(
        database,
        now(),
        person=person_or_404(database, person_id),
        by=own_actor(),
        challenge=challenge,
        has_signed=challenge is None,
        voice=voice(database),
    )


def _start(mandate: Mandate) -> Response:
    with transaction() as database:
        acting = acting_under(database, now(), mandate.id, agent=g.agent, person=None)
    return start(acting) if acting else redirect(url_for("mandates.of_person", person_id=mandate.person_id))
