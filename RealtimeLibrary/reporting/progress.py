"""The line that a long wait prints: what it waits for, how long already, and how much has arrived."""

from typing import Any, Final

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.waiting import Collected, Expectation, Items
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.reporting.showing import shown

EVERY: Final = 5.0
"""Seconds between two lines."""

_PHRASE: Final = 60


def progress_line(expectation: Expectation[Any], elapsed: float, received_before: int, secrets: Secrets) -> str:
    """One line without a line break.

    Args:
        expectation: What is waited for.
        elapsed: For how long, in seconds.
        received_before: How many items its connections had received when it began.
        secrets: What must not be shown.
    """
    line = f"waiting for {shown(expectation.waiting_for, secrets, _PHRASE)}, {elapsed:.0f} of {expectation.seconds:g} s"
    connections = _connections(expectation)
    if not connections:
        return line
    aliases = ", ".join(f"'{shown(connection.alias, secrets, _PHRASE)}'" for connection in connections)
    arrived = counted(received(expectation) - received_before, connections[0].family.noun)
    return f"{aliases}: {line}, {arrived} received meanwhile{_matched(expectation)}"


def _matched(expectation: Expectation[Any]) -> str:
    if isinstance(expectation, Items) and expectation.count is not None:
        return f", {len(expectation.found):,} of {expectation.count:,} matched"
    return f", {len(expectation.found):,} collected" if isinstance(expectation, Collected) else ""


def received(expectation: Expectation[Any]) -> int:
    """How many items the connections have received that it waits on."""
    return sum(connection.record.last for connection in _connections(expectation))


def _connections(expectation: Expectation[Any]) -> list[Connection[Any]]:
    return [connection for connection in expectation.connections if isinstance(connection, Connection)]
