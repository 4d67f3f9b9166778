"""What one service tells another through the registry, which neither knows: the shapes of it.

Whoever asks takes what comes, from none or several.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Credit:
    """What somebody holds that takes something off a price: `fen` at most, good through the local day `last_day`.

    `once`: all of it goes with its first use, whatever is left over.
    """

    fen: int
    last_day: date
    once: bool = False
