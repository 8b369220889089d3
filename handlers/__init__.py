"""Telegram to use case: read, plan, word. No network and no SQL in here."""
