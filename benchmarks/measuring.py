"""Measure clients against each other: every one in a fresh process, taking turns, compared by their medians."""

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TIMEOUT: Final = 600  # seconds

Runs = dict[str, list[dict[str, float]]]


@dataclass(frozen=True)
class Client:
    """A client to measure.

    Attributes:
        name: What it is called in tables.
        function: The function that measures it.
        arguments: Its arguments.
        module: Where the function is; run as a program, it takes the function's name and the arguments as JSON.
    """

    name: str
    function: str
    arguments: Mapping[str, Any]
    module: str = "benchmarks.clients"

    def run(self) -> dict[str, float]:
        """Measure once, in a process of its own."""
        command = [sys.executable, "-m", self.module, self.function, json.dumps(dict(self.arguments))]
        process = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
        if process.returncode:
            raise RuntimeError(f"{self.name} failed in {self.function}:\n{process.stderr}")
        result: dict[str, float] = json.loads(process.stdout.splitlines()[-1])
        return result


def interleaved(clients: Sequence[Client], repeats: int) -> Runs:
    """All results by client; they take turns, so that a slow moment of the machine hits all of them."""
    runs: Runs = {client.name: [] for client in clients}
    for _ in range(repeats):
        for client in clients:
            runs[client.name].append(client.run())
    return runs


def median(runs: Runs, client: str, key: str) -> float:
    """The median of one value of a client."""
    return statistics.median(result[key] for result in runs[client])


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        what: What was measured.
        target: The target in words.
        reached: What was reached, in words.
        met: Whether it meets the target.
        others: What peers reached, in words.
    """

    what: str
    target: str
    reached: str
    met: bool
    others: str = ""


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = ["| What | Target | Reached | | Peers, for comparison |", "|---|---|---|---|---|"]
    lines += [
        f"| {row.what} | {row.target} | {row.reached} | {'✓' if row.met else '✗'} | {row.others} |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def times(value: float) -> str:
    """`4.8 x`."""
    return f"{value:.2f} x" if value < 2 else f"{value:.1f} x"


def at_least(what: str, target: float, reached: float, others: str = "") -> Row:
    """A row for a ratio that must be large."""
    return Row(what, f"≥ {target:g} x", times(reached), reached >= target, others)


def at_most(what: str, target: float, reached: float, others: str = "", show: Callable[[float], str] = times) -> Row:
    """A row for a value that must be small."""
    return Row(what, f"≤ {show(target)}", show(reached), reached <= target, others)
