"""Paper forms: sent or printed with a code, they come back by post, and an agent enters the answers."""
