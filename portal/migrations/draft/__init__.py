"""What the models say the database should be, and the draft of the migration that leads there.

`python -m portal.migrations.draft "what changes"` writes the next numbered file, to be read and completed by hand
(triggers, data). Until the first release, `--first` writes 0001 anew.
"""

import importlib
import pkgutil
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Enum, MetaData
from sqlalchemy.dialects.postgresql import ExcludeConstraint

import portal
from portal.database import Base, Instant

FOREVER = '''
op.execute(
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'a line of % is never changed or removed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END
    $$
    """
)
op.execute(
    """
    CREATE TRIGGER journal_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """
)
'''

_OF_THE_WEB = frozenset({"portal.web.sessions", "portal.web.throttle"})

_FILE = '''"""{title}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "{revision}"
down_revision = {previous!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    {body}
'''


def whole_schema() -> MetaData:
    """The tables of every feature: all modules of models, and those of the web."""
    for module in pkgutil.walk_packages(portal.__path__, "portal."):
        name = module.name.rpartition(".")[2]
        if name == "models" or name.startswith("models_") or module.name in _OF_THE_WEB:
            importlib.import_module(module.name)
    return Base.metadata


def render(connection: Connection, *, title: str, revision: str, previous: str | None) -> str:
    """The text of a migration from what `connection` holds to what the models say."""
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "compare_server_default": True,
            "render_item": _render_item,
            "user_module_prefix": None,
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "render_as_batch": False,
        },
    )
    operations = produce_migrations(context, whole_schema()).upgrade_ops
    assert operations is not None  # noqa: S101 - alembic fills it in every time, and says so in no type
    body = render_python_code(operations, render_item=_render_item, migration_context=context)
    body = "\n".join(line for line in body.splitlines() if not line.strip().startswith("# ###"))
    if previous is None:
        body += FOREVER.replace("\n", "\n    ")
    return _FILE.format(title=title, revision=revision, previous=previous, body=body.strip())


def _render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """A migration keeps no link to our code: types are written as the database knows them."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    del context
    return False


def exclusions(metadata: MetaData) -> dict[str, str]:
    """The exclusion constraints of the models, which alembic does not compare: name and table."""
    return {
        str(constraint.name): table.name
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, ExcludeConstraint)
    }
