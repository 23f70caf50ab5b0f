"""What each verb of the journal says to the person it concerns, in plain French."""

from collections.abc import Callable


def _(text: str) -> str:
    """Marks a sentence for the catalogues; it is translated when it is shown."""
    return text


SENTENCES = {
    "access.refused": _("Une page n'a pas été ouverte : elle n'était pas permise."),
    "address.confirmed": _("Votre adresse a été vérifiée."),
    "agent.codes_renewed": _("Un agent a reçu de nouveaux codes de secours."),
    "agent.created": _("Le compte d'un agent a été créé."),
    "agent.expiry_changed": _("La fin du compte d'un agent a été changée."),
    "agent.invitation_accepted": _("Un agent a ouvert son compte."),
    "agent.invited": _("Un agent a été invité à ouvrir son compte."),
    "agent.password_changed": _("Un agent a changé son mot de passe."),
    "agent.proconnect_joined": _("Un agent a relié son compte à ProConnect."),
    "agent.resumed": _("Le compte d'un agent a été rouvert."),
    "agent.role_ended": _("Un rôle a été retiré à un agent."),
    "agent.role_given": _("Un rôle a été donné à un agent."),
    "agent.suspended": _("Le compte d'un agent a été suspendu."),
    "agent.telephone_joined": _("Un agent a relié son téléphone à son compte."),
    "agent.unlocked": _("Le compte d'un agent a été débloqué."),
    "appointment.arrival_undone": _("Votre arrivée avait été notée par erreur."),
    "appointment.arrived": _("Votre arrivée à un rendez-vous a été notée."),
    "appointment.booked": _("Un rendez-vous a été pris."),
    "appointment.called_in": _("Un agent vous a appelé dans la salle d'attente."),
    "appointment.cancelled": _("Un rendez-vous a été annulé."),
    "appointment.door_closed": _("Un agent est venu chez vous. La porte est restée fermée."),
    "appointment.excused": _("Un agent a noté que vous aviez prévenu de votre absence."),
    "appointment.missed": _("Un agent a noté que vous n'avez pas pu venir à un rendez-vous."),
    "appointment.handed_over": _("Un rendez-vous a été confié à un autre agent."),
    "appointment.moved": _("Un rendez-vous a été déplacé."),
    "appointment.overbooked": _("Un rendez-vous a été placé en dehors des horaires prévus."),
    "appointment.reopened": _("Ce qui avait été noté d'un rendez-vous a été retiré."),
    "appointment.revoked": _("Un agent a noté que nous n'avons pas pu vous recevoir."),
    "appointment.seen": _("Un agent a noté que vous êtes venu à un rendez-vous."),
    "appointment.told_again": _("Un rendez-vous vous a été redit."),
    "appointment.told_missed": _("Un message vous a été écrit après un rendez-vous manqué."),
    "connection.ended": _("Une connexion à votre espace a été fermée."),
    "consent.code_sent": _("Un code vous a été envoyé, pour qu'un agent agisse pour vous."),
    "consent.failed": _("Un code donné pour qu'un agent agisse pour vous était faux."),
    "contact.code_sent": _("Un code a été envoyé, pour vérifier un mobile ou un e-mail."),
    "contact.email_changed": _("Votre e-mail a été changé."),
    "contact.failed": _("Un code donné pour un mobile ou un e-mail était faux."),
    "contact.mobile_changed": _("Votre numéro de mobile a été changé."),
    "data.exported": _("Vos données ont été téléchargées."),
    "file.read": _("Votre fiche a été lue."),
    "franceconnect.joined": _("FranceConnect a été relié à votre espace."),
    "identity.case_opened": _("FranceConnect a trouvé plusieurs fiches. Un agent doit choisir la vôtre."),
    "identity.case_settled": _("Un agent a dit quelle fiche est la vôtre."),
    "identity.seen": _("Un agent a vu votre pièce d'identité."),
    "letter.code_sent": _("Un code vous a été envoyé par lettre."),
    "letter.failed": _("Un code de lettre donné était faux."),
    "letter.opened": _("Une lettre pour vous a été ouverte, pour l'imprimer."),
    "mandate.asked": _("Quelqu'un a demandé à agir pour vous."),
    "mandate.asked_again": _("Votre réponse n'était pas claire. La question vous a été posée de nouveau."),
    "mandate.ended": _("Un mandat pour agir à votre place a pris fin."),
    "mandate.given": _("Quelqu'un peut agir pour vous."),
    "mandate.narrowed": _("Un accord pour agir pour vous couvre moins de démarches."),
    "mandate.refused": _("Un mandat pour agir à votre place a été refusé."),
    "mandate.used": _("Quelqu'un a commencé à agir pour vous."),
    "message.told": _("Un message vous a été dit au téléphone ou sur place."),
    "people.searched": _("Une recherche a été faite parmi les fiches."),
    "preferences.changed": _("Vos préférences ont été changées."),
    "protection.marked": _("Votre fiche dit maintenant que vous avez un représentant légal."),
    "protection.removed": _("Votre fiche ne dit plus que vous avez un représentant légal."),
    "relative.added": _("Un proche a été ajouté à votre espace."),
    "sign_in.agent_confirmed": _("Un agent a prouvé de nouveau qui il est."),
    "sign_in.agent_left": _("Un agent s'est déconnecté."),
    "sign_in.agent_proconnect": _("Un agent s'est connecté avec ProConnect."),
    "sign_in.agent_recovery_code": _("Un agent s'est connecté avec un code de secours."),
    "sign_in.agent_refused": _("La connexion d'un agent a été refusée."),
    "sign_in.agent_sessions_ended": _("Des connexions d'un agent ont été fermées."),
    "sign_in.agent_telephone": _("Un agent s'est connecté."),
    "sign_in.code_sent": _("Un code de connexion vous a été envoyé."),
    "sign_in.failed": _("Une connexion à votre espace a été refusée."),
    "sign_in.letter_refused": _("Une lettre de connexion a été demandée, et n'est pas partie."),
    "sign_in.letter_sent": _("Une lettre de connexion vous a été envoyée."),
    "sign_in.succeeded": _("Votre espace a été ouvert."),
    "sign_out": _("Votre espace a été quitté."),
    "space.closed": _("Votre espace a été fermé."),
    "space.reopened": _("Votre espace a été rouvert."),
    "texts.stopped": _("Vous avez répondu STOP : vous ne recevez plus de SMS."),
}
_OTHER = _("Quelque chose a été fait dans votre dossier.")


def sentence(verb: str, gettext: Callable[[str], str]) -> str:
    """The sentence of a verb, translated by `gettext`. A verb of an older version has one that fits all."""
    return gettext(SENTENCES.get(verb, _OTHER))
