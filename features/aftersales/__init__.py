"""After-sales: goods that were not right, what is done about it, and by when."""
