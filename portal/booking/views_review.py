"""What someone said, in rows to read again before it counts. Part of the views: its words are the page's."""

from datetime import date, datetime

from flask_babel import gettext as _

from portal.booking.forms import DetailsForm
from portal.booking.forms_known import KnownForm
from portal.booking.forms_who import CHILD
from portal.booking.words import place_lines
from portal.directory.models import Mode, Motif, Place
from portal.people.contacts import Contact
from portal.people.rules import Identity, contact_of, identity_of
from portal.people.views_browser import is_hidden_from_helper
from portal.web.i18n import language
from portal.words import NBSP, day_words, moment_words, phone_words

Row = tuple[str, str | list[str]]
Parts = list[tuple[str, list[Row]]]


def review_of(motif: Motif, place: Place, starts_at: datetime, form: DetailsForm | KnownForm) -> Parts:
    """The appointment, who comes, and how they are told: each part a title and its rows.

    How someone known is told is said beside, by the planner.
    """
    first = (_("Le rendez-vous"), _appointment_rows(motif, place, starts_at))
    if isinstance(form, KnownForm):
        return [first, (_("Qui vient"), [(_("La personne qui vient"), _who(form.concerned_identity))])]
    return [first, (_("Qui vient"), _people_rows(form)), (_("Comment vous joindre"), _contact_rows(form.contact))]


def known_parts(form: KnownForm, *, may_read_ways: bool) -> Parts:
    """What the portal knows of someone, to be confirmed: who they are, and how they are told.

    The ways are their own, or nothing: those of whoever answers for them (the other parent of a child, say) are no
    business of whoever acts. `may_read_ways`: for oneself, or under a mandate that names the preferences.
    """
    person = form.person
    who = identity_of(person)
    parts: Parts = [
        (_("Cette personne") if form.acted_for else _("Vous"), [(_("Nom et date de naissance"), _who(who))])
    ]
    if may_read_ways and person.guardian is None:
        title = _("Comment la prévenir") if form.acted_for else _("Comment vous joindre")
        is_hidden = person.letters_kept_at_id is not None and is_hidden_from_helper(person)
        where = _("Un lieu garde les lettres") if is_hidden else None
        parts.append((title, _contact_rows(contact_of(person), where)))
    return parts


def tells_nobody(form: DetailsForm) -> bool:
    """Whether no way to reach the person was given, and they did not ask for silence."""
    contact = form.contact
    ways = (contact.mobile, contact.email, contact.landline, contact.address)
    return not any(ways) and not form.wants_silence.data


def _appointment_rows(motif: Motif, place: Place, starts_at: datetime) -> list[Row]:
    where = [place.name, *place_lines(place)]
    ways = {
        Mode.PHONE: _("Par téléphone, nous vous appelons"),
        Mode.HOME: _("Chez vous"),
        Mode.VIDEO: _("Par vidéo"),
    }
    return [
        (_("Sujet"), motif.title_in_sight),
        (_("Jour et heure"), moment_words(starts_at, language())),
        (_("Où"), [ways[motif.mode], place.name] if motif.mode in ways else where),
        (_("Durée"), _("%(count)s minutes", count=motif.minutes)),
        *([] if motif.discreet else [(_("Ce qui est prévu"), motif.detail)]),
    ]


def _people_rows(form: DetailsForm) -> list[Row]:
    booker, other = form.identity, form.new_relative
    rows: list[Row] = []
    if other is not None:
        label = _("Votre enfant") if form.concerned.data == CHILD else _("La personne que vous aidez")
        rows.append((label, _who(other)))
    rows.append((_("Vous"), _who(booker)))
    return rows


def _who(identity: Identity) -> list[str]:
    return [f"{identity.given_names} {identity.family_name}", _born(identity.birth_date)]


def _contact_rows(contact: Contact, where: str | None = None) -> list[Row]:
    """`where`: what is said in the place of the address."""
    none = _("Non donné")
    choices = [
        _("Tout recevoir par courrier") if contact.wants_paper else "",
        _("Lettres en gros caractères") if contact.wants_large_print else "",
        _("Ne me contactez pas") if contact.wants_silence else "",
    ]
    return [
        (_("Téléphone mobile"), phone_words(contact.mobile) if contact.mobile else none),
        (_("Adresse e-mail"), contact.email or none),
        (_("Téléphone fixe"), phone_words(contact.landline) if contact.landline else none),
        (_("Adresse postale"), where or [line for line in contact.address if line] or _("Non donnée")),
        (_("Vos choix"), [choice for choice in choices if choice] or _("Aucun choix particulier")),
    ]


def _born(day: date) -> str:
    without_weekday = day_words(day, language()).split(NBSP, 1)[1]
    return str(_("Date de naissance : %(day)s", day=without_weekday))
