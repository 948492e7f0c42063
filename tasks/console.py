"""What the tasks say, and the commands they run."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "results"

Command = Sequence[str | Path]


class Problem(Exception):
    """Something that the user has to mend; the text says what and how."""


def say(text: str) -> None:
    """Tell the user where we are."""
    print(f"==> {text}", flush=True)


def run(command: Command, env: Mapping[str, str] | None = None) -> int:
    """Run a command in the checkout, its output going to the console, and return its exit code."""
    # A command sees the checkout's packages first, wherever it was started from.
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | dict(env or {})
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment).returncode


def run_quietly(command: Command, env: Mapping[str, str] | None = None) -> int:
    """Run a command whose output matters only if it fails; then it goes to the console."""
    done = subprocess.run(
        [str(part) for part in command],
        env=os.environ | dict(env or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode:
        print(done.stdout.decode(errors="replace"), flush=True)
    return done.returncode
