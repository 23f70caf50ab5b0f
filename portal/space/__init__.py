"""A person's own space: what is theirs, what is known of them, who acted for them."""
