"""La Bonne Porte: one portal for the residents of a French Département."""
