"""The version, in one place, readable without importing the library."""

__version__ = "0.1.0"
