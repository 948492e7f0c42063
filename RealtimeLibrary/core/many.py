"""Many connections at once: opened together, closed together."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any, Final, Protocol, TypeVar

AT_ONCE: Final = 100
"""Handshakes under way at a time: more would overflow the backlog of most servers."""


class Closable(Protocol):
    """A connection that can be closed."""

    async def disconnect(self) -> None:
        """Close it; does nothing if it is closed."""


ClosableT = TypeVar("ClosableT", bound=Closable)


async def open_all(streams: Sequence[ClosableT], open_one: Callable[[ClosableT], Coroutine[Any, Any, None]]) -> None:
    """Open all of them. If one cannot be opened, or the wait is cancelled, those that could are closed again.

    Args:
        streams: What to open.
        open_one: Opens one.

    Raises:
        ExceptionGroup: Some could not be opened.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def open_in_turn(stream: ClosableT) -> None:
        async with gate:
            await open_one(stream)

    try:
        results = await asyncio.gather(*map(open_in_turn, streams), return_exceptions=True)
    except asyncio.CancelledError:
        await close_all(streams)
        raise
    errors = [result for result in results if isinstance(result, Exception)]
    if errors:
        await close_all(streams)
        raise ExceptionGroup(f"{len(errors)} of {len(streams)} connections could not be opened", errors)


async def close_all(streams: Iterable[Closable]) -> None:
    """Close all of them."""
    await together([stream.disconnect() for stream in streams])


async def together(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run these at the same time."""
    await asyncio.gather(*steps)
