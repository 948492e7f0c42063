"""How received bytes reach a tester: connections for websockets' `connect(create_connection=...)`.

websockets hands messages over through a queue and `recv()`, which costs more than all the rest of receiving.
A tester records everything anyway, so here a connection calls its `Sink` from the event loop's read callback,
with one batch of messages per read. Nothing waits in between, and nobody calls `recv()`.

Three connections, from the fastest to the one that needs least of websockets' inside.
`recording_connection()` takes the first that the installed version supports:

- `CuttingConnection` cuts simple frames out of the bytes and leaves every other frame to websockets' parser.
- `ParsingConnection` takes whole frames from websockets' parser.
- `QueuedConnection` calls `recv()` in a task; it uses documented names only.
"""

import asyncio
import codecs
import time
from contextlib import suppress
from typing import Any, ClassVar, Final, Protocol

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import Event, State

from RealtimeLibrary.core.messages import size_of
from RealtimeLibrary.core.websocket.frames import CLOSE, BadCompression, FrameCutter, Messages, MessageTooBig

_END_OF_HEADERS: Final = b"\r\n\r\n"
_DATA: Final = (Opcode.CONT, Opcode.TEXT, Opcode.BINARY)
_Utf8Decoder: Final = codecs.getincrementaldecoder("utf-8")


class Sink(Protocol):
    """What takes in everything received on a connection; called on the event loop, and must not raise.

    Times are `time.monotonic()` when the bytes arrived, in seconds.
    """

    def opened(self) -> None:
        """Take note that the opening handshake is done; called before anything is received."""

    def received(self, payloads: list[str | bytes], at: float, size: int) -> None:
        """Take messages in arrival order; `size` is the sum of their payloads in bytes."""

    def ping_received(self, payload: bytes, at: float) -> None:
        """Take note of a ping, which is answered already."""

    def pong_received(self, payload: bytes, at: float) -> None:
        """Take note of a pong."""

    def ended(self, at: float) -> None:
        """Take note that nothing more will be received: closed by either side, failed, or lost.

        Called exactly once for a connection that was open. The TCP connection may still be closing.
        """


class PingTimeout(Exception):
    """No pong came in time."""


class CreateConnection(Protocol):
    """What `connect(create_connection=...)` calls."""

    def __call__(self, protocol: ClientProtocol, **options: Any) -> "Recording":
        """Create the connection that runs the protocol."""


def recording_connection(sink: Sink) -> CreateConnection:
    """The factory of connections that record into `sink`, for `connect(create_connection=...)`.

    It chooses the fastest connection whose needs the installed websockets meets.
    """

    def create(protocol: ClientProtocol, **options: Any) -> Recording:
        for kind in (CuttingConnection, ParsingConnection):
            if kind.is_supported(protocol):
                return kind(protocol, sink=sink, **options)
        return QueuedConnection(protocol, sink=sink, **options)

    return create


