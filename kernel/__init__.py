"""What every feature stands on: time, ids, messages, refusals, the unit of work."""
