"""Measure conformance and write `docs/conformance.md`.

python -m conformance          the core sections 1-7 and 10, printed: about 20 seconds
python -m conformance --all    all sections, written to docs/conformance.md: some minutes
"""

import argparse
import asyncio
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from conformance.autobahn import Result, as_markdown, run_cases

CORE = ("1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "10.*")
LIMITS = ("9.*",)
COMPRESSION = ("12.*", "13.*")
RETRIES = 2
PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"

TEXT = """\
# Conformance

The WebSocket tester against Autobahn's test cases (RFC 6455 and RFC 7692), run by `kosoku` {kosoku} on the path that
users get: `connect`, `on_message`, `send_now` of `WebSocketTester`, with its default limits. Python {python},
websockets {websockets}.

{table}
- *Non-strict* answers are allowed by RFC 6455 but later than the runner hopes for. *Informational* cases have no wrong
  answer.
- Sections 1 to 10 run without compression, 12 and 13 with it. The runner gives a case 20 seconds, and those of section
  12 compress for some of them: what fails there is run again, at most twice.

`python -m conformance --all` measures anew and writes this page; `python -m conformance` runs the core sections only,
as the tests do.
"""


async def measure(*, everything: bool) -> list[Result]:
    """Run the core sections, or all."""
    if not everything:
        return await run_cases(CORE)
    results = await run_cases([*CORE, *LIMITS]) + await run_cases(COMPRESSION, "deflate")
    for _ in range(RETRIES):
        results = await _again(results)
    return results


async def _again(results: list[Result]) -> list[Result]:
    """Run the compression cases that failed once more: each has 20 seconds, which a busy machine may not have."""
    failed = [result.case for result in results if result.verdict == "FAILED" and result.section > 10]
    retried = {result.case: result for result in await run_cases(failed, "deflate")} if failed else {}
    return [retried.get(result.case, result) for result in results]


def main() -> int:
    """Run what the command line asks for; 1 if a case failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="all sections, written to docs/conformance.md")
    everything = parser.parse_args().all
    results = asyncio.run(measure(everything=everything))
    table = as_markdown(results)
    print(table)
    if everything:
        facts = {name: version(name) for name in ("kosoku", "websockets")}
        PAGE.write_text(TEXT.format(table=table, python=platform.python_version(), **facts))
    return int(any(result.verdict == "FAILED" for result in results))


if __name__ == "__main__":
    sys.exit(main())
