"""A context for each kind of notice, as the features that send them write it."""

from typing import Any
from uuid import UUID

from portal.directory.models import Departement
from portal.notifications.notices import base_context
from portal.people.models import Person

SITE = "https://porte.exemple.fr"
KEY = UUID("6f0d8a52-2b0b-4f55-9c1c-6d1f0a3f9b10")
MANDATE = {
    "who": "CCAS d'Essai-sur-Canche",
    "procedures": ["appointments", "messages", "preferences", "rights"],
    "until": "2026-12-24",
    "reference": "K7MP-3XQA",
}
CODES: dict[str, dict[str, Any]] = {
    "sign_in_code": {"challenge": str(KEY), "minutes": 10},
    "contact_code": {"challenge": str(KEY), "minutes": 10},
    "consent_code": {"challenge": str(KEY), "minutes": 10, "who": "Camille Exemple"},
}
BY_EVERY_ROUTE: dict[str, dict[str, Any]] = {
    "contact_changed": {"what": "mobile", "by": "agent"},
    "preferences_changed": {
        "changes": ["mobile", "paper", "large_print"],
        "values": {"paper": True, "large_print": True},
    },
    "mandate_given": MANDATE,
    "mandate_ended": MANDATE | {"ended_by": "over"},
    "mandate_ending": MANDATE,
    "paper_chosen": {},
    "wish_noted": {
        "words": "rendez-vous avec le Département",
        "place": "Arras",
        "half_days": ["lun-matin", "jeu-apres", "ven-matin"],
        "since": "2026-12-01",
    },
    "space_closed": {},
}
NOT_BY_POST: dict[str, dict[str, Any]] = {"letter_waits": {"place": "MDS Essai Nord"}}  # that a letter waits
TEXT_ONLY: dict[str, dict[str, Any]] = {
    "mandate_asked": MANDATE,
    **{
        f"mandate_reply {answer}": {"answer": answer}
        for answer in ("given", "refused", "unclear", "stopped", "nothing")
    },
}
LETTERS = BY_EVERY_ROUTE | {
    "activation_code": {"challenge": str(KEY), "until": "2026-12-23"},
    "address_changed": {"by": "agent"},
    "already_so": {"changes": ["large_print", "sms"], "values": {"large_print": True, "sms": False}},
}


def departement(**given: Any) -> Departement:
    """The Pas-de-Calais, in no database."""
    return Departement(
        **{
            "name": "Pas-de-Calais",
            "full_name": "Département du Pas-de-Calais",
            "phone": "03 53 01 00 62",
            "phone_hours": "du lundi au vendredi, de 9 h à 17 h",
            "return_address": ["DEPARTEMENT DU PAS DE CALAIS", "62018 ARRAS CEDEX 9"],
            "is_demo": False,
        }
        | given
    )


def notice_context(person: Person | None = None, *, of: dict[str, Any] | None = None, **words: Any) -> dict[str, Any]:
    """The words of a notice; `of`: what differs in the Département."""
    return base_context(departement(**of or {}), SITE, person=person) | words
