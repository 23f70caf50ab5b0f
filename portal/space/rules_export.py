"""A person's data as they take it away: a tree of plain values, and the same to read. Pure; in French."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from portal.booking.models import Appointment, AppointmentStatus
from portal.clock import paris
from portal.codes import shown
from portal.journal.queries import Told
from portal.mandates.rules import holder_name
from portal.notifications.models import Message, Route
from portal.people.models import Person, RouteState
from portal.people.models_credentials import Credential, CredentialKind
from portal.people.models_mandates import Mandate, MandateState
from portal.space.rules import Standing, standing

Tree = dict[str, Any]

# The keys of donnees.json, explained in the file itself.
KEYS = {
    "cree_le": "Date et heure de ce fichier (ISO 8601, heure de France).",
    "acces": "« simple » : mobile ou e-mail prouvé. « complet » : identité prouvée.",
    "identite": "Votre nom, vos prénoms, votre date de naissance.",
    "moyens": "Comment vous joindre, et ce que nous savons de chaque moyen.",
    "choix": "Ce que vous avez choisi : SMS, e-mail, lettre, langue.",
    "preuves": "Ce qui ouvre votre espace : mobile, e-mail, FranceConnect.",
    "proches": "Les personnes dont vous vous occupez.",
    "rendez_vous": "Vos rendez-vous et ceux de vos proches.",
    "messages": "Tout ce que nous vous avons dit, mot pour mot. Les codes sont cachés.",
    "mandats": "Qui peut, ou a pu, agir pour vous.",
    "papiers": "Les papiers à remplir à votre nom, et vos réponses. Elles sont effacées après 12 mois.",
    "actions": "Qui a fait quoi dans votre dossier, et quand.",
    "connexions": "Où votre espace est ouvert.",
}
_STATES = {
    RouteState.UNTRIED: "pas encore essayé",
    RouteState.WORKS: "fonctionne",
    RouteState.DOUBTFUL: "incertain",
    RouteState.FAILED: "ne fonctionne plus",
}
_STATUSES = {
    AppointmentStatus.BOOKED: "pris",
    AppointmentStatus.SEEN: "venu",
    AppointmentStatus.EXCUSED: "annulé par vous",
    AppointmentStatus.REVOKED: "annulé par le service",
    AppointmentStatus.NOSHOW: "absent",
}
_ROUTES = {
    Route.SMS: "SMS",
    Route.EMAIL: "e-mail",
    Route.LETTER: "lettre",
    Route.CALL: "appel",
    Route.DESK: "sur place",
}
_STANDINGS = {
    Standing.PLANNED: "prévu",
    Standing.LEAVING: "part maintenant",
    Standing.SENT: "envoyé",
    Standing.ARRIVED: "arrivé",
    Standing.PRINTED: "lettre prête à partir",
    Standing.POSTED: "lettre postée",
    Standing.RETURNED: "lettre revenue",
    Standing.HELD: "une personne vous le dira",
    Standing.TOLD: "dit par une personne",
    Standing.FAILED: "pas arrivé",
    Standing.TOO_LATE: "pas parti",
}
_PROOFS = {
    CredentialKind.MOBILE: "mobile",
    CredentialKind.EMAIL: "e-mail",
    CredentialKind.FRANCECONNECT: "FranceConnect",
}
_PAPERS = {
    "wish": "demande de rendez-vous",
    "choices": "choix pour les messages",
    "address": "changement d'adresse",
    "mandate": "mandat",
    "cancellation": "coupon d'une lettre",
}
_ANSWERS = {
    "sms": "sms",
    "emails": "emails",
    "paper": "garantie_papier",
    "large_print": "gros_caracteres",
    "language": "langue",
    "address": "adresse",
    "half_days": "demi_journees",
    "hours": "heures",
    "first_day": "a_partir_du",
    "motif": "sujet",
    "place": "lieu",
    "procedures": "demarches",
    "wants_another": "autre_date",
}
_MANDATES = {
    MandateState.ASKED: "demandé",
    MandateState.ACTIVE: "donné",
    MandateState.REFUSED: "refusé",
    MandateState.ENDED: "fini",
}


def identity_tree(person: Person, *, is_known: bool) -> Tree:
    """Who someone is. The place of birth is for those who have proved who they are."""
    tree: Tree = {
        "nom": person.family_name,
        "prenoms": person.given_names,
        "date_de_naissance": person.birth_date.isoformat(),
        "dossier_cree_le": iso(person.created_at),
    }
    if is_known:
        tree["lieu_de_naissance"] = person.birth_place
        tree["identite_vue_le"] = iso(person.identity_seen_at)
    return tree


def ways_tree(person: Person) -> Tree:
    """How to reach someone, and what is known of each way."""
    return {
        "mobile": _way(person.mobile, person.mobile_state),
        "email": _way(person.email, person.email_state),
        "telephone_fixe": person.landline,
        "adresse": _way([line for line in person.address if line] or None, person.address_state)
        | {
            "confirmee_le": iso(person.address_confirmed_at),
            "lieu_qui_garde_les_lettres": person.letters_kept_at_id is not None,
        },
    }


def choices_tree(person: Person) -> Tree:
    """What someone chose."""
    return {
        "sms": person.wants_sms,
        "emails": person.wants_email,
        "garantie_papier": person.wants_paper,
        "gros_caracteres": person.wants_large_print,
        "messages_discrets": person.wants_discretion,
        "ne_me_contactez_pas": person.wants_silence,
        "langue": person.language,
    }


def proof_tree(proof: Credential, *, is_known: bool) -> Tree:
    """One thing that opens a space. FranceConnect's identifier is for those who have proved who they are."""
    is_shown = is_known or proof.kind is not CredentialKind.FRANCECONNECT
    return {
        "type": _PROOFS[proof.kind],
        "valeur": proof.value if is_shown else None,
        "prouve_le": iso(proof.proved_at),
        "acces": "complet" if proof.is_vouched else "simple",
    }


