"""Orders: who wants what in a deal, and who waits."""
