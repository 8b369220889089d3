"""Joining: who asks to come in answers one easy question."""
