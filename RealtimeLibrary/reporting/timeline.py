"""The timeline: one inline SVG for log.html, a lane per connection, readable in light and dark mode.

Colours are Robot's own CSS variables, with the light theme's values where there are none. Received items stand above
the line of a lane, sent messages hang below it; states and errors are marks on it. Every mark has a hover text.
"""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, Final

from RealtimeLibrary.core.connection import Connection
from RealtimeLibrary.core.journal import Happening
from RealtimeLibrary.reporting.lanes import (
    Lane,
    Line,
    Slot,
    Span,
    hover_text,
    keep_alives,
    lane_counts,
    lane_of,
    span_of,
)
from RealtimeLibrary.reporting.showing import visible
from RealtimeLibrary.reporting.table import first_moment

MAX_LANES: Final = 30

# All lengths are in the units of the picture, which is at most as many pixels wide.
_WIDTH: Final = 1080
_LEFT: Final = 190
_RIGHT: Final = 20
_SLOT: Final = 6
_BAR: Final = 4
_SLOTS: Final = (_WIDTH - _LEFT - _RIGHT) // _SLOT
_PLOT: Final = _SLOTS * _SLOT
_LANE: Final = 76
_ABOVE: Final = 32
_BELOW: Final = 20
_LEAST: Final = 10
_FEW: Final = 30
_TOP: Final = 8
_AXIS: Final = 26
_LEGEND: Final = 26
_TICKS: Final = 8

_STYLE: Final = (
    ".rtl{max-width:1080px;margin:4px 0}"
    ".rtl svg{width:100%;height:auto;display:block;color:var(--text-color,#000);"
    "font:11px Helvetica,Arial,sans-serif;fill:currentColor}"
    ".rtl .nm{font-size:13px;font-weight:bold}"
    ".rtl .dim{opacity:.6}"
    ".rtl .grid{stroke:currentColor;opacity:.12}"
    ".rtl .band{opacity:.035}"
    ".rtl .open{stroke:currentColor;stroke-width:1.5;opacity:.55}"
    ".rtl .trying{stroke:var(--warn-link-color,#927201);stroke-width:1.5;stroke-dasharray:3 3}"
    ".rtl .in{fill:var(--link-color,#15c)}"
    ".rtl .rd{fill:var(--pass-color,#97bd61)}"
    ".rtl .out{opacity:.75}"
    ".rtl .ka{opacity:.45}"
    ".rtl .op{fill:var(--background-color,#fff);stroke:currentColor;stroke-width:1.5}"
    ".rtl .re{fill:var(--background-color,#fff);stroke:var(--warn-link-color,#927201);stroke-width:1.8}"
    ".rtl .cl{stroke:currentColor;stroke-width:2;fill:none}"
    ".rtl .er{fill:var(--fail-link-color,#ce3e01)}"
    ".rtl .hit{fill:currentColor;opacity:0}"
    ".rtl g:hover>.hit{opacity:.1}"
)


def timeline(connections: Sequence[Connection[Any]], now: float) -> str:
    """The picture of these connections, or a sentence if nothing has happened.

    Args:
        connections: The first `MAX_LANES` are drawn, in the order in which they began.
        now: The end of what is still open, on the monotonic clock.
    """
    drawn = sorted(connections, key=first_moment)[:MAX_LANES]
    span = span_of(drawn, now, _SLOTS)
    if span is None:
        return "No connection has a past yet."
    lanes = [lane_of(connection, span) for connection in drawn]
    height = _TOP + len(lanes) * _LANE + _AXIS + _LEGEND
    most = max((slot.received_count for lane in lanes for slot in lane.slots), default=1)
    parts = [
        *_axis(span, len(lanes)),
        *(part for row, lane in enumerate(lanes) for part in _lane(lane, span, _TOP + row * _LANE, most)),
        *_legend(_TOP + len(lanes) * _LANE + _AXIS + 8),
    ]
    more = len(connections) - len(drawn)
    note = f"<p>{more} more connections are not drawn; name them with alias=.</p>" if more > 0 else ""
    label = f"Timeline of {len(lanes)} connection{'' if len(lanes) == 1 else 's'}"
    return (
        f'<style>{_STYLE}</style><div class="rtl"><svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{label}" viewBox="0 0 {_WIDTH} {height}">{"".join(parts)}</svg>{note}</div>'
    )


def _x(span: Span, at: float) -> float:
    return round(_LEFT + span.share(at) * _PLOT, 1)


def _axis(span: Span, lanes: int) -> Iterator[str]:
    """Vertical lines at round times, and the times below the lanes."""
    bottom = _TOP + lanes * _LANE
    step = _round_step((span.end - span.begin) / _TICKS)
    count = int((span.end - span.begin) / step + 1e-9)
    for number in range(count + 1):
        x = _x(span, span.begin + number * step)
        yield f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP}" y2="{bottom + 4}"/>'
        yield f'<text class="dim" x="{x}" y="{bottom + 17}" text-anchor="middle">{_time(number * step, step)}</text>'


