"""The ways in and out: terminal, web chat, Telegram. Each one is the same small port."""
