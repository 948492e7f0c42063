"""The steps of `run.py`; they need nothing but Python's standard library."""
