"""The tables of the first stone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("email", name=op.f("uq_agent_email")),
        sa.UniqueConstraint("key", name=op.f("uq_agent_key")),
    )
    op.create_table(
        "code_tries",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_code_tries")),
    )
    op.create_index(op.f("ix_code_tries_last_at"), "code_tries", ["last_at"], unique=False)
    op.create_table(
        "commune",
        sa.Column("insee", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("search_key", sa.Text(), nullable=False),
        sa.Column("postal_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("postal_label", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("insee", name=op.f("pk_commune")),
    )
    op.create_index(op.f("ix_commune_search_key"), "commune", ["search_key"], unique=False)
    op.create_table(
        "departement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_hours", sa.Text(), nullable=True),
        sa.Column("return_address", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_departement_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departement")),
    )
    op.create_table(
        "helpline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("by_text", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_helpline")),
        sa.UniqueConstraint("number", name=op.f("uq_helpline_number")),
    )
    op.create_table(
        "journal_line",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("for_person_id", sa.BigInteger(), nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=True),
        sa.Column("object_id", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_line")),
    )
    op.create_index("ix_journal_line_for_person", "journal_line", ["for_person_id", "at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column("match_key", sa.Text(), nullable=False),
        sa.Column("guardian_id", sa.Integer(), nullable=True),
        sa.Column("card_of_id", sa.Integer(), nullable=True),
        sa.Column("mobile", sa.Text(), nullable=True),
        sa.Column("mobile_state", sa.String(length=20), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_state", sa.String(length=20), nullable=False),
        sa.Column("landline", sa.Text(), nullable=True),
        sa.Column("address", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("address_state", sa.String(length=20), nullable=False),
        sa.Column("wants_paper", sa.Boolean(), nullable=False),
        sa.Column("wants_large_print", sa.Boolean(), nullable=False),
        sa.Column("wants_silence", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("maybe_double", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("card_of_id <> id", name=op.f("ck_person_not_own_card")),
        sa.CheckConstraint("guardian_id <> id", name=op.f("ck_person_not_own_guardian")),
        sa.ForeignKeyConstraint(["card_of_id"], ["person.id"], name=op.f("fk_person_card_of_id")),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name=op.f("fk_person_guardian_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(op.f("ix_person_birth_date"), "person", ["birth_date"], unique=False)
    op.create_index(op.f("ix_person_card_of_id"), "person", ["card_of_id"], unique=False)
    op.create_index(op.f("ix_person_guardian_id"), "person", ["guardian_id"], unique=False)
    op.create_index(op.f("ix_person_match_key"), "person", ["match_key"], unique=False)
    op.create_table(
        "territory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
        sa.UniqueConstraint("key", name=op.f("uq_territory_key")),
    )
    op.create_table(
        "theme",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("pictogram", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_theme")),
        sa.UniqueConstraint("key", name=op.f("uq_theme_key")),
    )
    op.create_table(
        "web_session",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_agent_id"), "web_session", ["agent_id"], unique=False)
    op.create_index(op.f("ix_web_session_seen_at"), "web_session", ["seen_at"], unique=False)
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_absence_period")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_absence_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_agent_period", "absence", ["agent_id", "starts_at"], unique=False)
    op.create_table(
        "commune_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("insee", sa.Text(), nullable=False),
        sa.Column("commune_number", sa.BigInteger(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(commune_number, commune_number, '[]')"), "&&"),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_commune_attachment_one_territory_a_day",
        ),
        sa.ForeignKeyConstraint(["insee"], ["commune.insee"], name=op.f("fk_commune_attachment_insee")),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_commune_attachment_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commune_attachment")),
    )
    op.create_index(op.f("ix_commune_attachment_insee"), "commune_attachment", ["insee"], unique=False)
    op.create_index(op.f("ix_commune_attachment_territory_id"), "commune_attachment", ["territory_id"], unique=False)
    op.create_table(
        "mds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["territory_id"], ["territory.id"], name=op.f("fk_mds_territory_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mds")),
        sa.UniqueConstraint("key", name=op.f("uq_mds_key")),
    )
    op.create_index(op.f("ix_mds_territory_id"), "mds", ["territory_id"], unique=False)
    op.create_table(
        "motif",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("max_age_years", sa.Integer(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("buffer_minutes", sa.Integer(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("booked_by", sa.String(length=20), nullable=False),
        sa.Column("with_referent", sa.Boolean(), nullable=False),
        sa.Column("cancel_minutes", sa.Integer(), nullable=False),
        sa.Column("move_minutes", sa.Integer(), nullable=False),
        sa.Column("upcoming_limit", sa.Integer(), nullable=False),
        sa.Column("bring", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("discreet", sa.Boolean(), nullable=False),
        sa.Column("neutral_words", sa.Text(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("buffer_minutes BETWEEN 0 AND 240", name=op.f("ck_motif_buffer")),
        sa.CheckConstraint("cancel_minutes >= 0 AND move_minutes >= 0", name=op.f("ck_motif_deadlines")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_motif_minutes")),
        sa.CheckConstraint("notice_minutes >= 0 AND horizon_days > 0", name=op.f("ck_motif_window")),
        sa.CheckConstraint("upcoming_limit > 0", name=op.f("ck_motif_limit")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_motif_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motif")),
        sa.UniqueConstraint("key", name=op.f("uq_motif_key")),
    )
    op.create_index(op.f("ix_motif_theme_id"), "motif", ["theme_id"], unique=False)
    op.create_index("ix_motif_theme_position", "motif", ["theme_id", "position"], unique=False)
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("street", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("insee", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("step_free", sa.Boolean(), nullable=True),
        sa.Column("directions", sa.Text(), nullable=True),
        sa.Column("hours", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("urgent_hours", sa.Text(), nullable=True),
        sa.Column("is_demo_address", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["insee"], ["commune.insee"], name=op.f("fk_place_insee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint("key", name=op.f("uq_place_key")),
    )
    op.create_index(op.f("ix_place_insee"), "place", ["insee"], unique=False)
    op.create_table(
        "referent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_referent_agent_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_referent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referent")),
    )
    op.create_index(op.f("ix_referent_agent_id"), "referent", ["agent_id"], unique=False)
    op.create_index(op.f("ix_referent_person_id"), "referent", ["person_id"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("request_key", sa.Uuid(), nullable=False),
        sa.Column("motif_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("busy_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("is_overbooked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(agent_id, agent_id, '[]')"), "&&"),
            (sa.text("tstzrange(starts_at, busy_until)"), "&&"),
            where=sa.text("status IN ('booked', 'seen', 'noshow') AND NOT is_overbooked"),
            using="gist",
            name="ex_appointment_agent_busy",
        ),
        sa.CheckConstraint("busy_until - starts_at <= interval '24 hours'", name=op.f("ck_appointment_length")),
        sa.CheckConstraint("starts_at < ends_at AND ends_at <= busy_until", name=op.f("ck_appointment_period")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_appointment_agent_id")),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_appointment_motif_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_appointment_place_id")),
        sa.ForeignKeyConstraint(["told_id"], ["person.id"], name=op.f("fk_appointment_told_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("code", name=op.f("uq_appointment_code")),
        sa.UniqueConstraint("request_key", name=op.f("uq_appointment_request_key")),
    )
    op.create_index(
        "ix_appointment_busy",
        "appointment",
        ["agent_id", "starts_at"],
        unique=False,
        postgresql_include=["busy_until"],
        postgresql_where=sa.text("status IN ('booked', 'seen', 'noshow')"),
    )
    op.create_index(op.f("ix_appointment_motif_id"), "appointment", ["motif_id"], unique=False)
    op.create_index(op.f("ix_appointment_place_id"), "appointment", ["place_id"], unique=False)
    op.create_index(op.f("ix_appointment_starts_at"), "appointment", ["starts_at"], unique=False)
    op.create_index(op.f("ix_appointment_told_id"), "appointment", ["told_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("motif_id", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_invitation_motif_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invitation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code", name=op.f("uq_invitation_code")),
    )
    op.create_index(op.f("ix_invitation_motif_id"), "invitation", ["motif_id"], unique=False)
    op.create_index(op.f("ix_invitation_person_id"), "invitation", ["person_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("event", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("context", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retry_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("rendered", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_message_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_message_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "event_id", "person_id", "step", "route", name=op.f("uq_message_event_id_person_id_step_route")
        ),
        sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),
    )
    op.create_index(
        "ix_message_due",
        "message",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'sending')"),
    )
    op.create_index(
        "ix_message_overtaken",
        "message",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('waiting', 'queued', 'open')"),
    )
    op.create_index(op.f("ix_message_person_id"), "message", ["person_id"], unique=False)
    op.create_index(op.f("ix_message_place_id"), "message", ["place_id"], unique=False)
    op.create_index("ix_message_subject", "message", ["subject", "subject_id"], unique=False)
    op.create_table(
        "opening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("recurrence", sa.String(length=20), nullable=False),
        sa.Column("weekdays", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("interval_weeks", sa.Integer(), nullable=False),
        sa.Column("nth_week", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("skipped", postgresql.ARRAY(sa.Date()), nullable=False),
        sa.CheckConstraint("recurrence <> 'monthly' OR nth_week IS NOT NULL", name=op.f("ck_opening_monthly")),
        sa.CheckConstraint("recurrence = 'once' OR cardinality(weekdays) > 0", name=op.f("ck_opening_comes_back")),
        sa.CheckConstraint("interval_weeks BETWEEN 1 AND 52", name=op.f("ck_opening_interval")),
        sa.CheckConstraint("last_day IS NULL OR last_day >= first_day", name=op.f("ck_opening_days")),
        sa.CheckConstraint("nth_week IS NULL OR nth_week IN (1, 2, 3, 4, -1)", name=op.f("ck_opening_nth")),
        sa.CheckConstraint("starts < ends", name=op.f("ck_opening_hours")),
        sa.CheckConstraint("weekdays <@ ARRAY[0, 1, 2, 3, 4, 5, 6]", name=op.f("ck_opening_weekdays")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_opening_agent_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_opening_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
        sa.UniqueConstraint("key", name=op.f("uq_opening_key")),
    )
    op.create_index(op.f("ix_opening_agent_id"), "opening", ["agent_id"], unique=False)
    op.create_index(op.f("ix_opening_place_id"), "opening", ["place_id"], unique=False)
    op.create_table(
        "place_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("mds_id", sa.Integer(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(place_id, place_id, '[]')"), "&&"),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_place_attachment_one_mds_a_day",
        ),
        sa.ForeignKeyConstraint(["mds_id"], ["mds.id"], name=op.f("fk_place_attachment_mds_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_place_attachment_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_attachment")),
    )
    op.create_index(op.f("ix_place_attachment_mds_id"), "place_attachment", ["mds_id"], unique=False)
    op.create_index(op.f("ix_place_attachment_place_id"), "place_attachment", ["place_id"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pages BETWEEN 1 AND 4", name=op.f("ck_letter_pages")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_letter_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_letter_reference")),
    )
    op.create_table(
        "opening_motif",
        sa.Column("opening_id", sa.Integer(), nullable=False),
        sa.Column("motif_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_opening_motif_motif_id")),
        sa.ForeignKeyConstraint(
            ["opening_id"], ["opening.id"], name=op.f("fk_opening_motif_opening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("opening_id", "motif_id", name=op.f("pk_opening_motif")),
    )
    op.create_index(op.f("ix_opening_motif_motif_id"), "opening_motif", ["motif_id"], unique=False)
    op.create_table(
        "participation",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_names", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_participation_appointment_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_participation_person_id")),
        sa.PrimaryKeyConstraint("appointment_id", "person_id", name=op.f("pk_participation")),
    )
    op.create_index(op.f("ix_participation_person_id"), "participation", ["person_id"], unique=False)
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a line of % is never changed or removed', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END
        $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER journal_line_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_line
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """
    )
