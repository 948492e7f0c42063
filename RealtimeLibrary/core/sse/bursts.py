"""Groups what an asynchronous iterator gives without waiting, so that a burst costs one call and not one per item.

A server that writes each event as one HTTP chunk fills a single read of the socket with hundreds of them. They have
arrived together, and are recorded together; and the record is complete whenever the loop turns to something else.
"""

import types
from collections.abc import AsyncIterator, Callable, Generator
from typing import Any, Final

LARGEST: Final = 2**18
"""A burst of this many bytes is handed on without waiting for its end."""


@types.coroutine
def in_bursts(pieces: AsyncIterator[bytes], take: Callable[[bytes], object]) -> Generator[Any, Any, None]:
    """Hand the pieces on, joined, each time before the iterator waits for more, and at its end.

    It is a coroutine that takes the iterator's steps itself: only so can it know whether the next piece is there.

    Args:
        pieces: Read to the end. What it raises is raised, after the pieces before it were handed on.
        take: Gets the joined pieces. What it raises ends the reading.
    """
    burst: list[bytes] = []
    size = 0

    def hand_on() -> None:
        if burst:
            joined = b"".join(burst)
            burst.clear()
            take(joined)

    try:
        while True:
            steps = anext(pieces).__await__()
            try:
                waits_for = next(steps)
            except StopIteration as done:
                piece = done.value
            else:
                piece = yield from _awaited(steps, waits_for, hand_on)
            size = size + len(piece) if burst else len(piece)
            burst.append(piece)
            if size >= LARGEST:
                hand_on()
    except StopAsyncIteration:
        pass
    finally:
        hand_on()


def _awaited(
    steps: Generator[Any, Any, bytes], waits_for: Any, before: Callable[[], object]
) -> Generator[Any, Any, bytes]:
    """Call a function, then wait to the end for what has begun to wait. What the function raises ends the wait."""
    try:
        try:
            before()
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
        piece: bytes = done.value
        return piece
