"""What files are found by: keys, sounds of names, and that whatever writes a file writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from portal.people.keys import keys_of, sound, words
from portal.people.models import Person

BORN = date(1980, 2, 29)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Dupont", "Dupond"),
        ("Lefèvre", "Lefebvre"),
        ("Kévin", "Quevin"),
        ("Philippe", "Filipe"),
        ("Leroy", "Leroi"),
        ("Lopez", "Lopes"),
        ("Thierry", "Tiéry"),
        ("Mathieu", "Matthieu"),
        ("Catherine", "Katherine"),
        ("Moreau", "Moro"),
        ("Thibault", "Tibo"),
        ("Renaud", "Renault"),
        ("Martin", "Martain"),
        ("Denis", "Denys"),
        ("Georges", "Georje"),
        ("Christophe", "Kristof"),
        ("Leclerc", "Leclair"),
        ("Mohamed", "Mohammed"),
        ("Youssef", "Yousef"),
        ("François", "Fransois"),
        ("Vincent", "Vinsent"),
        ("Quentin", "Kentin"),
        ("Sylvie", "Silvie"),
        ("Leroux", "Lerou"),
        ("Gautier", "Gauthier"),
        ("Michaël", "Mickaël"),
        ("Isabelle", "Izabelle"),
        ("Wagner", "Vagner"),
        ("Dupuis", "Dupuy"),
        ("Delannoy", "Delanoy"),
        ("Lecomte", "Leconte"),
        ("Jacques", "Jack"),
        ("Djamel", "Jamel"),
        ("Alain", "Alin"),
        ("Cousin", "Couzin"),
        ("Hugues", "Ugues"),
    ],
)
def test_names_that_sound_the_same_have_one_sound(one, other) -> None:
    assert sound(one) == sound(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Martin", "Martine"),
        ("Martin", "Morin"),
        ("Dupont", "Dupuis"),
        ("Durand", "Dupont"),
        ("Bernard", "Bertrand"),
        ("Denis", "Denise"),
        ("Marie", "Marion"),
        ("Jean", "Jeanne"),
        ("Louis", "Louise"),
        ("Simon", "Simone"),
        ("Leroy", "Leroux"),
        ("Moreau", "Morel"),
        ("Claude", "Claudine"),
        ("François", "Françoise"),
        ("Christian", "Christiane"),
        ("Yvon", "Yvan"),
        ("Gérard", "Girard"),
        ("Lambert", "Lombard"),
        ("Julie", "Jules"),
        ("Blanc", "Blanche"),
    ],
)
def test_names_that_do_not_have_two(one, other) -> None:
    assert sound(one) != sound(other)


def test_the_keys_of_a_file_are_its_words_joined_or_not_initials_sounds_birth_date_and_phones() -> None:
    keys = keys_of("Le Goff", "O'Brien", "Jean-Pierre", BORN, ("+33639980012", None))
    assert {"le", "goff", "legoff", "jean", "pierre", "jeanpierre", "obrien", "brien"} <= set(keys)
    assert {"^le", "^goff", "^legoff", "^obrien"} <= set(keys)
    assert "^jean" not in keys
    assert {".j", ".je", ".g", ".go", ".o", "~gof", "~pier", "=1980-02-29", "+33639980012"} <= set(keys)
    assert keys == sorted(set(keys))
    assert words("Jean-Pierre d'Arc") == ["Jean", "Pierre", "d", "Arc"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_has_keys_that_the_index_takes(family, given_names) -> None:
    keys = keys_of(family, None, given_names, BORN, ())
    assert all(key and " " not in key and "\x00" not in key for key in keys)


def test_whatever_makes_or_changes_a_file_through_the_mapper_keeps_it_findable(world, database) -> None:
    person = world.person(family_name="Dupont", given_names="Ana", mobile="+33639980012")
    assert {"dupont", "+33639980012"} <= set(person.search_keys)
    with database.transaction() as session:
        changed = session.get_one(Person, person.id)
        changed.birth_name, changed.mobile, changed.landline = "Durand", None, "+33353010012"
    with database.transaction() as session:
        keys = set(session.get_one(Person, person.id).search_keys)
        assert {"dupont", "durand", "^durand", "+33353010012"} <= keys
        assert "+33639980012" not in keys


def test_a_search_asks_the_index(database) -> None:
    with database.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        question = "EXPLAIN SELECT id FROM person WHERE array_to_tsvector(search_keys) @@ CAST(:q AS tsquery)"
        plan = "\n".join(session.scalars(text(question), {"q": "'dup':*"}))
    assert "ix_person_search" in plan
