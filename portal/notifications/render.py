"""Words: a message's kind, its context and its route make what the person reads or hears."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from portal import words
from portal.clock import paris
from portal.notifications import gsm
from portal.notifications.models import Route
from portal.notifications.names import change_names, procedure_names
from portal.paths import TEMPLATES, TRANSLATIONS

_LANGUAGES = ("fr", "en")
# Names of places that tell why one goes there: a text message lies open on a table, it gives the street instead.
_TELLING = re.compile(
    r"\b(pmi|mdph|cpef|cpf|rsa|ase|ccas|cias|caf|maternelle?|infantile|enfance|enfants?|parents?|autonomie|handicap\w*"
    r"|santé|sexuel\w*|famil\w*|plani\w*|insertion|logement|social\w*|solidaires?|addict\w*|violences?|aidants?)\b",
    re.IGNORECASE,
)
_POSTCODE = re.compile(r"^\d{5}\s+")
_SHORTEST_PLACE = 6  # characters: less of a name tells nothing
_BRIEFEST = 3  # how far a notice's text message may be shortened before the name in it is
_TYPED_BY_READER = frozenset({"sign_in_code", "contact_code"})  # the other codes are said to somebody


@dataclass(frozen=True)
class Email:
    """The words of an e-mail."""

    subject: str
    text: str
    html: str

    def as_json(self) -> dict[str, Any]:
        """What is kept of it, word for word."""
        return asdict(self)


def sms(kind: str, context: dict[str, Any]) -> str:
    """A text message: always one segment of the GSM alphabet (160).

    An appointment's has the date, the hour, the link and the phone. It gives way in this order: politeness, the date
    in full, the place's name, who acted, the place (its town, the town cut short), and "https://" when the portal's
    host has more than 50 characters. Others give way in politeness, then in the name of whoever acts, cut short.
    Raises ValueError when even so there is no room, which takes a host of 60 characters at least.
    """
    template = _environment(_language(context)).get_template(f"{kind}/sms.txt")
    for more in _sms_attempts(context) if "starts_at" in context else _notice_attempts(context):
        text = gsm.to_gsm(" ".join(template.render({**context, **more, "kind": kind}).split()))
        if gsm.fits(text):
            return _filled_in(text, context) if kind in _TYPED_BY_READER else text
    raise ValueError("the address of the portal leaves no room in a text message")


def email(kind: str, context: dict[str, Any]) -> Email:
    """An e-mail: a subject of one line with the date, a plain text, and a page that needs nothing from elsewhere."""
    environment = _environment(_language(context))

    def part(name: str) -> str:
        return environment.get_template(f"{kind}/{name}").render({**context, "kind": kind}).strip()

    subject = re.sub(r"[\r\n\t]+", " ", part("subject.txt"))
    return Email(subject, _tidy(part("email.txt")), part("email.html"))


def task(kind: str, context: dict[str, Any], route: Route) -> str:
    """What an agent says on the phone (CALL) or at the place (DESK): in French, whatever the person's language."""
    template = _environment("fr").get_template(f"{kind}/call.txt")
    more = {"kind": kind, "by_phone": route is Route.CALL, "language_of_person": _language(context)}
    return _tidy(template.render({**context, **more}))


