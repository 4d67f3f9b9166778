"""The machine: conversations, storage, delivery and time. It knows nothing of any service."""

VERSION = "0.1.0"
"""The program's version, as in pyproject.toml. Saved conversations and backups say by which one they were written."""


def later(version: str) -> bool:
    """Whether a version such as "0.2.0" is later than this program's; "" (nobody said) is not."""
    return _numbers(version) > _numbers(VERSION)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
