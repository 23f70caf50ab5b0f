"""The bordereau: one page whatever the run holds, lines to write on for what is not known."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

from pypdf import PdfReader

from portal.letters.bordereau import Bordereau, FileLine, Hand, draw_bordereau

NOW = datetime(2026, 11, 23, 15, 31, tzinfo=UTC)
FORM = Bordereau(
    run_id=12,
    posting_day=date(2026, 11, 23),
    made_at=NOW,
    made_by="par le programme",
    files=[FileLine(1, 1, 250), FileLine(2, 1, 120), FileLine(3, 2, 12)],
    pulled=[],
    pulled_sheets=0,
    counted_letters=None,
    counted_sheets=None,
    hands=[Hand("Imprimé"), Hand("Mis sous pli"), Hand("Remis à La Poste")],
)


def words(form):
    drawn = draw_bordereau(form)
    assert drawn == draw_bordereau(form)
    (page,) = PdfReader(BytesIO(drawn)).pages
    return " ".join(page.extract_text().replace("\u00a0", " ").split())


def test_it_says_the_run_its_files_and_what_should_leave():
    said = words(FORM)
    for part in (
        "Bordereau du lot 12",
        "À remettre à La Poste le lundi 23 novembre 2026",
        "Lot fait le lundi 23 novembre 2026 à 16 h 31, par le programme.",
        "Fichier 3 2 12 24",
        "Total 382 394",
        "Aucune lettre n'est retirée du lot.",
    ):
        assert part in said
    assert "pas les mêmes" not in said


def test_totals_that_differ_are_said_with_their_difference():
    counted = replace(FORM, pulled=[("C0000123K", "l'adresse a changé")], pulled_sheets=1)
    assert "pas les mêmes" not in words(replace(counted, counted_letters=381, counted_sheets=393))
    said = words(replace(counted, counted_letters=380, counted_sheets=395))
    assert "Les totaux ne sont pas les mêmes : 1 lettre de moins et 2 feuilles de plus." in said
    assert "C0000123K l'adresse a changé" in said


def test_fifty_thousand_letters_long_names_and_many_pulled_letters_stay_on_one_page():
    long = "Jean-Christophe Bartholomeus-Vandenbroucke de la Démonstration"
    said = words(
        replace(
            FORM,
            made_by=f"par {long}",
            files=[*(FileLine(at, 1, 250) for at in range(1, 199)), FileLine(199, 2, 250), FileLine(200, 2, 250)],
            pulled=[(f"C{at:07}K", "l'adresse a changé") for at in range(60)],
            pulled_sheets=60,
            registered=1_200,
            large_windows=350,
            counted_letters=49_940,
            counted_sheets=50_440,
            hands=[
                Hand("Imprimé", long, NOW),
                Hand("Mis sous pli", long, NOW),
                Hand("Remis à La Poste", long, NOW.date()),
            ],
        )
    )
    assert "Fichiers 1 à 198 1 49 500 49 500" in said
    assert "Fichiers 199 à 200 2 500 1 000" in said
    assert "dont 1 200 recommandés dont 350 enveloppes à grande fenêtre (45 mm)" in said
    assert "60 lettres retirées du lot Pour savoir lesquelles : voir le manifeste." in said
    assert "pas les mêmes" not in said
    assert "23/11/2026 à 16 h 31" in said
