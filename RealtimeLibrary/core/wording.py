"""Small pieces of text that every message shares: times, counts, sizes and quoted values."""

from datetime import timedelta

from RealtimeLibrary.core.errors import InvalidArgument

Seconds = float | timedelta
"""A duration: seconds as a number, or a `timedelta`."""


def seconds_of(value: Seconds, name: str, *, zero: bool = False) -> float:
    """`value` in seconds.

    Args:
        value: The duration.
        name: Name of the argument, for the error.
        zero: Whether 0 is allowed (a delay may be zero, a timeout may not).

    Raises:
        InvalidArgument: The duration is negative, or zero where that is not allowed, or not a number.
    """
    if not isinstance(value, int | float | timedelta) or value != value:
        raise InvalidArgument(f"Argument '{name}' must be a number of seconds or a timedelta, got {value!r}.")
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds > 0 or (zero and seconds == 0):
        return seconds
    bound = "zero or more" if zero else "greater than zero"
    raise InvalidArgument(f"Argument '{name}' must be {bound}, got {in_words(seconds)}.")


def in_words(seconds: float) -> str:
    """`5` is '5 seconds', `1` '1 second', `0.25` '0.25 seconds'; at most three decimals."""
    text = f"{seconds:.3f}".rstrip("0").rstrip(".")
    if text in ("0", "-0") and seconds:
        text = f"{seconds:.2g}"
    return f"{text} second{'' if text == '1' else 's'}"


def counted(count: int, noun: str) -> str:
    """`1 message`, `7 messages`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shortened(text: str, limit: int = 75) -> str:
    """`text` on one line, at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 2]} …"
