"""When a letter leaves and arrives, in words: on every page that promises a letter, or shows one."""

from datetime import datetime

from flask_babel import gettext as _

from portal.notifications.models import Message, Route, Status
from portal.notifications.post import PostalCalendar
from portal.notifications.rules_post import LetterDays, letter_days
from portal.notifications.ways import failed_routes
from portal.people.models import Person
from portal.web.i18n import language
from portal.words import day_words, short_day_words

_NOT_DRAWN = (Status.WAITING, Status.SENDING)
_IN_THE_HOUSE = (*_NOT_DRAWN, Status.QUEUED, Status.IN_RUN, Status.PRINTED)
_UNDER_WAY = (*_IN_THE_HOUSE, Status.POSTED)


def standing_line(
    words: str, message: Message, post: PostalCalendar, now: datetime, *, person: Person | None = None
) -> str:
    """Where a message stands, for an agent (`words`); of a letter, when it leaves and arrives too.

    `person`: whose address it goes to. While a letter came back from there, it is held and no day is promised.
    """
    if is_held(message, person):
        return str(_("retenue : l'adresse est à vérifier"))
    days = _days_of(message, post, now)
    if days is None:
        return words
    said = {"posted": short_day_words(days.posted, language()), "arrives": short_day_words(days.arrives, language())}
    if not days.has_left:
        line = str(_("part le %(posted)s, arrive vers le %(arrives)s", **said))
        return line if message.status in _NOT_DRAWN else f"{words}, {line}"
    if days.arrives >= post.day_of(now):
        return str(_("posté le %(posted)s, arrive vers le %(arrives)s", **said))
    return str(_("posté le %(posted)s, devait arriver vers le %(arrives)s", **said))


def is_held(message: Message, person: Person | None) -> bool:
    """Whether a letter that has not left yet stays in the house: one came back from the address of the file."""
    is_of_file = message.route is Route.LETTER and message.to is None and message.status in _IN_THE_HOUSE
    return is_of_file and person is not None and Route.LETTER in failed_routes(person)


def arrival_sentence(message: Message, post: PostalCalendar, now: datetime, *, person: Person | None = None) -> str:
    """For whoever a letter is for: "Votre lettre part le … Elle arrive vers le …"; nothing for what is no letter.

    `person`: as above.
    """
    if is_held(message, person):
        return str(_("Votre lettre attend : votre adresse est à vérifier."))
    days = _days_of(message, post, now)
    if days is None:
        return ""
    said = {"posted": day_words(days.posted, language()), "arrives": day_words(days.arrives, language())}
    if not days.has_left:
        return str(_("Votre lettre part le %(posted)s. Elle arrive vers le %(arrives)s.", **said))
    if days.arrives >= post.day_of(now):
        return str(_("Votre lettre est partie le %(posted)s. Elle arrive vers le %(arrives)s.", **said))
    return str(_("Votre lettre est partie le %(posted)s. Elle devait arriver vers le %(arrives)s.", **said))


def _days_of(message: Message, post: PostalCalendar, now: datetime) -> LetterDays | None:
    is_under_way = message.route is Route.LETTER and message.status in _UNDER_WAY
    return letter_days(message, post, now) if is_under_way else None
