"""Opening and closing many at once."""

import asyncio

import pytest

from RealtimeLibrary.core.many import AT_ONCE, close_all, open_all


class Stream:
    def __init__(self, fails=False):
        self.fails = fails
        self.is_open = False

    async def disconnect(self):
        self.is_open = False


class Opener:
    """Counts how many are being opened at a time."""

    def __init__(self):
        self.now = self.most = 0

    async def __call__(self, stream):
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1
        if stream.fails:
            raise OSError("refused")
        stream.is_open = True


async def test_all_are_opened_but_not_all_at_a_time():
    opener, streams = Opener(), [Stream() for _ in range(3 * AT_ONCE)]
    await open_all(streams, opener)
    assert all(stream.is_open for stream in streams)
    assert 1 < opener.most <= AT_ONCE
    await close_all(streams)
    assert not any(stream.is_open for stream in streams)


async def test_if_one_fails_none_stays_open():
    streams = [Stream(), Stream(fails=True), Stream(), Stream(fails=True)]
    with pytest.raises(ExceptionGroup, match="2 of 4 connections could not be opened") as caught:
        await open_all(streams, Opener())
    assert [str(error) for error in caught.value.exceptions] == ["refused", "refused"]
    assert not any(stream.is_open for stream in streams)


async def test_if_it_is_cancelled_none_stays_open():
    streams, begun = [Stream(), Stream()], asyncio.Event()

    async def open_slowly(stream):
        stream.is_open = True
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(open_all(streams, open_slowly))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(stream.is_open for stream in streams)
