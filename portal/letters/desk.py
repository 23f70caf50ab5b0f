"""The print room's desk: a message becomes a letter, once, and waits for the post."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from portal.clock import paris_day
from portal.letters.address import BadAddressError, printed_lines
from portal.letters.content import Content, as_printed
from portal.letters.enclosing import draw_with_form
from portal.letters.fonts import UnprintableError
from portal.letters.layout import Drawn, Post, draw
from portal.letters.models import Letter
from portal.letters.paging import LetterTooLongError
from portal.letters.paper_kept import form_from
from portal.letters.queries import letter_of_message
from portal.letters.queries_runs import UNTRUSTED
from portal.letters.rules import reference_of
from portal.letters.rules_blocked import code_of
from portal.letters.rules_deadlines import code_until, post_slip_by
from portal.letters.text import LetterTextError
from portal.letters.wording import content_of
from portal.letters.wording_common import sender_of
from portal.letters.wording_forms import ENCLOSED
from portal.letters.wording_pages import OWN, without_page
from portal.notifications.codes_out import masked, with_code
from portal.notifications.gateways import PermanentFailure
from portal.notifications.models import Message, Route, Status
from portal.notifications.queries_post import calendar_of
from portal.notifications.ways import reach_of
from portal.people.models import Person
from portal.people.models_credentials import Challenge
from portal.sealing import Sealer


class PrintRoom:
    """The way out by paper (a `PaperGateway`). `base_url` is the portal's own: a letter prints no other address.

    A code that a letter bears is made by `sealer`, and stands on the sheet alone: what is kept to be read hides it.
    `pen` draws the sheets.
    """

    def __init__(self, base_url: str, sealer: Sealer, *, pen: Callable[[Post], Drawn] = draw) -> None:
        self._site = urlsplit(base_url)
        self._sealer = sealer
        self._pen = pen

    def draw(self, session: Session, message: Message, now: datetime) -> None:
        """Draws and stores the letter of a message, which is then queued; drawn already, it is only queued.

        The address is the message's own, else the person's at this moment; the words are the message's. Raises
        `PermanentFailure` with `no_address`, `address_changed`, `address_<reason>`, `name_<reason>`,
        `letter_too_long`, `letter_unprintable` or `letter_text`: another route must tell the person.
        """
        drawn = letter_of_message(session, message.id)
        if drawn is None or drawn.returned_at is not None:
            self._draw(session, message, now)
        message.status = Status.QUEUED

    def _draw(self, session: Session, message: Message, now: datetime) -> None:
        address = _address(session, message)
        _keep_code_open(session, message, now)
        context = with_code(message.context, Route.LETTER, self._sealer) | _of_coupon(session, message, now)
        content = self._content(message.kind, context)
        kept = masked(context)
        read = content if kept == context else self._content(message.kind, kept)
        reference = reference_of(message.id, _drawing(session, message.id))
        drawn = self._drawn(
            message.context,
            Post(
                reference=reference,
                day=paris_day(now),
                address=address,
                sender=sender_of(message.context),
                return_address=message.context["return_address"],
                content=content,
                large_print=message.context["large_print"],
                demo=message.context["demo"],
            ),
        )
        session.add(
            Letter(
                message_id=message.id,
                reference=reference,
                pages=drawn.pages,
                sha256=sha256(drawn.pdf).hexdigest(),
                pdf=drawn.pdf,
                drawn_at=now,
                postcode=_postcode(address),
                large_window=drawn.needs_large_window,
                is_registered=_was_registered(session, message.id),
            )
        )
        read = as_printed(read, drawn.content)
        if message.subject == OWN:
            read = without_page(read)
        message.recipient = "\n".join(address)
        message.rendered = {
            "reference": reference,  # of the sheet that says these words: an older one said others, elsewhere
            "text": read.as_text(),
            "content": read.as_json(),
            "large_window": drawn.needs_large_window,
            "large_print": message.context["large_print"],
            "post_by": context.get("coupon_post_by"),
        }

    def _content(self, kind: str, context: Mapping[str, Any]) -> Content:
        try:
            _check_site(context, self._site.netloc)
            return content_of(kind, context)
        except (LetterTextError, KeyError, FileNotFoundError) as fault:
            raise PermanentFailure("letter_text", refused=False) from fault

    def _drawn(self, context: Mapping[str, Any], post: Post) -> Drawn:
        try:
            if ENCLOSED not in context:
                return self._pen(post)
            return draw_with_form(post, form_from(context[ENCLOSED], large_print=post.large_print))
        except LetterTooLongError as fault:
            raise PermanentFailure("letter_too_long", refused=False) from fault
        except UnprintableError as fault:
            raise PermanentFailure("letter_unprintable", refused=False) from fault


def _of_coupon(session: Session, message: Message, now: datetime) -> dict[str, Any]:
    """Until when the slip of an appointment's letter may be posted, by the calendar of this moment.

    And whether it offers the garantie papier, which no deadline ends: to whoever has not chosen it; not on a card's
    letter, which may go to somebody else.
    """
    if "cancel_until" not in message.context:
        return {}
    person = None if message.person_id is None else session.get_one(Person, message.person_id)
    offers = {"coupon_paper": person is not None and person.card_of_id is None and not person.wants_paper}
    if not (cancel_until := message.context["cancel_until"]):
        return offers
    last = post_slip_by(calendar_of(session), cancel_until, now)
    return offers | {"coupon_post_by": last, "coupon_too_late": not last}


def _keep_code_open(session: Session, message: Message, now: datetime) -> None:
    """Moves the last day of the code that a letter bears, when the letter leaves later than was foreseen.

    Until then its words say the former day. The message itself is useful no longer than was promised: a letter drawn
    again and again does not keep a code open for ever. A code that was used, or is over, stays so.
    """
    said = message.context.get("until") if "challenge" in message.context else None
    if said is None:
        return
    post = calendar_of(session)
    until = code_until(post, now)
    if until <= date.fromisoformat(said):
        return
    key = UUID(message.context["challenge"])
    still = update(Challenge).where(Challenge.key == key, Challenge.used_at.is_(None), Challenge.expires_at > now)
    moved = still.values(expires_at=post.end_of(until)).returning(Challenge.id)
    if session.scalar(moved.execution_options(synchronize_session=False)) is not None:
        message.context = {**message.context, "until": until.isoformat()}


def _check_site(context: Mapping[str, Any], netloc: str) -> None:
    if urlsplit(context["link"]).netloc != netloc:
        raise LetterTextError("the link leads to another site")


def _drawing(session: Session, message_id: int) -> int:
    """Which drawing of a message this is: those pulled from a run, and those that came back, were before."""
    return 1 + (session.scalar(select(func.count(Letter.id)).where(Letter.message_id == message_id)) or 0)


def _was_registered(session: Session, message_id: int) -> bool:
    """Whether the letter drawn before for a message was to leave as a registered one: this one takes its place."""
    before = select(Letter.is_registered).where(Letter.message_id == message_id)
    return session.scalar(before.order_by(Letter.id.desc()).limit(1)) or False


def _postcode(address: Sequence[str]) -> str:
    """The postcode that the last line begins with; abroad, none."""
    code = address[-1][:5]
    return code if code.isdecimal() else ""


def _address(session: Session, message: Message) -> list[str]:
    lines = _lines(session, message)
    if not any(lines):
        raise PermanentFailure("no_address", refused=False)
    try:
        return printed_lines(message.context["recipient_name"], lines)
    except BadAddressError as bad:
        fault = bad.faults[0]
        raise PermanentFailure(code_of(fault), refused=fault.line > 1) from bad


def _lines(session: Session, message: Message) -> list[str]:
    """Lines 2 to 6 of the address: the one that was asked for, else the file's."""
    person = None if message.person_id is None else session.get_one(Person, message.person_id)
    own = list(person.address) if person else []
    asked = own if message.to is None else message.to.split("\n")
    opens_file = "challenge" in message.context
    if opens_file and asked != own:  # a code that opens a file goes where the file says, or nowhere
        raise PermanentFailure("address_changed", refused=False)
    if message.to is not None and not opens_file:
        return asked
    if person is not None and any(own) and person.address_state in UNTRUSTED:
        raise PermanentFailure("address_doubtful", refused=False)
    return asked if message.to is not None or person is None or reach_of(person).address else []
