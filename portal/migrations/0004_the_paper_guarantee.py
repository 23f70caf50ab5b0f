"""The garantie papier: print runs, returns, closed days of the post, paper forms, letters to whoever is discreet."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "postal_closure",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("closure", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_postal_closure")),
    )
    op.create_table(
        "print_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("posting_day", sa.Date(), nullable=False),
        sa.Column("printer", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_by", sa.BigInteger(), nullable=True),
        sa.Column("counter", sa.Integer(), nullable=True),
        sa.Column("inserted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inserted_by", sa.BigInteger(), nullable=True),
        sa.Column("counted_letters", sa.Integer(), nullable=True),
        sa.Column("counted_sheets", sa.Integer(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.BigInteger(), nullable=True),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.CheckConstraint("letters > 0 AND sheets >= letters", name=op.f("ck_print_run_letters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_run")),
        sa.UniqueConstraint("cut_off_at", name=op.f("uq_print_run_cut_off_at")),
    )
    op.create_index(
        "ix_print_run_going_on", "print_run", ["id"], unique=False, postgresql_where=sa.text("state <> 'posted'")
    )
    op.create_table(
        "run_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sheets_each", sa.Integer(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("printed_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("letters BETWEEN 1 AND 250", name=op.f("ck_run_file_letters")),
        sa.ForeignKeyConstraint(["run_id"], ["print_run.id"], name=op.f("fk_run_file_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_file")),
        sa.UniqueConstraint("run_id", "position", name=op.f("uq_run_file_run_id_position")),
    )
    op.create_table(
        "paper_form",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("known", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by", sa.BigInteger(), nullable=True),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint(
            "kind <> 'cancellation' OR appointment_id IS NOT NULL", name=op.f("ck_paper_form_appointment")
        ),
        sa.CheckConstraint("(entered_at IS NULL) = (answers IS NULL)", name=op.f("ck_paper_form_answers")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_paper_form_appointment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_paper_form_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_form")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_form_code")),
    )
    op.create_index(op.f("ix_paper_form_appointment_id"), "paper_form", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_paper_form_person_id"), "paper_form", ["person_id"], unique=False)
    op.create_table(
        "letter_proof",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.BigInteger(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("length(content) <= 5000000", name=op.f("ck_letter_proof_size")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_proof_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_proof")),
    )
    op.create_index(op.f("ix_letter_proof_letter_id"), "letter_proof", ["letter_id"], unique=False)
    op.add_column(
        "departement", sa.Column("holiday_region", sa.Text(), server_default=sa.text("'metropole'"), nullable=False)
    )
    op.add_column("departement", sa.Column("full_name", sa.Text(), nullable=True))
    op.add_column("departement", sa.Column("cut_off", sa.Time(), server_default=sa.text("'16:30'"), nullable=False))
    op.add_column("departement", sa.Column("delivery_days", sa.Integer(), server_default=sa.text("3"), nullable=False))
    op.add_column("letter", sa.Column("run_id", sa.Integer(), nullable=True))
    op.add_column("letter", sa.Column("file_id", sa.Integer(), nullable=True))
    op.add_column("letter", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("letter", sa.Column("postcode", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("letter", sa.Column("large_window", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("letter", sa.Column("reprints", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("letter", sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("pull_reason", sa.String(length=20), nullable=True))
    op.add_column("letter", sa.Column("is_registered", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("letter", sa.Column("tracking_number", sa.Text(), nullable=True))
    op.add_column("letter", sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("letter", sa.Column("return_reason", sa.String(length=20), nullable=True))
    op.alter_column("letter", "pdf", existing_type=postgresql.BYTEA(), nullable=True)
    op.drop_constraint(op.f("uq_letter_message_id"), "letter", type_="unique")
    op.create_index("ix_letter_message_id", "letter", ["message_id"], unique=False)
    op.create_index(
        "ix_letter_returned",
        "letter",
        ["returned_at"],
        unique=False,
        postgresql_where=sa.text("returned_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_letter_run_id"), "letter", ["run_id"], unique=False)
    op.create_unique_constraint(op.f("uq_letter_file_id_position"), "letter", ["file_id", "position"])
    op.create_index(
        "uq_letter_message",
        "letter",
        ["message_id"],
        unique=True,
        postgresql_where=sa.text("pulled_at IS NULL AND returned_at IS NULL"),
    )
    op.create_foreign_key(op.f("fk_letter_run_id"), "letter", "print_run", ["run_id"], ["id"])
    op.create_foreign_key(op.f("fk_letter_file_id"), "letter", "run_file", ["file_id"], ["id"])
    op.add_column("message", sa.Column("arrives_on", sa.Date(), nullable=True))
    op.add_column("wish", sa.Column("half_days", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("person", sa.Column("letters_chosen_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint("ck_departement_delivery_days", "departement", "delivery_days BETWEEN 1 AND 15")
    op.create_check_constraint("ck_letter_pulled_why", "letter", "(pulled_at IS NULL) = (pull_reason IS NULL)")
    op.create_check_constraint("ck_letter_returned_why", "letter", "(returned_at IS NULL) = (return_reason IS NULL)")
    op.create_check_constraint("ck_letter_run", "letter", "(run_id IS NULL) = (file_id IS NULL)")
    op.drop_index("ix_message_due", "message")
    op.create_index(
        "ix_message_due",
        "message",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'sending')"),
    )
    op.drop_index("ix_message_overtaken", "message")
    op.create_index(
        "ix_message_overtaken",
        "message",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'queued', 'in_run', 'printed', 'open')"),
    )
    op.create_index(
        "ix_message_letter_failed",
        "message",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("route = 'letter' AND status = 'failed'"),
    )
    # Letters drawn so far: where they go, as their envelope says it.
    op.execute(
        r"""
        UPDATE letter SET
            postcode = coalesce(substring(message.recipient from '\n(\d{5}) '), ''),
            large_window = coalesce((message.rendered ->> 'large_window')::boolean, false)
        FROM message WHERE message.id = letter.message_id
        """
    )
    # Whoever chose the garantie papier said that letters may come.
    op.execute("UPDATE person SET letters_chosen_at = created_at WHERE wants_paper AND cardinality(address) > 0")
