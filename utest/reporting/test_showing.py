"""Foreign values as safe text."""

from typing import Any

import pytest

from RealtimeLibrary.core.conditions.findings import MISSING
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.reporting.showing import described_payload, shown, shown_value, size_in_words, visible


def secrets(*values: str) -> Secrets:
    known = Secrets()
    for value in values:
        known.add(value)
    return known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain äöü 漢字 🚀", "plain äöü 漢字 🚀"),
        ("a\nb\tc\r", "a\\nb\\tc\\r"),
        ("\x00\x1b\x7f\x9b", "\\x00\\x1b\\x7f\\x9b"),
        ("\u200b\u202e\u2028\ufeff", "\\u200b\\u202e\\u2028\\ufeff"),
        ("\ud800\udfff", "\\ud800\\udfff"),
        ("\ufffd\ufffe", "\ufffd\\ufffe"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, expected: str) -> None:
    assert visible(text) == expected


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("12345", 5, "12345"),
        ("123456", 5, "123 …"),
        ("123 56789", 6, "123 …"),
        ("", 5, ""),
        ("\x00\x00\x00", 5, "\\x0 …"),
    ],
)
def test_a_long_text_is_cut(text: str, limit: int, expected: str) -> None:
    assert shown(text, secrets(), limit) == expected


@pytest.mark.parametrize("before", range(60))
def test_no_part_of_a_secret_is_left_by_the_cut(before: int) -> None:
    values = ("S3CR3T-VALUE", "S3CR3T-VALUE-THAT-IS-LONGER", "S3" * 50)
    known = secrets(*values)
    for value in values:
        text = "x" * before + value * 50
        assert "S3" not in shown(text, known, 20)
        assert b"S3".hex(" ") not in described_payload(text.encode(), known, 20)
        assert "S3" not in shown_value(text, known, 20)
        assert "S3" not in shown_value({"a": [text, {text: 1}]}, known, 40)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("42", "'42' (str)"),
        (42, "42 (int)"),
        (True, "True (bool)"),
        (None, "None (NoneType)"),
        (1.5, "1.5 (float)"),
        ([1, "a"], "[1, 'a'] (list)"),
        ({"a": {"b": [None]}}, "{'a': {'b': [None]}} (dict)"),
        (b"\x00\xff", "binary 00 ff (bytes)"),
        (MISSING, "missing"),
    ],
)
def test_a_value_is_shown_with_its_type(value: Any, expected: str) -> None:
    assert shown_value(value, secrets()) == expected


def test_a_huge_value_is_shown_by_its_start_or_size() -> None:
    assert shown_value("x" * 5_000_000, secrets()) == f"'{'x' * 72} … (str)"
    assert shown_value(10**5_000, secrets()) == "16610 bits (int)"


def test_a_deeply_nested_value_is_cut() -> None:
    value: Any = "core"
    for _ in range(100_000):
        value = [value]
    assert len(shown_value(value, secrets())) < 90


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1 kB"),
        (1_234, "1.2 kB"),
        (999_949, "999.9 kB"),
        (999_999, "1 MB"),
        (5_242_880, "5.2 MB"),
        (3_000_000_000_000, "3000 GB"),
    ],
)
def test_sizes_are_told_in_words(size: int, expected: str) -> None:
    assert size_in_words(size) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("", "empty [0 bytes]"), (b"", "binary empty [0 bytes]"), ("é", "é [2 bytes]"), (b"\x01", "binary 01 [1 byte]")],
)
def test_a_payload_is_told_with_its_true_size(raw: str | bytes, expected: str) -> None:
    assert described_payload(raw, secrets()) == expected
