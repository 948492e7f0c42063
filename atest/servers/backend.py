"""What the backend of the guide says: the messages of its channels, the events of its streams."""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

EPOCHS = 20
SYMBOLS = ("AAPL", "GOOGL", "MSFT")


@dataclass(frozen=True)
class Channel:
    """What a client can subscribe to.

    Attributes:
        rate: Messages per second, unless the subscription asks for another rate.
        messages: Makes the messages for one subscription.
    """

    rate: float
    messages: Callable[[Json], Iterator[Json]]


def now() -> int:
    """Milliseconds since the epoch, as JavaScript's `Date.now()`."""
    return time.time_ns() // 1_000_000


def training_progress(request: Json) -> Iterator[Json]:
    """One training run: a message per epoch, then its end."""
    model = request.get("modelId", "lstm-001")
    for epoch in range(1, EPOCHS + 1):
        data = {
            "modelId": model,
            "epoch": epoch,
            "progress": 100 * epoch // EPOCHS,
            "accuracy": round(1 - 0.5 / epoch, 4),
            "loss": round(1 / epoch, 4),
            "timestamp": now(),
        }
        yield {"type": "training_progress", "status": "running", "data": data}
    yield {"type": "training_completed", "status": "done", "data": {"modelId": model, "epochs": EPOCHS}}


def model_metrics(request: Json) -> Iterator[Json]:
    """Accuracy that rises slowly towards 1, without end."""
    model = request.get("modelId", "lstm-001")
    for number in itertools.count(1):
        yield {"type": "model_metrics", "data": {"modelId": model, "accuracy": round(1 - 0.05 / number, 4)}}


def risk_alerts(request: Json) -> Iterator[Json]:
    """Risk alerts of all levels in turn, without end."""
    for number, level in enumerate(itertools.cycle(("low", "medium", "high", "critical")), 1):
        yield {
            "type": "risk_alerts",
            "number": number,
            "level": level,
            "severity": level,
            "message": f"Value at risk is {level}",
            "portfolio": "growth",
        }


def alerts(request: Json) -> Iterator[Json]:
    """One critical alert after two harmless ones."""
    for severity in ("info", "warning", "critical"):
        yield {"type": "alert", "severity": severity, "message": f"GPU temperature: {severity}"}


def tick_updates(request: Json) -> Iterator[Json]:
    """Prices with a gapless `seq`: as many as the subscription's `count`, else without end."""
    symbols = request.get("symbols", SYMBOLS)
    numbers = itertools.islice(itertools.count(1), request.get("count"))
    for seq, symbol in zip(numbers, itertools.cycle(symbols), strict=False):
        data = {"symbol": symbol, "price": 100 + seq % 50 / 10, "seq": seq, "timestamp": now()}
        yield {"type": "tick_update", "data": data}


CHANNELS = {
    "training_progress": Channel(20, training_progress),
    "model_metrics": Channel(20, model_metrics),
    "risk_alerts": Channel(20, risk_alerts),
    "alerts": Channel(20, alerts),
    "tick_updates": Channel(200, tick_updates),
}


def respond(request: Json) -> Json:
    """The answer to a remote procedure call, with the `id` of its request."""
    answer = {"type": "response", "id": request.get("id")}
    params = request.get("params", {})
    match request.get("method"):
        case "getModelStatus":
            return answer | {"data": {"modelId": params.get("modelId"), "status": "trained", "accuracy": 0.97}}
        case "add":
            return answer | {"data": params["a"] + params["b"]}
        case unknown:
            return answer | {"error": {"code": -32601, "message": f"Method not found: {unknown}"}}


def event(data: Any, kind: str | None = None, identifier: object = None) -> str:
    """One event of an event stream; what is not text is written as JSON."""
    text = data if isinstance(data, str) else json.dumps(data)
    fields = [f"event: {kind}\n"] if kind else []
    if identifier is not None:
        fields.append(f"id: {identifier}\n")
    fields += [f"data: {line}\n" for line in text.split("\n")]
    return "".join(fields) + "\n"


def status_events(headers: Json) -> Iterator[str]:
    """System status: what the client sent, then training events and risk alerts in turn, without end."""
    yield "retry: 1000\n" + event({"type": "connected", "headers": headers}, "connected", 0)
    progress = itertools.cycle(training_progress({}))
    for number, (risk, training) in enumerate(zip(risk_alerts({}), progress, strict=False), 1):
        yield event(training, training["type"], 2 * number - 1)
        yield event(risk | {"type": "risk_alert"}, None, 2 * number)
        yield ": keep-alive\n\n"


def measurement_events() -> Iterator[str]:
    """Values of two sensors with times in milliseconds; each tenth event is not JSON."""
    for number in itertools.count(1):
        if number % 10 == 0:
            yield event("sensor restarted", "notice", number)
        else:
            measured = {"value": number * 0.5, "timestamp": now()}
            yield event(measured, "pressure" if number % 2 else "temperature", number)
