"""Ten seconds of the soak."""

from benchmarks.soak import DROP_EVERY, KEPT, RATE, soak

SECONDS = 10


async def test_ten_seconds_lose_nothing_and_leave_nothing() -> None:
    soaked = await soak(SECONDS)
    assert soaked.faults == 0
    assert soaked.messages == soaked.recorded + soaked.dropped
    assert soaked.messages > RATE * SECONDS * 0.8
    assert soaked.recorded <= KEPT
    assert soaked.reconnections >= SECONDS / DROP_EVERY - 2
    assert soaked.growth < 8 * 2**20
    assert (soaked.descriptors, soaked.tasks) == (0, 0)
