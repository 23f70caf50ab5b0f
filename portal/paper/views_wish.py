"""The paper that asks for one kind of appointment, its subject printed: for whoever found it among their rights."""

import re

from flask import abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.directory import queries as directory
from portal.directory.models import BookedBy, Departement, Motif
from portal.paper.models import FormKind
from portal.paper.rules import SUBJECT_OF_WISH, known_of
from portal.paper.views_shared import bp, pdf_answer
from portal.paper.views_sheet import blank_of
from portal.web.access import Role, allow
from portal.web.i18n import language
from portal.web.request import now, transaction

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def wished(database: Session, key: str) -> Motif | None:
    """What anybody may ask for on paper, by its key: what anybody may book."""
    motif = directory.motif(database, key, paris_day(now())) if _KEY.fullmatch(key) else None
    return motif if motif is not None and motif.booked_by is BookedBy.EVERYONE else None


@bp.get("/papier/rendez-vous/<motif_key>.pdf")
@allow(Role.EVERYONE)
def wish_for(motif_key: str) -> Response:
    """The blank form of a wish with its subject on it, in sight; in large print with `gros=1`."""
    with transaction() as database:
        motif = wished(database, motif_key)
        if motif is None:
            abort(404)
        known = known_of(None, database.get_one(Departement, 1), language=language())
    known |= {SUBJECT_OF_WISH: motif.title_in_sight, "large_print": request.args.get("gros") == "1"}
    return pdf_answer(blank_of(FormKind.WISH, known), "formulaire-rendez-vous.pdf", keeps=True)
