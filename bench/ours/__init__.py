"""The product's side of each race: its real parts in a process of their own."""
