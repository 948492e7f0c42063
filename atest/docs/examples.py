"""The examples of README and guide, run as they are printed.

`localhost:8000` in an example is the embedded demo server, `localhost:8001` the one that misbehaves. Where a page shows
the console output of a test that fails, the test must fail with that text; times may differ. To write what the tests
say now into the pages:

    PYTHONPATH=. python -m robot --listener atest.docs.examples.Examples:update --output NONE README.md docs/guide
"""

import re
from pathlib import Path
from typing import Any

from robot import model, result, running

from atest.servers import DemoServer, FaultServer

PRINTED_ADDRESS = "localhost:8000"
PRINTED_FAULT_ADDRESS = "localhost:8001"

_BLOCK = re.compile(r"^```(?P<language>\S+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL)
_FAILURE = re.compile(r"(?P<test>\S.*?) +\| FAIL \|\n(?P<message>.*)", re.DOTALL)
_TIMING = re.compile(
    r"[+-]?\d+(\.\d+)? (s|ms|seconds?|milliseconds?)\b( (before|after) the wait began)?"
    r"|\b\d{13}\b"  # milliseconds since the epoch
    r"|(?m:^Looked at .*$)"  # what came before the wait and what in it
)


def blocks(page: Path, language: str) -> list[str]:
    """The contents of a page's code blocks in this language."""
    found = _BLOCK.finditer(page.read_text(encoding="utf-8"))
    return [block["content"] for block in found if block["language"] == language]


def printed_failures(page: Path) -> dict[str, str]:
    """The failures a page shows: what the console says below `Name | FAIL |`, by the name of the test."""
    found = filter(None, map(_FAILURE.fullmatch, blocks(page, "text")))
    return {failure["test"]: failure["message"].strip() for failure in found}


def print_failure(page: Path, test: str, message: str) -> None:
    """Write the failure of a test into the page, in place of the one that is printed there."""

    def block(found: re.Match[str]) -> str:
        failure = _FAILURE.fullmatch(found["content"])
        if failure is None or failure["test"] != test:
            return found[0]
        heading = found["content"].splitlines()[0]
        return f"```{found['language']}\n{heading}\n{message}\n```"

    page.write_text(_BLOCK.sub(block, page.read_text(encoding="utf-8")), encoding="utf-8")


def timeless(message: str) -> str:
    """A message without the times in it, which differ from run to run."""
    return _TIMING.sub("…", message)


class Examples:
    """Robot listener that makes printed examples run, and compares failures with the printed ones.

    Args:
        mode: `compare`, or `update` to write other failures into the page.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, mode: str = "compare") -> None:
        self._updates = mode == "update"
        self._demo, self._faults = DemoServer(), FaultServer()
        self._addresses: dict[str, str] = {}
        self._failures: dict[str, str] = {}

    def start_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Start the servers for the whole run and point the examples to them."""
        if not self._addresses:
            self._addresses[PRINTED_ADDRESS] = self._demo.start_demo_server()
            self._addresses[PRINTED_FAULT_ADDRESS] = self._faults.start_fault_server()
            data.visit(_Readdressing(self._addresses))
        if data.source and data.source.is_file():
            self._failures = printed_failures(data.source)

    def end_test(self, data: running.TestCase, result: result.TestCase) -> None:
        """A test whose failure is printed passes if it fails with the printed text."""
        expected = self._failures.pop(data.name, None)
        if expected is None:
            return
        actual = result.message
        for printed, address in self._addresses.items():
            actual = actual.replace(address, printed)
        if result.passed:
            result.status, result.message = "FAIL", f"The page says that this test fails:\n{expected}"
        elif timeless(actual) == timeless(expected):
            result.status, result.message = "PASS", "It failed as printed."
        elif self._updates and data.source:
            print_failure(data.source, data.name, actual)
        else:
            result.message = f"The page says:\n{expected}\n\nThe test says:\n{actual}"

    def end_suite(self, data: running.TestSuite, result: result.TestSuite) -> None:
        """Every printed failure belongs to a test."""
        if self._failures:
            names = ", ".join(self._failures)
            self._failures = {}
            raise AssertionError(f"{data.source} shows failures of tests that do not exist: {names}")

    def close(self) -> None:
        """Stop the servers."""
        self._demo.stop_demo_server()
        self._faults.stop_fault_server()


class _Readdressing(model.SuiteVisitor):
    """Replaces the printed addresses in all arguments and values."""

    def __init__(self, addresses: dict[str, str]) -> None:
        self._addresses = addresses

    def start_suite(self, suite: running.TestSuite) -> None:
        for user_keyword in suite.resource.keywords:
            user_keyword.body.visit(self)
        for item in (*suite.resource.imports, *suite.resource.variables):
            self._replace(item)

    def start_keyword(self, keyword: running.Keyword) -> None:
        self._replace(keyword)

    def start_var(self, var: running.Var) -> None:
        self._replace(var)

    def _replace(self, item: Any) -> None:
        for attribute in ("args", "value"):
            if values := getattr(item, attribute, None):
                setattr(item, attribute, tuple(self._replaced(value) for value in values))

    def _replaced(self, value: Any) -> Any:
        for printed, address in self._addresses.items():
            value = value.replace(printed, address) if isinstance(value, str) else value
        return value
