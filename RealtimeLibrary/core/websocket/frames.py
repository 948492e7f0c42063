"""Cut simple WebSocket frames straight out of received bytes (RFC 6455, section 5.2; RFC 7692).

Nearly every frame of a real stream is simple: a whole text or binary message, unmasked and shorter than
64 KiB. Those are sliced out of the bytes in one loop, without an object or a call per frame. Every other
frame (control, fragmented, long, faulty) is handed on as it came, for a parser that knows all the rules.
There is no I/O and no clock here, so every sequence of bytes is testable.
"""

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

# First byte of a simple frame: FIN, opcode, and RSV1 for a compressed message.
_TEXT: Final = 0x81
_BINARY: Final = 0x82
_COMPRESSED_TEXT: Final = 0xC1
_COMPRESSED: Final = (0xC1, 0xC2)

_FIN: Final = 0x80
_MASKED: Final = 0x80
_OPCODE: Final = 0x0F
_CONTINUATION: Final = 0x0
_DATA_OPCODES: Final = frozenset({_CONTINUATION, 0x1, 0x2})
_OPCODES: Final = _DATA_OPCODES | {0x8, 0x9, 0xA}
CLOSE: Final = 0x8

_LENGTH_16: Final = 126  # the length is in the next two bytes; above it, in the next eight
_LONGEST_SIMPLE: Final = 0xFFFF  # bytes; a longer frame would be copied with every read that adds to it

_TAIL: Final = b"\x00\x00\xff\xff"  # what a sender cuts off a compressed message (RFC 7692, section 7.2.1)


class MessageTooBig(Exception):
    """A message would be larger than the limit after decompression.

    Attributes:
        limit: The largest message allowed, in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(f"compressed message exceeds limit of {limit} bytes when decompressed")
        self.limit = limit


class BadCompression(Exception):
    """A message cannot be decompressed."""


class Deflate(Protocol):
    """What is used of websockets' `PerMessageDeflate`, whose decoder the parser of other frames shares."""

    remote_no_context_takeover: bool
    remote_max_window_bits: int
    decoder: "zlib._Decompress"


@dataclass(frozen=True, slots=True)
class Messages:
    """Complete messages, in order, with the sum of their sizes in bytes."""

    payloads: list[str | bytes]
    size: int


@dataclass(frozen=True, slots=True)
class Other:
    """Bytes of one frame that is not simple; all of it, unless it is long or faulty."""

    data: bytes
    opcode: int


