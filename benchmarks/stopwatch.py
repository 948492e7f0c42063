"""A stopwatch for Robot loops."""

import json
import statistics
import time
from pathlib import Path

from robot.api.deco import keyword, library


@library(scope="SUITE", auto_keywords=False)
class Stopwatch:
    """Writes the median time of one turn, by name, to `stopwatch.json` in a folder; in seconds.

    Args:
        folder: Where the file goes.
    """

    def __init__(self, folder: str) -> None:
        self._path = Path(folder) / "stopwatch.json"
        self._taken: dict[str, list[float]] = {}
        self._begun = 0.0

    @keyword
    def start_stopwatch(self) -> None:
        """Begin."""
        self._begun = time.perf_counter()

    @keyword
    def stop_stopwatch(self, name: str, turns: int) -> None:
        """Note the time that each of the turns took."""
        self._taken.setdefault(name, []).append((time.perf_counter() - self._begun) / turns)
        medians = {each: statistics.median(times) for each, times in self._taken.items()}
        self._path.write_text(json.dumps(medians))
