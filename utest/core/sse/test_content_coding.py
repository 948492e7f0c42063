"""Content codings: every one, cut anywhere, wrong, and as a bomb."""

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest

from RealtimeLibrary.core.sse.content_coding import PIECE, CodingError, decoder_of

TEXT = b"".join(b"id: %d\ndata: tick %d\n\n" % (number, number) for number in range(500))


def raw_deflate(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


CODINGS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("GZip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", lambda data: brotli.compress(data, quality=1)),
    ("", bytes),
    ("identity", bytes),
    ("gzip, br", lambda data: brotli.compress(gzip.compress(data))),
    ("deflate,identity, gzip", lambda data: gzip.compress(zlib.compress(data))),
]


@pytest.mark.parametrize(("name", "encode"), CODINGS)
@pytest.mark.parametrize("size", [1, 7, 2**20])
def test_decodes(name: str, encode: Callable[[bytes], bytes], size: int):
    coded, decoder = encode(TEXT), decoder_of(name)
    pieces = [piece for i in range(0, len(coded), size) for piece in decoder.decode(coded[i : i + size])]
    assert b"".join(pieces) == TEXT


def test_each_flushed_event_comes_at_once():
    deflate, decoder = zlib.compressobj(wbits=zlib.MAX_WBITS | 16), decoder_of("gzip")
    for number in range(3):
        event = b"data: %d\n\n" % number
        coded = deflate.compress(event) + deflate.flush(zlib.Z_SYNC_FLUSH)
        assert b"".join(decoder.decode(coded)) == event


def test_one_gzip_member_per_event():
    coded = gzip.compress(b"data: a\n\n") + gzip.compress(b"data: b\n\n")
    decoder = decoder_of("gzip")
    assert b"".join(piece for byte in coded for piece in decoder.decode(bytes([byte]))) == b"data: a\n\ndata: b\n\n"
    assert b"".join(decoder_of("gzip").decode(coded)) == b"data: a\n\ndata: b\n\n"


@pytest.mark.parametrize(("name", "encode"), [coding for coding in CODINGS if coding[0] in ("gzip", "deflate", "br")])
def test_bomb_comes_in_bounded_pieces(name: str, encode: Callable[[bytes], bytes]):
    """Whoever reads can stop after any piece."""
    coded, total = encode(bytes(2**26)), 0
    for piece in decoder_of(name).decode(coded):
        assert len(piece) <= 2 * PIECE
        total += len(piece)
    assert total == 2**26


@pytest.mark.parametrize(("name", "word"), [("gzip", "gzip"), ("deflate", "deflate"), ("br", "brotli")])
def test_body_of_another_coding(name: str, word: str):
    with pytest.raises(CodingError, match=f"the body is not {word} as its Content-Encoding says"):
        list(decoder_of(name).decode(b"id: 1\ndata: not compressed\n\n" * 10))


def test_unknown_coding():
    with pytest.raises(CodingError, match="Content-Encoding 'zstd' is not one of gzip, deflate, br"):
        decoder_of("gzip, zstd")
