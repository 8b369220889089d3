"""May we speak now: quiet hours."""
