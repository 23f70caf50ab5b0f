"""What a file keeps of a household, as its person takes it away: a tree of plain values. Pure; in French."""

from collections.abc import Mapping

from portal.clock import paris
from portal.people.models_household import Household
from portal.people.own_data import Tree

KEY, ENTRY = "foyer", "dit_le"
MEANING = (
    "Ce que vous avez dit de votre foyer, et demandé de garder dans votre dossier. "
    "« remplace_le » : deux fiches ont été réunies, l'autre le disait depuis."
)
TITLE = "Votre foyer"
LABELS = {
    "avec_un_agent": "Écrit avec un agent",
    "commune": "Commune",
    "en_couple": "En couple",
    "enfants": "Enfants à charge",
    "remplace_le": "Remplacé le",
}


def household_tree(row: Household, titles: Mapping[str, str], commune: str | None) -> Tree:
    """One thing told of a household. `titles`: of the answers about children; `commune`: its name."""
    return {
        ENTRY: paris(row.told_at).isoformat(timespec="seconds"),
        "avec_un_agent": row.agent_id is not None,
        "commune": commune,
        "en_couple": row.is_couple,
        "enfants": [titles.get(key, key) for key in row.children],
        "remplace_le": paris(row.ended_at).isoformat(timespec="seconds") if row.ended_at else None,
    }
