"""Frozen values and pure functions that every room speaks in; the standard library and ``Struct`` only."""
