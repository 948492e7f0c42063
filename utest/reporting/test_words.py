"""The short lines: what a passing keyword logs, what a long wait prints, and the figures of a stream."""

from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.core.messages import PayloadCodec
from RealtimeLibrary.core.secrets import Secrets
from RealtimeLibrary.core.waiting import PENDING, Collected
from RealtimeLibrary.reporting.progress import progress_line, received
from RealtimeLibrary.reporting.statistics import statistics_table, stream_statistics
from RealtimeLibrary.reporting.summary import passed
from utest.reporting.stories import BEGUN, Story, sse, websocket
from utest.reporting.test_table import parsed

# Passing


def test_a_wait_says_which_item_it_returned() -> None:
    wait = websocket().received(0.2, "x", '{"type":"ack"}').wait(of_type="ack")
    assert passed(wait, wait.poll(), 0.204) == "#2 after 0.204 s"


def test_a_wait_for_several_says_from_where_to_where() -> None:
    wait = websocket().received(0, "1", "2", "3").wait(count=3)
    assert passed(wait, wait.poll(), 1.2) == "#1 to #3 (3) after 1.200 s"


def test_a_collection_may_be_empty() -> None:
    chat = websocket()
    collected = Collected(chat.connection, chat.wanted(), 2.0, BEGUN)
    assert passed(collected, collected.expire(), 2.0) == "nothing after 2.000 s"


def test_a_passed_negative_assertion_says_what_it_is_worth() -> None:
    chat = websocket().received(-1, '{"level":"info"}', '{"level":"debug"}')
    quiet = chat.quiet("msg.level == 'fatal'")
    assert quiet.poll() is PENDING
    quiet.expire()
    assert passed(quiet, None, 2.0) == "'websocket-1' was open and quiet for 2 seconds; 2 messages checked."


def test_a_passed_negative_assertion_counts_what_it_could_not_judge() -> None:
    quiet = websocket().received(-1, "plain text", '{"level":"info"}').quiet("msg.level == 'fatal'")
    quiet.poll()
    quiet.expire()
    assert passed(quiet, None, 2.0).endswith("2 messages checked, 1 of them lack what the condition asks for.")


def test_other_expectations_say_nothing() -> None:
    chat = websocket()
    assert passed(chat.open(), None, 0.0) == ""


# Progress


def test_progress_tells_what_is_waited_for_and_what_came() -> None:
    chat = websocket().received(-1, "before")
    wait = chat.wait(of_type="ack", seconds=30.0)
    before = received(wait)
    chat.received(1, "a", "b")
    assert progress_line(wait, 10.02, before, Secrets()) == (
        "'websocket-1': waiting for message of type 'ack', 10 of 30 s, 2 messages received meanwhile"
    )


def test_progress_of_a_wait_for_several_tells_how_many_matched() -> None:
    ticks = sse().event(1, "1", "tick").event(1, "2", "tock")
    wait = ticks.wait(of_type="tick", count=5, seconds=60.0)
    wait.poll()
    assert progress_line(wait, 5.0, 0, Secrets()) == (
        "'sse-1': waiting for event 'tick', 5 of 60 s, 2 events received meanwhile, 1 of 5 matched"
    )


def test_progress_is_one_safe_line() -> None:
    secrets = Secrets()
    secrets.add("s3cr3t")
    wait = Story("a\nb", codec=PayloadCodec(secrets=secrets)).opened().wait("msg == '\x1b[2J s3cr3t" + "x" * 500 + "'")
    line = progress_line(wait, 5.0, 0, secrets)
    assert line.isprintable()
    assert "s3cr3t" not in line
    assert len(line) < 150


# Statistics


def test_statistics_of_a_stream() -> None:
    feed = Story("feed").opened(0)
    for number in range(101):
        feed.received(1 + number / 10, "xx")
    feed.received(12, "late").sent(12, "bye").failed(13, "lost").opened(14)
    feed.connection.sent_count = 1

    figures = stream_statistics(feed.connection)

    assert (figures.received, figures.bytes, figures.sent, figures.dropped) == (102, 206, 1, 0)
    assert (figures.reconnects, figures.errors) == (1, 1)
    times = (figures.first_after, figures.duration, figures.gap_max, figures.gap_p50, figures.gap_p95, figures.gap_p99)
    assert [time and round(time, 3) for time in times] == [1.0, 11.0, 1.0, 0.1, 0.1, 0.1]
    assert figures.rate is not None
    assert round(figures.rate, 3) == round(101 / 11, 3)


def test_statistics_of_silence() -> None:
    figures = stream_statistics(websocket().connection)
    assert (figures.received, figures.first_after, figures.rate, figures.gap_max) == (0, None, None, None)


def test_the_table_of_statistics_is_well_formed() -> None:
    chat = websocket("<b>").received(0, "x").happened(1, Happening.PING)
    texts = [
        text.strip()
        for text in parsed(statistics_table(chat.connection, stream_statistics(chat.connection))).itertext()
    ]
    assert texts[:4] == ["<b>", "received", "1 (1 byte)", "sent"]
