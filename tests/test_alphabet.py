import pytest

from hwr.alphabet import Alphabet
from hwr.errors import AlphabetError, ConfigError


def test_ids_begin_behind_the_blank_and_come_back() -> None:
    alphabet = Alphabet("abc")
    assert alphabet.encode("cab") == [3, 1, 2]
    assert alphabet.decode([3, 1, 2]) == "cab"
    assert alphabet.classes == 4


def test_an_unknown_character_is_named_with_its_line() -> None:
    with pytest.raises(AlphabetError, match=r"x\.png: 'é' \(U\+00E9\)"):
        Alphabet("abc").encode("aé", "x.png")


@pytest.mark.parametrize("characters", ["", "aba"])
def test_refuses_empty_and_double(characters: str) -> None:
    with pytest.raises(ConfigError):
        Alphabet(characters)
