"""Paper: addresses, layout, and the letters that wait for the post."""
