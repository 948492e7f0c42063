"""Times, counts and shortened texts."""

from datetime import timedelta
from typing import Any

import pytest

from RealtimeLibrary.core.errors import InvalidArgument
from RealtimeLibrary.core.wording import counted, in_words, seconds_of, shortened


@pytest.mark.parametrize(("value", "expected"), [(5, 5.0), (0.25, 0.25), (timedelta(milliseconds=500), 0.5)])
def test_durations_in_seconds(value: float | timedelta, expected: float) -> None:
    seconds = seconds_of(value, "timeout")
    assert seconds == expected
    assert isinstance(seconds, float)


def test_zero_is_a_delay_but_no_timeout() -> None:
    assert seconds_of(0, "delay", zero=True) == 0
    with pytest.raises(InvalidArgument, match=r"^Argument 'timeout' must be greater than zero, got 0 seconds\.$"):
        seconds_of(timedelta(0), "timeout")
    with pytest.raises(InvalidArgument, match=r"^Argument 'delay' must be zero or more, got -1 seconds\.$"):
        seconds_of(-1, "delay", zero=True)


@pytest.mark.parametrize("value", ["5", "five", None, float("nan"), [5]])
def test_what_is_no_duration(value: Any) -> None:
    with pytest.raises(InvalidArgument, match=r"^Argument 'timeout' must be a number of seconds or a timedelta, got "):
        seconds_of(value, "timeout")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "5 seconds"),
        (1, "1 second"),
        (0.25, "0.25 seconds"),
        (0, "0 seconds"),
        (100, "100 seconds"),
        (1.23456, "1.235 seconds"),
        (0.99999, "1 second"),
        (0.0004, "0.0004 seconds"),
        (-0.0001, "-0.0001 seconds"),
        (-2, "-2 seconds"),
    ],
)
def test_times_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_counts() -> None:
    assert [counted(count, "message") for count in (0, 1, 2, 12_345)] == [
        "0 messages",
        "1 message",
        "2 messages",
        "12,345 messages",
    ]


def test_shortened_texts_are_on_one_line() -> None:
    assert shortened(" a\n b\tc ") == "a b c"
    assert shortened("x" * 75) == "x" * 75
    assert shortened("x" * 76) == "x" * 73 + " …"
    assert len(shortened("word " * 50, 20)) <= 20
