"""How somebody will be told, in words to read aloud: each route with its number, and what will not arrive."""

from dataclasses import dataclass

from flask_babel import gettext as _

from portal.booking.told import Told
from portal.notifications.models import Route
from portal.people.models import Person, RouteState
from portal.web.i18n import language
from portal.words import day_words, phone_words

_FAILED = RouteState.FAILED


@dataclass(frozen=True)
class Way:
    """One route. `value`: the number, mailbox or address to check; lines of it, where there are several."""

    icon: str
    words: str
    value: tuple[str, ...] = ()
    is_number: bool = False


def ways_of(told: Told, person: Person, *, may_read: bool) -> list[Way]:
    """What leaves, by which route, to where. `may_read`: whether the agent may see the person's numbers."""
    return [_way(route, told, person, may_read=may_read) for route in told.now]


def missing_of(told: Told, person: Person) -> list[str]:
    """What will not arrive and why; nothing for what the person never gave nor asked for."""
    if told.is_discreet:
        return [str(_("Ce rendez-vous est discret : aucun message ne part. Donnez le papier ou dites le code."))]
    if person.wants_silence:
        return [str(_("La personne ne veut pas être contactée : aucun message ne part. Donnez le papier ou le code."))]
    said = [*_missing_digital(told, person), *_missing_letter(told, person)]
    if Route.CALL in told.now:
        said.append(_("L'appel s'ajoute à la liste des appels à passer."))
    elif told.by_nobody_but_the_place:
        said.append(
            _("Rien ne peut lui parvenir. Donnez le papier ou faites noter le code. Le lieu le redira sur place.")
        )
    return [str(words) for words in said]


def reminders_of(told: Told) -> list[str]:
    """When a reminder leaves, by which route."""
    names = {Route.SMS: _("Rappel par SMS"), Route.EMAIL: _("Rappel par e-mail"), Route.LETTER: _("Rappel par lettre")}
    by_agent = _("Rappel par un agent")
    return [
        str(_("%(what)s : %(value)s", what=names.get(route, by_agent), value=day_words(due, language())))
        for route, due in told.reminders
    ]


def _way(route: Route, told: Told, person: Person, *, may_read: bool) -> Way:
    mobile, landline = phone_words(person.mobile or ""), phone_words(person.landline or "")
    ways = {
        Route.SMS: Way("message-square-text", _("Un SMS part tout de suite"), (mobile,), is_number=True),
        Route.EMAIL: Way("mail", _("Un e-mail part tout de suite"), (person.email or "",)),
        Route.LETTER: Way("letter", _letter_words(told), tuple(line for line in person.address if line)),
        Route.CALL: Way("phone-call", _("Un agent l'appelle"), (landline or mobile,), is_number=True),
        Route.DESK: Way("building-2", _("Le lieu le lui dit, sur place")),
    }
    way = ways[route]
    return way if may_read else Way(way.icon, way.words)


def _letter_words(told: Told) -> str:
    if told.letter_posted is None or told.letter_arrives is None:
        return str(_("Une lettre part"))
    days = {"posted": day_words(told.letter_posted, language()), "arrives": day_words(told.letter_arrives, language())}
    if told.has_left:
        return str(_("Une lettre est partie le %(posted)s. Elle devrait arriver le %(arrives)s.", **days))
    return str(_("Une lettre part le %(posted)s. Elle devrait arriver le %(arrives)s.", **days))


def _missing_digital(told: Told, person: Person) -> list[str]:
    said = []
    if person.mobile and Route.SMS not in told.now:
        is_off = person.mobile_state is _FAILED
        said.append(
            _("Pas de SMS : ce mobile ne fonctionne pas.") if is_off else _("Pas de SMS : la personne n'en veut pas.")
        )
    if person.email and Route.EMAIL not in told.now:
        is_off = person.email_state is _FAILED
        said.append(
            _("Pas d'e-mail : cette adresse ne fonctionne pas.")
            if is_off
            else _("Pas d'e-mail : la personne n'en veut pas.")
        )
    return said


def _missing_letter(told: Told, person: Person) -> list[str]:
    if Route.LETTER in told.now or not person.wants_paper:
        return []
    if not person.address:
        return [_("Pas de lettre : la fiche n'a pas d'adresse.")]
    if person.address_state is _FAILED:
        return [_("Pas de lettre : le courrier revient de cette adresse.")]
    return [_("Pas de lettre : elle n'arriverait pas à temps.")]
