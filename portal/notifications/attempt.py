"""One attempt: a message as it leaves by its route, with no transaction open."""

from dataclasses import dataclass
from typing import Any

from portal.notifications import render
from portal.notifications.codes_out import kept, untold, with_code
from portal.notifications.gateways import Gateways, Mail, PermanentFailure, TransientFailure
from portal.notifications.models import Message, Route, Status, Step
from portal.notifications.ways import receiver


@dataclass(frozen=True)
class Left:
    """A message was taken by a provider (SENT) or put in a human's hands (OPEN)."""

    status: Status
    recipient: str | None
    rendered: dict[str, Any]
    provider_id: str | None = None


Outcome = Left | TransientFailure | PermanentFailure


def attempt(message: Message, gateways: Gateways) -> Outcome:
    """Renders a message, its person loaded, and hands it over; for every route but paper, which needs a transaction.

    A code that it bears is made here, and hidden in what is kept of it, as is what came sealed. A fault of ours (words
    that cannot be rendered) counts as transient: a repaired portal sends it while it is useful.
    """
    try:
        if message.route is Route.SMS:
            return _text(message, gateways)
        if message.route is Route.EMAIL:
            return _mail(message, gateways)
        words = render.task(message.kind, message.context, message.route)
        return Left(Status.OPEN, receiver(message), {"text": words})
    except (TransientFailure, PermanentFailure) as failure:
        return failure
    except Exception as fault:  # noqa: BLE001 - whatever it is, the message must not be lost, nor stop the others
        return TransientFailure(f"fault_{type(fault).__name__}")


def _text(message: Message, gateways: Gateways) -> Left:
    number = _needed(receiver(message))
    context = with_code(message.context, message.route, gateways.sealer)
    text = render.sms(message.kind, context)
    provider_id = gateways.sms.send(number, text, str(message.id))
    return Left(Status.SENT, number, kept({"text": text}, context), provider_id)


def _mail(message: Message, gateways: Gateways) -> Left:
    mailbox = _needed(receiver(message))
    context = with_code(message.context, message.route, gateways.sealer)
    words = render.email(message.kind, context)
    mail = Mail(
        to=mailbox,
        subject=words.subject,
        text=words.text,
        html=words.html,
        reference=f"message-{message.id}",
        language=context["language"],
        calendar=message.calendar if message.step is Step.NOTICE else None,
    )
    less = untold(context)
    said = render.email(message.kind, less) if less is not None else words
    return Left(Status.SENT, mailbox, kept(said.as_json(), context), gateways.mail.send(mail))


def _needed(found: str | None) -> str:
    if found is None:  # taken out of the file since
        raise PermanentFailure("no_number_or_mailbox", refused=False)
    return found
