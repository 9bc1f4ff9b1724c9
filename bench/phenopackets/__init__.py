"""Rank of the diagnosis of published phenopackets, by their signs alone."""
