"""The running process: configuration, wiring, intake, lanes, sender, commands."""
