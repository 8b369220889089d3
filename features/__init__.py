"""What the community can do. No technology in here: no Telegram, no SQL, no web."""
