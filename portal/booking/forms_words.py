"""The sentences that say what to correct, for each name that the rules give."""

from flask_babel import lazy_gettext as _l

from portal.letters.address import AddressReason

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

NAME_NOT_PRINTED_ON_A_LETTER = _l("Pour une lettre, écrivez prénom et nom en lettres latines. Exemple : Camille Essai")

NO_ADDRESS_FOR_LETTERS = _l(
    "Écrivez une adresse pour vos lettres : la vôtre, celle d'une association ou d'un proche. "
    "Pas d'adresse ? Décochez « tout recevoir par courrier » : nous trouvons un autre moyen."
)

PHONE_NEEDED = _l("Nous vous appelons : écrivez votre téléphone, ou celui d'un proche. Exemple : 06 39 98 00 12")

NO_PHONE_IN_FILE = _l("Nous vous appelons : il faut d'abord un téléphone dans vos préférences.")
