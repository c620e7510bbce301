"""Frozen values and pure functions that every room speaks in; standard library only."""
