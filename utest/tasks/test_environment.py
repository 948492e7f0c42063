"""Fetching pip where Python comes without it: from a package index as PEP 691 describes it."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tasks import environment
from tasks.console import Problem

WHEEL = b"the newest pip"


def listed(filename: str, **changed: object) -> dict[str, object]:
    """A file as the index lists it."""
    hashes = {"sha256": hashlib.sha256(WHEEL).hexdigest()}
    return {"filename": filename, "url": f"../files/{filename}", "hashes": hashes, "requires-python": ">=3.9"} | changed


class Index:
    """A package index that lists `files`, and serves `WHEEL` for each of them."""

    def __init__(self) -> None:
        self.files: list[dict[str, object]] = []
        self.fetched: list[str] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.fetched.append(self.path)
                is_page = self.path == "/simple/pip/"
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps({"files": index.files}).encode() if is_page else WHEEL)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """An index that `PIP_INDEX_URL` names."""
    index = Index()
    thread = threading.Thread(target=index.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{index.server.server_port}/simple/")
    yield index
    index.server.shutdown()
    thread.join()
    index.server.server_close()


def test_newest_usable_wheel_is_fetched(index: Index, tmp_path: Path) -> None:
    """Sources, pre-releases, withdrawn files and wheels for a later Python are passed over."""
    index.files = [
        listed("pip-9.0.3-py2.py3-none-any.whl"),
        listed("pip-25.9-py3-none-any.whl"),
        listed("pip-25.10.1-py3-none-any.whl"),
        listed("pip-30.0.tar.gz"),
        listed("pip-30.0b1-py3-none-any.whl"),
        listed("pip-30.1-py3-none-any.whl", yanked="broken"),
        listed("pip-30.2-py3-none-any.whl", **{"requires-python": ">=4.0"}),
    ]
    path = environment.fetch_pip(tmp_path)
    assert path.name == "pip-25.10.1-py3-none-any.whl"
    assert path.read_bytes() == WHEEL
    assert index.fetched == ["/simple/pip/", "/simple/files/pip-25.10.1-py3-none-any.whl"]


def test_damaged_download_is_refused(index: Index, tmp_path: Path) -> None:
    """A wheel whose hash differs from the listed one is not run."""
    index.files = [listed("pip-25.9-py3-none-any.whl", hashes={"sha256": "0" * 64})]
    with pytest.raises(Problem, match=r"The download of pip-25\.9-py3-none-any\.whl is damaged"):
        environment.fetch_pip(tmp_path)


def test_index_without_pip_is_a_clear_error(index: Index, tmp_path: Path) -> None:
    """The error names the index and the way out."""
    with pytest.raises(Problem, match=r"lists no pip for Python .* Install the package python3-venv"):
        environment.fetch_pip(tmp_path)


def test_unreachable_index_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error names the address and the reason."""
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    with pytest.raises(Problem, match=r"Cannot fetch http://127\.0\.0\.1:1/simple/pip/: .*refused"):
        environment.fetch_pip(tmp_path)
