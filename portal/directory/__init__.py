"""Territories, MDS, places, motifs and communes of a Département."""
