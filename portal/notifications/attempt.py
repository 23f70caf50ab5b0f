"""One attempt: a message as it leaves by its route, with no transaction open."""

from dataclasses import dataclass
from typing import Any

from portal.notifications import render
from portal.notifications.gateways import Gateways, Mail, PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.ways import way
from portal.people.models import Person


@dataclass(frozen=True)
class Left:
    """A message was taken by a provider (SENT) or put in a human's hands (OPEN)."""

    status: Status
    recipient: str | None
    rendered: dict[str, Any]
    provider_id: str | None = None


Outcome = Left | TransientFailure | PermanentFailure


def attempt(message: Message, person: Person, gateways: Gateways) -> Outcome:
    """Renders a message and hands it over; for every route but paper, which needs a transaction.

    A fault of ours (words that cannot be rendered) counts as transient: a repaired portal sends it while it is useful.
    """
    try:
        if message.route is Route.SMS:
            return _text(message, person, gateways)
        if message.route is Route.EMAIL:
            return _mail(message, person, gateways)
        words = render.task(message.kind, message.context, message.route)
        return Left(Status.OPEN, way(person, message.route), {"text": words})
    except (TransientFailure, PermanentFailure) as failure:
        return failure
    except Exception as fault:  # noqa: BLE001 - whatever it is, the message must not be lost, nor stop the others
        return TransientFailure(f"fault_{type(fault).__name__}")


def _text(message: Message, person: Person, gateways: Gateways) -> Left:
    number = _needed(way(person, Route.SMS))
    text = render.sms(message.kind, message.context)
    provider_id = gateways.sms.send(number, text, str(message.id))
    return Left(Status.SENT, number, {"text": text}, provider_id)


def _mail(message: Message, person: Person, gateways: Gateways) -> Left:
    mailbox = _needed(way(person, Route.EMAIL))
    words = render.email(message.kind, message.context)
    mail = Mail(
        to=mailbox,
        subject=words.subject,
        text=words.text,
        html=words.html,
        reference=f"message-{message.id}",
        language=message.context["language"],
        calendar=message.calendar if message.step is Step.NOTICE else None,
    )
    return Left(Status.SENT, mailbox, words.as_json(), gateways.mail.send(mail))


def _needed(found: str | None) -> str:
    if found is None:  # taken out of the file since
        raise PermanentFailure("no_number_or_mailbox", refused=False)
    return found
