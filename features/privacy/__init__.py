"""Privacy: what we know of somebody, given to them or erased; what is forgotten with time."""
