"""The checks and tests of the project, one function each; each returns how many tests passed and failed.

A check without tests of its own counts as one failed test if it fails, and not at all if it passes.
"""

import shutil
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tasks import chromium, keyword_page
from tasks.console import RESULTS, ROOT, Command, Problem, run, say

COVERAGE_NEEDED = "95"  # per cent of branches and lines of the package, over all tests together
PROCESSES = "2"


@dataclass(frozen=True)
class Outcome:
    """How many tests passed and failed."""

    passed: int = 0
    failed: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.passed + other.passed, self.failed + other.failed)


class Checks:
    """All checks, run with the Python of the virtual environment."""

    def __init__(self, python: Path) -> None:
        self._python = python
        self.by_name: dict[str, Callable[[], Outcome]] = {
            "lint": self.lint,
            "types": self.types,
            "utest": self.utest,
            "atest": self.atest,
            "docs": self.docs,
        }

    def lint(self) -> Outcome:
        """Style, import direction, and the style of the Robot suites."""
        return (
            self._check("ruff", "check", ".")
            + self._check("ruff", "format", "--check", ".")
            + self._run("lint-imports", self._python.with_name("lint-imports"))
            + self._check("robocop", "check", "atest")
            + self._check("robocop", "format", "--check", "atest")
        )

    def types(self) -> Outcome:
        """Types of the package."""
        return self._check("mypy")

    def utest(self) -> Outcome:
        """Unit tests."""
        chromium.find_or_install()
        report = RESULTS / "utest.xml"
        command: Command = [self._python, "-m", "coverage", "run", "-m", "pytest", "utest", f"--junitxml={report}"]
        return _outcome("utest", self._tests("utest", command), _count_pytest(report))

    def atest(self) -> Outcome:
        """Robot suites, several at a time; those in `inner` are data of others."""
        output = RESULTS / "atest"
        measured_robot: Command = [self._python, "-W", "error", "-m", "coverage", "run", "-m", "robot"]
        parallel: Command = ["--processes", PROCESSES, "--no-pabotlib", "--command", *measured_robot, "--end-command"]
        suites = [suite for suite in sorted((ROOT / "atest").rglob("*.robot")) if "inner" not in suite.parts]
        command: Command = [self._python, "-m", "pabot.pabot", *parallel, *self._robot_options(output), *suites]
        return _outcome("atest", self._tests("atest", command), _count_robot(output))

    def docs(self) -> Outcome:
        """The examples of README and guide run, and the keyword page is fresh."""
        output = RESULTS / "docs"
        pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
        examples = [page for page in pages if "```robotframework" in page.read_text(encoding="utf-8")]
        robot: Command = [self._python, "-m", "coverage", "run", "-m", "robot", *self._robot_options(output)]
        command: Command = [*robot, "--listener", "atest.docs.examples.Examples", *examples]
        result = _outcome("docs", self._tests("docs", command), _count_robot(output))
        say("docs: keyword page")
        if not keyword_page.is_fresh(self._python):
            print(f"{keyword_page.PAGE.relative_to(ROOT)} is stale. Run: python3 run.py docs")
            result += Outcome(failed=1)
        return result

    def coverage(self) -> Outcome:
        """Coverage of all the tests that ran, against the gate."""
        self._coverage("combine", "--quiet")
        self._coverage("html", "--quiet", "--directory", str(RESULTS / "coverage-html"))
        return Outcome(failed=int(self._coverage("report", "--skip-covered", "--fail-under", COVERAGE_NEEDED) != 0))

    def demo(self) -> int:
        """Run the demo suite; the exit code is Robot's."""
        output = RESULTS / "demo"
        code = run([self._python, "-m", "robot", "--outputdir", output, ROOT / "atest" / "demo"])
        say(f"The log of every step: {output / 'log.html'}")
        return code

    def _check(self, *module: str) -> Outcome:
        return self._run(" ".join(module), self._python, "-m", *module)

    def _run(self, name: str, *command: str | Path) -> Outcome:
        say(name)
        return Outcome(failed=int(run(command) != 0))

    def _coverage(self, *arguments: str) -> int:
        return run([self._python, "-m", "coverage", *arguments], COVERAGE)

    def _tests(self, name: str, command: Command) -> int:
        say(f"{name}: running the tests")
        return run(command, COVERAGE)

    def _robot_options(self, output: Path) -> Command:
        shutil.rmtree(output, ignore_errors=True)
        return ["--outputdir", output, "--variable", f"CHROMIUM:{chromium.find_or_install()}"]


COVERAGE = {"COVERAGE_FILE": str(RESULTS / "coverage" / ".coverage")}


def start_afresh() -> None:
    """Forget the measurements of earlier runs."""
    shutil.rmtree(RESULTS / "coverage", ignore_errors=True)
    (RESULTS / "coverage").mkdir(parents=True)


def _outcome(name: str, code: int, counted: Outcome) -> Outcome:
    if code and not counted.failed:
        print(f"{name}: ended with exit code {code} although no test failed")
        return counted + Outcome(failed=1)
    if not counted.passed:
        print(f"{name}: no test ran")
        return counted + Outcome(failed=1)
    return counted


def _count_pytest(report: Path) -> Outcome:
    suites = _read(report).findall("testsuite")
    total = sum(int(suite.get("tests", "0")) for suite in suites)
    bad = sum(int(suite.get(kind, "0")) for suite in suites for kind in ("failures", "errors", "skipped"))
    return Outcome(total - bad, bad)


def _count_robot(output: Path) -> Outcome:
    """Skipped tests and messages that Robot reports as warnings or errors of the run count as failures."""
    root = _read(output / "output.xml")
    total = root.find("statistics/total/stat")
    if total is None:
        raise Problem(f"{output / 'output.xml'} holds no statistics.")
    messages = [f"{message.get('level')}: {message.text}" for message in root.iterfind("errors/msg")]
    print("".join(f"{message}\n" for message in messages), end="")
    passed, *bad = (int(total.get(kind, "0")) for kind in ("pass", "fail", "skip"))
    return Outcome(passed, sum(bad) + len(messages))


def _read(report: Path) -> ET.Element:
    try:
        return ET.parse(report).getroot()
    except (OSError, ET.ParseError) as error:
        raise Problem(f"The run left no readable report {report}: {error}") from error