class ParsingConnection(ClientConnection):
    """A connection that records whole frames as websockets' parser delivers them.

    Args:
        sink: Takes what is received.

    Attributes:
        received_at: When the last bytes arrived on the monotonic clock, in seconds; 0 before the first.
        lost_by: The error that ended TCP, `None` before and for an orderly end.
    """

    needs_of_connection: ClassVar = frozenset({"process_event", "keepalive", "send_data"})
    needs_of_protocol: ClassVar = frozenset(
        {"fail", "parser_exc", "close_rcvd", "handshake_exc", "send_text", "send_binary"}
    )

    @classmethod
    def is_supported(cls, protocol: ClientProtocol) -> bool:
        """Whether the installed websockets has every undocumented name that is used here."""
        return all(hasattr(ClientConnection, name) for name in cls.needs_of_connection) and all(
            hasattr(protocol, name) for name in cls.needs_of_protocol
        )

    def __init__(self, protocol: ClientProtocol, *, sink: Sink, **options: Any) -> None:
        super().__init__(protocol, **options)
        self._sink = sink
        self.received_at = 0.0
        self.lost_by: Exception | None = None
        self._ended = False
        self._closing: asyncio.TimerHandle | None = None  # limits how long the peer keeps TCP open at the end
        self._fragments = bytearray()
        self._validator: codecs.IncrementalDecoder | None = None  # of the text message that is assembled

    def send_now(self, payload: str | bytes) -> None:
        """Hand a message to the network in this very moment, without waiting for room in the buffers.

        Raises:
            InvalidState: The connection is not open.
        """
        if isinstance(payload, str):
            self.protocol.send_text(payload.encode())
        else:
            self.protocol.send_binary(payload)
        self.send_data()

    # asyncio's callbacks

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        self.received_at = time.monotonic()
        self._parse(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Process the end of the TCP connection."""
        self.lost_by = exc
        super().connection_lost(exc)
        if self._closing is not None:
            self._closing.cancel()
        self._end(time.monotonic())

    # What websockets calls

    def process_event(self, event: Event) -> None:
        """Process the handshake's response or one frame."""
        if not isinstance(event, Frame):
            super().process_event(event)
            if self._was_open:
                self._sink.opened()
        elif self._ended:
            return
        elif event.opcode in _DATA:
            self._assemble(event)
        elif event.opcode is Opcode.PING:
            self._sink.ping_received(bytes(event.data), self.received_at)
        elif event.opcode is Opcode.PONG:
            super().process_event(event)
            self._sink.pong_received(bytes(event.data), self.received_at)

    async def keepalive(self) -> None:
        """Send pings; give the peer up at the first pong that is late, without waiting for a close frame."""
        assert self.ping_interval is not None, "keepalive is started only with an interval"
        try:
            while True:
                await asyncio.sleep(self.ping_interval)
                async with asyncio.timeout(self.ping_timeout):
                    pong = await self.ping()
                    if self.ping_timeout is not None:
                        await pong
        except TimeoutError:
            reason = f"no pong within {self.ping_timeout:g} seconds"
            self._fail(CloseCode.INTERNAL_ERROR, "keepalive ping timeout", PingTimeout(reason))
            self.transport.abort()
        except ConnectionClosed:
            return

    # Messages

    def _parse(self, data: bytes) -> None:
        super().data_received(data)
        self._notice_end()

    def _assemble(self, frame: Frame) -> None:
        """Add a data frame to its message, and deliver the message with its last frame.

        Text is validated with every fragment, so a fault is found as soon as it is received. Only payload
        bytes are kept, whatever the number of fragments; the protocol's `max_size` limits their sum.
        """
        if frame.opcode is not Opcode.CONT:
            self._fragments = bytearray()
            self._validator = _Utf8Decoder("strict") if frame.opcode is Opcode.TEXT else None
        self._fragments += frame.data
        try:
            if self._validator is not None:
                self._validator.decode(bytes(frame.data), final=frame.fin)
        except UnicodeDecodeError as error:
            self._fail(CloseCode.INVALID_DATA, f"{error.reason} in a text message", error)
            return
        if frame.fin:
            payload, self._fragments = bytes(self._fragments), bytearray()
            is_text = self._validator is not None
            self._sink.received([payload.decode() if is_text else payload], self.received_at, len(payload))

    # Endings

    def _fail(self, code: CloseCode, reason: str, error: Exception) -> None:
        """Fail the connection (RFC 6455, section 7.1.7): send a close frame and ignore what follows."""
        self.protocol.fail(code, reason)
        self.protocol.parser_exc = error
        self.send_data()
        self._notice_end()

    def _notice_end(self) -> None:
        """Tell the sink at once when nothing more will be received, and let TCP close in a limited time."""
        protocol = self.protocol
        if self._ended or (protocol.close_rcvd is None and protocol.parser_exc is None):
            return
        self._end(time.monotonic())
        if self.close_timeout is not None:
            self._closing = self.loop.call_later(self.close_timeout, self.transport.abort)

    @property
    def _was_open(self) -> bool:
        return self.response is not None and self.protocol.handshake_exc is None

    def _end(self, at: float) -> None:
        if self._was_open and not self._ended:
            self._ended = True
            self._sink.ended(at)


class CuttingConnection(ParsingConnection):
    """A connection that cuts simple frames straight out of the received bytes while it is open.

    Every other frame goes through websockets' parser, one at a time, so that it takes effect after the
    messages before it and before what follows it.
    """

    needs_of_protocol: ClassVar = ParsingConnection.needs_of_protocol | {
        "current_size",
        "max_message_size",
        "extensions",
        "debug",
    }

    def __init__(self, protocol: ClientProtocol, *, sink: Sink, **options: Any) -> None:
        super().__init__(protocol, sink=sink, **options)
        self._cutter: FrameCutter | None = None
        # The last bytes of the response, to find its end; `None` once it is complete.
        self._response_end: bytes | None = b""

    def data_received(self, data: bytes) -> None:
        """Process received bytes."""
        self.received_at = time.monotonic()
        if self._response_end is not None:
            data = self._read_response(self._response_end, data)
        if self._cutter is not None and self.protocol.state is State.OPEN:
            self._cut(self._cutter, data)
        elif data:
            self._parse(self._rest() + data)

    def eof_received(self) -> None:
        """Process the end of the stream."""
        self._parse(self._rest())
        super().eof_received()

    def _read_response(self, before: bytes, data: bytes) -> bytes:
        """Parse the response of the opening handshake; return the bytes that follow its headers."""
        seen = before + data
        end = seen.find(_END_OF_HEADERS)
        if end < 0:
            self._response_end = seen[1 - len(_END_OF_HEADERS) :]
            self._parse(data)
            return b""
        self._response_end = None
        border = end + len(_END_OF_HEADERS) - len(before)
        self._parse(data[:border])
        if self.protocol.state is State.OPEN and not self.protocol.debug:
            # At the level DEBUG, websockets' own parser logs every frame.
            self._cutter = self._new_cutter()
        return data[border:]

    def _new_cutter(self) -> FrameCutter | None:
        """The cutter for the negotiated extensions, or `None` where it does not know them."""
        limit = self.protocol.max_message_size
        match self.protocol.extensions:
            case []:
                return FrameCutter(limit)
            case [PerMessageDeflate() as deflate] if _is_shareable(deflate):
                return FrameCutter(limit, deflate)
            case _:
                return None

    def _cut(self, cutter: FrameCutter, data: bytes) -> None:
        try:
            for part in cutter.feed(data):
                if isinstance(part, Messages):
                    self._sink.received(part.payloads, self.received_at, part.size)
                    continue
                if part.opcode == CLOSE:
                    # A close frame may come inside a fragmented message (RFC 6455, section 5.4); websockets
                    # would fail the connection with 1002 instead of answering it.
                    self.protocol.current_size = None
                self._parse(part.data)
                if self.protocol.state is not State.OPEN:
                    self._parse(cutter.take_rest())
                    return
        except UnicodeDecodeError as error:
            self._fail(CloseCode.INVALID_DATA, f"{error.reason} in a text message", error)
        except MessageTooBig as error:
            self._fail(CloseCode.MESSAGE_TOO_BIG, str(error), error)
        except BadCompression as error:
            self._fail(CloseCode.PROTOCOL_ERROR, str(error), error)

    def _rest(self) -> bytes:
        return b"" if self._cutter is None else self._cutter.take_rest()


def _is_shareable(deflate: PerMessageDeflate) -> bool:
    """Whether the cutter can use the decoder of websockets' extension."""
    if not hasattr(deflate, "remote_no_context_takeover") or not hasattr(deflate, "remote_max_window_bits"):
        return False
    return deflate.remote_no_context_takeover or hasattr(deflate, "decoder")


class QueuedConnection(ClientConnection):
    """A connection that records what `recv()` returns; it does not see pings and pongs.

    Args:
        sink: Takes what is received.
    """

    def __init__(self, protocol: ClientProtocol, *, sink: Sink, **options: Any) -> None:
        super().__init__(protocol, **options)
        self._sink = sink
        self._receiving: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None  # the last message, which waits for those before it

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start receiving."""
        super().connection_made(transport)
        self._receiving = asyncio.get_running_loop().create_task(self._receive())

    def send_now(self, payload: str | bytes) -> None:
        """Send a message as soon as the loop turns; an error of it shows in the connection's end."""
        if self.state is not State.OPEN:
            raise InvalidState(f"connection is {self.state.name.lower()}")
        self._sending = self.loop.create_task(self._send_after(self._sending, payload))

    async def send(self, message: Any, *, text: bool | None = None) -> None:
        """Send a message, after those that were to be sent at once."""
        if self._sending is not None:
            await asyncio.wait([self._sending])
        await super().send(message, text=text)

    async def _send_after(self, earlier: asyncio.Task[None] | None, payload: str | bytes) -> None:
        if earlier is not None:
            await earlier
        with suppress(ConnectionClosed):
            await super().send(payload)

    async def _receive(self) -> None:
        while self.state is State.CONNECTING:  # noqa: ASYNC110 - nothing documented tells when it is over
            await asyncio.sleep(0.001)
        if self.response is None or self.response.status_code != 101:
            return
        self._sink.opened()
        with suppress(ConnectionClosed):
            while True:
                payload = await self.recv()
                self._sink.received([payload], time.monotonic(), size_of(payload))
        self._sink.ended(time.monotonic())


Recording = ParsingConnection | QueuedConnection
"""A connection that records."""
