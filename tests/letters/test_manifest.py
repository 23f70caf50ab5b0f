"""The manifest of a run: read by spreadsheets and machines alike, and never run by them."""

import csv
from datetime import UTC, date, datetime
from io import StringIO

import pytest

from portal.letters.manifest import COLUMNS, cell, manifest
from portal.letters.models import Letter, PullReason, ReturnReason, RunFile

FILES = [RunFile(id=7, position=1, sheets_each=1, letters=2), RunFile(id=8, position=2, sheets_each=2, letters=1)]
LETTERS = [
    Letter(id=1, reference="C0000001B", file_id=7, pages=1, postcode="02100", sha256="a1" * 32, large_window=False),
    Letter(id=2, reference="C0000002C", file_id=7, pages=2, postcode="62000", sha256="b2" * 32, large_window=False),
    Letter(id=3, reference="C0000003D", file_id=8, pages=3, postcode="", sha256="c3" * 32, large_window=True),
]


def rows(written):
    return list(csv.reader(StringIO(written.decode("utf-8-sig")), delimiter=";"))


def test_one_line_for_each_letter_in_the_order_of_the_paper():
    written = manifest(12, FILES, LETTERS)
    assert written.startswith(b"\xef\xbb\xbfordre;")  # how a spreadsheet knows that it is UTF-8
    assert rows(written) == [
        list(COLUMNS),
        ["1", "lot-12-1.pdf", "C0000001B", "1", "02100", "35", "a1" * 32, "", "", "", "", "", "", "0"],
        ["2", "lot-12-1.pdf", "C0000002C", "1", "62000", "35", "b2" * 32, "", "", "", "", "", "", "0"],
        ["3", "lot-12-2.pdf", "C0000003D", "2", "", "45", "c3" * 32, "", "", "", "", "", "", "0"],
    ]
    assert written == manifest(12, FILES, LETTERS)
    assert written.endswith(b"\r\n")


def test_letters_pulled_say_why_and_those_to_pull_that_they_are():
    pulled = Letter(id=4, reference="C0000004E", file_id=7, pages=1, postcode="62000", sha256="d", large_window=False)
    pulled.pull_reason = PullReason.MOVED_AWAY
    told = [row[7] for row in rows(manifest(12, FILES, [*LETTERS, pulled], to_pull={2}))[1:]]
    assert told == ["", "à retirer", "", "retirée\u00a0: l'adresse a changé"]


def test_what_became_of_each_letter_is_told_by_column():
    back = Letter(id=5, reference="C0000005F", file_id=7, pages=1, postcode="62000", sha256="e", large_window=False)
    back.is_registered, back.tracking_number, back.reprints = True, "RR473124829FR", 2
    back.returned_at, back.return_reason = datetime(2026, 11, 30, 23, 30, tzinfo=UTC), ReturnReason.UNCLAIMED
    pulled = Letter(id=6, reference="C0000006G", file_id=7, pages=1, postcode="62000", sha256="f", large_window=False)
    pulled.pull_reason = PullReason.ASKED
    told = rows(manifest(12, FILES, [back, pulled], posted_on=date(2026, 11, 24)))
    assert dict(zip(COLUMNS[8:], told[1][8:], strict=True)) == {
        "recommande": "oui",
        "suivi": "RR473124829FR",
        "postee_le": "2026-11-24",
        "revenue_le": "2026-12-01",  # the day in France
        "motif": "non réclamé",
        "reimpressions": "2",
    }
    assert told[2][8:] == ["", "", "", "", "", "0"]


@pytest.mark.parametrize("words", ["=1+1", "+33", "-1", "@somme", "\tx", "\rx"])
def test_no_cell_is_a_formula(words):
    assert cell(words) == f"'{words}"
