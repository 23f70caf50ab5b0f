"""All my data, to take away."""

from collections.abc import Iterator
from datetime import timedelta
from tempfile import SpooledTemporaryFile

from werkzeug.wrappers import Response

from portal.clock import paris_day
from portal.people.views_browser import actor, subject_id
from portal.space.services_export import export
from portal.space.views import bp
from portal.space.views_shared import Page, is_known, page, sealer
from portal.web.access import Role, allow
from portal.web.forms import PortalForm
from portal.web.request import now, transaction
from portal.web.throttle import Limit, spend

_EXPORTS = Limit("exports", 5, timedelta(hours=1))
_IN_MEMORY = 4 * 1024 * 1024  # bytes: beyond, the file waits on disk, without a name
_PIECE = 64 * 1024


@bp.route("/mes-donnees", methods=["GET", "POST"])
@allow(Role.REACHABLE)
def download() -> Page:
    """Says what is in the file, then gives it."""
    form = PortalForm()
    if not form.validate_on_submit():
        return page("download", form=form, is_known=is_known()), 422 if form.errors else 200
    spend(_EXPORTS, f"person {subject_id()}")
    file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the answer that reads it
    with transaction() as database:
        export(database, now(), person_id=subject_id(), by=actor(), is_known=is_known(), sealer=sealer(), file=file)
    answer = Response(_pieces(file), mimetype="application/zip")
    answer.content_length = file.tell()
    name = f"mes-donnees-{paris_day(now()).isoformat()}.zip"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _pieces(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    size = file.tell()
    with file:
        file.seek(0)
        for _start in range(0, size, _PIECE):
            yield file.read(_PIECE)
