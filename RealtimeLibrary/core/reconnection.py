"""When to reconnect, how often and how long to wait: pure decisions, no clock and no socket."""

from dataclasses import dataclass
from typing import Final

STABLE_AFTER: Final = 1.0
"""A connection that stayed open this long, in seconds, or received something was a success: attempts count anew."""

MAX_DELAY: Final = 60.0
"""Backoff never waits longer than this, in seconds, unless the first delay is longer already."""


@dataclass(frozen=True)
class ReconnectionPolicy:
    """How a lost connection is restored.

    Attributes:
        enabled: Whether to reconnect at all.
        attempts: Attempts in a row before giving up.
        delay: Wait before the first attempt, in seconds.
        backoff: Factor by which the wait grows with each further attempt.
        also_on: Close codes and HTTP statuses to retry that are not retried by default.
    """

    enabled: bool = False
    attempts: int = 3
    delay: float = 1.0
    backoff: float = 1.0
    also_on: frozenset[int] = frozenset()

    def delay_before(self, attempt: int, reconnection_time: float | None = None) -> float:
        """Wait before this attempt (1, 2, …), in seconds.

        Args:
            attempt: Number of the attempt in this row.
            reconnection_time: What the server asked for with `retry:`, in seconds; replaces `delay`.
        """
        first = self.delay if reconnection_time is None else reconnection_time
        try:
            return min(first * self.backoff ** (attempt - 1), max(MAX_DELAY, first))
        except OverflowError:
            return max(MAX_DELAY, first) if first else 0.0

    def retries_close(self, code: int) -> bool:
        """Whether a close with this code is followed by another attempt.

        A policy close (1008) and the private codes (4000-4999) are answers, not accidents: not retried unless asked.
        """
        return code in self.also_on or not (code == 1008 or 4000 <= code <= 4999)

    def retries_status(self, status: int) -> bool:
        """Whether an HTTP status in place of a connection is followed by another attempt: only if asked."""
        return status in self.also_on

    def counts_anew(self, open_for: float, received: int) -> bool:
        """Whether a connection that lived like this ends the row of attempts.

        A server that accepts and at once drops uses up the attempts, so that it cannot make the tester spin.
        """
        return received > 0 or open_for >= STABLE_AFTER
