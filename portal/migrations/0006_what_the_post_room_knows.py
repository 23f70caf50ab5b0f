"""What the post room knows: why a printer rejected a letter, where letters are kept, a bridge under a strike."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.add_column("letter", sa.Column("rejection", sa.Text(), nullable=True))
    op.add_column("letter", sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_letter_tracking",
        "letter",
        ["tracking_number"],
        unique=False,
        postgresql_where=sa.text("tracking_number IS NOT NULL"),
    )
    op.add_column("person", sa.Column("letters_kept_at_id", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_person_letters_kept_at_id"), "person", "place", ["letters_kept_at_id"], ["id"])
    op.create_index(op.f("ix_person_letters_kept_at_id"), "person", ["letters_kept_at_id"], unique=False)
    # Every day entered so far is kept: one closure a day becomes one of each kind.
    op.drop_constraint(op.f("pk_postal_closure"), "postal_closure", type_="primary")
    op.create_primary_key(op.f("pk_postal_closure"), "postal_closure", ["day", "closure"])
