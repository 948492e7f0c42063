"""The case table against Chromium's own EventSource: this checks the table, not the parser."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from utest.core.sse.event_stream_reference import Case, read_cases
from utest.core.sse.scripted_server import Peer, ScriptedServer, head, stream

CASES = read_cases()
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LONGEST_WAIT = 6  # seconds for a case; the default reconnection time is 3
PAGE = """
<!doctype html>
<script>
const run = (types, number) => new Promise(done => {
    const events = [], source = new EventSource(`/case/${number}`);
    const finish = () => { source.close(); done(events); };
    for (const type of types)
        source.addEventListener(type, e => events.push([e.type, e.data, e.lastEventId]));
    source.onerror = () => source.readyState === EventSource.CLOSED && finish();
    setTimeout(finish, %d * 1000);
});
Promise.all(%s.map(run)).then(all => fetch("/result", {method: "POST", body: JSON.stringify(all)}));
</script>
"""


class Examiner:
    """Serves a page that opens every case, each once as a stream and then as 204, which ends it for good."""

    def __init__(self) -> None:
        self.events: asyncio.Future[list[list[list[str]]]] = asyncio.get_running_loop().create_future()
        self.opened: set[str] = set()
        self.last_event_ids: dict[str, str | None] = {}

    async def answer(self, peer: Peer) -> None:
        target = peer.request.target
        if target == "/":
            types = [sorted({"message", *(event[0] for event in case.expected.events)}) for case in CASES]
            page = PAGE % (LONGEST_WAIT, json.dumps(types))
            await peer.send(head(content_type="text/html; charset=utf-8"), page)
        elif target == "/result":
            await peer.send(head(content_length="0"))
            self.events.set_result(json.loads(peer.request.body))
        elif not target.startswith("/case/"):
            await peer.send(head("404 Not Found", content_length="0"))
        elif target in self.opened:
            self.last_event_ids[target] = peer.request.header("last-event-id")
            await peer.send(head("204 No Content"))
        else:
            self.opened.add(target)
            await peer.send(stream(CASES[int(target.removeprefix("/case/"))].stream))


def chromium() -> str:
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "No Chromium found: install one, name it in CHROMIUM, or deselect with -m 'not chromium'."
    return found


async def in_chromium(profile: Path) -> tuple[list[list[list[str]]], dict[str, str | None]]:
    """The events of each case, and the `Last-Event-ID` of its reconnection by path."""
    examiner = Examiner()
    async with ScriptedServer(examiner.answer) as server:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"]
        browser = await asyncio.create_subprocess_exec(
            chromium(),
            *options,
            "--remote-debugging-port=0",
            server.url.removesuffix("stream"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(40):
                return await examiner.events, examiner.last_event_ids
        finally:
            browser.terminate()
            await browser.wait()


def agrees(case: Case, number: int, events: list[list[str]], last_event_ids: dict[str, str | None]) -> bool:
    expected = [list(event[:3]) for event in case.expected.events]
    sent = last_event_ids.get(f"/case/{number}") or ""
    is_in_time = (case.expected.reconnection_time or 0) < LONGEST_WAIT * 1000
    return events == expected and (sent.encode("latin-1").decode() == case.expected.last_event_id or not is_in_time)


@pytest.mark.chromium
@pytest.mark.timeout(90)
async def test_chromium_reads_every_case_alike(tmp_path: Path):
    all_events, last_event_ids = await in_chromium(tmp_path)
    wrong = {
        case.name: (events, last_event_ids.get(f"/case/{number}"))
        for number, (case, events) in enumerate(zip(CASES, all_events, strict=True))
        if agrees(case, number, events, last_event_ids) == bool(case.chromium)
    }
    assert not wrong
