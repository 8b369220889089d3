"""Catalogue: the goods, their prices and their suppliers."""
