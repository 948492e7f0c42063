"""Close codes in words."""

import pytest

from RealtimeLibrary.core.ending import ERROR_CODES, Ending, code_in_words


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        (1000, "", "1000 (OK)"),
        (1008, "Bye", "1008 (policy violation) 'Bye'"),
        (1005, "", "1005 (no status received)"),
        (3000, "", "3000 (registered use)"),
        (3999, "", "3999 (registered use)"),
        (4000, "x", "4000 (private use) 'x'"),
        (4999, "", "4999 (private use)"),
        (5000, "", "5000 (unknown)"),
        (2000, "", "2000 (unknown)"),
    ],
)
def test_codes_in_words(code: int, reason: str, words: str) -> None:
    assert code_in_words(code, reason) == words


def test_goodbyes_are_no_errors() -> None:
    assert not ERROR_CODES & {1000, 1001, 1005, 1012, 1013, 3000, 4000}


def test_an_ending_is_no_error_unless_told() -> None:
    assert Ending("closed by us", "us") == Ending("closed by us", "us", None, "", False)
