"""The virtual environment `.venv`: made and filled on any machine with Python, also a bare Debian.

Debian's Python comes without ensurepip and refuses global installs; then pip's wheel is fetched from the package index
and installs itself.
"""

import hashlib
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import venv
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from tasks.console import ROOT, Command, Problem, run, say

HOME = ROOT / ".venv"
STAMP = HOME / "installed.json"
INDEX = "https://pypi.org/simple"
JSON_INDEX = "application/vnd.pypi.simple.v1+json"  # PEP 691
PIP_NEEDED = "pip>=25.1"  # the first that installs dependency groups (PEP 735)
NETWORK_LIMIT = 60  # seconds


def prepare(group: str) -> Path:
    """Make `.venv` hold the package and this dependency group, and return its Python.

    A stamp remembers what was installed from which pyproject.toml, so the second call does nothing.
    """
    python = HOME / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = {"python": sys.version, "pyproject": hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()}
    installed = _stamp()
    groups = installed.get("groups", []) if installed.get("from") == wanted else []
    if group in groups and python.exists():
        say(f"Using {HOME.name} as it is (delete it to start afresh)")
        return python
    if not _works(python) or installed.get("from", wanted)["python"] != wanted["python"]:
        say(f"Creating {HOME} with Python {sys.version.split()[0]}")
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt").create(HOME)
        _add_pip(python)
    say(f"Installing RealtimeLibrary and its dependency group '{group}' (takes a minute or two)")
    _install(python, "--upgrade", PIP_NEEDED)
    _install(python, "--editable", f".{'[browser]' if group == 'dev' else ''}", "--group", group)
    STAMP.write_text(json.dumps({"from": wanted, "groups": sorted({*groups, group})}))
    return python


def _stamp() -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return content


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0
    except OSError:
        return False


def _install(python: Path, *arguments: str) -> None:
    command: Command = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *arguments]
    if run(command):
        raise Problem("pip could not install the packages; its messages above say why. Is the network reachable?")


def _add_pip(python: Path) -> None:
    if importlib.util.find_spec("ensurepip"):
        done = subprocess.run([python, "-m", "ensurepip", "--default-pip"], capture_output=True)
        if done.returncode == 0:
            return
    say("This Python has no ensurepip: fetching pip from the package index")
    with tempfile.TemporaryDirectory() as folder:
        wheel = fetch_pip(Path(folder))
        if run([python, wheel / "pip", "install", "-qq", "--no-index", wheel]):
            raise Problem("The downloaded pip could not install itself; its messages above say why.")


def fetch_pip(folder: Path) -> Path:
    """Download the newest pip wheel for this Python from the index of `PIP_INDEX_URL`, else PyPI."""
    page = os.environ.get("PIP_INDEX_URL", INDEX).rstrip("/") + "/pip/"
    answer = json.loads(_download(page, accept=JSON_INDEX))
    wheels = [file for file in answer["files"] if _is_candidate(file)]
    if not wheels:
        raise Problem(f"{page} lists no pip for Python {sys.version.split()[0]}. Install the package python3-venv.")
    newest = max(wheels, key=lambda file: _version(file["filename"]))
    content = _download(urljoin(page, newest["url"]))
    if hashlib.sha256(content).hexdigest() != newest["hashes"].get("sha256"):
        raise Problem(f"The download of {newest['filename']} is damaged. Try again.")
    path: Path = folder / newest["filename"]
    path.write_bytes(content)
    return path


def _download(url: str, accept: str = "*/*") -> bytes:
    request = urllib.request.Request(url, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=NETWORK_LIMIT) as response:
            content: bytes = response.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise Problem(
            f"Cannot fetch {url}: {getattr(error, 'reason', error)}. Check the network, or install the packages "
            "python3-venv and ca-certificates with the system's package manager."
        ) from error
    return content


def _is_candidate(file: dict[str, Any]) -> bool:
    """A final release as a wheel, not withdrawn, whose lower bound for Python holds."""
    needed = re.search(r">=\s*(\d+)\.(\d+)", file.get("requires-python") or "")
    fits = not needed or sys.version_info >= tuple(int(part) for part in needed.groups())
    return bool(re.fullmatch(r"pip-[\d.]+-py3-none-any\.whl", file["filename"])) and fits and not file.get("yanked")


def _version(filename: str) -> tuple[int, ...]:
    return tuple(int(part) for part in filename.split("-")[1].split("."))
