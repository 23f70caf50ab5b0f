"""The menu of agents: the parts of the desk that the signed-in agent may open, and where they are."""

from typing import NamedTuple

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from portal.staff.views import bp
from portal.web.access import may_open


class Entry(NamedTuple):
    """A place of the menu. `endpoints`: the first that opens; `words`: what it is called."""

    words: str
    endpoints: tuple[str, ...]


_MENU = (
    Entry(_l("Mon bureau"), ("agents.desk",)),
    Entry(_l("Personnes"), ("desk.search",)),
    Entry(_l("Agenda"), ("agenda.day",)),
    Entry(_l("Appels"), ("calls.tasks",)),
    Entry(_l("Courriers"), ("letters.waiting", "letters.to_hand_over")),
    Entry(_l("Papiers"), ("paper.home",)),
    Entry(_l("Réglages"), ("administration.home", "agents.accounts")),
    Entry(_l("Suivi"), ("figures.home",)),
    Entry(_l("Mon compte"), ("agents.account",)),
)


@bp.app_template_global("agents_menu")
def agents_menu() -> list[tuple[str, str, str]]:
    """(address, words, "page" on that very page, "true" within its part, else "") of each part that opens."""
    first = ((entry.words, next(filter(may_open, entry.endpoints), None)) for entry in _MENU)
    parts = [(url_for(endpoint), str(words)) for words, endpoint in first if endpoint is not None]
    within = [url for url, _words in parts if url != url_for("agents.desk") and _holds(url)]
    here = max(within, key=len, default="")
    return [(url, words, _mark(url, here)) for url, words in parts]


def _holds(url: str) -> bool:
    return f"{request.path}/".startswith(f"{url}/")


def _mark(url: str, here: str) -> str:
    if request.path == url:
        return "page"
    return "true" if url == here else ""
