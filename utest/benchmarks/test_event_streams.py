"""The event stream benchmarks run; how fast is not asked here."""

from benchmarks.event_streams import measure


def test_every_row_is_measured():
    rows = measure(count=200, repeats=1)
    assert len(rows) == 3
    assert all(row.reached and row.others for row in rows)
