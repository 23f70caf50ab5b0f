"""Numbered steps from an empty database to this version."""
