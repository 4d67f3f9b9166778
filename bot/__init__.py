"""The machine: conversations, storage, delivery and time. It knows nothing of any service."""
