"""A version of somebody's answers as they take it away with all their data: a tree of plain values. Pure; in French."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from portal.clock import paris, paris_day
from portal.eligibility.models import AnswersShare, SavedAnswers
from portal.eligibility.rules_kept import Kept
from portal.eligibility.rules_questions import DONT_KNOW, RATHER_NOT, SILENT, Kind, Question, said_of
from portal.eligibility.rules_rights import Book, known, outcome
from portal.people.own_data import Tree

KEY, ENTRY = "droits", "gardee_le"
MEANING = (
    "Vos réponses gardées à « Connaître mes droits », ce que vous avez ajouté, et à qui vous les montrez. "
    "« peut_etre » : ce que ces réponses permettaient peut-être de demander."
)
TITLE = "Vos réponses sur vos droits"
LABELS = {
    "a_qui": "À qui",
    "avec_un_agent": "Écrite avec un agent",
    "depuis_le": "Depuis le",
    "illisible": "Illisible : la clé du service a changé",
    "j_ajoute": "Ce que vous ajoutez",
    "je_sais_faire": "Ce que vous savez faire",
    "je_veux": "Ce que vous voulez",
    "jusqu_au": "Jusqu'au",
    "montree": "Montrée",
    "peut_etre": "Vous pouvez peut-être demander",
    "rendez_vous_du": "Rendez-vous du",
    "reponse": "Réponse",
    "reponses": "Vos réponses",
    "themes": "Thèmes",
}
_SILENCE = {DONT_KNOW: "je ne sais pas", RATHER_NOT: "je préfère ne pas répondre"}


def version_tree(  # noqa: PLR0913 - what a version is read with
    saved: SavedAnswers,
    book: Book,
    kept: Kept,
    *,
    names: Mapping[str, str],
    territories: Mapping[str, str],
    shares: Sequence[tuple[AnswersShare, datetime | None]],
) -> Tree:
    """What was answered in words, what was added, and to whom it is, or was, shown.

    `names` and `territories`: of the communes, by INSEE number. `shares`: each with its appointment's hour.
    """
    day = paris_day(saved.saved_at)
    said = outcome(book, known(book, kept.answers, territories, day), day, saved.themes)
    return {
        ENTRY: _iso(saved.saved_at),
        "avec_un_agent": saved.agent_id is not None,
        "themes": [book.themes[key].title for key in saved.themes if key in book.themes],
        "reponses": [
            {
                "question": question.text,
                "reponse": _said(question, kept.answers[key], day, names),
            }
            for key, question in book.questions.items()
            if key in kept.answers
        ],
        "peut_etre": [finding.right.name for finding in said.perhaps],
        "je_veux": kept.wants,
        "je_sais_faire": kept.can,
        "j_ajoute": kept.adds,
        "montree": [_share_tree(share, starts_at) for share, starts_at in shares],
    }


def _said(question: Question, answer: str, day: date, names: Mapping[str, str]) -> str:
    """An answer in words; a birth date as it is kept too."""
    words = _SILENCE.get(answer) or " ".join(said_of(question, answer, day, names))
    is_birth = question.kind is Kind.AGE and answer not in SILENT and not answer.isdigit()
    return f"{words} ({answer})" if is_birth else words


def unreadable_tree(saved: SavedAnswers) -> Tree:
    """A version that another secret key sealed: nobody reads it any more."""
    return {ENTRY: _iso(saved.saved_at), "illisible": True}


def _share_tree(share: AnswersShare, starts_at: datetime | None) -> Tree:
    return {
        "a_qui": "votre référent" if share.appointment_id is None else "l'agent d'un rendez-vous",
        "rendez_vous_du": _iso(starts_at),
        "depuis_le": _iso(share.shared_at),
        "jusqu_au": _iso(share.ended_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else paris(moment).isoformat(timespec="seconds")
