"""Spellings of one name meet; damaged names are noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbot.domain.names import fold, fold_home, is_damaged


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Siân", "SIAN"),
        ("Llŷr", "Llyr"),
        ("Llŷr", "Lly\u0302r"),
        ("O’Neill", "O'Neill"),
        ("Ó Néill", "ONeill"),
        ("ap Rhys", "ApRhys"),
        ("ap Rhys", "Ap-Rhys"),
        ("ferch Llywelyn", "FerchLlywelyn"),
        ("Mac Giolla", "MacGiolla"),
        ("Smith-Jones", "Smith  Jones"),
        ("Łukasz", "Lukasz"),
        ("Tŷ’r Bont", "Ty'r Bont"),
        ("Müller", "MÜLLER"),
    ],
)
def test_spellings_of_one_name_meet(one, other):
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Rees", "Rhys"), ("Ann", "Anna"), ("Jo", "Joe")])
def test_different_names_do_not(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize("name", ["D?r", "Si\ufffdn", "SiÃ¢n", "LlÅ·r", "Oâ€™Neill"])
def test_names_that_lost_letters_are_noticed(name):
    assert is_damaged(name)


@pytest.mark.parametrize("name", ["Siân", "JOÃO", "Llŷr", "O’Neill", "Zoë", "Nguyễn", "X", ""])
def test_real_names_are_not_taken_for_damaged(name):
    assert not is_damaged(name)


def test_a_home_is_postcode_and_house_number():
    assert fold_home("14B High Street", "np99 1aa") == fold_home("14b, High St", "NP991AA")
    assert fold_home("14 High Street", "NP99 1AA") != fold_home("15 High Street", "NP99 1AA")
    assert fold_home("Rose Cottage", "NP99 1AA") is None
    assert fold_home("14 High Street", "") is None


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(name):
    assert fold(fold(name)) == fold(name)
