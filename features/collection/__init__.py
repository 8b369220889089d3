"""Collection: goods arrive, are shared out where some are missing, and are handed over by code or name."""
