"""Who may do what: accounts, roles with places and dates, mandates and the sealed journal."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "journal_closing",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_closing")),
    )
    op.create_table(
        "journal_link",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_link")),
        sa.UniqueConstraint("line_id", name=op.f("uq_journal_link_line_id")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("convention", postgresql.DATERANGE(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("key", name=op.f("uq_organisation_key")),
    )
    op.create_table(
        "sms_received",
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_sms_received")),
    )
    op.create_index(op.f("ix_sms_received_received_at"), "sms_received", ["received_at"], unique=False)
    op.create_table(
        "spent",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spent")),
    )
    op.create_index(op.f("ix_spent_until"), "spent", ["until"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("to", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("browser_hash", sa.Text(), nullable=True),
        sa.Column("is_vouched", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_challenge_tries")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_challenge_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
        sa.UniqueConstraint("key", name=op.f("uq_challenge_key")),
    )
    op.create_index(op.f("ix_challenge_code_hash"), "challenge", ["code_hash"], unique=False)
    op.create_index(op.f("ix_challenge_expires_at"), "challenge", ["expires_at"], unique=False)
    op.create_index(op.f("ix_challenge_person_id"), "challenge", ["person_id"], unique=False)
    op.create_table(
        "credential",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("proved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_vouched", sa.Boolean(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_credential_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
    )
    op.create_index(
        "ix_credential_franceconnect",
        "credential",
        ["value"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL AND kind = 'franceconnect'"),
    )
    op.create_index(
        "ix_credential_in_use",
        "credential",
        ["kind", "value", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_credential_person_id"), "credential", ["person_id"], unique=False)
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("mds_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("families", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_from_files", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_assignment_lasts")),
        sa.CheckConstraint("mds_id IS NULL OR place_id IS NULL", name=op.f("ck_assignment_one_scope")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_assignment_agent_id")),
        sa.ForeignKeyConstraint(["mds_id"], ["mds.id"], name=op.f("fk_assignment_mds_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_assignment_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    op.create_index(op.f("ix_assignment_agent_id"), "assignment", ["agent_id"], unique=False)
    op.create_table(
        "identity_case",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("usage_name", sa.Text(), nullable=True),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("birth_date_to", sa.Date(), nullable=False),
        sa.Column("birth_place", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["closed_by"], ["agent.id"], name=op.f("fk_identity_case_closed_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_identity_case_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_case")),
        sa.UniqueConstraint("subject", name=op.f("uq_identity_case_subject")),
    )
    op.create_index(op.f("ix_identity_case_birth_date"), "identity_case", ["birth_date"], unique=False)
    op.create_table(
        "mandate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("holder_id", sa.Integer(), nullable=True),
        sa.Column("procedures", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("consent", sa.String(length=20), nullable=False),
        sa.Column("facts", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("second_agent_id", sa.Integer(), nullable=True),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("end_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_mandate_ended")),
        sa.CheckConstraint("state <> 'active' OR agreed_at IS NOT NULL", name=op.f("ck_mandate_agreed")),
        sa.CheckConstraint("cardinality(procedures) > 0", name=op.f("ck_mandate_named")),
        sa.CheckConstraint("holder_id <> person_id", name=op.f("ck_mandate_not_oneself")),
        sa.CheckConstraint(
            "num_nonnulls(agent_id, organisation_id, holder_id) = CASE WHEN consent = 'space' AND holder_id IS NULL "
            "AND state <> 'active' THEN 0 ELSE 1 END",
            name=op.f("ck_mandate_one_holder"),
        ),
        sa.CheckConstraint("second_agent_id <> given_by", name=op.f("ck_mandate_two_agents")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_mandate_period")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_mandate_agent_id")),
        sa.ForeignKeyConstraint(["given_by"], ["agent.id"], name=op.f("fk_mandate_given_by")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_mandate_holder_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_mandate_organisation_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_mandate_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_mandate_place_id")),
        sa.ForeignKeyConstraint(["second_agent_id"], ["agent.id"], name=op.f("fk_mandate_second_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mandate")),
        sa.UniqueConstraint("reference", name=op.f("uq_mandate_reference")),
    )
    op.create_index(op.f("ix_mandate_agent_id"), "mandate", ["agent_id"], unique=False)
    op.create_index(op.f("ix_mandate_holder_id"), "mandate", ["holder_id"], unique=False)
    op.create_index(op.f("ix_mandate_organisation_id"), "mandate", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_mandate_person_id"), "mandate", ["person_id"], unique=False)
    op.create_index(
        "ix_mandate_running",
        "mandate",
        ["ends_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('asked', 'active')"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_recovery_code_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_agent_id"), "recovery_code", ["agent_id"], unique=False)
    op.add_column("agent", sa.Column("organisation_id", sa.Integer(), nullable=True))
    op.add_column("agent", sa.Column("totp_secret", sa.Text(), nullable=True))
    op.add_column("agent", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column("agent", sa.Column("proconnect_sub", sa.Text(), nullable=True))
    op.add_column("agent", sa.Column("invitation_hash", sa.Text(), nullable=True))
    op.add_column("agent", sa.Column("invited_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agent", sa.Column("expires_on", sa.Date(), nullable=True))
    op.add_column("agent", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_agent_organisation_id"), "agent", ["organisation_id"], unique=False)
    op.create_unique_constraint(op.f("uq_agent_invitation_hash"), "agent", ["invitation_hash"])
    op.create_unique_constraint(op.f("uq_agent_proconnect_sub"), "agent", ["proconnect_sub"])
    op.create_foreign_key(op.f("fk_agent_organisation_id"), "agent", "organisation", ["organisation_id"], ["id"])
    # The role of an agent held everywhere and for ever: so it stays until the Département's files say where.
    op.execute(
        """
        INSERT INTO assignment (agent_id, role, valid, families, is_from_files)
        SELECT id, role, daterange('2020-01-01', NULL), '{}', true FROM agent ORDER BY id
        """
    )
    op.drop_column("agent", "role")
    op.add_column("appointment", sa.Column("browser", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_appointment_browser"), "appointment", ["browser"], unique=False)
    op.add_column("journal_line", sa.Column("mandate_id", sa.BigInteger(), nullable=True))
    op.add_column("journal_line", sa.Column("place_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_journal_line_by_person",
        "journal_line",
        ["actor_id", "at"],
        unique=False,
        postgresql_where=sa.text("actor = 'person'"),
    )
    op.add_column("message", sa.Column("to", sa.Text(), nullable=True))
    op.alter_column("message", "person_id", existing_type=sa.INTEGER(), nullable=True)
    op.add_column("person", sa.Column("birth_place", sa.Text(), nullable=True))
    op.add_column(
        "person", sa.Column("lent_ways", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("person", sa.Column("address_confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("identity_seen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("identity_seen_by", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("is_protected", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("person", sa.Column("space_closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("wants_sms", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("person", sa.Column("wants_email", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column(
        "person", sa.Column("wants_discretion", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index("ix_person_mobile", "person", ["mobile"], unique=False)
    op.create_index("ix_person_email", "person", [sa.text("lower(email)")], unique=False)
    op.add_column("place", sa.Column("agents_idle_minutes", sa.Integer(), server_default=sa.text("20"), nullable=False))
    op.add_column("web_session", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.add_column("web_session", sa.Column("idle_minutes", sa.Integer(), server_default=sa.text("30"), nullable=False))
    op.add_column("web_session", sa.Column("device", sa.Text(), nullable=True))
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"], unique=False)
    op.create_check_constraint(op.f("ck_place_idle"), "place", "agents_idle_minutes BETWEEN 5 AND 60")
    op.create_check_constraint(op.f("ck_message_reached"), "message", 'person_id IS NOT NULL OR "to" IS NOT NULL')
    for table in ("journal_link", "journal_closing"):
        op.execute(
            f"""
            CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
            """
        )
