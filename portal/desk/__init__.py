"""The agents' desk: finding a person, their card, what an agent may see and do there."""
