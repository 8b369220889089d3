"""Use case to SQL: one file per feature, and the engine that runs units of work."""
