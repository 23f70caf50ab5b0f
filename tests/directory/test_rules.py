"""Finding a commune, telling who owned what when, and reading lines: pure."""

import csv
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.directory.communes import CommuneIndex, slips
from portal.directory.models import Commune
from portal.directory.queries import distance_km
from portal.directory.search_key import search_key
from portal.directory.timeline import Stretch, retold
from portal.files.toml import read_tables
from portal.paths import DATA

TODAY = date(2026, 11, 23)


def real_communes():
    with (DATA / "pas-de-calais" / "communes.csv").open(encoding="utf-8") as lines:
        return [
            Commune(
                insee=row["insee"],
                name=row["name"],
                search_key=search_key(row["name"]),
                postal_codes=row["postal_codes"].split(";"),
                postal_label=row["postal_label"],
                population=int(row["population"]),
                lat=float(row["lat"]),
                lon=float(row["lon"]),
            )
            for row in csv.DictReader(lines)
        ]


REAL = real_communes()
INDEX = CommuneIndex(REAL)
any_commune = st.sampled_from(REAL)
long_names = st.sampled_from([commune for commune in REAL if len(search_key(commune.name).replace(" ", "")) >= 8])
NAMES = {search_key(commune.name).replace(" ", "") for commune in REAL}


def found(text):
    return [commune.name for commune in INDEX.find(text)]


@given(any_commune)
def test_every_commune_is_found_alone_by_its_own_name(commune):
    assert INDEX.find(commune.name) == [commune]
    assert INDEX.sure(commune.name) is commune


MANGLINGS = {
    "capitals": str.upper,
    "no accent": lambda name: search_key(name).title(),
    "no hyphen": lambda name: name.replace("-", " "),
    "no apostrophe": lambda name: name.replace("'", ""),
    "curly apostrophe": lambda name: name.replace("'", "’"),
    "St": lambda name: name.replace("Sainte-", "Ste-").replace("Saint-", "St "),
    "St.": lambda name: name.replace("Saint-", "st. "),
    "spaces": lambda name: f"  {name}  ".replace("-", " - "),
    "no article": lambda name: name.removeprefix("La ").removeprefix("Le ").removeprefix("Les "),
    "oe": lambda name: name.replace("œ", "oe"),
    "decomposed accents": lambda name: unicodedata.normalize("NFD", name),
}


@given(any_commune, st.sampled_from(sorted(MANGLINGS)))
def test_a_name_is_found_however_it_is_written(commune, mangling):
    assert INDEX.find(MANGLINGS[mangling](commune.name))[0] is commune


@given(any_commune, st.data())
def test_a_name_in_any_mixture_of_case_is_found(commune, data):
    upper = data.draw(st.lists(st.booleans(), min_size=len(commune.name), max_size=len(commune.name)))
    text = "".join(sign.upper() if up else sign.lower() for sign, up in zip(commune.name, upper, strict=True))
    assert INDEX.find(text)[0] is commune


@given(any_commune)
def test_a_commune_is_among_those_of_its_postcode(commune):
    for code in commune.postal_codes:
        assert commune in INDEX.find(code)
        assert commune in INDEX.find(f" {code[:2]} {code[2:]} ")


@given(any_commune)
def test_a_postcode_with_its_name_gives_that_commune(commune):
    for text in (f"{commune.postal_codes[0]} {commune.name}", f"{commune.name} ({commune.postal_codes[0]})"):
        assert INDEX.find(text) == [commune]


@st.composite
def slipped(draw, name):
    place = draw(st.integers(0, len(name) - 2))
    letter = draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    kind = draw(st.sampled_from(["missing", "added", "wrong", "swapped"]))
    return {
        "missing": name[:place] + name[place + 1 :],
        "added": name[:place] + letter + name[place:],
        "wrong": name[:place] + letter + name[place + 1 :],
        "swapped": name[:place] + name[place + 1] + name[place] + name[place + 2 :],
    }[kind]


@given(st.data())
def test_a_long_name_with_one_slip_comes_among_the_first_five(data):
    commune = data.draw(long_names)
    typed = data.draw(slipped(search_key(commune.name)))
    if search_key(typed).replace(" ", "") not in NAMES:
        assert commune in INDEX.find(typed)[:5]


@given(st.text(max_size=300))
def test_nothing_typed_breaks_the_search(text):
    assert len(INDEX.find(text)) <= len(REAL)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Boulogne", "Boulogne-sur-Mer"),
        ("henin", "Hénin-Beaumont"),
        ("st omer", "Saint-Omer"),
        ("ST-OMER", "Saint-Omer"),
        ("stomer", "Saint-Omer"),
        ("Touquet", "Le Touquet-Paris-Plage"),
        ("le touquet", "Le Touquet-Paris-Plage"),
        ("Au Touquet", "Le Touquet-Paris-Plage"),
        ("Montreuil", "Montreuil-sur-Mer"),
        ("Hesdin", "Hesdin-la-Forêt"),
        ("Aire", "Aire-sur-la-Lys"),
        ("bethun", "Béthune"),
        ("betune", "Béthune"),
        ("calias", "Calais"),
        ("boulonge sur mer", "Boulogne-sur-Mer"),
        ("noeux", "Nœux-les-Mines"),
        ("Berck-sur-Mer", "Berck"),
        ("Arras cedex 9", "Arras"),
        ("62000 Arras", "Arras"),
        ("Saint-Pol", "Saint-Pol-sur-Ternoise"),
        ("bully", "Bully-les-Mines"),
    ],
)
def test_what_people_type_gives_what_they_mean(typed, first):
    assert found(typed)[0] == first


