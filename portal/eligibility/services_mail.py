"""A result sent to a mailbox: the person asked for it, and nothing of what it says is kept."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.notifications.codes_out import SEALED
from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import base_context, send_to
from portal.sealing import Sealer

KIND = SUBJECT = "rights_result"
USEFUL_FOR = timedelta(hours=6)  # whoever asked is waiting for it
_STILL_HERE = (Status.WAITING, Status.SENDING)


def send_result(  # noqa: PLR0913 - what, to which mailbox, by whom
    session: Session,
    now: datetime,
    *,
    to: str,
    words: Mapping[str, str],
    language: str,
    base_url: str,
    sealer: Sealer,
    by: Actor,
    person_id: int | None = None,
    large_print: bool = False,
) -> Message:
    """Promises an e-mail that says `words` (of `rules_mail.mail_words`), once: pressed twice, it is one message.

    The words wait under the secret key and go when the message leaves, or can leave no more; what stays of it says that
    it was sent, and not what. It goes to this mailbox and nowhere else. `person_id`: whose file it is asked from, when
    they are signed in; journaled then. The caller limits how many are asked for. Does not commit.
    """
    told = json.dumps(dict(words), ensure_ascii=False, sort_keys=True)
    # Keyed: a number that anybody could work out would tell the answers to whoever tries them all.
    number = int(sealer.hash(KIND, f"{to}\n{told}")[:12], 16)
    hold_subject(session, SUBJECT, number)
    same = (Message.kind == KIND, Message.subject == SUBJECT, Message.subject_id == number)
    waiting = select(Message).where(*same, Message.status.in_(_STILL_HERE)).order_by(Message.id).limit(1)
    if (known := session.scalars(waiting).one_or_none()) is not None:
        return known
    context = base_context(session.get_one(Departement, 1), base_url, language=language, large_print=large_print)
    message = send_to(
        session,
        now,
        kind=KIND,
        route=Route.EMAIL,
        to=to,
        context=context | {SEALED: sealer.seal(told)},
        expires_at=now + USEFUL_FOR,
        subject=SUBJECT,
        subject_id=number,
        person_id=person_id,
    )
    if person_id is not None:
        record(session, now, actor=by, verb="rights.sent", for_person_id=person_id)
    return message
