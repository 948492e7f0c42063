"""A chart of how cost grows, as SVG: logarithmic on both axes, with the slope of linear growth to compare with."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

Curve = Sequence[tuple[int, float]]

WIDTH: Final = 260
HEIGHT: Final = 200
MARGIN: Final = 40
COLOURS: Final = ("#0f62fe", "#198038")


def chart(curves: Mapping[str, Curve]) -> str:
    """One panel per curve, side by side: cost over size, and a dashed line for linear growth from its last point."""
    panels = [_panel(title, curve, index * WIDTH) for index, (title, curve) in enumerate(curves.items())]
    size = f'width="{len(panels) * WIDTH}" height="{HEIGHT}"'
    style = "<style>text{font:11px sans-serif;fill:#697077}</style>"
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">{style}{"".join(panels)}</svg>\n'


def _panel(title: str, curve: Curve, left: int) -> str:
    sizes, costs = [size for size, _ in curve], [max(cost, 1e-9) for _, cost in curve]
    linear = [costs[-1] * size / sizes[-1] for size in sizes]
    low, high = min(*costs, *linear), max(*costs, *linear)
    across = _scale(sizes[0], sizes[-1], left + MARGIN, left + WIDTH - 15)
    up = _scale(low, high, HEIGHT - MARGIN, MARGIN)

    def line(values: Sequence[float], colour: str, dash: str) -> str:
        points = " ".join(f"{across(size):.1f},{up(value):.1f}" for size, value in zip(sizes, values, strict=True))
        return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" {dash}/>'

    labels = "".join(
        f'<text x="{across(size):.1f}" y="{HEIGHT - MARGIN + 18}" text-anchor="middle">{_short(size)}</text>'
        f'<text x="{across(size):.1f}" y="{up(cost) - 6:.1f}" text-anchor="middle">{_short(cost)}</text>'
        for size, cost in zip(sizes, costs, strict=True)
    )
    heading = f'<text x="{left + WIDTH / 2}" y="18" text-anchor="middle">{title}</text>'
    dashed = line(linear, COLOURS[1], 'stroke-dasharray="4"')
    return f"<g>{heading}{dashed}{line(costs, COLOURS[0], '')}{labels}</g>"


def _scale(low: float, high: float, start: float, end: float):  # type: ignore[no-untyped-def]  # a local helper
    spread = math.log(high / low) or 1.0
    return lambda value: start + (end - start) * math.log(value / low) / spread


def _short(value: float) -> str:
    """`1k`, `2.5M`, `0.03`."""
    for factor, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g}{suffix}"
    return f"{value:.2g}"
