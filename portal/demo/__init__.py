"""The demonstration: invented people, one-press entry, messages on screen."""
