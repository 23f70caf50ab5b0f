"""Residents, their relatives, and agents."""