def _round_step(least: float) -> float:
    """The smallest round step that is not smaller: 1, 2 or 5 times a power of ten; from a minute on, round minutes."""
    for seconds in (60, 120, 300, 600, 900, 1800, 3600):
        if 50 < least <= seconds:
            return seconds
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


def _time(seconds: float, step: float) -> str:
    if step >= 60:
        return f"{seconds / 60:g} min"
    decimals = max(-math.floor(math.log10(step) + 1e-9), 0)
    return f"{seconds:.{decimals}f} s"


def _lane(lane: Lane, span: Span, top: int, most: int) -> Iterator[str]:
    middle = top + _ABOVE + 10
    connection = lane.connection
    url = escape(visible(connection.url))
    if (top - _TOP) // _LANE % 2 == 0:
        yield f'<rect class="band" x="0" y="{top}" width="{_WIDTH}" height="{_LANE}"/>'
    yield (
        f'<g><title>{url}</title><text class="nm" x="8" y="{middle - 4}">{escape(_cut(connection.alias, 24))}</text>'
        f'<text class="dim" x="8" y="{middle + 11}">{connection.family.name}, {connection.state.value}</text>'
        f'<text class="dim" x="8" y="{middle + 25}">{lane_counts(connection)}</text></g>'
    )
    for stretch in lane.stretches:
        x1, x2 = _x(span, stretch.begin), _x(span, stretch.end)
        name = "open" if stretch.line is Line.OPEN else "trying"
        yield f'<line class="{name}" x1="{x1}" x2="{x2}" y1="{middle}" y2="{middle}"/>'
    for slot in lane.slots:
        x = _LEFT + slot.index * _SLOT + _SLOT / 2
        title = escape(hover_text(slot, lane, span))
        hit = f'<rect class="hit" x="{x - _SLOT / 2}" y="{top}" width="{_SLOT}" height="{_LANE}"/>'
        yield f"<g><title>{title}</title>{hit}{''.join(_marks(slot, x, middle, most))}</g>"


def _cut(text: str, limit: int) -> str:
    text = visible(text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _marks(slot: Slot, x: float, middle: int, most: int) -> Iterator[str]:
    """What is drawn of a slot: bars first, marks of the state on top."""
    if slot.received_count:
        height = _height(slot.received_count, most, _ABOVE)
        read = round(height * slot.read / slot.received_count, 1) if slot.read else 0.0
        read = min(max(read, 4.0), height) if slot.read else 0.0
        yield from _bar("in", x, middle - 2 - height, height - read)
        yield from _bar("rd", x, middle - 2 - read, read)
    if sent := slot.count(Happening.SENT):
        yield from _bar("out", x, middle + 2, _height(sent, max(most, sent), _BELOW))
    if keep_alives(slot):
        yield f'<circle class="ka" cx="{x}" cy="{middle}" r="2"/>'
    if slot.count(Happening.RECONNECTING):
        yield f'<circle class="re" cx="{x}" cy="{middle}" r="4"/>'
    if slot.count(Happening.OPENED):
        yield f'<circle class="op" cx="{x}" cy="{middle}" r="4"/>'
    if slot.count(Happening.CLOSED):
        yield f'<path class="cl" d="M{x - 4} {middle - 4}l8 8m0 -8l-8 8"/>'
    if slot.count(Happening.ERROR):
        yield f'<path class="er" d="M{x} {middle + 6}l5 9h-10z"/>'


def _height(count: int, most: int, room: int) -> float:
    """Of one item the least, of most items the whole room, between them by powers of ten."""
    return round(_LEAST + (room - _LEAST) * math.log(count) / math.log(max(most, _FEW)), 1)


def _bar(name: str, x: float, y: float, height: float) -> Iterator[str]:
    if height > 0:
        x -= _BAR / 2
        yield f'<rect class="{name}" x="{x}" y="{round(y, 1)}" width="{_BAR}" height="{round(height, 1)}" rx="1"/>'


def _legend(y: int) -> Iterator[str]:
    """What the marks mean."""
    middle = y + 5
    entries = (
        (f'<rect class="in" x="0" y="{y}" width="{_BAR}" height="10" rx="1"/>', "received"),
        (f'<rect class="rd" x="0" y="{y}" width="{_BAR}" height="10" rx="1"/>', "returned by a wait"),
        (f'<rect class="out" x="0" y="{y}" width="{_BAR}" height="10" rx="1"/>', "sent"),
        (f'<circle class="op" cx="1" cy="{middle}" r="4"/>', "opened"),
        (f'<path class="cl" d="M-3 {middle - 4}l8 8m0 -8l-8 8"/>', "closed"),
        (f'<circle class="re" cx="1" cy="{middle}" r="4"/>', "reconnecting"),
        (f'<path class="er" d="M1 {middle - 5}l5 9h-10z"/>', "error"),
        (f'<circle class="ka" cx="1" cy="{middle}" r="2"/>', "ping, pong, comment"),
    )
    x = _LEFT
    for mark, name in entries:
        yield f'<g transform="translate({x} 0)">{mark}<text class="dim" x="12" y="{middle + 4}">{name}</text></g>'
        x += 34 + 6 * len(name)
