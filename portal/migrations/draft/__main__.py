"""Writes the draft of a migration; see the package."""

import subprocess
import sys
import tempfile
from pathlib import Path

import click

from portal import embedded, migrations
from portal.database import Database
from portal.migrations import draft


@click.command()
@click.argument("title", default="The tables of the first stone")
@click.option("--first", is_flag=True, help="Write 0001 anew instead of the next number.")
def main(title: str, *, first: bool) -> None:
    """Compares the models with the migrations that exist, on an empty database, and writes what is missing."""
    folder = Path(migrations.__file__).parent
    previous = None if first else migrations.latest()
    revision = f"{int(previous or 0) + 1:04}"
    with tempfile.TemporaryDirectory() as var:
        Path(var).chmod(0o755)
        database = Database(embedded.start(Path(var), durable=False), role=None)
        if previous:
            migrations.upgrade(database)
        with database.engine.connect() as connection:
            code = draft.render(connection, title=title, revision=revision, previous=previous)
        database.close()
        embedded.stop(Path(var))
    words = "_".join("".join(letter if letter.isalnum() else " " for letter in title.lower()).split()[:6])
    path = next(iter(sorted(folder.glob("0001_*.py"))), None) if first else None
    path = path or folder / f"{revision}_{words}.py"
    path.write_text(code)
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", path], check=True)  # noqa: S603 - our own file
    click.echo(path.name)


if __name__ == "__main__":
    main()
