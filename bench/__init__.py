"""Races the product against what others would use, on the same sandbox, in the same run."""
