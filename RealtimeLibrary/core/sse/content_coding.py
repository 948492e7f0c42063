"""Content codings of a body (RFC 9110, section 8.4.1): bytes in, decoded pieces of bounded size out.

A small compressed piece can stand for gigabytes. It is decoded bit by bit, so that whoever reads the pieces can stop
at a limit of its own.
"""

import zlib
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Final, Protocol

import brotli

ACCEPTED: Final = "gzip, deflate, br"
"""The value of `Accept-Encoding`."""

PIECE: Final = 2**18
"""Most bytes that are decoded at a time."""


class CodingError(Exception):
    """The body is not what its `Content-Encoding` says; the text says why."""


class Decoder(Protocol):
    """Decodes one coding of one body."""

    def decode(self, data: bytes) -> Iterable[bytes]:
        """The decoded pieces of the next bytes.

        Raises:
            CodingError: The bytes are not in this coding.
        """
        ...


def decoder_of(content_encoding: str) -> Decoder:
    """The decoder for the value of `Content-Encoding`.

    Raises:
        CodingError: A coding is not known.
    """
    names = [name.strip().lower() for name in content_encoding.split(",")]
    decoders: list[Decoder] = []
    for name in names:
        if name in _DECODERS:
            decoders.append(_DECODERS[name]())
        elif name not in ("", "identity"):
            raise CodingError(f"Content-Encoding '{name}' is not one of {ACCEPTED}")
    return decoders[0] if len(decoders) == 1 else _Chain(decoders) if decoders else _Identity()


class _Identity:
    """No coding."""

    def decode(self, data: bytes) -> Iterable[bytes]:
        return (data,)


class _Chain:
    """Several codings, listed in the order in which they were applied."""

    def __init__(self, decoders: list[Decoder]) -> None:
        self._decoders = decoders[::-1]

    def decode(self, data: bytes) -> Iterable[bytes]:
        return reduce(_decode_all, self._decoders, iter((data,)))


def _decode_all(pieces: Iterator[bytes], decoder: Decoder) -> Iterator[bytes]:
    for piece in pieces:
        yield from decoder.decode(piece)


class _Gzip:
    """One gzip member after the other: some servers write one per event."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def decode(self, data: bytes) -> Iterator[bytes]:
        try:
            while data:
                yield from _inflated(self._member, data)
                data = b""
                if self._member.eof:
                    data = self._member.unused_data
                    self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        except zlib.error as error:
            raise CodingError("the body is not gzip as its Content-Encoding says") from error


class _Deflate:
    """zlib's format, or the bare one that some servers send instead (RFC 9110, section 8.4.1.2)."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj()
        self._is_first = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        try:
            yield from self._decoded(data)
        except zlib.error as error:
            raise CodingError("the body is not deflate as its Content-Encoding says") from error

    def _decoded(self, data: bytes) -> Iterator[bytes]:
        if self._is_first and data:
            self._is_first = False
            # zlib's format begins with the method, 8; the bare one would need padding that no encoder writes.
            if data[0] & 0x0F != zlib.DEFLATED:
                self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        return _inflated(self._stream, data)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def decode(self, data: bytes) -> Iterator[bytes]:
        try:
            piece = self._stream.process(data, output_buffer_limit=PIECE)
            while piece:
                yield piece
                # A full piece can leave output behind; after the stream's end there is nothing to ask for.
                is_done = len(piece) < PIECE or self._stream.is_finished()
                piece = b"" if is_done else self._stream.process(b"", output_buffer_limit=PIECE)
        except brotli.error as error:
            raise CodingError("the body is not brotli as its Content-Encoding says") from error


def _inflated(stream: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    while True:
        piece = stream.decompress(data, PIECE)
        if piece:
            yield piece
        data = stream.unconsumed_tail
        # A full piece can leave output behind inside zlib even where all input is consumed.
        if stream.eof or (not data and len(piece) < PIECE):
            return


_DECODERS: Final[dict[str, type[Decoder]]] = {
    "gzip": _Gzip,
    "x-gzip": _Gzip,
    "deflate": _Deflate,
    "br": _Brotli,
}
