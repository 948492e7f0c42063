"""Runs suites that fail on purpose, and checks what a user would read in them.

The suites are in `atest/inner`; each runs in a process of its own, so that it cannot disturb the run around it.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from robot.api import ExecutionResult, ResultVisitor, logger
from robot.api.deco import keyword, library
from robot.libraries.BuiltIn import BuiltIn
from robot.result import Message, TestCase

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT = 120  # seconds


@dataclass(frozen=True)
class InnerRun:
    """One ended run.

    Attributes:
        code: Exit code of Robot: the number of failed tests.
        console: Everything it wrote to the console.
        tests: The tests by name.
        messages: All log messages with their levels, as text.
        log: The text of log.html.
        folder: Where its files are.
    """

    code: int
    console: str
    tests: dict[str, TestCase]
    messages: list[Message]
    log: str
    folder: Path


class _Collector(ResultVisitor):
    def __init__(self) -> None:
        self.tests: dict[str, TestCase] = {}
        self.messages: list[Message] = []

    def start_test(self, test: TestCase) -> None:
        self.tests[test.name] = test

    def visit_message(self, message: Message) -> None:
        self.messages.append(message)


@library(scope="SUITE", auto_keywords=False)
class InnerSuite:
    """Keywords to run an inner suite and to look at its result."""

    def __init__(self) -> None:
        self._run: InnerRun | None = None

    @keyword
    def run_inner_suite(self, suite: str, *options: str) -> InnerRun:
        """Run `atest/inner/<suite>` with these Robot options; the checks then look at this run."""
        folder, process = self._start(suite, options)
        console, _ = process.communicate(timeout=LIMIT)
        return self._ended(folder, process.returncode, console)

    @keyword
    def interrupt_inner_suite(self, suite: str, sign: str, *options: str) -> float:
        """Run a suite, interrupt it as Ctrl-C does once it writes `sign`, and return how long it then took."""
        folder, process = self._start(suite, options)
        assert process.stdout
        console = ""
        while sign not in console:
            line = process.stdout.readline()
            assert line, f"'{sign}' was never written:\n{console}"
            console += line
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=LIMIT)
        seconds = time.monotonic() - begin
        self._ended(folder, process.returncode, console + rest)
        return seconds

    @keyword
    def inner_test_should_pass(self, name: str) -> None:
        """Fail unless this test of the last inner run passed."""
        test = self._test(name)
        if not test.passed:
            raise AssertionError(f"Inner test '{name}' failed: {test.message}")

    @keyword
    def inner_test_should_fail(self, name: str, *parts: str) -> str:
        """Fail unless this test failed with a message that holds all parts; return the message."""
        test = self._test(name)
        if test.passed:
            raise AssertionError(f"Inner test '{name}' passed.")
        for part in parts:
            if part not in test.message:
                raise AssertionError(f"Message of inner test '{name}' lacks '{part}':\n{test.message}")
        return str(test.message)

    @keyword
    def inner_test_should_last_less_than(self, name: str, limit: timedelta) -> None:
        """Fail if this test of the last inner run took longer."""
        elapsed = self._test(name).elapsed_time
        if elapsed > limit:
            raise AssertionError(f"Inner test '{name}' took {elapsed}.")

    @keyword
    def inner_console_should_contain(self, text: str) -> None:
        """Fail unless the last inner run wrote this text to the console."""
        if text not in self._last.console:
            raise AssertionError(f"The console of the inner run lacks '{text}':\n{self._last.console}")

    @keyword
    def inner_console_should_not_contain(self, text: str) -> None:
        """Fail if the last inner run wrote this text to the console."""
        if text in self._last.console:
            raise AssertionError(f"The console of the inner run contains '{text}':\n{self._last.console}")

    def _start(self, suite: str, options: Sequence[str]) -> tuple[Path, subprocess.Popen[str]]:
        folder = Path(tempfile.mkdtemp(prefix="inner-", dir=BuiltIn().get_variable_value("${OUTPUT_DIR}")))
        # Coverage is measured in the inner run too, where it is measured at all.
        runner = ["-m", "coverage", "run", "-m", "robot"] if "COVERAGE_FILE" in os.environ else ["-m", "robot"]
        arguments = ["--outputdir", folder, "--pythonpath", ROOT, *options, ROOT / "atest" / "inner" / suite]
        process = subprocess.Popen(
            [sys.executable, "-W", "error", *runner, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        return folder, process

    def _ended(self, folder: Path, code: int, console: str) -> InnerRun:
        logger.info(console)
        collector = _Collector()
        if (folder / "output.xml").exists():
            ExecutionResult(folder / "output.xml").visit(collector)
        log = folder / "log.html"
        text = log.read_text(encoding="utf-8") if log.exists() else ""
        self._run = InnerRun(code, console, collector.tests, collector.messages, text, folder)
        return self._run

    @keyword
    def inner_test_should_log(self, name: str, *parts: str) -> None:
        """Fail unless the messages that this test logged, at INFO or above, hold all parts."""
        collector = _Collector()
        self._test(name).visit(collector)
        logged = "\n".join(message.message for message in collector.messages if message.level not in ("DEBUG", "TRACE"))
        for part in parts:
            if part not in logged:
                raise AssertionError(f"The log of inner test '{name}' lacks '{part}':\n{logged}")

    @keyword
    def inner_run_should_have_no_warnings(self) -> None:
        """Fail if the last inner run logged a warning or an error."""
        loud = [message.message for message in self._last.messages if message.level in ("WARN", "ERROR")]
        if loud:
            raise AssertionError(f"The inner run has warnings or errors: {loud}")

    @keyword
    def inner_file_should_contain(self, path: str, *parts: str) -> None:
        """Fail unless this file in the output directory of the last inner run holds all parts."""
        text = (self._last.folder / path).read_text(encoding="utf-8")
        for part in parts:
            if part not in text:
                raise AssertionError(f"File '{path}' of the inner run lacks '{part}':\n{text}")

    @keyword
    def inner_log_should_not_contain(self, text: str) -> None:
        """Fail if log.html of the last inner run holds this text."""
        if text in self._last.log:
            raise AssertionError(f"log.html of the inner run contains '{text}'.")

    @keyword
    def inner_files_should_not_contain(self, text: str) -> None:
        """Fail if any file of the last inner run holds this text."""
        for path in self._last.folder.rglob("*"):
            if path.is_file() and text in path.read_text(encoding="utf-8"):
                raise AssertionError(f"File '{path.name}' of the inner run contains '{text}'.")

    @keyword
    def inner_files_should_be_smaller_than(self, size: int) -> None:
        """Fail if what Robot wrote in the last inner run, transcripts aside, has a larger file, in bytes."""
        for path in self._last.folder.iterdir():
            if path.is_file() and path.stat().st_size >= size:
                raise AssertionError(f"File '{path.name}' of the inner run has {path.stat().st_size:,} bytes.")

    @property
    def _last(self) -> InnerRun:
        if self._run is None:
            raise RuntimeError("No inner suite ran yet.")
        return self._run

    def _test(self, name: str) -> TestCase:
        if name not in self._last.tests:
            raise AssertionError(f"The inner run has no test '{name}':\n{self._last.console}")
        return self._last.tests[name]
