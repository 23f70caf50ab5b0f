"""The sentences of mandates: what each procedure, kind and fact is called, and what to do when one is refused."""

from flask_babel import lazy_gettext as _l

from portal.identity.rules import CodeFault
from portal.mandates.rules import EndedBy, Fact, Fault
from portal.people.models_mandates import Consent, MandateKind
from portal.web.access import Procedure

PROCEDURES = {
    Procedure.APPOINTMENTS: _l("Les rendez-vous : voir, prendre, déplacer, annuler"),
    Procedure.MESSAGES: _l("Les messages : lire ce que le Département a écrit"),
    Procedure.PREFERENCES: _l("Les choix : adresse, téléphone, façon de recevoir les nouvelles"),
    Procedure.RIGHTS: _l("Les droits : chercher les aides possibles"),
    Procedure.CARNET: _l("Le carnet de bord : lire et écrire"),
    Procedure.DOCUMENTS: _l("Les documents : lire et ajouter"),
}
SHORT_PROCEDURES = {
    Procedure.APPOINTMENTS: _l("les rendez-vous"),
    Procedure.MESSAGES: _l("les messages"),
    Procedure.PREFERENCES: _l("les choix"),
    Procedure.RIGHTS: _l("les droits"),
    Procedure.CARNET: _l("le carnet de bord"),
    Procedure.DOCUMENTS: _l("les documents"),
}
KINDS = {
    MandateKind.PHONE: _l("Aide au téléphone"),
    MandateKind.COUNTER: _l("Aide au guichet"),
    MandateKind.ORGANISATION: _l("Mandat à un organisme"),
    MandateKind.RELATIVE: _l("Mandat à un proche"),
    MandateKind.LEGAL: _l("Représentant légal"),
}
CONSENTS = {
    Consent.SPOKEN: _l("accord dit au téléphone"),
    Consent.CODE: _l("accord par un code dit au guichet"),
    Consent.PAPER: _l("accord signé sur papier"),
    Consent.SMS: _l("accord par SMS"),
    Consent.SPACE: _l("donné en ligne"),
    Consent.DOCUMENT: _l("document officiel vu par deux agents"),
}
ENDS = {
    EndedBy.SPACE: _l("arrêté en ligne"),
    EndedBy.PHONE: _l("arrêté par téléphone"),
    EndedBy.SMS: _l("arrêté par SMS"),
    EndedBy.LETTER: _l("arrêté par lettre"),
    EndedBy.AGENT: _l("aide terminée"),
    EndedBy.HOLDER: _l("rendu par celui qui agissait"),
    EndedBy.REPLACED: _l("remplacé par un autre"),
    EndedBy.OVER: _l("arrivé à sa date de fin"),
}
FACTS = {
    Fact.BIRTH_DATE: _l("Sa date de naissance"),
    Fact.ADDRESS: _l("Son adresse"),
    Fact.MOBILE: _l("Son numéro de mobile"),
    Fact.LANDLINE: _l("Son téléphone fixe"),
    Fact.EMAIL: _l("Son adresse e-mail"),
    Fact.RELATIVE: _l("Le prénom et la date de naissance d'un proche du dossier"),
    Fact.APPOINTMENT: _l("Le jour et l'heure de son prochain rendez-vous"),
}
DAYS = {1: _l("1 jour"), 31: _l("31 jours"), 182: _l("6 mois (182 jours)"), 365: _l("1 an (365 jours)")}

_OVER = _l("Ce code ne sert plus. Envoyez un nouveau code.")
CODES = {
    CodeFault.WRONG: _l("Ce code n'est pas le bon. Demandez à la personne de le relire."),
    CodeFault.OVER: _OVER,
    CodeFault.TOO_MANY_TRIES: _OVER,
}
FAULTS = {
    Fault.PROTECTED: _l("Cette personne est protégée par un juge. Seul son représentant légal peut agir pour elle."),
    Fault.SCRIPT: _l("Lisez le texte à la personne, puis cochez cette case."),
    Fault.FACTS: _l("Il faut 3 réponses justes. Sinon, proposez un rendez-vous ou une lettre."),
    Fault.NO_CODE: _l("Ce code n'est pas celui de cette personne. Envoyez un nouveau code."),
    Fault.NOT_SIGNED: _l("Faites signer le papier, puis cochez cette case."),
    Fault.NO_PROCEDURE: _l("Cochez au moins une ligne."),
    Fault.TOO_SENSITIVE: _l("Le carnet et les documents ne se donnent pas ainsi. Décochez ces lignes."),
    Fault.DAYS: _l("Choisissez une durée de la liste."),
    Fault.END_PAST: _l("Cette date est passée. Choisissez une date à venir."),
    Fault.END_FAR: _l("C'est trop loin. Choisissez une date dans les 12 mois."),
    Fault.AGE: _l("L'enfant aura 18 ans avant. Choisissez une date avant ses 18 ans."),
    Fault.END_NEVER: _l("C'est trop loin : 20 ans au plus. Vérifiez l'année."),
    Fault.START_NEVER: _l("Cette date est avant la naissance de la personne. Vérifiez l'année."),
    Fault.NO_MOBILE: _l("Aucun SMS ne peut joindre cette personne. Choisissez le papier."),
    Fault.NO_CONVENTION: _l("Cet organisme n'a plus de convention avec le Département."),
    Fault.ASKED_LATELY: _l("Cet organisme a déjà demandé il y a moins de 7 jours. Attendez, ou choisissez le papier."),
    Fault.ONESELF: _l("Cette référence est la vôtre. Donnez-la à la personne qui va agir pour vous."),
    Fault.SAME_AGENT: _l("Vous avez déjà vu ce document. Un autre agent doit le voir."),
    Fault.NOT_FOUND: _l("Cette référence et cette date ne vont pas ensemble. Vérifiez avec la personne."),
    Fault.NOT_WAITING: _l("Ce mandat n'attend plus rien."),
    Fault.HOLDER_UNKNOWN: _l("Prouvez d'abord qui vous êtes. Ce mandat ouvre le carnet ou les documents."),
    Fault.HOLDER_NONE: _l("Aucun dossier, ou plusieurs, à ce nom. Vérifiez, ou créez d'abord son dossier."),
}