def relative_tree(person: Person) -> Tree:
    """Someone looked after."""
    return {
        "nom": person.family_name,
        "prenoms": person.given_names,
        "date_de_naissance": person.birth_date.isoformat(),
    }


def appointment_tree(appointment: Appointment, own: Iterable[int]) -> Tree:
    """An appointment: for whom among `own` ids only. The subject of a discreet one is neutral."""
    mine = set(own)
    place = appointment.place
    return {
        "code": shown(appointment.code),
        "sujet": appointment.motif.title_in_sight,
        "debut": iso(appointment.starts_at),
        "fin": iso(appointment.ends_at),
        "lieu": place.name,
        "adresse": [line for line in (place.street, f"{place.postal_code} {place.city}") if line],
        "pour": [one.full_name for one in appointment.participations if one.person_id in mine],
        "etat": _STATUSES[appointment.status],
        "pris_le": iso(appointment.created_at),
    }


def message_tree(message: Message, now: datetime) -> Tree:
    """What was said, word for word as it is kept."""
    said = message.rendered or {}
    return {
        "prevu_le": iso(message.due_at),
        "par": _ROUTES[message.route],
        "a": message.recipient,
        "etat": _STANDINGS[standing(message, now)],
        "parti_le": iso(message.sent_at),
        "arrive_le": iso(message.delivered_at),
        "objet": said.get("subject"),
        "mots": said.get("text"),
    }


def mandate_tree(mandate: Mandate) -> Tree:
    """The right of someone to act."""
    return {
        "reference": shown(mandate.reference),
        "qui": holder_name(mandate),
        "demarches": list(mandate.procedures),
        "du": iso(mandate.starts_at),
        "au": iso(mandate.ends_at),
        "etat": _MANDATES[mandate.state],
        "fini_le": iso(mandate.ended_at),
    }


def paper_tree(kind: str, made_at: datetime, entered_at: datetime | None, answers: Mapping[str, Any]) -> Tree:
    """A paper form, and what was entered of it. Who holds a mandate is among the mandates."""
    return {
        "papier": _PAPERS[kind],
        "donne_le": iso(made_at),
        "enregistre_le": iso(entered_at),
        "reponses": {
            words: value for name, words in _ANSWERS.items() if (value := answers.get(name)) not in (None, [], "")
        },
    }


def action_tree(line: Told, sentence: str, person_ids: Collection[int]) -> Tree:
    """One line of the journal. Agents are not named. `person_ids`: the person's file and its doubles."""
    is_own = line.actor == "person" and line.actor_id in person_ids
    who = {"agent": "un agent", "machine": "le service, tout seul", "visitor": "une personne non connectée"}
    return {
        "quand": iso(line.at),
        "qui": "vous" if is_own else who.get(line.actor, "une autre personne"),
        "sous_mandat": line.mandate_id is not None,
        "quoi": sentence,
    }


def connection_tree(device: str | None, created_at: datetime, seen_at: datetime) -> Tree:
    """A browser in which the space is open."""
    return {"appareil": device, "depuis": iso(created_at), "vu_le": iso(seen_at)}


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with the offset of France, to the second."""
    return None if moment is None else paris(moment).isoformat(timespec="seconds")


def _way(value: Any, state: RouteState) -> Tree:
    return {"valeur": value, "etat": _STATES[state] if value else None}
