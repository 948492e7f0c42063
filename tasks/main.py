"""The command line of `run.py`."""

import argparse
import time
from collections.abc import Sequence

from tasks import environment, keyword_page
from tasks.checks import Checks, Outcome, start_afresh
from tasks.console import Problem, say

STEPS = ("lint", "types", "utest", "atest", "docs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line asks for and return the exit code."""
    parser = argparse.ArgumentParser(prog="run.py", description="Set up and run the project.")
    tasks = parser.add_subparsers(dest="task", required=True)
    tasks.add_parser("demo", help="run the example suite against the embedded demo server")
    test = tasks.add_parser("test", help="pass all checks and tests")
    test.add_argument("--only", nargs="+", choices=STEPS, default=STEPS, help="run only these steps")
    tasks.add_parser("docs", help="write docs/RealtimeLibrary.html anew")
    chosen = parser.parse_args(arguments)
    try:
        if chosen.task == "demo":
            return Checks(environment.prepare("demo")).demo()
        python = environment.prepare("dev")
        if chosen.task == "docs":
            keyword_page.write(python)
            return 0
        return test_all(Checks(python), chosen.only)
    except Problem as problem:
        print(f"ERROR: {problem}")
        return 2


def test_all(checks: Checks, steps: Sequence[str]) -> int:
    """Run these steps, print the sum of all tests, and return 1 if anything failed."""
    start_afresh()
    total, failed = Outcome(), []
    for step in steps:
        begin = time.monotonic()
        outcome = checks.by_name[step]()
        say(f"{step}: {outcome.passed} passed, {outcome.failed} failed in {time.monotonic() - begin:.0f} s")
        total += outcome
        failed += [step] * bool(outcome.failed)
    if set(STEPS) <= set(steps):
        outcome = checks.coverage()
        total += outcome
        failed += ["coverage"] * bool(outcome.failed)
    say(f"Failed: {', '.join(failed)}" if failed else "All good")
    print(f"{total.passed} passed, {total.failed} failed")
    return int(bool(failed))
