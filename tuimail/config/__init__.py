"""The profile, the presets and the places on disk."""
