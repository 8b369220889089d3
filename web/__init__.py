"""HTTP to use case. For now: whether the process is alive and ready."""
