"""What everybody received, and what still waits for them: the whole of it, so that nothing more may have left."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.notifications.models import Message
from tests.world import World


def outbox(world: World) -> list[str]:
    """Every message, as it was promised: "Camille: appointment_booked notice sms sent"."""
    with world.database.transaction() as session:
        rows = session.scalars(select(Message).options(joinedload(Message.person)).order_by(Message.id)).all()
        return [
            f"{row.person.given_names if row.person else row.to}: {row.kind} {row.step} {row.route} {row.status}"
            for row in rows
        ]


def left(gateways: Any) -> list[str]:
    """The numbers and the mailboxes that something left for, in that order."""
    return [text.number for text in gateways.sms.sent] + [mail.to for mail in gateways.mail.sent]
