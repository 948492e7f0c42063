"""The errors of the library: three families for three readers.

    RealtimeError
    ├── ExpectationFailed (AssertionError)    the system under test is wrong: a test verdict
    │   ├── NothingMatched                    time is up and too little matched
    │   ├── UnexpectedMessage                 something arrived that must not
    │   ├── ClosedWhileWaiting                the connection ended before the verdict
    │   └── UnexpectedClose                   it closed otherwise than expected, or did not close
    ├── ConnectionProblem                     the environment or the peer: not a verdict
    │   ├── CannotConnect                     name, TCP, TLS or proxy failed
    │   ├── HandshakeRejected                 the server answered, but not with a WebSocket or a 200
    │   ├── NotAnEventStream                  the server answered with something else
    │   ├── TimedOut (TimeoutError)           the connection was not open in time
    │   ├── ConnectionClosed                  sending or asking on a connection that is not open
    │   └── PeerViolation                     the peer broke the protocol
    └── WrongUse (ValueError)                 the keyword or the API was called wrongly
        ├── InvalidArgument
        └── UnknownAlias

A bug in the library is none of these and keeps its traceback. Every error has a text; foreign errors are chained as the
cause and never shown alone.
"""

from collections.abc import Sequence
from typing import Any


class RealtimeError(Exception):
    """Base of all errors of the library.

    `ROBOT_SUPPRESS_NAME` keeps the class name out of Robot's message; it is a plain attribute, so the core stays free
    of Robot.
    """

    ROBOT_SUPPRESS_NAME = True


class ExpectationFailed(RealtimeError, AssertionError):
    """The system under test is wrong.

    Args:
        verdict: The first line: what was expected, where, how long, and what happened instead.
        situation: What the expectation saw, for a report that explains it; see `core.situation`.
        evidence: Lines that follow the verdict where there is no situation; ready to be shown.
        own_text: Whether the verdict is the user's own text, to which nothing is added.
    """

    def __init__(
        self, verdict: str, situation: Any = None, *, evidence: Sequence[str] = (), own_text: bool = False
    ) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.situation = situation
        self.evidence = evidence
        self.own_text = own_text


class NothingMatched(ExpectationFailed):
    """Time is up, and nothing or too little matched."""


class UnexpectedMessage(ExpectationFailed):
    """Something was received that must not arrive."""


class ClosedWhileWaiting(ExpectationFailed):
    """The connection ended before the expectation was met."""


class UnexpectedClose(ExpectationFailed):
    """The connection closed otherwise than expected, or did not close."""


class ConnectionProblem(RealtimeError):
    """The environment or the peer prevents the test: no verdict about the feature under test."""


class CannotConnect(ConnectionProblem):
    """Name resolution, TCP, TLS or a proxy failed."""


class HandshakeRejected(ConnectionProblem):
    """The server answered the opening handshake or the request with something else.

    Attributes:
        status: The HTTP status, or `None` where the answer had none.
        retry_after: The wait that the answer's `Retry-After` asks for, in seconds, or `None` without one.
    """

    def __init__(self, text: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.retry_after = retry_after


class NotAnEventStream(HandshakeRejected):
    """The answer is not an event stream (WHATWG HTML 9.2.2)."""


class TimedOut(ConnectionProblem, TimeoutError):
    """The connection was not open in time."""


class ConnectionClosed(ConnectionProblem):
    """The connection is not open, so nothing can be sent or asked."""


class PeerViolation(ConnectionProblem):
    """The peer broke the protocol (RFC 6455, WHATWG HTML 9.2) or a limit."""


class WrongUse(RealtimeError, ValueError):
    """The keyword or the API was called wrongly."""


class InvalidArgument(WrongUse):
    """An argument has a value that cannot be used."""


class UnknownAlias(WrongUse):
    """No connection has this alias."""
