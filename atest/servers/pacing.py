"""Items at a rate, without drift."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

T = TypeVar("T")


async def paced(items: Iterable[T], rate: float) -> AsyncIterator[T]:
    """Hand out the items at `rate` per second, measured from the first one; 0 means as fast as possible.

    Late items follow at once, so the rate holds on average also where a sleep lasts too long.
    """
    clock = asyncio.get_running_loop().time
    start = clock()
    for number, item in enumerate(items):
        delay = start + number / rate - clock() if rate else 0
        if delay > 0:
            await asyncio.sleep(delay)
        yield item
