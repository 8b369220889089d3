"""Pick-up: where a group's goods are picked up."""
