"""Acceptance tests: Robot suites by user task, and the servers they talk to."""
