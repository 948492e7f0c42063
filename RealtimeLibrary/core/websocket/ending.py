"""How a WebSocket connection ended, told from the facts that `websockets` and the receive path keep of it."""

import errno
import re
import ssl
from dataclasses import dataclass
from typing import Any, Final, Literal

from websockets.exceptions import PayloadTooBig, ProtocolError

from RealtimeLibrary.core.ending import ERROR_CODES, Ending, code_in_words
from RealtimeLibrary.core.network.causes import RESET, network_cause
from RealtimeLibrary.core.websocket.frames import BadCompression, MessageTooBig
from RealtimeLibrary.core.websocket.receiving import PingTimeout
from RealtimeLibrary.core.wording import counted, in_words

_ABNORMAL: Final = code_in_words(1006)


@dataclass(frozen=True)
class Life:
    """What a connection did before it ended.

    Attributes:
        seconds: How long it was open.
        received: How many messages it received.
    """

    seconds: float
    received: int

    def __str__(self) -> str:
        return f"after {in_words(max(round(self.seconds, 3), 0.001))} and {counted(self.received, 'message')}"


def websocket_ending(websocket: Any, life: Life) -> Ending:
    """The ending of a connection that was open.

    The close code is the one received; 1005 for a close frame without a code, 1006 without a close frame (RFC 6455,
    section 7.1.5), whatever was sent.

    Args:
        websocket: The connection of `websockets`, one of `core.receiving`'s.
        life: What it did before.
    """
    protocol = websocket.protocol
    received, sent, fault = protocol.close_rcvd, protocol.close_sent, protocol.parser_exc
    if received is not None and not isinstance(fault, ProtocolError | UnicodeDecodeError):
        return _closed(
            int(received.code), received.reason, sent, by_us=protocol.close_rcvd_then_sent is False, life=life
        )
    if isinstance(fault, PingTimeout):
        return _abnormal(f"closed with {_ABNORMAL} {life}: {fault}", "network")
    if sent is not None:
        said = code_in_words(int(sent.code), "" if fault else sent.reason)
        why = "not answered by the server" if fault is None or isinstance(fault, EOFError) else _fault_in_words(fault)
        return _abnormal(f"closed by us with {said} {life}: {why}", "us")
    why = _loss_in_words(fault, getattr(websocket, "lost_by", None))
    return _abnormal(f"closed with {_ABNORMAL} {life}: {why}", "network")


def _closed(code: int, reason: str, sent: Any, *, by_us: bool, life: Life) -> Ending:
    said = code_in_words(code, reason)
    if by_us:
        text = f"closed by us with {code_in_words(int(sent.code), sent.reason)} {life}, answered with {said}"
        return Ending(text, "us", code, reason, is_error=code in ERROR_CODES)
    return Ending(f"closed by the server with {said} {life}", "server", code, reason, is_error=code in ERROR_CODES)


def _abnormal(text: str, by: Literal["us", "network"]) -> Ending:
    return Ending(text, by, 1006, "", is_error=True)


def _fault_in_words(fault: BaseException) -> str:
    match fault:
        case UnicodeDecodeError():
            return f"the server sent text that is not UTF-8 ({fault.reason})"
        case PayloadTooBig() if fault.size is not None:
            size = fault.size + (fault.current_size or 0)
            return f"the server sent a message of at least {size:,} bytes, the limit is {fault.max_size:,}"
        case PayloadTooBig():
            return f"the server sent a compressed message that is larger than the limit of {fault.max_size:,} bytes"
        case MessageTooBig():
            return f"the server sent a compressed message that is larger than the limit of {fault.limit:,} bytes"
        case BadCompression():
            return "the server sent a compressed message that cannot be decompressed"
        case ProtocolError():
            return f"the server broke the protocol: {fault}"
        case _:
            return f"receiving failed: {type(fault).__name__}: {fault}"


def _loss_in_words(fault: BaseException | None, lost_by: BaseException | None) -> str:
    if isinstance(lost_by, OSError) and lost_by.errno == errno.ETIMEDOUT:
        return "the network did not get anything through any more"
    if lost_by is not None:
        cause = network_cause(lost_by) or RESET
        return cause if isinstance(lost_by, ssl.SSLError) else f"{cause} without a close frame"
    # websockets' parser says where the bytes ended: "stream ends after 3 bytes, expected 5 bytes"
    inside = re.search(r"after \d+ bytes", str(fault or ""))
    where = " in the middle of a frame" if inside else ""
    return f"the server ended TCP{where} without a close frame"
