"""Who may import whom, where import-linter's contracts do not reach: names with a prefix, and libraries."""

from itertools import takewhile

import grimp
import pytest

from portal.paths import ROOT

STAGES = ("models", "rules", "queries", "services", "forms", "views")  # each may use those before it
FEATURES = {
    "administration",
    "agenda",
    "booking",
    "calls",
    "counter",
    "demo",
    "desk",
    "directory",
    "eligibility",
    "figures",
    "identity",
    "journal",
    "letters",
    "mandates",
    "notifications",
    "pages",
    "paper",
    "people",
    "space",
    "staff",
}
OF_THE_WEB = {"flask", "flask_babel", "flask_wtf", "wtforms", "babel"}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("portal", include_external_packages=True, cache_dir=None)


def stage(module: str) -> str | None:
    """`portal.booking.views_book` is of the views."""
    _, *names = module.split(".")
    if len(names) < 2 or names[0] not in FEATURES:
        return None
    return next((stage for stage in STAGES if names[1] == stage or names[1].startswith(f"{stage}_")), None)


def importers(graph: grimp.ImportGraph, library: str) -> set[str]:
    return {module for module in graph.find_modules_that_directly_import(library) if module in graph.modules}


def test_inside_a_feature_imports_go_from_views_down_to_models(graph: grimp.ImportGraph) -> None:
    wrong = [
        f"{module} imports {imported}"
        for module in sorted(graph.modules)
        if (own := stage(module)) is not None
        for imported in sorted(graph.find_modules_directly_imported_by(module))
        if (other := stage(imported)) is not None
        and imported.split(".")[1] == module.split(".")[1]
        and other not in {*takewhile(lambda name: name != own, STAGES), own}
    ]
    assert wrong == []


def test_flask_babel_and_wtforms_stay_in_views_forms_web_demo_and_what_assembles(graph: grimp.ImportGraph) -> None:
    # The renderer speaks the language of whoever is told: gettext alone.
    allowed = ("portal.web.", "portal.demo.", "portal.app", "portal.serving", "portal.notifications.render")
    wrong = {
        module
        for library in OF_THE_WEB & graph.modules
        for module in importers(graph, library)
        if not module.startswith(allowed) and stage(module) not in {"views", "forms"}
    }
    assert wrong == set()


def test_reportlab_stays_in_letters_and_twilio_in_its_gateway(graph: grimp.ImportGraph) -> None:
    assert {module for module in importers(graph, "reportlab") if not module.startswith("portal.letters.")} == set()
    assert importers(graph, "twilio") == {"portal.notifications.gateways.twilio"}


def test_only_the_clock_reads_the_time_of_the_machine() -> None:
    """Elsewhere `now` is an argument; `time.monotonic` measures and is free."""
    words = ("datetime.now(", "datetime.utcnow(", "date.today(", "time.time(")
    readers = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "portal").rglob("*.py")
        if any(word in path.read_text() for word in words)
    }
    assert readers == {"portal/clock.py"}
