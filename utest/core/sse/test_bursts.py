"""Bursts: what comes without waiting in between is one piece, and nothing is held back while waiting."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from RealtimeLibrary.core.sse.bursts import LARGEST, in_bursts


class Broken(Exception):
    pass


async def pieces(*script: bytes | float | Exception) -> AsyncIterator[bytes]:
    """Gives bytes, waits for seconds, raises errors."""
    for step in script:
        if isinstance(step, bytes):
            yield step
        elif isinstance(step, Exception):
            raise step
        else:
            await asyncio.sleep(step)


async def test_pieces_without_waiting_between_are_joined():
    taken: list[bytes] = []
    await in_bursts(pieces(b"a", b"b", 0, b"c", 0.01, 0, b"d", b"e"), taken.append)
    assert taken == [b"ab", b"c", b"de"]


async def test_burst_is_handed_on_before_the_wait():
    taken: list[bytes] = []
    goes_on = asyncio.Event()

    async def held() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"
        await goes_on.wait()
        yield b"c"

    reading = asyncio.get_running_loop().create_task(in_bursts(held(), taken.append))
    await asyncio.sleep(0)
    assert taken == [b"ab"]
    goes_on.set()
    await reading
    assert taken == [b"ab", b"c"]


async def test_endless_burst_is_handed_on_in_parts():
    taken: list[bytes] = []
    await in_bursts(pieces(*[bytes(LARGEST // 4)] * 9), taken.append)
    assert [len(piece) for piece in taken] == [LARGEST, LARGEST, LARGEST // 4]


async def test_error_comes_after_the_pieces_before_it():
    taken: list[bytes] = []
    with pytest.raises(Broken):
        await in_bursts(pieces(b"a", 0, b"b", Broken()), taken.append)
    assert taken == [b"a", b"b"]


@pytest.mark.parametrize("script", [(b"a", 3600.0), (b"a",), (bytes(LARGEST), b"a")])
async def test_error_of_the_taker_ends_the_reading_and_reaches_the_iterator(script: tuple[bytes | float, ...]):
    closed = False

    async def watched() -> AsyncIterator[bytes]:
        nonlocal closed
        try:
            async for piece in pieces(*script):
                yield piece
        finally:
            closed = True

    def refuse(data: bytes) -> None:
        raise Broken

    reading = watched()
    with pytest.raises(Broken):
        await in_bursts(reading, refuse)
    await reading.aclose()
    assert closed


async def test_cancelling_reaches_what_is_waited_for():
    cancelled = False

    async def held() -> AsyncIterator[bytes]:
        nonlocal cancelled
        yield b"a"
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled = True
            raise

    taken: list[bytes] = []
    reading = asyncio.get_running_loop().create_task(in_bursts(held(), taken.append))
    await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert cancelled
    assert taken == [b"a"]


async def test_errors_that_the_iterator_handles_do_not_end_the_reading():
    async def patient() -> AsyncIterator[bytes]:
        yield b"a"
        try:
            async with asyncio.timeout(0.01):
                await asyncio.Event().wait()
        except TimeoutError:
            yield b"b"

    taken: list[bytes] = []
    await in_bursts(patient(), taken.append)
    assert taken == [b"a", b"b"]
