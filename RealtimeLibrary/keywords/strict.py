"""Strict mode: a test must not leave anything behind that it neither read nor asserted."""

from collections.abc import Collection
from typing import Any

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.stream_checks.leftovers import Baseline, Leftovers, leftovers
from RealtimeLibrary.core.wording import counted
from RealtimeLibrary.keywords.session import Session
from RealtimeLibrary.reporting.stream_findings import leftover_lines


class StrictMode:
    """Looks at all connections at the end of a test.

    Args:
        session: The session.
        ignore_types: Message and event types that need not be read.
    """

    def __init__(self, session: Session, ignore_types: Collection[str]) -> None:
        self._session = session
        self._ignore_types = frozenset(ignore_types)
        self._baselines: dict[Connection[Any], Baseline] = {}

    def begin(self) -> None:
        """A test begins: what happened so far is not its business."""
        self._baselines = {stream.connection: Baseline.of(stream.connection) for stream in self._session.store}

    def verdict(self) -> str | None:
        """What the test left behind, in words; `None` for nothing."""
        left = {stream.connection: self._left(stream.connection) for stream in self._session.store}
        lines = [line for connection, what in left.items() for line in leftover_lines(what, connection)]
        if not lines:
            return None
        connections = counted(sum(map(bool, left.values())), "connection")
        return "\n".join([f"Strict mode: the test left something behind on {connections}.", *lines])

    def _left(self, connection: Connection[Any]) -> Leftovers:
        return leftovers(
            connection,
            self._baselines.get(connection, Baseline()),
            self._ignore_types,
            end_expected=connection in self._session.expected_ends,
        )
