"""The pre-diagnostic."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "rights_count",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("territory", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_rights_count_count")),
        sa.PrimaryKeyConstraint("month", "territory", "kind", "key", name=op.f("pk_rights_count")),
    )
    op.create_table(
        "rule_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("loaded_on", sa.Date(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_book")),
    )
    op.create_table(
        "saved_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("themes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["book_id"], ["rule_book.id"], name=op.f("fk_saved_answers_book_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_answers_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_answers")),
    )
    op.create_index(op.f("ix_saved_answers_person_id"), "saved_answers", ["person_id"], unique=False)
    op.create_table(
        "answers_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_id", sa.Integer(), nullable=False),
        sa.Column("shared_with", sa.String(length=20), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(shared_with = 'appointment') = (appointment_id IS NOT NULL)", name=op.f("ck_answers_share_appointment")
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_answers_share_appointment_id")),
        sa.ForeignKeyConstraint(
            ["saved_id"], ["saved_answers.id"], name=op.f("fk_answers_share_saved_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answers_share")),
        sa.UniqueConstraint("saved_id", "appointment_id", name="uq_answers_share_appointment"),
    )
    op.create_index(op.f("ix_answers_share_appointment_id"), "answers_share", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_answers_share_saved_id"), "answers_share", ["saved_id"], unique=False)
    op.create_index(
        "uq_answers_share_referent",
        "answers_share",
        ["saved_id"],
        unique=True,
        postgresql_where=sa.text("appointment_id IS NULL"),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=True),
        sa.Column("is_couple", sa.Boolean(), nullable=True),
        sa.Column("children", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "commune IS NOT NULL OR is_couple IS NOT NULL OR children <> '{}'", name=op.f("ck_household_told")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_household_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_index(op.f("ix_household_person_id"), "household", ["person_id"], unique=False)
    op.create_index(
        "uq_household_open",
        "household",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
