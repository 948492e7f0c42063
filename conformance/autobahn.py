"""Run Autobahn's cases against the tester, on the path that users get: `connect`, `on_message`, `send_now`.

The runner, `kosoku`, is a server with one case per connection. The tester connects, echoes every message with its type,
and is judged by what the server sees.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from RealtimeLibrary.core import Message, WebSocketTester
from RealtimeLibrary.core.errors import ConnectionClosed

AGENT: Final = "RealtimeLibrary"
CASE_TIMEOUT: Final = 60.0  # seconds
START_TIMEOUT: Final = 20.0  # seconds

SECTIONS: Final = {
    1: "Framing",
    2: "Pings and pongs",
    3: "Reserved bits",
    4: "Opcodes",
    5: "Fragmentation",
    6: "UTF-8",
    7: "Closing",
    9: "Limits and performance",
    10: "Miscellaneous",
    12: "Compression of payloads",
    13: "Compression parameters",
}

VERDICTS: Final = ("OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED")


@dataclass(frozen=True)
class Result:
    """What the runner says about one case.

    Attributes:
        case: Number of the case, such as `6.4.1`.
        behavior: Verdict on messages.
        close: Verdict on the closing handshake.
    """

    case: str
    behavior: str
    close: str

    @property
    def verdict(self) -> str:
        """The worse of the two verdicts."""
        return max(self.behavior, self.close, key=VERDICTS.index)

    @property
    def section(self) -> int:
        """The case's section of the suite."""
        return int(self.case.partition(".")[0])


async def run_cases(patterns: Sequence[str], compression: str | None = None) -> list[Result]:
    """Run the cases that match, such as `6.*`, and return their results in order."""
    with tempfile.TemporaryDirectory() as folder:
        async with _runner(patterns, folder) as (url, output):
            async with WebSocketTester() as tester:
                await tester.connect(f"{url}/getCaseCount")
                count = int((await tester.wait_for_message()).raw)
            for case in range(1, count + 1):
                await _echo(f"{url}/runCase?case={case}&agent={AGENT}", compression)
            async with WebSocketTester() as tester:
                await tester.connect(f"{url}/updateReports?agent={AGENT}")
            async with asyncio.timeout(CASE_TIMEOUT):
                await output.readuntil(b"wrote reports")
        report = json.loads((Path(folder) / "index.json").read_text())[AGENT]
    results = [Result(case, _name(found["behavior"]), _name(found["behaviorClose"])) for case, found in report.items()]
    return sorted(results, key=lambda result: [int(part) for part in result.case.split(".")])


def _name(verdict: str) -> str:
    return verdict if verdict in VERDICTS else "FAILED"


async def _echo(url: str, compression: str | None) -> None:
    async with WebSocketTester(compression=compression, parse_json=False) as tester:

        def answer(message: Message) -> None:
            with suppress(ConnectionClosed):  # many cases break the connection on purpose
                tester.send_now(message.raw)

        tester.on_message(answer)
        await tester.connect(url)
        await tester.assert_connection_closed(CASE_TIMEOUT)


@asynccontextmanager
async def _runner(patterns: Sequence[str], folder: str) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """The runner in its own process: its URL, and what it prints."""
    selection = [argument for pattern in patterns for argument in ("-i", pattern)]
    command = [str(Path(sys.executable).parent / "kosoku"), "-m", "fuzzingserver", "127.0.0.1:0", *selection]
    process = await asyncio.create_subprocess_exec(
        *command, "-o", folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_TIMEOUT):
            line = (await process.stdout.readline()).decode().strip()
        found = re.search(r"ws://\S+", line)
        if found is None:
            raise RuntimeError(f"The Autobahn runner did not start: {line}")
        yield found[0].rstrip("/"), process.stdout
    finally:
        process.terminate()
        await process.communicate()


def counts(results: Sequence[Result]) -> dict[int, Counter[str]]:
    """How often each verdict was given, by section."""
    table: dict[int, Counter[str]] = {}
    for result in results:
        table.setdefault(result.section, Counter())[result.verdict] += 1
    return table


def as_markdown(results: Sequence[Result]) -> str:
    """The table of all sections, and every case that is not OK."""
    titles = [verdict.capitalize() if verdict != "OK" else verdict for verdict in VERDICTS]
    lines = [f"| Section | Cases | {' | '.join(titles)} |", f"|---|{'---:|' * (len(titles) + 1)}"]
    total: Counter[str] = Counter()
    for section, found in sorted(counts(results).items()):
        total += found
        lines.append(_row(f"{section} {SECTIONS[section]}", found))
    lines.append(_row("**All**", total))
    others = [result for result in results if result.verdict not in ("OK", "UNIMPLEMENTED")]
    lines += ["", *(f"- {result.case}: {result.verdict.lower()}" for result in others)]
    return "\n".join(lines).rstrip() + "\n"


def _row(title: str, found: "Counter[str]") -> str:
    cells: list[Any] = [title, sum(found.values()), *(found[verdict] for verdict in VERDICTS)]
    return f"| {' | '.join(map(str, cells))} |"