def _sms_attempts(context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    language, moment = _language(context), _moment(context["starts_at"])
    full = words.moment_words(moment, language)
    short = _short_moment(moment, language)
    named, town = _place(context)
    known = {"phone": _printed_phone(context), "link": context["link"], "says_actor": False}
    if "acted_by" in context and not _TELLING.search(context["acted_by"]):
        for place, when in ((named, full), (named, short), (town, short)):
            for brief in (False, True):
                yield known | {"place": place, "when": when, "brief": brief, "says_actor": True}
    for place, when in ((named, full), (named, short), (town, full), (town, short)):
        for brief in (False, True):
            yield known | {"place": place, "when": when, "brief": brief}
    for length in range(len(town) - 1, _SHORTEST_PLACE - 1, -1):
        yield known | {"place": f"{town[:length].rstrip()}.", "when": short, "brief": True}
    for link in (context["link"], re.sub(r"^https?://", "", context["link"])):
        yield known | {"place": "", "when": short, "brief": True, "link": link}
    phone = "".join(character for character in known["phone"] if character.isdigit())
    yield known | {"place": "", "when": short, "brief": True, "link": link, "phone": phone}


def _notice_attempts(context: dict[str, Any]) -> Iterator[dict[str, Any]]:
    known = {"phone": _printed_phone(context)}
    for brief in range(_BRIEFEST + 1):
        yield known | {"brief": brief}
    who = context.get("who", "")
    for length in range(len(who) - 1, _SHORTEST_PLACE - 1, -1):
        yield known | {"brief": _BRIEFEST, "who": who[:length].rstrip(" .")}


def _filled_in(text: str, context: dict[str, Any]) -> str:
    """With the line by which a telephone offers the code on our pages alone (WICG, origin-bound one-time codes).

    Left out when it would need a second segment.
    """
    host = urlsplit(context["link"]).hostname or ""
    longer = gsm.to_gsm(f"{text}\n@{host} #{context['code']}")
    return longer if host.isascii() and gsm.fits(longer) else text


def _place(context: dict[str, Any]) -> tuple[str, str]:
    """What names the place best without telling why one goes there, and its town alone."""
    lines = [line for line in context["place_lines"] if line]
    # What follows the town (that the address is invented) is for those with more room.
    postcodes = [at for at, line in enumerate(lines) if _POSTCODE.match(line)]
    lines = lines[: postcodes[-1] + 1] if postcodes else lines
    town = _POSTCODE.sub("", lines[-1]) if lines else ""
    name = context["place_name"] or ""
    if _TELLING.search(name):
        name = lines[0] if len(lines) > 1 else ""
    if town and town.casefold() not in name.casefold():
        return (f"{name}, {town}" if name else town), town
    return name, town or name


def _printed_phone(context: dict[str, Any]) -> str:
    return words.phone_words(context["phone"]) if context["phone"] else ""


def _short_moment(moment: datetime, language: str) -> str:
    weekday = words.day_words(moment, language)[:3]
    day = f"{weekday}{'' if language == 'en' else '.'} {paris(moment):%d/%m/%Y}"
    return f"{day} {'at' if language == 'en' else 'à'} {words.hour_words(moment, language)}"


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "messages"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(_catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["language"] = language
    environment.filters.update(
        day=lambda value: words.day_words(_day(value), language),
        short_day=lambda value: f"{_day(value):%d/%m/%Y}",
        hour=lambda value: words.hour_words(_moment(value), language),
        moment=lambda value: words.moment_words(_moment(value), language),
        phone=words.phone_words,
        tel=words.tel_link,
        code=lambda code: code if "-" in code else words.code_words(code),
        in_french=lambda value: _in_french(value, language),
        procedures=lambda names: procedure_names(names, language),
        changes=lambda names, values=None: change_names(names, language, values),
    )
    return environment


def _in_french(value: str, language: str) -> str:
    """What the directory says, which exists in French alone: marked so in a page of another language (WCAG 3.1.2)."""
    return value if language == "fr" else Markup('<span lang="fr">{}</span>').format(value)


def _catalogue(language: str) -> NullTranslations:
    # French is the source: it has no catalogue, and is what is said where another one lacks a sentence.
    return NullTranslations() if language == "fr" else Translations.load(TRANSLATIONS, [language])


def _language(context: dict[str, Any]) -> str:
    asked = context["language"]
    return asked if asked in _LANGUAGES else "fr"


def _moment(value: str | datetime) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _day(value: str | datetime) -> date:
    """The day in France, of an instant or of a day alone ("2026-12-24")."""
    if isinstance(value, str) and len(value) == len("2026-12-24"):
        return date.fromisoformat(value)
    return paris(_moment(value)).date()


def _tidy(text: str) -> str:
    """At most one blank line between two paragraphs, and none at the ends."""
    return re.sub(r"\n\s*\n(\s*\n)+", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip() + "\n"
