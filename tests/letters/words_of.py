"""A message's context as the booking feature writes it, and letters drawn from it."""

from datetime import date
from typing import Any

from portal.letters.layout import Drawn, Post, draw
from portal.letters.wording import content_of
from portal.letters.wording_common import sender_of

KINDS = ("appointment_booked", "appointment_moved", "appointment_cancelled", "appointment_reminder")

RETURN_ADDRESS = [  # as the Département's own file has it
    "DEPARTEMENT DU PAS DE CALAIS",
    "HOTEL DU DEPARTEMENT",
    "RUE FERDINAND BUISSON",
    "62018 ARRAS CEDEX 9",
]
ADDRESS = ("Dominique Essai", "12 RUE DE LA DEMONSTRATION", "62000 ARRAS")
# Six lines of 38 characters, the widest that the standard lets through.
WIDEST = (
    "Maximilienne-Wilhelmine WWWWWWWWWWWWWW",
    "CHEZ MADAME WWWWWWWWWWWWWWWWWWWWWWWWWW",
    "RESIDENCE MMMMMMMMMMMMMMMMMMMMMMMMMMMM",
    "1234 BIS AVENUE WWWWWWWWWWWWWWWWWWWWWW",
    "BP 12345 MMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
    "62000 WWWWWWWWWWWWWWWWWWWWWWW CEDEX 99",
)
ABROAD = (*WIDEST, "BELGIQUE")

CONTEXT: dict[str, Any] = {
    "code": "K7MP-3XQA",
    "link": "https://porte.exemple.fr/r/K7MP3XQA",
    "starts_at": "2026-11-24T10:30:00+01:00",
    "ends_at": "2026-11-24T11:15:00+01:00",
    "mode": "place",
    "place_name": "MDS Essai",
    "place_lines": ["12 rue de la Démonstration", "62000 Arras"],
    "place_phone": "03 53 01 00 10",
    "step_free": True,
    "directions": "En face de la mairie, la porte bleue.",
    "words": "rendez-vous avec le Département",
    "names": [],
    "bring": ["Une pièce d'identité", "Le carnet de santé"],
    "before": None,
    "after": None,
    "cancel_until": "2026-11-24T06:30:00+01:00",
    "move_until": "2026-11-23T10:30:00+01:00",
    "coupon_post_by": "2026-11-18",
    "coupon_too_late": False,
    "coupon_paper": True,
    "phone": "03 53 01 00 62",
    "phone_hours": "du lundi au vendredi, de 9 h à 17 h",
    "departement": "Département du Pas-de-Calais",
    "return_address": RETURN_ADDRESS,
    "cancelled_by": None,
    "old_starts_at": None,
    "recipient_name": "Dominique Essai",
    "language": "fr",
    "large_print": False,
    "demo": False,
}

FAR = {"place_name": "MDS Essai", "place_lines": [], "step_free": None, "directions": None}
STATES: dict[str, dict[str, Any]] = {
    "at a place": {},
    "by phone": FAR | {"mode": "phone"},
    "at home": FAR | {"mode": "home"},
    "by video": FAR | {"mode": "video"},
    "without phone": {"phone": None, "phone_hours": None, "place_phone": None},
    "with steps": {"step_free": False},
    "access not known": {"step_free": None, "directions": None},
    "for relatives": {"names": ["Lou Essai", "Sacha Essai", "Camille Essai"]},
    "too late to change online": {"cancel_until": None, "move_until": None},
    "moved": {"old_starts_at": "2026-11-17T09:00:00+01:00"},
    "cancelled by the person": {"cancelled_by": "person"},
    "cancelled by the service": {"cancelled_by": "service"},
    "with instructions": {"before": "Mangez comme d'habitude.", "after": "Restez assis un quart d'heure."},
    "with much to bring": {"bring": [f"Le document numéro {n} de votre dossier complet" for n in range(12)]},
    "nothing to bring": {"bring": []},
    "in English": {"language": "en"},
}


def letter(kind: str = "appointment_booked", address: tuple[str, ...] = ADDRESS, **changed: Any) -> Drawn:
    """A letter drawn from the context, with these changes."""
    context = CONTEXT | changed
    return draw(
        Post(
            reference="C0001234K",
            day=date(2026, 11, 17),
            address=address,
            sender=sender_of(context),
            return_address=context["return_address"],
            content=content_of(kind, context),
            large_print=context["large_print"],
            demo=context["demo"],
        )
    )
