"""Captures: streams in the order they open, waits for them, and every end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from RealtimeLibrary.browser.capture import PageCapture, PageOpens, UrlPattern
from RealtimeLibrary.browser.streams import PageStream
from RealtimeLibrary.core.connection import (
    SSE,
    WEBSOCKET,
    Connection,
    Family,
    sse_connection,
    websocket_connection,
)
from RealtimeLibrary.core.errors import ClosedWhileWaiting, NothingMatched, WrongUse
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.tester import settle
from utest.browser.fake_node import FakeNode, until

ANY_URL = UrlPattern("*")


def connect(family: Family, url: str) -> Connection[Any]:
    make: Any = websocket_connection if family is WEBSOCKET else sse_connection
    return make(f"page-{family.name.lower()}", url, codec=PayloadCodec())


class Site:
    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.added: list[PageStream[Any]] = []
        self.capture = PageCapture(node, connect, self.added.append, url=ANY_URL)  # type: ignore[arg-type]

    def opens(self, number: int, family: str, url: str) -> None:
        self.node.tell("open", number, family=family, url=url, via="page", page="http://site/")
        self.node.tell("ready", number)

    async def wait(self, family: Family, url: str = "*", seconds: float = 5) -> str:
        return (await settle(PageOpens(self.capture, family, UrlPattern(url), seconds))).url


@pytest.fixture(params=[False, True], ids=["tcp", "log"])
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    site = Site(FakeNode(is_remote=request.param))
    await site.capture.start()
    yield site
    await site.capture.stop()


@pytest.mark.parametrize(
    ("glob", "url", "matches"),
    [
        ("*", "ws://site/a/b?c=d#e", True),
        ("*/ws", "ws://site/a/ws", True),
        ("*/ws", "ws://site/ws?x", False),
        ("*/ws?*", "ws://site/ws?x=1", True),
        ("ws://site/(a)[b]{c}+.$^|", "ws://site/(a)[b]{c}+.$^|", True),
        ("ws://site/a.b", "ws://site/aXb", False),
        ("", "", True),
        ("", "x", False),
    ],
)
def test_a_url_pattern_matches_the_whole_url(glob: str, url: str, matches: bool) -> None:
    assert UrlPattern(glob).matches(url) is matches


async def test_starting_tells_node_what_to_watch(site: Site) -> None:
    names = [name for name, _ in site.node.calls]
    assert names == ["realtimeOpenSession", "realtimeWatchBrowser"]
    options = site.node.calls[0][1]["options"]
    assert options == {"filter": "^.*$", "deep": False, "wrap": True}
    assert (site.node.calls[0][1]["port"] is None) is site.node.is_remote


async def test_a_stream_becomes_a_connection_and_its_events_its_record(site: Site) -> None:
    site.opens(1, "websocket", "ws://site/a")
    site.opens(2, "sse", "http://site/b")
    site.node.tell("event", 2, type="tick", data="x", id="7")
    site.node.tell("in", 1, text="y")
    await until(lambda: len(site.added) == 2 and site.added[0].connection.record.last == 1)
    assert [stream.connection.family for stream in site.added] == [WEBSOCKET, SSE]
    assert [event.event for event in site.added[1].connection.record.items()] == ["tick"]


async def test_a_wait_finds_what_opened_before_and_what_opens_later(site: Site) -> None:
    site.opens(1, "websocket", "ws://site/early")
    await until(lambda: site.added)
    assert await site.wait(WEBSOCKET) == "ws://site/early"
    site.opens(2, "sse", "http://site/other")
    site.opens(3, "websocket", "ws://site/late")
    assert await site.wait(WEBSOCKET) == "ws://site/late"


async def test_each_stream_is_returned_once_and_the_pattern_chooses(site: Site) -> None:
    for number, name in enumerate("abab", 1):
        site.opens(number, "websocket", f"ws://site/{number}/{name}")
    assert await site.wait(WEBSOCKET, "*/b") == "ws://site/2/b"
    assert await site.wait(WEBSOCKET) == "ws://site/1/a"
    assert await site.wait(WEBSOCKET, "*/b") == "ws://site/4/b"
    with pytest.raises(NothingMatched):
        await site.wait(WEBSOCKET, "*/b", seconds=0.01)


async def test_a_stream_counts_when_it_is_open(site: Site) -> None:
    site.node.tell("open", 1, family="sse", url="http://site/a", via="page", page="http://site/")
    with pytest.raises(NothingMatched, match=r"the pages opened 'page-sse' \(http://site/a, still connecting\)\.$"):
        await site.wait(SSE, seconds=0.05)
    waiting = asyncio.create_task(site.wait(SSE))
    await asyncio.sleep(0)
    site.node.tell("ready", 1)
    assert await waiting == "http://site/a"


async def test_a_stream_that_cannot_open_is_returned_with_its_errors(site: Site) -> None:
    site.node.tell("open", 1, family="sse", url="http://site/a", via="page", page="http://site/")
    site.node.tell("close", 1, by="failure")
    assert await site.wait(SSE) == "http://site/a"
    assert site.added[0].connection.errors


async def test_a_workers_socket_counts_at_once(site: Site) -> None:
    site.node.tell("open", 1, family="websocket", url="ws://site/a", via="worker", page="http://site/")
    assert await site.wait(WEBSOCKET) == "ws://site/a"


async def test_a_wait_without_any_stream_says_so(site: Site) -> None:
    with pytest.raises(
        NothingMatched,
        match=r"^Expected page SSE matching '\*/x' was not opened within 0.01 seconds: "
        r"the pages opened no stream since the capture began\.$",
    ):
        await site.wait(SSE, "*/x", seconds=0.01)


async def test_a_wait_in_vain_names_the_newest_other_streams(site: Site) -> None:
    for number in range(1, 6):
        site.opens(number, "websocket", f"ws://site/{number}")
    await until(lambda: len(site.added) == 5)
    await site.wait(WEBSOCKET, "*/5")
    with pytest.raises(NothingMatched) as caught:
        await site.wait(SSE, seconds=0.01)
    assert str(caught.value).endswith(
        "the pages opened 'page-websocket' (ws://site/3), 'page-websocket' (ws://site/4), "
        "'page-websocket' (ws://site/5, returned before), 2 before."
    )


async def test_the_end_of_the_browser_ends_streams_and_waits_at_once(site: Site) -> None:
    site.opens(1, "websocket", "ws://site/a")
    await until(lambda: site.added)
    site.capture.take(WEBSOCKET, ANY_URL)
    site.node.tell("end", text="the browser was closed or crashed")
    with pytest.raises(ClosedWhileWaiting, match="was not opened: the browser was closed or crashed"):
        await site.wait(WEBSOCKET)
    connection = site.added[0].connection
    assert connection.is_over
    assert connection.errors


async def test_lost_reports_of_a_page_end_the_capture(site: Site) -> None:
    site.opens(1, "sse", "http://site/a")
    site.node.tell("lost", text="reports of http://site/")
    await until(lambda: site.added and site.added[0].connection.is_over)
    assert str(site.added[0].connection.errors[0]) == "'page-sse': closed: the capture lost reports of http://site/."


async def test_a_hole_in_the_numbers_ends_the_capture(site: Site) -> None:
    site.opens(1, "sse", "http://site/a")
    site.node.tell_line('{"number": 9, "kind": "event", "stream": 1, "type": "x", "data": "x", "id": ""}')
    await until(lambda: site.added and site.added[0].connection.is_over)
    assert site.capture.ending == "the capture lost events: number 9 came after 2"


async def test_the_end_of_node_ends_the_capture(site: Site) -> None:
    site.opens(1, "sse", "http://site/a")
    await until(lambda: site.added)
    site.node.leave()
    await until(lambda: site.added[0].connection.is_over)
    assert site.capture.ending is not None
    assert site.capture.ending.startswith("the Browser library's Node process ended")


async def test_stopping_closes_the_streams_without_an_error(site: Site) -> None:
    site.opens(1, "websocket", "ws://site/a")
    await until(lambda: site.added)
    await site.capture.stop()
    connection = site.added[0].connection
    assert connection.ending is not None
    assert connection.ending.text == "closed: the capture was stopped"
    assert not connection.errors
    with pytest.raises(ClosedWhileWaiting, match="the capture was stopped"):
        await site.wait(SSE)


async def test_events_of_an_unknown_stream_are_left_out(site: Site) -> None:
    site.node.tell("in", 99, text="x")
    site.opens(1, "websocket", "ws://site/a")
    await until(lambda: site.added)


async def test_a_start_that_fails_leaves_nothing_behind() -> None:
    node = FakeNode({"realtimeWatchBrowser": WrongUse("no browser"), "realtimeStop": WrongUse("gone")})
    site = Site(node)
    with pytest.raises(WrongUse, match="no browser"):
        await site.capture.start()
    assert node.calls[-1][0] == "realtimeStop"
