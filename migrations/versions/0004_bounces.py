"""Mails that come back, and the addresses nothing is sent to any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BEFORE = ("draft", "queued", "sending", "sent", "failed", "superseded", "cancelled")
NOW = ("draft", "queued", "sending", "sent", "failed", "bounced", "superseded", "cancelled")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "suppressions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("since", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
        sa.UniqueConstraint("address", name=op.f("uq_suppressions_address")),
        sa.UniqueConstraint("code", name=op.f("uq_suppressions_code")),
    )
    _states(NOW)


def downgrade() -> None:
    """Take the change back; a mail that came back is one that failed."""
    op.execute("UPDATE outgoing_mails SET state = 'failed' WHERE state = 'bounced'")
    _states(BEFORE)
    op.drop_table("suppressions")


def _states(states: tuple[str, ...]) -> None:
    """What a mail's CHECK allows."""
    words = ", ".join(f"'{one}'" for one in states)
    with op.batch_alter_table("outgoing_mails") as change:
        change.drop_constraint(op.f("ck_outgoing_mails_mailstate"), type_="check")
        change.create_check_constraint(op.f("ck_outgoing_mails_mailstate"), f"state IN ({words})")
