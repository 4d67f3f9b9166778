"""Telegram: a typed client, our own way in, and every error sorted."""
