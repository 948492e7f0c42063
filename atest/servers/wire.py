"""The bytes of HTTP and WebSocket, written and read by hand, so that faults can be put anywhere in them."""

import asyncio
import base64
import hashlib
import socket
import struct
from dataclasses import dataclass, field
from enum import IntEnum
from urllib.parse import parse_qsl, urlsplit

ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3


class Opcode(IntEnum):
    """Kinds of frames (RFC 6455, section 5.2)."""

    CONTINUATION = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


@dataclass(frozen=True)
class Frame:
    """One received frame, unmasked."""

    opcode: int
    payload: bytes
    fin: bool = True


@dataclass
class Request:
    """One received HTTP request; header names are in lower case."""

    method: str
    target: str
    version: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def path(self) -> str:
        """Path of the target; the host's first label where a proxy is asked for another host."""
        if self.method == "CONNECT":
            return "/" + self.target.split(".")[0]
        parts = urlsplit(self.target)
        return "/" + parts.netloc.split(".")[0] if parts.netloc else parts.path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass
class Exchange:
    """One accepted connection: its streams, and what was received on it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    request: Request
    frames: list[Frame] = field(default_factory=list)

    def argument(self, name: str, default: int) -> int:
        """An integer from the URL's query."""
        return int(self.request.query.get(name, default))

    async def send(self, data: bytes | str) -> None:
        """Write these bytes and wait until the transport has room again."""
        self.writer.write(data.encode() if isinstance(data, str) else data)
        await self.writer.drain()

    async def receive_frame(self) -> Frame:
        """The client's next frame; it is recorded too."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack("!H", await self.reader.readexactly(2))
        elif length == 127:
            (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
        key = await self.reader.readexactly(4) if second & 0x80 else bytes(4)
        payload = mask(await self.reader.readexactly(length), key)
        frame = Frame(first & 0x0F, payload, bool(first & 0x80))
        self.frames.append(frame)
        return frame

    async def finish(self) -> None:
        """Read and record frames until the client closes, and answer its close frame."""
        while (received := await self.receive_frame()).opcode != Opcode.CLOSE:
            pass
        await self.send(frame(Opcode.CLOSE, received.payload))

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> Request:
    """Read one request with its body.

    Raises:
        asyncio.IncompleteReadError: The client left before the request was whole.
    """
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, version = first.split(" ", 2)
    headers: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.lower()
        headers[name] = f"{headers[name]}, {value.strip()}" if name in headers else value.strip()
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, version, headers, body)


def mask(payload: bytes, key: bytes) -> bytes:
    """Mask or unmask a payload (RFC 6455, section 5.3)."""
    if not any(key):
        return payload
    repeated = (key * (len(payload) // 4 + 1))[: len(payload)]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return masked.to_bytes(len(payload), "big")


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True, rsv: int = 0, key: bytes | None = None) -> bytes:
    """The bytes of one frame; `rsv` are the three reserved bits, `key` masks it (a server must not)."""
    first = (0x80 if fin else 0) | rsv << 4 | opcode
    masked = 0x80 if key else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, masked | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", first, masked | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, masked | 127, len(payload))
    return head + key + mask(payload, key) if key else head + payload


def text_frame(text: str) -> bytes:
    """A whole text message."""
    return frame(Opcode.TEXT, text.encode())


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame, also with codes that must not be sent."""
    return frame(Opcode.CLOSE, struct.pack("!H", code) + reason.encode())


def accept_value(request: Request) -> str:
    """The `Sec-WebSocket-Accept` that answers the request's key (RFC 6455, section 4.2.2)."""
    digest = hashlib.sha1((request.headers.get("sec-websocket-key", "") + ACCEPT_GUID).encode()).digest()
    return base64.b64encode(digest).decode()


def upgrade(request: Request, **changed: str | None) -> str:
    """A handshake answer; `changed` replaces headers (`upgrade="…"`) or leaves them out (`None`)."""
    headers: dict[str, str | None] = {
        "upgrade": "websocket",
        "connection": "Upgrade",
        "sec_websocket_accept": accept_value(request),
    }
    return answer("101 Switching Protocols", **(headers | changed))


def answer(status: str, body: str = "", /, **headers: str | None) -> str:
    """An HTTP answer; a body brings its `Content-Length`, unless `content_length=None`."""
    if body:
        headers.setdefault("content_length", str(len(body.encode())))
    lines = [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", body])


def chunk(data: bytes | str) -> bytes:
    """One HTTP chunk (RFC 9112, section 7.1); an empty one ends the body."""
    encoded = data.encode() if isinstance(data, str) else data
    return b"%x\r\n%b\r\n" % (len(encoded), encoded)
