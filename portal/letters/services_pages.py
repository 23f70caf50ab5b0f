"""A page of the site sent by post to whoever asks for it, with an account or without one.

Whatever a page is about (information, a place, free hours, later the rights to look into or a carnet): its words are
those of `from_page.content_from_page`, and `send_page` does the rest.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import paris, paris_day
from portal.directory.models import Departement
from portal.journal.services import Actor, record
from portal.letters.content import Content, Section
from portal.letters.paging import MOST_PAGES, Heading, LetterTooLongError, parts_of
from portal.letters.paper_form import pages_of
from portal.letters.paper_kept import form_from
from portal.letters.wording import content_of
from portal.letters.wording_forms import ENCLOSED
from portal.letters.wording_forms import KIND as FORM_SENT
from portal.letters.wording_pages import KIND, OWN
from portal.notifications.holding import hold_subject
from portal.notifications.models import Message, Route, Status
from portal.notifications.notices import base_context, send_to

SUBJECT = "page"
USEFUL_FOR = timedelta(days=30)
_STILL_HERE = (Status.WAITING, Status.SENDING, Status.QUEUED)
_SAME = ("recipient_name", "language", "large_print", "page_path", "page_version", "part")  # of a letter's words


@dataclass(frozen=True)
class PageByPost:
    """A page to send. `path`: its address on the site. `contents`: its words, by language, French among them.

    `version` tells apart two pages of one address, which says not the same to everybody: what such a page says is on
    the sheet, and not among the words that are kept of the letter.

    `forms`: the words of the form that its address gives (`paper_kept.as_json`), by language: the letter then carries
    that form, of the kind `form_kind`. `is_slots`: hours that others may take. `phone`: who answers about it, when it
    is not the Département's number. `expires_at`: when it is no longer worth sending; 30 days later otherwise.

    `enclosed`: the words of a form that leaves with the page, on a sheet of its own, by language.

    `shorter`: the same page saying less, the fullest first, for when it would take several letters.
    """

    path: str
    contents: Mapping[str, Content]
    is_slots: bool = False
    forms: Mapping[str, dict[str, Any]] | None = None
    form_kind: str = ""
    phone: str | None = None
    expires_at: datetime | None = None
    version: str = ""
    enclosed: Mapping[str, dict[str, Any]] | None = None
    shorter: Callable[[], Iterable["PageByPost"]] = tuple


@dataclass(frozen=True)
class Wanted:
    """For whom, and how: `lines` are lines 2 to 6 of NF Z10-011, already checked with the name.

    `language`: French, or another in which the page exists, which then follows French. `part`: from 0, when the page
    takes several letters.
    """

    name: str
    lines: tuple[str, ...]
    language: str = "fr"
    large_print: bool = False
    part: int = 0


def parts_of_page(
    session: Session, now: datetime, page: PageByPost, *, wanted: Wanted, base_url: str
) -> list[PageByPost]:
    """The page itself when one letter holds it (four pages), else the fullest of its `shorter` that one letter holds.

    Else the parts of the shortest in order, each of which one letter holds, made of whole sections. Raises
    `LetterTooLongError` when a section alone is too long.
    """
    if page.forms:
        return [page]  # one letter always holds a form, with its cover
    departement = session.get_one(Departement, 1)
    for one in (page, *page.shorter()):
        parts = _cut_up(now, departement, one, wanted, base_url=base_url)
        if len(parts) == 1:
            return parts
    if not parts:
        raise LetterTooLongError("a section is longer than a letter")
    return parts


def _cut_up(
    now: datetime, departement: Departement, page: PageByPost, wanted: Wanted, *, base_url: str
) -> list[PageByPost]:
    """The page alone or its parts; nothing when a section alone is too long."""
    most = MOST_PAGES - _sheets_enclosed(page, wanted)

    def fits(sections: Sequence[int]) -> bool:
        context = _context(now, departement, _only(page, sections), wanted, base_url=base_url, part=(9, 9))
        try:
            heading = Heading("C0000000KB", paris_day(now))
            parts_of(heading, content_of(KIND, context), large_print=wanted.large_print, most=most)
        except LetterTooLongError:
            return False
        return True

    parts: list[list[int]] = []
    for number in range(len(page.contents["fr"].sections)):
        if parts and fits([*parts[-1], number]):
            parts[-1].append(number)
        elif fits([number]):
            parts.append([number])
        else:
            return []
    return [page] if len(parts) <= 1 else [_only(page, part) for part in parts]


def _sheets_enclosed(page: PageByPost, wanted: Wanted) -> int:
    """How many pages of a letter the form that leaves with it takes: whole sheets."""
    if page.enclosed is None:
        return 0
    pages = pages_of(form_from(page.enclosed[wanted.language], large_print=wanted.large_print))
    return pages + pages % 2


def send_page(  # noqa: PLR0913 - what, to whom, by whom
    session: Session,
    now: datetime,
    *,
    page: PageByPost,
    wanted: Wanted,
    by: Actor,
    base_url: str,
    person_id: int | None = None,
) -> Message:
    """Promises the letter that carries a page; the same one when it was asked for already and has not left.

    It goes to the address given and nowhere else, and no other route takes over. `person_id`: whose file it is asked
    from, when they are signed in; journaled then. The caller limits how many are asked for. Raises
    `LetterTooLongError` as `parts_of_page`, and `LookupError` when there is no such part.
    """
    parts = parts_of_page(session, now, page, wanted=wanted, base_url=base_url)
    if not 0 <= wanted.part < len(parts):
        raise LookupError("no such part of the page")
    number, to = zlib.crc32(f"{page.path}{page.version}/{wanted.part}".encode()), "\n".join(wanted.lines)
    subject = OWN if page.version else SUBJECT
    part = (wanted.part + 1, len(parts)) if len(parts) > 1 else None
    departement = session.get_one(Departement, 1)
    context = _context(now, departement, parts[wanted.part], wanted, base_url=base_url, part=part)
    hold_subject(session, subject, number)
    known = _asked_already(session, _kind_of(page), (subject, number), to, context)
    if known is not None:
        return known
    message = send_to(
        session,
        now,
        kind=_kind_of(page),
        route=Route.LETTER,
        to=to,
        context=context,
        expires_at=page.expires_at or now + USEFUL_FOR,
        subject=subject,
        subject_id=number,
        person_id=person_id,
    )
    if person_id is not None:
        record(session, now, actor=by, verb="page.asked", for_person_id=person_id)
    return message


def _kind_of(page: PageByPost) -> str:
    return FORM_SENT if page.forms else KIND


def _asked_already(
    session: Session, kind: str, about: tuple[str, int], to: str, context: dict[str, Any]
) -> Message | None:
    """The letter that says the same to the same person, if it is still here.

    Two pages may have one number: it only leads there, and what tells them apart is compared whole.
    """
    subject, number = about
    rows = session.scalars(
        select(Message)
        .where(
            Message.kind == kind,
            Message.subject == subject,
            Message.subject_id == number,
            Message.to == to,
            Message.status.in_(_STILL_HERE),
        )
        .order_by(Message.id)
    )
    return next((row for row in rows if all(row.context.get(key) == context[key] for key in _SAME)), None)


def _context(  # noqa: PLR0913 - the parts of one letter
    now: datetime,
    departement: Departement,
    page: PageByPost,
    wanted: Wanted,
    *,
    base_url: str,
    part: tuple[int, int] | None,
) -> dict[str, Any]:
    languages = dict.fromkeys(("fr", wanted.language))
    more: dict[str, Any] = {"phone": page.phone, "phone_hours": None} if page.phone else {}
    if page.forms:
        more |= {ENCLOSED: page.forms[wanted.language], "form_kind": page.form_kind, "form_is_blank": True}
    if page.enclosed:
        more |= {ENCLOSED: page.enclosed[wanted.language]}
    return base_context(
        departement,
        base_url,
        language=wanted.language,
        recipient_name=wanted.name,
        large_print=wanted.large_print,
        page_path=page.path,
        page_version=page.version,
        pages={language: page.contents[language].as_json() for language in languages},
        asked_at=paris(now).isoformat(),
        slots=page.is_slots,
        part=list(part) if part else None,
        **more,
    )


def _only(page: PageByPost, numbers: Sequence[int]) -> PageByPost:
    """The page with these of its sections alone."""
    return replace(page, contents={language: _cut(content, numbers) for language, content in page.contents.items()})


def _cut(content: Content, numbers: Sequence[int]) -> Content:
    kept: tuple[Section, ...] = tuple(section for at, section in enumerate(content.sections) if at in numbers)
    return replace(content, sections=kept)
