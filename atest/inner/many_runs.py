"""Runs a suite many times in one process and prints how many threads and file descriptors are open after each run."""

import os
import sys
import threading
from pathlib import Path

import robot

SUITE = Path(__file__).parent / "open_and_close.robot"


def main(runs: int, *variables: str) -> None:
    """Print a line of three numbers for each run: its exit code, threads, file descriptors."""
    for _ in range(runs):
        code = robot.run(SUITE, variable=variables, output=None, log=None, report=None, console="none")
        print(code, threading.active_count(), len(os.listdir("/proc/self/fd")))


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