@pytest.mark.parametrize("typed", ["59000", "75001", "Nice", "Quimper", "Strasbourg", "", "  ", "-", "62", "!?"])
def test_what_is_outside_the_departement_gives_nothing(typed):
    assert found(typed) == []


@pytest.mark.parametrize("typed", ["Lille", "calias", "beaumont", "62123", ""])
def test_a_guess_is_never_taken_for_sure(typed):
    assert INDEX.sure(typed) is None


def test_several_communes_of_a_postcode_come_by_name():
    assert found("62000") == ["Arras", "Dainville"]


def test_a_very_long_text_means_nothing():
    assert found("a" * 10_000) == found("saint " * 200_000) == []


@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [("lens", "lens", 0), ("lans", "lens", 1), ("lesn", "lens", 1), ("lns", "lens", 1), ("leens", "lens", 1)],
)
def test_slips_are_counted_as_people_make_them(typed, name, expected):
    assert slips(typed, name, 2, [len(name)])[0] == expected


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_slips_agree_with_the_plain_definition(typed, name):
    real = plain_distance(typed, name)
    whole, start = slips(typed, name, 2, range(1, len(name) + 1))
    assert min(whole, 3) == min(real, 3)
    assert min(start, 3) == min(
        (min(plain_distance(typed, name[:end]), 3) for end in range(1, len(name) + 1)), default=3
    )


def plain_distance(one, other):
    table = [[max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            table[row][column] = min(
                table[row - 1][column] + 1,
                table[row][column - 1] + 1,
                table[row - 1][column - 1] + (one[row - 1] != other[column - 1]),
            )
            if min(row, column) > 1 and one[row - 1] == other[column - 2] and one[row - 2] == other[column - 1]:
                table[row][column] = min(table[row][column], table[row - 2][column - 2] + 1)
    return table[-1][-1]


@pytest.mark.parametrize(
    ("typed", "key"),
    [("Nœux-lès-Étangs", "noeux les etangs"), ("Ste Cécile", "sainte cecile"), ("L'Île s/Mer", "l ile sur mer")],
)
def test_a_search_key_holds_only_what_counts(typed, key):
    assert search_key(typed) == key


def test_the_distance_from_arras_to_calais_is_the_known_one():
    arras, calais = INDEX.find("arras")[0], INDEX.find("calais")[0]
    assert distance_km(arras, calais) == pytest.approx(99, abs=1)
    assert distance_km(arras, arras) == 0


# --- Who owned what, when ---------------------------------------------------------------------------------------------

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
steps_of = st.dictionaries(days, st.integers(1, 3), max_size=3).map(lambda steps: sorted(steps.items()))


def owner_on(stretches, day):
    held = [
        stretch.owner
        for stretch in stretches
        if (stretch.start is None or stretch.start <= day) and (stretch.end is None or day < stretch.end)
    ]
    assert len(held) <= 1
    return held[0] if held else None


@given(st.lists(st.tuples(days, st.integers(1, 3) | st.none(), steps_of), min_size=1, max_size=4), days)
def test_loads_in_a_row_keep_the_past_and_say_the_future(loads, day):
    loads.sort(key=lambda load: load[0])
    told = []
    for today, owner, steps in loads:
        before, told = told, retold(told, owner, steps, today)
        assert retold(told, owner, steps, today) == told
        if before and day < min([today, *(step for step, _ in steps)]):
            assert owner_on(told, day) == owner_on(before, day)
        if owner is not None and day >= today:
            past = [who for step, who in steps if step <= day]
            assert owner_on(told, day) == (past[-1] if past else owner)
        if owner is None and day >= today:
            assert owner_on(told, day) is None


def test_a_move_and_back_on_the_same_day_leaves_no_trace():
    always = [Stretch(1, None, None)]
    assert retold(retold(always, 2, (), TODAY), 1, (), TODAY) == always


# --- Lines of a TOML file ---------------------------------------------------------------------------------------------


def test_tables_are_found_where_they_stand(tmp_path):
    path = tmp_path / "file.toml"
    path.write_text(
        '# first\na = 1\n\n[[one]]\nb = """\n[[one]]\nb = 2\n"""\n[[two]]\n[[one]]\n  c = 3\n', encoding="utf-8"
    )
    tables = read_tables(path, "file.toml", [])
    assert [(table.name, table.line) for table in tables] == [("", 1), ("one", 4), ("two", 9), ("one", 10)]
    assert [table.key_lines for table in tables] == [{"a": 2}, {"b": 5}, {}, {"c": 11}]
    assert tables[3].values == {"c": 3}
