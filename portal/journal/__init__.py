"""Who did what, for whom, and when: append-only."""
