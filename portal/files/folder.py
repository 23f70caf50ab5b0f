"""The folder of a Département, and those laid over it."""

import csv
from collections.abc import Collection
from pathlib import Path

from portal.files.report import Fault
from portal.files.row import Row
from portal.files.toml import Table, read_tables


class Folder:
    """One folder, or several: a later one adds tables, and completes those of the same key in the earlier ones.

    Reading never raises on what the files hold: `faults` gathers what is wrong.
    """

    def __init__(self, *directories: Path) -> None:
        self.directories = directories
        self.faults: list[Fault] = []
        for directory in directories:
            if not directory.is_dir():
                self.faults.append(Fault(str(directory), 0, "is not a folder"))

    def has(self, file: str) -> bool:
        """Whether one of the folders holds this file."""
        return any((directory / file).is_file() for directory in self.directories)

    def require(self, *files: str) -> None:
        """Notes a fault for each file that none of the folders holds."""
        self.faults += [Fault(file, 0, "is missing from the folder") for file in files if not self.has(file)]

    def tables(self, file: str, keys: dict[str, str | None]) -> dict[str, list[Row]]:
        """The tables of a TOML file by name. `keys` says which names are known, and the key that tells two apart.

        A name whose key is None may come back without being the same thing. The keys before any heading are the
        table named "".
        """
        found: dict[str, list[Row]] = {name: [] for name in keys}
        for directory in self.directories:
            path = directory / file
            if not path.is_file():
                continue
            own: set[tuple[str, object]] = set()
            for table in read_tables(path, self._label(path), self.faults):
                row = self._row(self._label(path), table)
                if table.name not in keys:
                    if table.name or table.values:
                        row.fault(f'"{table.name or next(iter(table.values))}" is not known in this file')
                    continue
                _add(found[table.name], row, keys[table.name], own, table.name)
        return found

    def csv(self, file: str, columns: Collection[str]) -> list[Row]:
        """The lines of a CSV file (UTF-8, commas, the names of the columns first)."""
        rows = []
        for directory in self.directories:
            path = directory / file
            if path.is_file():
                rows += self._csv(path, columns)
        return rows

    def _csv(self, path: Path, columns: Collection[str]) -> list[Row]:
        label, rows = self._label(path), []
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines, strict=True)
                names = reader.fieldnames or []
                if missing := sorted(set(columns) - set(names)):
                    self.faults.append(Fault(label, 1, f"these columns are missing: {', '.join(missing)}"))
                    return []
                for values in reader:
                    row = Row(label, reader.line_num, dict(values), self.faults)
                    if None in values or None in values.values():
                        row.fault(f"has not {len(names)} cells as the first line has")
                    else:
                        rows.append(row)
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            self.faults.append(Fault(label, line, "is not UTF-8 text"))
        except csv.Error as error:
            self.faults.append(Fault(label, reader.line_num, f"is not CSV: {error}"))
        return rows

    def _label(self, path: Path) -> str:
        """How faults name a file: by its name, and by its folder too where several could hold it."""
        return path.name if len(self.directories) == 1 else f"{path.parent.name}/{path.name}"

    def _row(self, label: str, table: Table) -> Row:
        places = {key: (label, line) for key, line in table.key_lines.items()}
        inner = {name: [(label, line, keys) for line, keys in found] for name, found in table.inner.items()}
        return Row(label, table.line, dict(table.values), self.faults, places, inner=inner)


def _add(rows: list[Row], row: Row, key: str | None, own: set[tuple[str, object]], name: str) -> None:
    value = row.values.get(key) if key else None
    if key is None or not isinstance(value, str):
        if name or not rows:
            rows.append(row)
        else:  # the keys before any heading are one table, whatever the folder
            rows[0].values.update(row.values)
            rows[0].places.update(row.places)
        return
    if (name, value) in own:
        row.fault(f'"{value}" is there already, above', key)
        return
    own.add((name, value))
    for known in rows:
        if known.values.get(key) == value:
            known.values.update(row.values)
            known.places.update(row.places)
            known.inner.update(row.inner)
            return
    rows.append(row)
