"""Keywords that report: the timeline, transcripts and statistics."""

import time
from dataclasses import asdict
from typing import Any

from robot.api import logger
from robot.api.deco import keyword
from robot.utils import DotDict

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.keywords.log import output_folder
from RealtimeLibrary.keywords.session import Session
from RealtimeLibrary.keywords.transcripts import write_transcript
from RealtimeLibrary.reporting.statistics import statistics_table, stream_statistics
from RealtimeLibrary.reporting.timeline import timeline
from RealtimeLibrary.reporting.transcript import Format


class Reports:
    """What happened, for people and for other programs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @keyword("Log Timeline", tags=["WebSocket", "SSE", "Log"])
    def log_timeline(self, *, alias: str | None = None) -> None:
        """Log a picture of what was sent, received, opened, closed and retried, on one time axis.

        Every connection has a lane. Point at a mark to see what it stands for.

        Args:
            alias: The only connection to draw. `None` draws all.

        Examples:
            ```robotframework
            Log Timeline
            ```
        """
        logger.info(timeline(self._connections(alias), time.monotonic()), html=True)

    @keyword("Save Transcript", tags=["WebSocket", "SSE", "Log"])
    def save_transcript(self, path: str, format: Format = "jsonl", *, alias: str | None = None) -> str:
        """Save everything that was sent, received and otherwise happened to a file. Secrets are masked.

        Args:
            path: The file; a relative path begins in Robot's output directory. An older file is replaced.
            format: `jsonl` has one JSON object per line; `har` opens in the developer tools of Chromium browsers.
            alias: The only connection to save. `None` saves all.

        Returns:
            The absolute path.

        Raises:
            InvalidArgument: The file cannot be written.

        Examples:
            ```robotframework
            Save Transcript    stream.jsonl
            Save Transcript    stream.har    format=har
            ```
        """
        target = output_folder().joinpath(path).absolute()
        write_transcript(target, self._connections(alias), format)
        return str(target)

    @keyword("Get Stream Statistics", tags=["WebSocket", "SSE", "Getter"])
    def get_stream_statistics(self, *, alias: str | None = None) -> Any:
        """Get the figures of a stream: how much came, how fast, how evenly, and what went wrong.

        Logs them as a table.

        Returns:
            A dictionary with `received`, `bytes`, `sent`, `first_after`, `duration`, `rate` (items per second),
            `gap_max`, `gap_p50`, `gap_p95`, `gap_p99`, `reconnects`, `errors` and `dropped`. Times are in seconds;
            `None` stands where there is nothing to measure.

        Examples:
            ```robotframework
            ${figures} =    Get Stream Statistics
            Should Be True    ${figures.gap_p95} < 0.5
            ```
        """
        connection = self._session.connection(alias)
        figures = stream_statistics(connection)
        logger.info(statistics_table(connection, figures), html=True)
        return DotDict(asdict(figures))

    def _connections(self, alias: str | None) -> list[Connection[Any]]:
        session = self._session
        if alias is not None:
            return [session.connection(alias)]
        return [stream.connection for stream in session.store]
