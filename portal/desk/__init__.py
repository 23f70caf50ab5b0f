"""The agents' desk: a person found, their file read and corrected."""
