"""The tester core: asyncio testers for WebSocket and Server-Sent Events, free of Robot Framework and threads."""

from RealtimeLibrary.core.connection import Mark, State
from RealtimeLibrary.core.ending import Ending
from RealtimeLibrary.core.errors import (
    CannotConnect,
    ClosedWhileWaiting,
    ConnectionClosed,
    ConnectionProblem,
    ExpectationFailed,
    HandshakeRejected,
    InvalidArgument,
    NotAnEventStream,
    NothingMatched,
    PeerViolation,
    RealtimeError,
    TimedOut,
    UnexpectedClose,
    UnexpectedMessage,
    UnknownAlias,
    WrongUse,
)
from RealtimeLibrary.core.messages import Message, SSEEvent
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.sse.tester import SSETester
from RealtimeLibrary.core.websocket.tester import WebSocketTester

__all__ = [
    "CannotConnect",
    "ClosedWhileWaiting",
    "ConnectionClosed",
    "ConnectionProblem",
    "Ending",
    "ExpectationFailed",
    "HandshakeRejected",
    "InvalidArgument",
    "Mark",
    "Message",
    "NotAnEventStream",
    "NothingMatched",
    "PeerViolation",
    "RealtimeError",
    "SSEEvent",
    "SSETester",
    "Secrets",
    "State",
    "TimedOut",
    "UnexpectedClose",
    "UnexpectedMessage",
    "UnknownAlias",
    "WebSocketTester",
    "WrongUse",
]
