"""The words of agents' accounts: refusals, states, roles, families."""

from flask_babel import lazy_gettext as _l

from portal.staff.rules import AccountFault, AccountState, RoleFault
from portal.staff.rules_passwords import PasswordFault
from portal.web.access import Role

PASSWORD_WORDS = {
    PasswordFault.TOO_SHORT: _l("Ce mot de passe est trop court. Écrivez 12 caractères au moins."),
    PasswordFault.TOO_LONG: _l("Ce mot de passe est trop long. Écrivez 256 caractères au plus."),
    PasswordFault.COMMON: _l("Ce mot de passe est trop courant. Choisissez par exemple quatre mots sans rapport."),
    PasswordFault.PERSONAL: _l("Votre nom et votre e-mail sont faciles à deviner. Choisissez d'autres mots."),
}

ACCOUNT_WORDS = {
    AccountFault.EMAIL_TAKEN: _l("Un compte a déjà cette adresse e-mail. Cherchez-le dans la liste des comptes."),
    AccountFault.NO_EMAIL: _l("Ce compte n'a pas d'adresse e-mail. Ajoutez-la dans le fichier agents.toml."),
    AccountFault.ONESELF: _l("Vous ne pouvez pas faire cela sur votre propre compte. Demandez à un autre admin."),
    AccountFault.LAST_ADMIN: _l("C'est le dernier compte admin. Donnez d'abord ce rôle à une autre personne."),
    AccountFault.CHANGED: _l("Ce compte vient de changer. Vérifiez ce qui est écrit, puis recommencez."),
    AccountFault.NOT_OPEN: _l("Ce compte est fermé. Rouvrez-le avant d'inviter la personne."),
    AccountFault.INVITATION_OVER: _l("Cette invitation ne sert plus. Demandez-en une nouvelle à un admin."),
    AccountFault.CODE_WRONG: _l("Ce code n'est pas le bon. Attendez le code suivant, puis écrivez-le."),
}

ROLE_WORDS = {
    RoleFault.PARTNER_ONLY: _l("Ce rôle est réservé aux partenaires. Choisissez un autre rôle."),
    RoleFault.STAFF_ONLY: _l("Cette personne travaille chez un partenaire. Choisissez un rôle de partenaire."),
    RoleFault.BOOKS_NOTHING: _l("Ce rôle ne prend pas de rendez-vous. Décochez le droit d'en ajouter."),
    RoleFault.DATES: _l("Le dernier jour vient avant le premier. Vérifiez les deux dates."),
    RoleFault.HELD: _l("La personne a déjà ce rôle à cet endroit, à ces dates."),
    RoleFault.FROM_FILES: _l("Ce rôle vient du fichier agents.toml. Changez-le dans ce fichier."),
    RoleFault.ONESELF: _l("Vous ne pouvez pas vous donner un rôle. Demandez à un autre admin."),
    RoleFault.UNKNOWN: _l("Ce rôle n'existe plus. Vérifiez la liste."),
}

STATES = {
    AccountState.OPEN: _l("Ouvert"),
    AccountState.INVITED: _l("Invité, pas de réponse"),
    AccountState.TO_INVITE: _l("À inviter"),
    AccountState.SUSPENDED: _l("Suspendu"),
    AccountState.EXPIRED: _l("Fini"),
    AccountState.CLOSED: _l("Retiré des fichiers"),
}

ROLES = {
    Role.ACCUEIL: _l("Agent d'accueil"),
    Role.PROFESSIONNEL: _l("Professionnel"),
    Role.REFERENT: _l("Référent"),
    Role.COURRIER: _l("Agent du courrier"),
    Role.ENCADRANT: _l("Encadrant"),
    Role.ADMIN: _l("Admin"),
    Role.PARTNER_WELCOME: _l("Partenaire, niveau 1 : accueil"),
    Role.PARTNER_SHARED: _l("Partenaire, niveau 2 : situations partagées"),
}

ROLE_LINES = {
    Role.ACCUEIL: _l("Reçoit, téléphone, prend des rendez-vous."),
    Role.PROFESSIONNEL: _l("Son agenda et ses rendez-vous."),
    Role.REFERENT: _l("Les carnets des personnes suivies."),
    Role.COURRIER: _l("Les lettres seulement."),
    Role.ENCADRANT: _l("Les chiffres, et la répartition du travail."),
    Role.ADMIN: _l("Les comptes et les réglages. Ni carnets, ni documents."),
    Role.PARTNER_WELCOME: _l("Accueille et prend des rendez-vous."),
    Role.PARTNER_SHARED: _l("Voit aussi les situations partagées."),
}

FAMILY_WORDS = {
    "pmi": _l("Santé des enfants (PMI)"),
    "cpef": _l("Santé sexuelle et couple (CPEF)"),
    "social": _l("Social"),
    "insertion": _l("Insertion"),
    "autonomie": _l("Autonomie"),
}
