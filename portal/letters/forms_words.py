"""The words of the way to the post, and back: reasons, and why something is refused."""

from flask_babel import lazy_gettext as _l

from portal.letters.models import ReturnReason
from portal.letters.rules_post import PostFault, ProofFault, PullFault, RegisterFault, ReprintFault
from portal.letters.rules_returns import ReturnFault

RETURN_REASONS = {
    ReturnReason.UNKNOWN: _l("Inconnu à l'adresse"),
    ReturnReason.ACCESS: _l("Défaut d'accès ou d'adressage"),
    ReturnReason.REFUSED: _l("Refusé"),
    ReturnReason.UNCLAIMED: _l("Non réclamé"),
}
_UNKNOWN_KEY = _l("Aucune lettre n'a cette clé. Vérifiez-la, puis recommencez.")
POST_FAULTS = {
    PostFault.NOT_MADE: _l("Les fichiers du lot ne sont pas encore prêts."),
    PostFault.NOT_PRINTED: _l("Dites d'abord que le lot est imprimé."),
    PostFault.NOT_COUNTED: _l("Écrivez d'abord ce que vous avez compté."),
    PostFault.TO_PULL: _l("Une lettre du lot ne doit plus partir. Retirez-la du bac, puis recommencez."),
    PostFault.COUNT_DIFFERS: _l("Ce qui est compté n'est pas ce que le lot contient. Recomptez."),
    PostFault.BAD_DAY: _l("Ce jour est avant le lot, ou à venir. Écrivez le jour où La Poste a pris les lettres."),
    PostFault.NO_POST: _l("Ce jour-là, rien ne part à La Poste. Écrivez le jour où elle a pris les lettres."),
    PostFault.NO_NUMBER: _l("Un recommandé du lot n'a pas de numéro de suivi. Écrivez-le, puis recommencez."),
    PostFault.NOT_EMPTY: _l("Ce lot contient encore des lettres."),
    PostFault.OUTSIDE: _l("Un imprimeur extérieur a ce lot. Son fichier dit où il en est."),
    PostFault.ALREADY: _l("C'est déjà noté. Quelqu'un l'a fait avant vous."),
    PostFault.BUSY: _l("Une lettre du lot change à cet instant. Recommencez."),
}
PULL_FAULTS = {
    PullFault.UNKNOWN: _UNKNOWN_KEY,
    PullFault.LEFT: _l("Cette lettre est déjà à La Poste. On ne peut plus la retirer."),
    PullFault.MAY_LEAVE: _l("Cette lettre peut partir. Pour la retirer, choisissez un autre motif."),
}
REPRINT_FAULTS = {
    ReprintFault.UNKNOWN: _UNKNOWN_KEY,
    ReprintFault.STAYS: _l("Cette lettre ne doit plus partir. Ne la réimprimez pas."),
    ReprintFault.TO_PULL: _l("Cette lettre est à retirer du lot. Ne la réimprimez pas."),
    ReprintFault.GONE: _l("Cette lettre n'est plus gardée. 30 jours après son départ, elle est effacée."),
    ReprintFault.WAITS: _l("Cette lettre attend un lot. Elle n'est pas encore imprimée."),
}
RETURN_FAULTS = {
    ReturnFault.UNKNOWN: _UNKNOWN_KEY,
    ReturnFault.NOT_POSTED: _l("Cette lettre n'est jamais partie. Vérifiez la clé."),
}
REGISTER_FAULTS = {
    RegisterFault.UNKNOWN: _UNKNOWN_KEY,
    RegisterFault.LEFT: _l("Cette lettre est déjà à La Poste. On ne change plus comment elle part."),
    RegisterFault.STAYS: _l("Cette lettre ne doit plus partir."),
    RegisterFault.TAKEN: _l("Une autre lettre a déjà ce numéro. Vérifiez les deux étiquettes."),
    RegisterFault.NEEDED: _l("La Poste a déjà cette lettre. Écrivez son numéro de suivi."),
    RegisterFault.CHANGED: _l("Quelqu'un a changé cette lettre depuis que la page est ouverte."),
    RegisterFault.NUMBER: _l(
        "Ce numéro n'est pas un numéro de suivi. Vérifiez-le. Exemple\u00a0: 1A\u00a0123\u00a0456\u00a07890\u00a01"
    ),
}
PROOF_FAULTS = {
    ProofFault.EMPTY: _l("Choisissez un fichier."),
    ProofFault.TOO_BIG: _l("Ce fichier est trop lourd. Scannez-le en 5\u00a0Mo au plus."),
    ProofFault.KIND: _l("Ce fichier n'est ni un PDF, ni un JPEG, ni un PNG. Scannez la preuve de nouveau."),
    ProofFault.BROKEN: _l("Ce fichier est incomplet. Scannez la preuve de nouveau."),
    ProofFault.ACTIVE: _l("Ce PDF est protégé, ou contient un programme. Scannez la preuve de nouveau."),
    ProofFault.ORDINARY: _l("Cette lettre n'est pas un recommandé. Cochez d'abord la case."),
}
