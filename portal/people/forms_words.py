"""The sentences that say what to correct in a name, a birth date or a way to reach someone."""

from flask_babel import lazy_gettext as _l

from portal.people.contacts import ContactReason
from portal.people.rules import IdentityFault

IDENTITY_WORDS = {
    IdentityFault.NAME_MISSING: _l("Écrivez ce nom. Exemple : Durand"),
    IdentityFault.NAME_TOO_LONG: _l("Écrivez 100 caractères au plus."),
    IdentityFault.NAME_CHARACTERS: _l("Écrivez ce nom avec des lettres seulement. Exemple : Anne-Marie"),
    IdentityFault.BIRTH_IN_FUTURE: _l("Cette date de naissance est dans le futur. Vérifiez l'année."),
    IdentityFault.BIRTH_TOO_OLD: _l("Cette date de naissance est trop ancienne. Vérifiez l'année."),
}

CONTACT_WORDS = {
    ContactReason.MISSING: _l("Écrivez-le, ou laissez la ligne vide."),
    ContactReason.TOO_LONG: _l("C'est trop long. Vérifiez ce que vous avez écrit."),
    ContactReason.PHONE_CHARACTERS: _l("Un numéro s'écrit avec des chiffres. Exemple : 06 39 98 00 12"),
    ContactReason.PHONE_TOO_SHORT: _l("Il manque des chiffres. Exemple : 06 39 98 00 12"),
    ContactReason.PHONE_TOO_LONG: _l("Il y a trop de chiffres. Écrivez un seul numéro. Exemple : 06 39 98 00 12"),
    ContactReason.PHONE_FOREIGN: _l("Écrivez un numéro français. Exemple : 06 39 98 00 12"),
    ContactReason.PHONE_SPECIAL: _l("Écrivez un numéro où nous pouvons vous joindre. Exemple : 06 39 98 00 12"),
    ContactReason.PHONE_UNKNOWN: _l("Ce numéro n'existe pas. Vérifiez les premiers chiffres."),
    ContactReason.EMAIL_NO_AT: _l("Il manque le signe @. Exemple : prenom.nom@exemple.fr"),
    ContactReason.EMAIL_NO_DOT: _l("Il manque la fin, après le signe @. Exemple : prenom.nom@exemple.fr"),
    ContactReason.EMAIL_ACCENTS: _l("Écrivez l'adresse e-mail sans accent. Exemple : helene.essai@exemple.fr"),
    ContactReason.EMAIL_SPACES: _l("Écrivez l'adresse e-mail sans espace. Exemple : prenom.nom@exemple.fr"),
    ContactReason.EMAIL_FORM: _l("Vérifiez l'adresse e-mail. Exemple : prenom.nom@exemple.fr"),
}

NOT_A_MOBILE = _l("Ce numéro n'est pas un mobile. Écrivez-le dans « Téléphone fixe ».")
