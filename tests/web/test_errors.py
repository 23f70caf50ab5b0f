"""Error pages that cannot fail, each in plain words."""

import pytest
from flask import Response, abort
from sqlalchemy.exc import OperationalError, TimeoutError  # noqa: A004 - the pool's own

from portal.web.access import Role, allow
from portal.web.errors import PAGES
from tests.checked_pages import CheckedClient


@pytest.fixture
def failing(app):
    """A browser, and a door that fails as a test asks."""

    def visit(failure):
        def view():
            raise failure

        app.add_url_rule("/essai/panne", "failing", allow(Role.EVERYONE)(view))
        return CheckedClient(app).get("/essai/panne")

    return visit


@pytest.mark.parametrize("status", sorted(PAGES))
def test_each_status_has_a_page_that_leads_on(app, status):
    app.add_url_rule("/essai", "status", allow(Role.EVERYONE)(lambda: abort(status)))
    answer = CheckedClient(app).get("/essai")
    assert answer.status_code == status
    assert "/" in answer.page.links().values()


@pytest.mark.parametrize(("status", "like"), [(418, "Il manque quelque chose"), (501, "Le service a eu un problème")])
def test_a_status_without_a_page_of_its_own_borrows_one(app, status, like):
    app.add_url_rule("/essai", "status", allow(Role.EVERYONE)(lambda: abort(status)))
    answer = CheckedClient(app).get("/essai")
    assert (answer.status_code, like in answer.page.h1) == (status, True)


def test_an_answer_that_is_ready_is_given_as_it_is(app):
    app.add_url_rule(
        "/essai", "ready", allow(Role.EVERYONE)(lambda: abort(Response("ready", 409, mimetype="text/plain")))
    )
    answer = app.test_client().get("/essai")
    assert (answer.status_code, answer.text) == (409, "ready")


@pytest.mark.parametrize(
    "failure",
    [OperationalError("SELECT 1", {}, Exception("gone")), TimeoutError("no connection is free")],
    ids=["away", "busy"],
)
def test_a_database_that_does_not_answer_is_a_short_stop_and_no_fault_of_ours(failing, failure):
    answer = failing(failure)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")


def test_a_page_comes_even_when_its_own_template_is_broken(app):
    app.jinja_env.loader = None
    app.add_url_rule("/essai", "lost", allow(Role.EVERYONE)(lambda: abort(403)))
    answer = app.test_client().get("/essai")
    assert answer.status_code == 403
    assert "Essayez de nouveau" in answer.text
