"""OpenID Connect, as a client: what FranceConnect and ProConnect share. Knows neither Flask nor the database."""
