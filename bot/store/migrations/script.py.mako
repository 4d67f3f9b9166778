"""${message.rstrip(".")}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """One step up. The way back is a backup from before: a step down could only lose what people entered."""
% for name, _ in by_table(upgrades):
    _${name}()
% endfor

% for name, code in by_table(upgrades):


def _${name}() -> None:
${code}
% endfor
