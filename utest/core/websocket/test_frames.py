"""Cutting frames out of bytes, without a connection."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode

from RealtimeLibrary.core.websocket.frames import BadCompression, FrameCutter, Messages, MessageTooBig, Other


def frame(opcode: Opcode, data: bytes, *, fin: bool = True, mask: bool = False, rsv1: bool = False) -> bytes:
    """The bytes of one frame; unlike websockets, without checking it."""
    whole = Frame(opcode, data, True).serialize(mask=mask)
    return bytes([opcode | fin << 7 | rsv1 << 6]) + whole[1:]


def text(value: str) -> bytes:
    return frame(Opcode.TEXT, value.encode())


def deflate(*, no_context_takeover: bool = False) -> PerMessageDeflate:
    return PerMessageDeflate(no_context_takeover, no_context_takeover, 15, 15)


def compressed(value: bytes, extension: PerMessageDeflate, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, value).serialize(mask=False, extensions=[extension])


def cut(cutter: FrameCutter, *chunks: bytes) -> list[object]:
    """All payloads, and the other frames as their bytes."""
    parts: list[object] = []
    for chunk in chunks:
        for part in cutter.feed(chunk):
            parts.extend(part.payloads if isinstance(part, Messages) else [part])
    return parts


def test_messages_of_one_read_come_as_one_batch() -> None:
    data = text("a") + frame(Opcode.BINARY, b"\xff") + text("größer")
    assert list(FrameCutter().feed(data)) == [Messages(["a", b"\xff", "größer"], 10)]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535])
def test_every_simple_length_is_cut(size: int) -> None:
    assert cut(FrameCutter(), text("x" * size)) == ["x" * size]


def test_a_long_frame_is_handed_on_as_it_comes() -> None:
    cutter = FrameCutter()
    data = frame(Opcode.BINARY, bytes(65_536))
    parts = cut(cutter, data[:9], data[9:100], data[100:] + text("next"))
    assert parts == [Other(data[:100], 2), Other(data[100:], 2), "next"]


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CLOSE])
def test_a_control_frame_is_handed_on_whole_and_alone(opcode: Opcode) -> None:
    control = frame(opcode, b"\x03\xe8")
    data = text("before") + control + text("after")
    assert cut(FrameCutter(), data[:10], data[10:]) == ["before", Other(control, opcode), "after"]


def test_every_frame_of_a_fragmented_message_is_handed_on() -> None:
    frames = [
        frame(Opcode.TEXT, b"a", fin=False),
        frame(Opcode.PING, b""),
        frame(Opcode.CONT, b"b", fin=False),
        text("not allowed here"),
    ]
    assert [part.data for part in cut(FrameCutter(), b"".join(frames)) if isinstance(part, Other)] == frames


def test_after_a_fragmented_message_cutting_goes_on() -> None:
    fragments = frame(Opcode.TEXT, b"a", fin=False) + frame(Opcode.CONT, b"b")
    assert cut(FrameCutter(), fragments + text("c"))[-1] == "c"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x81\xfe", id="masked"),
        pytest.param(b"\x83\x7e", id="unknown opcode"),
        pytest.param(b"\x81\x7e\x04\x01", id="over the limit"),
    ],
)
def test_a_faulty_header_is_handed_on_before_its_payload(data: bytes) -> None:
    assert [part.data for part in FrameCutter(1024).feed(data) if isinstance(part, Other)] == [data]


def test_reserved_bits_are_not_simple() -> None:
    faulty = frame(Opcode.TEXT, b"a", rsv1=True)
    assert cut(FrameCutter(), faulty) == [Other(faulty, 1)]


def test_invalid_text_fails_after_the_messages_before_it() -> None:
    parts = FrameCutter().feed(text("good") + frame(Opcode.TEXT, b"\xff") + text("late"))
    assert next(parts) == Messages(["good"], 4)
    with pytest.raises(UnicodeDecodeError):
        next(parts)


@pytest.mark.parametrize("length", [100, 1000], ids=["short header", "long header"])
def test_invalid_text_fails_before_its_frame_is_whole(length: int) -> None:
    data = frame(Opcode.TEXT, b"caf\xc3\xa9 \xf8" + bytes(length))
    with pytest.raises(UnicodeDecodeError):
        cut(FrameCutter(), data[:14])


def test_a_character_cut_in_two_is_no_fault() -> None:
    data = text("é")
    assert cut(FrameCutter(), data[:3], data[3:]) == ["é"]


def test_take_rest_returns_what_was_not_yielded() -> None:
    cutter = FrameCutter()
    close = frame(Opcode.CLOSE, b"")
    parts = cutter.feed(text("a") + close + text("late"))
    assert [next(parts), next(parts)] == [Messages(["a"], 1), Other(close, 8)]
    assert cutter.take_rest() == text("late")
    assert cutter.take_rest() == b""


@pytest.mark.parametrize("no_context_takeover", [False, True])
def test_compressed_messages_are_cut(*, no_context_takeover: bool) -> None:
    sender = deflate(no_context_takeover=no_context_takeover)
    data = compressed(b"hello hello", sender) + text("plain") + compressed(b"hello again", sender, Opcode.BINARY)
    cutter = FrameCutter(deflate=deflate(no_context_takeover=no_context_takeover))
    assert list(cutter.feed(data)) == [Messages(["hello hello", "plain", b"hello again"], 27)]


def test_a_compressed_frame_without_the_extension_is_not_simple() -> None:
    data = compressed(b"hello", deflate())
    assert cut(FrameCutter(), data) == [Other(data, 1)]


@pytest.mark.parametrize("limit", [10_000, 10_001])
def test_a_message_of_exactly_the_limit_fits(limit: int) -> None:
    cutter = FrameCutter(limit, deflate())
    assert cut(cutter, compressed(bytes(10_000), deflate(), Opcode.BINARY)) == [bytes(10_000)]


def test_a_deflate_bomb_fails_at_the_limit() -> None:
    bomb = compressed(bytes(50_000_000), deflate())
    assert len(bomb) < 65_536
    with pytest.raises(MessageTooBig, match="exceeds limit of 100000 bytes when decompressed"):
        cut(FrameCutter(100_000, deflate()), bomb)


def test_broken_compression_fails() -> None:
    with pytest.raises(BadCompression):
        cut(FrameCutter(deflate=deflate()), frame(Opcode.TEXT, b"\xff\xff\xff", rsv1=True))


def test_a_final_block_does_not_end_the_stream_of_messages() -> None:
    """RFC 7692, section 7.2.3.4: a sender may end a message with a final block."""

    def final(value: bytes) -> bytes:
        encoder = zlib.compressobj(wbits=-15)
        return frame(Opcode.TEXT, encoder.compress(value) + encoder.flush() + b"\x00", rsv1=True)

    assert cut(FrameCutter(deflate=deflate()), final(b"one") + final(b"two")) == ["one", "two"]


frames = st.lists(
    st.one_of(
        st.text(max_size=300).map(text),
        st.binary(max_size=300).map(lambda data: frame(Opcode.BINARY, data)),
        st.binary(max_size=125).map(lambda data: frame(Opcode.PING, data)),
        st.binary(max_size=300).map(
            lambda data: frame(Opcode.BINARY, data[:9], fin=False) + frame(Opcode.CONT, data[9:])
        ),
    ),
    max_size=12,
)


def joined(parts: list[object]) -> list[object]:
    """`parts` with the bytes between two messages in one: a fragment may be handed on in pieces."""
    result: list[object] = []
    for part in parts:
        if isinstance(part, Other) and result and isinstance(result[-1], bytearray):
            result[-1] += part.data
        else:
            result.append(bytearray(part.data) if isinstance(part, Other) else part)
    return result


@given(frames, st.data())
def test_any_split_of_the_bytes_cuts_the_same(stream: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(stream)
    borders = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
    chunks = [whole[a:b] for a, b in zip([0, *borders], [*borders, len(whole)], strict=True)]
    assert joined(cut(FrameCutter(), *chunks)) == joined(cut(FrameCutter(), whole))
