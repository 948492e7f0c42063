"""`python -m atest.servers`: the demo server on localhost:8000, where the examples of README and guide expect it."""

import uvicorn
from starlette.applications import Starlette

from atest.servers.demo_app import guide_routes
from atest.servers.endpoints import endpoint_routes

uvicorn.run(Starlette(routes=guide_routes() + endpoint_routes()), host="127.0.0.1", port=8000, ws="wsproto")
