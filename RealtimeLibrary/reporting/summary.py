"""The few words that a passing keyword logs.

Robot logs arguments and return value already; the line adds only what they do not show, and stays short: a suite of ten
thousand keywords has ten thousand of them.
"""

from collections.abc import Sequence
from typing import Any

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.messages import Item
from RealtimeLibrary.core.waiting import Expectation, Quiet
from RealtimeLibrary.core.wording import counted, in_words


def passed(expectation: Expectation[Any], result: Any, elapsed: float) -> str:
    """What a passing wait or assertion logs; empty if there is nothing to say.

    Args:
        expectation: What came true.
        result: Its result.
        elapsed: How long it took, in seconds.
    """
    if isinstance(expectation, Quiet):
        return _checked(expectation)
    if isinstance(result, list):
        return _numbers(result, elapsed)
    return ""


def _numbers(items: Sequence[Item], elapsed: float) -> str:
    """`#12 after 0.204 s`, `#3 to #9 (5) after 1.200 s`."""
    return f"{numbers(items)} after {elapsed:.3f} s"


def numbers(items: Sequence[Item]) -> str:
    """`#12`, `#3 to #9 (5)`."""
    if len(items) < 2:
        return f"#{items[0].number}" if items else "nothing"
    return f"#{items[0].number} to #{items[-1].number} ({len(items):,})"


def _checked(quiet: Quiet[Any]) -> str:
    """What a passed negative assertion is worth: for how long it was quiet, and how much else came."""
    situation = quiet.situation()
    connection: Connection[Any] = situation.connection
    noun = connection.family.noun
    count = max(situation.last - situation.first + 1, 0)
    line = f"'{connection.alias}' was open and quiet for {in_words(quiet.seconds)}; {counted(count, noun)} checked"
    if situation.misfits:
        line += f", {situation.misfits:,} of them lack what the condition asks for"
    return f"{line}."
