"""Runs the examples of README and guide."""
