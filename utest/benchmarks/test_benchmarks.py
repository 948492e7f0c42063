"""The benchmarks run: a little of everything, for correctness and not for numbers."""

import xml.etree.ElementTree as ET

import pytest

from benchmarks import websocket
from benchmarks.chart import chart
from benchmarks.measuring import at_least, at_most, table

# Many short processes, which take long on a busy machine.
pytestmark = pytest.mark.timeout(600)


def test_every_websocket_benchmark_runs() -> None:
    rows = websocket.measure(websocket.QUICK)
    assert len(rows) == 9
    assert table(rows).count("\n") == 11


def test_the_growth_curves_make_a_chart() -> None:
    curves = websocket.growth(websocket.QUICK)
    drawing = ET.fromstring(chart(curves))
    assert len(drawing.findall("{http://www.w3.org/2000/svg}g")) == len(curves) == 4


def test_a_row_says_whether_the_target_is_met() -> None:
    assert at_least("ingest", 4, 4.8).met
    assert not at_most("memory", 235, 240).met
    assert "| ingest | ≥ 4 x | 1.50 x | ✗ | peer 2.0 x |" in table([at_least("ingest", 4, 1.5, "peer 2.0 x")])
