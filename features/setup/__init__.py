"""Setup: a new group is led through its settings, and shown what is missing."""
