"""The Python examples of README and guide run as they are printed."""

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from atest.docs.examples import PRINTED_ADDRESS, blocks
from atest.servers import DemoServer

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
EXAMPLES = [
    pytest.param(example, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, example in enumerate(blocks(page, "python"), 1)
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with DemoServer() as server:
        yield server.address


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_runs(example: str, address: str):
    """The code of an example runs, and so does each test function in it."""
    namespace: dict[str, object] = {}
    exec(compile(example.replace(PRINTED_ADDRESS, address), "<example>", "exec"), namespace)
    for name, value in namespace.items():
        if name.startswith("test_") and inspect.iscoroutinefunction(value):
            asyncio.run(value())
