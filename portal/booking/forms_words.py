"""The sentences that say what to correct, for each name that the rules give."""

from flask_babel import lazy_gettext as _l

from portal.letters.address import AddressReason
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

ADDRESS_WORDS = {
    AddressReason.TOO_LONG: _l("Écrivez 38 caractères au plus sur cette ligne. Vous pouvez abréger."),
    AddressReason.BAD_CHARACTER: _l("Utilisez seulement des lettres et des chiffres."),
    AddressReason.TOO_MANY_LINES: _l("Écrivez une seule information sur cette ligne."),
    AddressReason.STREET_MISSING: _l("Écrivez le numéro et la rue. Exemple : 12 rue de la Paix"),
    AddressReason.TOWN_MISSING: _l("Écrivez le nom de votre ville. Exemple : Arras"),
    AddressReason.POSTCODE_MISSING: _l("Écrivez les 5 chiffres du code postal. Exemple : 62000"),
    AddressReason.POSTCODE_UNKNOWN: _l("Ce code postal n'existe pas. Exemple : 62000"),
    AddressReason.TOWN_MISMATCH: _l("Cette ville n'a pas ce code postal. Vérifiez les deux."),
    AddressReason.NAME_MISSING: _l("Écrivez votre nom et vos prénoms."),
}

NAME_TOO_LONG_FOR_A_LETTER = _l(
    "Pour une lettre, prénom et nom doivent tenir en 38 caractères. Écrivez par exemple un seul prénom."
)

NO_ADDRESS_FOR_LETTERS = _l(
    "Écrivez une adresse pour vos lettres : la vôtre, celle d'une association ou d'un proche. "
    "Pas d'adresse ? Décochez « tout recevoir par courrier » : nous trouvons un autre moyen."
)

PHONE_NEEDED = _l("Nous vous appelons : écrivez votre téléphone, ou celui d'un proche. Exemple : 06 39 98 00 12")
