"""A recording connection and the server it talks to, without a network: bytes in, bytes out."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from RealtimeLibrary.core.websocket.receiving import recording_connection


@dataclass
class Recorder:
    """A sink that keeps everything in one list, in order."""

    events: list[Any] = field(default_factory=list)
    batches: int = 0
    openings: int = 0
    size: int = 0

    @property
    def messages(self) -> list[str | bytes]:
        return [event for event in self.events if isinstance(event, str | bytes)]

    @property
    def endings(self) -> int:
        return self.events.count(("ended",))

    def opened(self) -> None:
        self.openings += 1

    def received(self, payloads: list[str | bytes], at: float, size: int) -> None:
        self.events.extend(payloads)
        self.batches += 1
        self.size += size

    def ping_received(self, payload: bytes, at: float) -> None:
        self.events.append(("ping", payload))

    def pong_received(self, payload: bytes, at: float) -> None:
        self.events.append(("pong", payload))

    def ended(self, at: float) -> None:
        self.events.append(("ended",))


class Transport(asyncio.Transport):
    """Collects what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.aborted = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        pass

    def is_closing(self) -> bool:
        return self.aborted

    def abort(self) -> None:
        self.aborted = True

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Peer:
    """An open connection under test with its server.

    Args:
        deflate: Negotiate permessage-deflate with these server options, `None` without compression.
        options: For the connection and its protocol: `max_size`, `ping_interval` and so on.
    """

    def __init__(self, deflate: dict[str, Any] | None = None, *, max_size: int | None = 2**24, **options: Any) -> None:
        extensions = None if deflate is None else [ClientPerMessageDeflateFactory()]
        self.protocol = ClientProtocol(parse_uri("ws://peer/"), extensions=extensions, max_size=max_size)
        self.sink = Recorder()
        self.connection: ClientConnection = recording_connection(self.sink)(
            self.protocol, **({"ping_interval": None} | options)
        )
        self.transport = Transport()
        self.connection.connection_made(self.transport)
        self.server = ServerProtocol(
            extensions=None if deflate is None else [ServerPerMessageDeflateFactory(**deflate)]
        )

    async def answer(self, after: bytes = b"") -> bytes:
        """Begin the handshake and return the server's answer, followed by `after`; the caller delivers it."""
        self.handshake = asyncio.ensure_future(self.connection.handshake())
        await asyncio.sleep(0)
        self.server.receive_data(self.transport.written)
        self.transport.written = b""
        (request,) = self.server.events_received()
        assert isinstance(request, Request)
        self.server.send_response(self.server.accept(request))
        return b"".join(self.server.data_to_send()) + after

    async def open(self) -> "Peer":
        self.connection.data_received(await self.answer())
        await self.handshake
        return self

    def frame(self, opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
        """One frame as the server sends it, compressed where negotiated."""
        return Frame(opcode, data, fin).serialize(mask=False, extensions=self.server.extensions)

    def text(self, text: str) -> bytes:
        return self.frame(Opcode.TEXT, text.encode())

    def feed(self, *parts: bytes) -> None:
        for part in parts:
            self.connection.data_received(part)

    def frames_sent(self) -> list[tuple[Opcode, bytes]]:
        """What the connection sent since the handshake."""
        self.server.receive_data(self.transport.written)
        self.transport.written = b""
        return [
            (event.opcode, bytes(event.data)) for event in self.server.events_received() if isinstance(event, Frame)
        ]

    def lose(self, error: Exception | None = None) -> None:
        """End TCP: a FIN, or with an error a reset."""
        if error is None:
            self.connection.eof_received()
        self.connection.connection_lost(error)
