from itertools import product

from bridge.text import is_one_letter_off, letters_off, one_line, shorten


def test_a_text_becomes_one_line_without_what_cannot_be_printed():
    assert one_line(" two\nlines\tand \x1b[31m a\u2028colour  ") == "two lines and [31m a colour"
    assert one_line("Zoë's 🎵") == "Zoë's 🎵"


def test_a_line_of_too_many_letters_is_cut_with_three_dots():
    assert one_line("a" * 10, 10) == "a" * 10
    assert one_line("a" * 11, 10) == "a" * 7 + "..."


def test_a_value_is_read_back_in_quotes_and_never_long():
    assert shorten("a\nb") == r"'a\nb'"
    assert shorten(3.5) == "3.5"
    assert shorten("x" * 100) == "'" + "x" * 56 + "..." and len(shorten("x" * 100)) == 60


def test_a_swap_of_neighbours_is_one_letter():
    assert letters_off("huose", "house") == 1
    assert letters_off("house", "house") == 0


def test_one_letter_off_is_a_distance_of_one():
    words = ["".join(letters) for n in range(5) for letters in product("ab", repeat=n)]
    for one, other in product(words, words):
        assert is_one_letter_off(one, other) == (letters_off(one, other) == 1), (one, other)
    assert letters_off("hose", "house") == 1
