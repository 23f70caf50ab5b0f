"""What callers ask, and the calls that agents make: what no machine could deliver, told by a human."""
