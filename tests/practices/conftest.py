"""The 31 practices, each a test: 15 for an OAuth mail client (A), 16 for sending mail with OAuth (B).

Each fails when the behaviour is taken out. They run on the scripted servers of the engine's tests.
"""

from tests.engine.conftest import certificate, rig

__all__ = ["certificate", "rig"]
