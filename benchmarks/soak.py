"""A long run at full speed over a connection that is lost again and again.

    python -m benchmarks.soak --seconds 60

The server numbers its messages from connection to connection and ends each connection without a close frame. Every
message must arrive once and in order, and nothing may be left behind: no memory, no descriptor, no task.
"""

import argparse
import asyncio
import gc
import os
import time
from dataclasses import dataclass
from typing import Final

from benchmarks.servers import ServerProcess
from RealtimeLibrary.core import Message, WebSocketTester

RATE: Final = 5_000  # messages a second
DROP_EVERY: Final = 2.0  # seconds
KEPT: Final = 10_000  # messages in the record


@dataclass(frozen=True)
class Soaked:
    """What the run showed.

    Attributes:
        seconds: How long it took.
        messages: How many messages arrived.
        faults: How many had another number than the one expected.
        reconnections: How often the connection was restored.
        recorded: How many messages the record still held.
        dropped: How many it had dropped to stay within its limit.
        growth: Memory that came after the first quarter of the time, in bytes.
        descriptors: How many more were open at the end.
        tasks: How many more were running at the end.
    """

    seconds: float
    messages: int
    faults: int
    reconnections: int
    recorded: int
    dropped: int
    growth: int
    descriptors: int
    tasks: int


async def soak(seconds: float, rate: int = RATE, drop_every: float = DROP_EVERY) -> Soaked:
    """Receive for this long."""
    with ServerProcess() as server:
        descriptors, tasks = _descriptors(), len(asyncio.all_tasks())
        faults = 0
        expected = 0

        def check(message: Message) -> None:
            nonlocal faults, expected
            faults += message.payload["seq"] != expected
            expected = message.payload["seq"] + 1

        tester = WebSocketTester(auto_reconnect=True, reconnect_delay=0.01, max_messages=KEPT)
        begun = time.monotonic()
        async with tester:
            await tester.connect(f"{server}/numbered?rate={rate}&seconds={drop_every}")
            tester.on_message(check)
            await asyncio.sleep(seconds / 4)
            before = _memory()
            await asyncio.sleep(seconds * 3 / 4)
            growth = _memory() - before
        taken = time.monotonic() - begun
        record = tester.connection.record
        await asyncio.sleep(0)  # what the last connection left ends in the loop's next turn
        return Soaked(
            seconds=taken,
            messages=record.last,
            faults=faults,
            reconnections=tester.connection.openings - 1,
            recorded=len(tester.messages),
            dropped=record.dropped,
            growth=growth,
            descriptors=_descriptors() - descriptors,
            tasks=len(asyncio.all_tasks()) - tasks,
        )


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _memory() -> int:
    """Resident memory in bytes."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Run and print what the run showed."""
    parser = argparse.ArgumentParser(description="A long run over a connection that is lost again and again.")
    parser.add_argument("--seconds", type=float, default=60.0)
    soaked = asyncio.run(soak(parser.parse_args().seconds))
    for name, value in vars(soaked).items():
        print(f"{name:14} {value:,}")


if __name__ == "__main__":
    main()
