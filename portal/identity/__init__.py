"""Residents prove who they are: codes by SMS, e-mail and letter, FranceConnect; without a password."""
