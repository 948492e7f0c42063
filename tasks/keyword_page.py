"""The keyword page: libdoc's HTML, made so that the same sources give the same page everywhere."""

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from tasks.console import ROOT, Command, Problem, run

PAGE = ROOT / "docs" / "RealtimeLibrary.html"
MODEL = re.compile(r"^libdoc = (?P<model>\{.*\});?$", re.MULTILINE)


def write(python: Path, page: Path = PAGE) -> None:
    """Generate the page without the time, absolute paths, line numbers and the Python that it was made with."""
    # A fixed time: the page changes only with the keywords (https://reproducible-builds.org/specs/source-date-epoch/).
    command: Command = [python, "-m", "robot.libdoc", "RealtimeLibrary", page]
    if run(command, {"SOURCE_DATE_EPOCH": "1767225600"}):
        raise Problem("libdoc could not read the library; its messages above say why.")
    text = page.read_text(encoding="utf-8").replace(f"{ROOT}/", "")
    text = re.sub(r"(Robot Framework [\w.]+) \([^)]*\)", r"\1", text)
    text = re.sub(r', "lineno": -?\d+', "", text)  # a line more in a module changes nothing for readers
    page.write_text("\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8")


def is_fresh(python: Path) -> bool:
    """Whether the committed page says what the sources say."""
    with tempfile.TemporaryDirectory() as folder:
        now = Path(folder) / PAGE.name
        write(python, now)
        return PAGE.exists() and _said(PAGE) == _said(now)


def _said(page: Path) -> dict[str, Any]:
    """What the page tells about the library: not the viewer, which is Robot Framework's, nor where the code stands."""
    found = MODEL.search(page.read_text(encoding="utf-8"))
    if not found:
        raise Problem(f"{page} holds no keyword documentation that this task understands.")
    model: dict[str, Any] = json.loads(found["model"], object_hook=_without_line)
    return model


def _without_line(value: dict[str, Any]) -> dict[str, Any]:
    return {name: content for name, content in value.items() if name != "lineno"}
