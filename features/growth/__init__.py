"""Growth and points: what members earned, what lapses when."""
