"""A small Département on disk, whose files a test rewrites."""

from datetime import date
from pathlib import Path

import pytest

from portal.files.report import FilesError, Report
from portal.loading import load

COMMUNES = """insee,name,postal_codes,postal_label,epci,epci_name,territory,population,lat,lon
62041,Arras,62000,ARRAS,200033579,CU d'Arras,arrageois,42600,50.2910,2.7778
62193,Calais,62100,CALAIS,246201117,CA Grand Calais,calaisis,67380,50.9581,1.8524
"""

DEPARTEMENT = """code = "62"
name = "Pas-de-Calais"
return_address = ["HOTEL DU DEPARTEMENT", "62018 ARRAS CEDEX 9"]

[[territory]]
key = "arrageois"
name = "Arrageois"

[[territory]]
key = "calaisis"
name = "Calaisis"

[[mds]]
key = "mds-arrageois"
name = "MDS de l'Arrageois"
territory = "arrageois"

[[mds]]
key = "mds-calaisis"
name = "MDS du Calaisis"
territory = "calaisis"

[[helpline]]
number = "115"
purpose = "Pas de toit cette nuit."
source = "essai"
checked_on = 2026-11-22
"""

PLACES = """[[place]]
id = "mds-arras"
kind = "mds_site"
parent = "arrageois"
name = "MDS Arras"
postal_code = "62000"
city = "Arras"
insee = "62041"
source = "essai"
checked = false

[[place]]
id = "fs-arras"
kind = "permanence"
parent = "mds-arras"
name = "France services Arras"
street = "2 rue de Douai"
postal_code = "62000"
city = "Arras"
insee = "62041"
phone = "03 53 01 00 11"
lat = 50.288445
lon = 2.77
source = "essai"
checked = false
"""

MOTIFS = """[[theme]]
key = "enfant"
title = "Mon enfant"
line = "Sa santé."
pictogram = "baby"

[[motif]]
key = "pmi"
theme = "enfant"
family = "pmi"
title = "Voir un médecin"
line = "Un médecin."
detail = "Avec un médecin."
audience = "Les parents."
minutes = 30
notice_minutes = 120
horizon_days = 60
cancel_minutes = 240
move_minutes = 240
neutral_words = "rendez-vous avec le Département"
"""

AGENTS = """[[agent]]
key = "aline"
given_name = "Aline"
family_name = "Essai"
job = "médecin"
role = "professionnel"
"""

OPENINGS = """[[opening]]
key = "aline-lundi"
agent = "aline"
place = "mds-arras"
motifs = ["pmi"]
weekdays = ["lundi"]
first_day = 2026-01-05
starts = "9:00"
ends = "12:00"
"""


class Files:
    """The folder of a Département."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        self.write("communes.csv", COMMUNES)
        self.write("departement.toml", DEPARTEMENT)
        self.write("places.toml", PLACES)
        self.write("motifs.toml", MOTIFS)
        self.write("agents.toml", AGENTS)
        self.write("openings.toml", OPENINGS)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        text = (self.path / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def add(self, name: str, text: str) -> None:
        self.write(name, (self.path / name).read_text(encoding="utf-8") + text)

    def line_of(self, name: str, text: str) -> int:
        lines = (self.path / name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(lines, start=1) if text in line)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "departement")


TODAY = date(2026, 11, 23)


@pytest.fixture
def loaded(database, files):
    def loaded(today: date = TODAY) -> Report:
        with database.transaction() as session:
            return load(session, [files.path], today)

    return loaded


@pytest.fixture
def faults(database, files):
    def faults() -> list[tuple[str, int, str]]:
        with pytest.raises(FilesError) as raised, database.transaction() as session:
            load(session, [files.path], TODAY)
        return [(fault.file, fault.line, fault.what) for fault in raised.value.faults]

    return faults
