"""Agents' accounts: signing in with two proofs, invitations, roles, suspension."""
