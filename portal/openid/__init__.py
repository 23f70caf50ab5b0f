"""OpenID Connect, as a client: what FranceConnect and ProConnect have in common. Knows neither Flask nor the database."""
