"""Faults after a good opening handshake: endings without a closing handshake, and frames against RFC 6455."""

import asyncio
import zlib

from atest.servers.faults.registry import fault
from atest.servers.wire import Exchange, Opcode, close_frame, frame, text_frame, upgrade

HELLO = text_frame('{"type": "hello"}')


async def greet(exchange: Exchange, **headers: str) -> None:
    """Answer the handshake and send a first good message."""
    await exchange.send(upgrade(exchange.request, **headers).encode() + HELLO)


async def misbehave(exchange: Exchange, data: bytes) -> None:
    """Send these bytes after a good start, then let the client have its say."""
    await greet(exchange)
    await exchange.send(data)
    await exchange.finish()


# Good peers, to compare with


@fault
async def ws_echo(exchange: Exchange) -> None:
    """No fault: echo every frame that is data."""
    await greet(exchange)
    while (received := await exchange.receive_frame()).opcode != Opcode.CLOSE:
        if received.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONTINUATION):
            await exchange.send(frame(received.opcode, received.payload, fin=received.fin))
        elif received.opcode == Opcode.PING:
            await exchange.send(frame(Opcode.PONG, received.payload))
    await exchange.send(frame(Opcode.CLOSE, received.payload))


# Endings


@fault
async def ws_fin(exchange: Exchange) -> None:
    """FIN without a close frame."""
    await greet(exchange)


@fault
async def ws_reset(exchange: Exchange) -> None:
    """RST in mid-connection, once the client has sent something or half a second has passed."""
    await greet(exchange)
    try:
        async with asyncio.timeout(0.5):
            await exchange.receive_frame()
    except TimeoutError:
        pass
    exchange.reset()


@fault
async def ws_half_open(exchange: Exchange) -> None:
    """Stop reading and answer nothing, pings included, as a stopped process does."""
    await greet(exchange)
    exchange.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a transport of streams reads
    await asyncio.Event().wait()


@fault
async def ws_close(exchange: Exchange) -> None:
    """Close with the query's `code` and `reason`, whether the code may be sent or not."""
    reason = exchange.request.query.get("reason", "")
    await misbehave(exchange, close_frame(exchange.argument("code", 1000), reason))


@fault
async def ws_close_empty(exchange: Exchange) -> None:
    """A close frame without a status code."""
    await misbehave(exchange, frame(Opcode.CLOSE))


@fault
async def ws_close_unanswered(exchange: Exchange) -> None:
    """Read the client's close frame and never answer it."""
    await greet(exchange)
    while (await exchange.receive_frame()).opcode != Opcode.CLOSE:
        pass
    await asyncio.Event().wait()


@fault
async def ws_accept_then_drop(exchange: Exchange) -> None:
    """A good handshake and an end at once, every time."""
    await exchange.send(upgrade(exchange.request))


# Frames against the protocol


@fault
async def ws_close_one_byte(exchange: Exchange) -> None:
    """A close frame with half a status code."""
    await misbehave(exchange, frame(Opcode.CLOSE, b"\x03"))


@fault
async def ws_close_bad_utf8(exchange: Exchange) -> None:
    """A close reason that is not UTF-8."""
    await misbehave(exchange, frame(Opcode.CLOSE, b"\x03\xe8\xff\xfe"))


@fault
async def ws_bad_utf8(exchange: Exchange) -> None:
    """A text message that is not UTF-8."""
    await misbehave(exchange, frame(Opcode.TEXT, b"abc\xff\xfe"))


@fault
async def ws_reserved_bits(exchange: Exchange) -> None:
    """A frame with a reserved bit that no extension defines."""
    await misbehave(exchange, frame(Opcode.TEXT, b"{}", rsv=0b010))


@fault
async def ws_bad_opcode(exchange: Exchange) -> None:
    """A frame with an opcode that does not exist."""
    await misbehave(exchange, frame(3, b"{}"))


@fault
async def ws_masked(exchange: Exchange) -> None:
    """A frame masked by the server."""
    await misbehave(exchange, frame(Opcode.TEXT, b"{}", key=b"\x01\x02\x03\x04"))


@fault
async def ws_stray_continuation(exchange: Exchange) -> None:
    """A continuation of nothing."""
    await misbehave(exchange, frame(Opcode.CONTINUATION, b"{}"))


@fault
async def ws_unfinished_message(exchange: Exchange) -> None:
    """A new message before the fragmented one is complete."""
    await misbehave(exchange, frame(Opcode.TEXT, b"{", fin=False) + frame(Opcode.TEXT, b"{}"))


@fault
async def ws_fragmented_ping(exchange: Exchange) -> None:
    """A control frame in fragments."""
    await misbehave(exchange, frame(Opcode.PING, b"?", fin=False))


@fault
async def ws_long_ping(exchange: Exchange) -> None:
    """A control frame of more than 125 bytes."""
    await misbehave(exchange, frame(Opcode.PING, bytes(126)))


@fault
async def ws_too_big(exchange: Exchange) -> None:
    """One message of `bytes` bytes."""
    await misbehave(exchange, frame(Opcode.BINARY, bytes(exchange.argument("bytes", 1 << 20))))


@fault
async def ws_fragments(exchange: Exchange) -> None:
    """One text message in `count` fragments of one byte."""
    count = exchange.argument("count", 5000)
    middle = frame(Opcode.CONTINUATION, b"x", fin=False) * (count - 2)
    await misbehave(exchange, frame(Opcode.TEXT, b"x", fin=False) + middle + frame(Opcode.CONTINUATION, b"x"))


@fault
async def ws_deflate_bomb(exchange: Exchange) -> None:
    """`bytes` zeros deflated to about a thousandth (RFC 7692); the client has to offer permessage-deflate."""
    await greet(exchange, sec_websocket_extensions="permessage-deflate; server_no_context_takeover")
    deflate = zlib.compressobj(wbits=-15)
    size = exchange.argument("bytes", 64 << 20)
    small = deflate.compress(bytes(size)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    await exchange.send(frame(Opcode.TEXT, small.removesuffix(b"\x00\x00\xff\xff"), rsv=0b100))
    await exchange.finish()


@fault
async def ws_bad_deflate(exchange: Exchange) -> None:
    """A frame that says it is compressed and is not."""
    await greet(exchange, sec_websocket_extensions="permessage-deflate")
    await exchange.send(frame(Opcode.TEXT, b"\xff\xff\xff\xff", rsv=0b100))
    await exchange.finish()
