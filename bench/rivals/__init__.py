"""What the product is measured against: each a program of its own, as its authors' manuals show it."""
