"""Typed commands and events between the UI and the engine."""
