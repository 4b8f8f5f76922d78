"""The form of words in the index."""

from __future__ import annotations

import pytest

from extery_site.search.queries import MAX_WORDS, TextQuery
from extery_site.search.words import MAX_WORD, name_words, words_of


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("colour", "color"),
        ("Colouring", "coloring"),
        ("greyscale", "grayscale"),
        ("normalise", "normalize"),
        ("organisation", "organization"),
        ("optimising", "optimizing"),
        ("centre", "center"),
        ("modelling", "modeling"),
    ],
)
def test_two_spellings_are_one_word(british: str, american: str) -> None:
    assert words_of(british) == words_of(american) == [american]


@pytest.mark.parametrize(
    "word",
    [
        *("noise", "precise", "exercise", "promise", "clockwise", "rise", "revise", "advertise"),
        *("supervised", "praise", "surprising", "wise", "disguised", "franchise", "merchandise"),
        *("axis", "basis", "raises", "devised", "denoiser", "premise", "enterprise"),
    ],
)
def test_other_words_with_such_endings_stay(word: str) -> None:
    assert words_of(word) == [word]


def test_words_have_no_case_accents_and_signs() -> None:
    assert words_of("Déjà-Vu: ﬁne_tune (2×)!") == ["deja", "vu", "fine", "tune", "2"]
    assert words_of("x" * 100) == ["x" * MAX_WORD]


def test_a_name_has_its_words_and_these_joined() -> None:
    assert set(name_words("folder_door")) == {"folder", "door", "folderdoor"}
    assert set(name_words("FolderDoor 2")) == {
        *("folder", "door", "2", "folderdoor", "door2", "folderdoor2"),
    }
    assert "html" in name_words("HTMLReader")


def test_a_long_search_is_cut() -> None:
    assert len(TextQuery.parse("a b c d e f g h i j k").words) == MAX_WORDS
    assert TextQuery.parse("light light").words == ("light",)
    assert TextQuery.parse("\0 \" * ( ' :").words == ()
