"""A page that shows trainings as they run: a WebSocket for one model, an event stream of what everybody finished."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Trainings</title>
<h1>Trainings</h1>
<p>This model: <meter id="mine" max="100" value="0"></meter> <output id="percent">0 %</output></p>
<p>Finished by everybody: <output id="finished">0</output> (<output id="state">offline</output>)</p>
<script>
const show = (id, text) => (document.getElementById(id).textContent = text);

const socket = new WebSocket(`ws://${location.host}/api/v1/ws/training-monitor`);
socket.onopen = () => socket.send(JSON.stringify({ type: 'subscribe', channel: 'training_progress' }));
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  if (message.type !== 'training_progress') return;
  document.getElementById('mine').value = message.data.progress;
  show('percent', `${message.data.progress} %`);
};

let finished = 0;
const updates = new EventSource('/api/v1/sse/updates');
updates.addEventListener('connected', () => show('state', 'live'));
updates.addEventListener('training_completed', () => show('finished', (finished += 1)));
</script>
</html>
"""


async def dashboard(_request: Request) -> Response:
    """The page."""
    return HTMLResponse(PAGE)
