"""Transcripts that are written by themselves at the end of a test, and linked from the log."""

import re
import time
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Any, Final

from robot import result as results
from robot.api import logger

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.errors import RealtimeError
from RealtimeLibrary.keywords.log import log_link, output_folder
from RealtimeLibrary.reporting.transcript import Format, save_transcript

FOLDER: Final = "realtime"
"""Folder in Robot's output directory."""

_LONGEST_NAME: Final = 100


class Transcripts(Enum):
    """Which tests leave a transcript: those that fail, all, or none."""

    on_failure = "on-failure"
    always = "always"
    never = "never"


def leave_transcript(result: results.TestCase, connections: Sequence[Connection[Any]], which: Transcripts) -> None:
    """Write the transcript of a test that is over, if it is to leave one, and link it from the log.

    Args:
        result: The test.
        connections: What it could use.
        which: Which tests leave one.
    """
    if not connections or which is Transcripts.never or (which is Transcripts.on_failure and not result.failed):
        return
    name = re.sub(r"[^\w.-]+", "_", result.full_name)[-_LONGEST_NAME:]
    try:
        write_transcript(_free(output_folder() / FOLDER, name), connections, "jsonl")
    except RealtimeError as error:  # the verdict on the test stands, and connections must be closed
        logger.warn(str(error))


def write_transcript(path: Path, connections: Sequence[Connection[Any]], format: Format) -> None:
    """Write a transcript, and link it from the log."""
    save_transcript(path, connections, time.time() - time.monotonic(), format)
    log_link(path, f"Transcript: {len(connections)} connection{'' if len(connections) == 1 else 's'}")


def _free(folder: Path, name: str) -> Path:
    """A file that does not exist: a test may run more than once."""
    path, number = folder / f"{name}.jsonl", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.jsonl"
    return path