class FrameCutter:
    """Cuts a stream of bytes into simple messages and other frames.

    It starts at the border of a frame, and ends with the first error.

    Args:
        max_size: Largest message in bytes, after decompression; `None` sets no limit.
        deflate: The negotiated permessage-deflate extension, or `None` without compression.
    """

    def __init__(self, max_size: int | None = None, deflate: Deflate | None = None) -> None:
        self._max_size = max_size
        self._deflate = deflate
        self._longest = _LONGEST_SIMPLE if max_size is None else min(max_size, _LONGEST_SIMPLE)
        self._data = b""  # received, from the last border of a frame or earlier
        self._position = 0  # what is before it in the data was yielded
        self._owed = 0  # bytes still to come of a long or faulty frame that is handed on in parts
        self._opcode = 0  # of the last other frame
        self._in_fragments = False  # inside a fragmented message, where even a whole text frame is an error

    def feed(self, data: bytes) -> Iterator[Messages | Other]:
        """Cut all that is whole. The consumer may stop at any point and `take_rest()`.

        Raises:
            UnicodeDecodeError: Text is not UTF-8; also when only the beginning of its frame was received.
            MessageTooBig: A compressed message exceeds the limit.
            BadCompression: A compressed message is not valid DEFLATE data.
        """
        self._data = self.take_rest() + data
        if self._owed:
            yield self._take(min(self._owed, len(data)))
        while self._position < len(self._data):
            payloads, size, error = self._cut()
            if payloads:
                yield Messages(payloads, size)
            if error is not None:
                raise error
            other = self._next_other()
            if other is None:
                self._check_partial_text()
                return
            yield other

    def take_rest(self) -> bytes:
        """The bytes not yet yielded; the cutter is left without any."""
        rest = self._data[self._position :]
        self._data, self._position = b"", 0
        return rest

    def _cut(self) -> tuple[list[str | bytes], int, Exception | None]:
        """The payloads of the simple frames that come next, their size, and the error that ended them."""
        payloads: list[str | bytes] = []
        if self._in_fragments:
            return payloads, 0, None
        append = payloads.append
        deflate, longest = self._deflate, self._longest
        data, position, total = self._data, self._position, 0
        error: Exception | None = None
        end = len(data)
        try:
            while position + 1 < end:
                first, length = data[position], data[position + 1]
                start = position + 2
                if length >= _LENGTH_16:
                    if length > _LENGTH_16 or start + 1 >= end:
                        break
                    length = data[start] << 8 | data[start + 1]
                    start += 2
                stop = start + length
                if stop > end or length > longest:
                    break
                if first == _TEXT:
                    append(data[start:stop].decode())
                elif first == _BINARY:
                    append(data[start:stop])
                elif deflate is not None and first in _COMPRESSED:
                    inflated = self._inflate(deflate, data[start:stop])
                    append(inflated.decode() if first == _COMPRESSED_TEXT else inflated)
                    length = len(inflated)
                else:
                    break
                total += length
                position = stop
        except (UnicodeDecodeError, MessageTooBig, BadCompression) as reason:
            error = reason
        self._position = position
        return payloads, total, error

    def _inflate(self, deflate: Deflate, data: bytes) -> bytes:
        """Decompress one message, at most one byte more than the limit (RFC 7692, section 7.2.2)."""
        fresh = deflate.remote_no_context_takeover
        decoder = zlib.decompressobj(-deflate.remote_max_window_bits) if fresh else deflate.decoder
        limit = self._max_size
        try:
            # 0 means no limit; one byte more than allowed tells "just fits" from "too big".
            inflated = decoder.decompress(data + _TAIL, 0 if limit is None else limit + 1)
        except zlib.error as error:
            raise BadCompression(str(error)) from error
        if limit is not None and len(inflated) > limit:
            raise MessageTooBig(limit)
        if decoder.eof and not fresh:
            # A final block ended the sender's stream (RFC 7692, section 7.2.3.4): the next one starts anew.
            deflate.decoder = zlib.decompressobj(-deflate.remote_max_window_bits)
        return inflated

    def _next_other(self) -> Other | None:
        """Take the frame that comes next, if it can be handed on."""
        data, begin = self._data, self._position
        available = len(data) - begin
        if available < 2:
            return None
        first, second = data[begin], data[begin + 1]
        self._opcode = first & _OPCODE
        faulty = bool(second & _MASKED) or self._opcode not in _OPCODES
        fragment = self._in_fragments and self._opcode == _CONTINUATION  # its sum of sizes may be faulty
        header, length = 2, second & ~_MASKED
        if length >= _LENGTH_16:
            header = 4 if length == _LENGTH_16 else 10
            if available < header and not faulty:
                return None
            length = int.from_bytes(data[begin + 2 : begin + header])
        if header + length > available and length <= self._longest and not faulty and not fragment:
            return None
        if self._opcode in _DATA_OPCODES:
            self._in_fragments = not first & _FIN
        self._owed = header + length
        return self._take(min(self._owed, available))

    def _take(self, count: int) -> Other:
        begin = self._position
        self._position += count
        self._owed -= count
        return Other(self._data[begin : self._position], self._opcode)

    def _check_partial_text(self) -> None:
        """Fail as soon as the beginning of a text frame cannot become UTF-8 (RFC 6455, section 8.1)."""
        header = self._data[self._position : self._position + 2]
        if self._in_fragments or len(header) < 2 or header[0] != _TEXT or header[1] > _LENGTH_16:
            return
        start = self._position + (4 if header[1] == _LENGTH_16 else 2)
        codecs.utf_8_decode(self._data[start:], "strict", False)
