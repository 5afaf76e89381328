import pytest

from hwr.alphabet import Alphabet, characters_of, tell_unknown, unknown_characters
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


def test_unknown_characters_are_counted_with_examples() -> None:
    texts = ["bad", "cade", "éé", "bé", "é", "é"]
    names = [f"{row}.png" for row in range(6)]
    assert characters_of(texts) == "abcdeé"
    found = unknown_characters(Alphabet("abc"), texts, names)
    assert [(u.character, u.count, u.names) for u in found] == [
        ("é", 5, ("2.png", "3.png", "4.png")),
        ("d", 2, ("0.png", "1.png")),
        ("e", 1, ("1.png",)),
    ]
    assert tell_unknown(found, shown=1) == (
        "'é' (U+00E9) 5x, as in 2.png, 3.png, 4.png; and 2 more characters"
    )
    assert unknown_characters(Alphabet("abcdeé"), texts, names) == []
