"""How a connection ended: the facts of both sides, and one text for them everywhere."""

from dataclasses import dataclass
from typing import Final, Literal

CODE_NAMES: Final = {
    1000: "OK",
    1001: "going away",
    1002: "protocol error",
    1003: "unsupported data",
    1005: "no status received",
    1006: "abnormal closure",
    1007: "invalid frame payload data",
    1008: "policy violation",
    1009: "message too big",
    1010: "mandatory extension",
    1011: "internal error",
    1012: "service restart",
    1013: "try again later",
    1014: "bad gateway",
    1015: "TLS handshake failed",
}
"""Registered close codes (RFC 6455, section 7.4.1, and IANA's WebSocket Close Code Number Registry)."""


ERROR_CODES: Final = frozenset({1002, 1003, 1006, 1007, 1008, 1009, 1010, 1011, 1014, 1015})
"""Close codes that report that something broke; the others say goodbye, or mean what the application says."""


def code_in_words(code: int, reason: str = "") -> str:
    """`1008 (policy violation) 'Bye'`."""
    if name := CODE_NAMES.get(code):
        text = f"{code} ({name})"
    elif 3000 <= code < 4000:
        text = f"{code} (registered use)"
    elif 4000 <= code < 5000:
        text = f"{code} (private use)"
    else:
        text = f"{code} (unknown)"
    return f"{text} '{reason}'" if reason else text


@dataclass(frozen=True)
class Ending:
    """How a connection ended.

    Attributes:
        text: The whole story in words, beginning with 'closed' or with what broke.
        by: Who ended it: the `server`, `us`, or the `network` where no side said goodbye.
        code: The WebSocket close code, 1005 for a close frame without one, 1006 for none at all; `None` for SSE.
        reason: The close reason, empty without one.
        is_error: Whether the connection broke. A clean end, or one that was asked for, is no error.
    """

    text: str
    by: Literal["server", "us", "network"]
    code: int | None = None
    reason: str = ""
    is_error: bool = False
