"""Groups what an asynchronous iterator gives without waiting, so that a burst costs one call and not one per item.

A server that writes each event as one HTTP chunk fills a single read of the socket with hundreds of them. They have
arrived together, and are recorded together; and the record is complete whenever the loop turns to something else.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from typing import Any, Final, Generic, TypeVar

LARGEST: Final = 2**18
"""A burst of this many bytes is handed on without waiting for its end."""

T = TypeVar("T")


async def in_bursts(pieces: AsyncIterator[bytes], take: Callable[[bytes], object]) -> None:
    """Hand the pieces on, joined, each time before the iterator waits for more, and at its end.

    Args:
        pieces: Read to the end. What it raises is raised, after the pieces before it were handed on.
        take: Gets the joined pieces. What it raises ends the reading.
    """
    burst: list[bytes] = []

    def hand_on() -> None:
        if burst:
            joined = b"".join(burst)
            burst.clear()
            take(joined)

    size = 0
    try:
        while True:
            piece = await _BeforeWaiting(anext(pieces), hand_on)
            size = size + len(piece) if burst else len(piece)
            burst.append(piece)
            if size >= LARGEST:
                hand_on()
    except StopAsyncIteration:
        pass
    finally:
        hand_on()


class _BeforeWaiting(Generic[T]):
    """Awaits, and calls a function once if that really means to wait. What the function raises ends the waiting."""

    def __init__(self, awaitable: Awaitable[T], call: Callable[[], object]) -> None:
        self._awaitable = awaitable
        self._call = call

    def __await__(self) -> Generator[Any, Any, T]:
        steps = self._awaitable.__await__()
        try:
            waits_for = next(steps)
            try:
                self._call()
            except Exception as error:
                waits_for = steps.throw(error)
            while True:
                try:
                    result = yield waits_for
                except BaseException as error:
                    waits_for = steps.throw(error)
                else:
                    waits_for = steps.send(result)
        except StopIteration as done:
            value: T = done.value
            return value
