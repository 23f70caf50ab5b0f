"""The agents' desk: search, merges, calls, workshops, waiting list, settings with their history, figures."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from portal.people.keys import keys_of

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward only."""
    op.create_table(
        "partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner")),
        sa.UniqueConstraint("key", name=op.f("uq_partner_key")),
    )
    op.create_table(
        "setting_change",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("before", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_change")),
    )
    op.create_index("ix_setting_change_object", "setting_change", ["kind", "object_id"], unique=False)
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seats BETWEEN 1 AND 200", name=op.f("ck_workshop_seats")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name="fk_workshop_appointment_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("appointment_id", name=op.f("uq_workshop_appointment_id")),
    )
    op.create_table(
        "subject",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shortcut", sa.Text(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("motif_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("partner_keys", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_subject_theme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject")),
        sa.UniqueConstraint("key", name=op.f("uq_subject_key")),
    )
    op.create_index(op.f("ix_subject_theme_id"), "subject", ["theme_id"], unique=False)
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("is_discreet", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_calendar_feed_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feed_agent_id"), "calendar_feed", ["agent_id"], unique=False)
    op.create_table(
        "day_exception",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_day_exception_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_exception")),
    )
    op.create_index(
        "ix_day_exception_one_a_day", "day_exception", ["day", sa.literal_column("coalesce(place_id, 0)")], unique=True
    )
    op.create_index(op.f("ix_day_exception_place_id"), "day_exception", ["place_id"], unique=False)
    op.create_table(
        "merge",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("gone_id", sa.Integer(), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("merged_by", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("kept_id <> gone_id", name=op.f("ck_merge_two_files")),
        sa.ForeignKeyConstraint(["gone_id"], ["person.id"], name=op.f("fk_merge_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"], name=op.f("fk_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_by"], ["agent.id"], name=op.f("fk_merge_merged_by")),
        sa.ForeignKeyConstraint(["undone_by"], ["agent.id"], name=op.f("fk_merge_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    op.create_index(op.f("ix_merge_gone_id"), "merge", ["gone_id"], unique=False)
    op.create_index(op.f("ix_merge_kept_id"), "merge", ["kept_id"], unique=False)
    op.create_table(
        "waiting_time",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("motif_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.CheckConstraint("days >= 0", name=op.f("ck_waiting_time_days")),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_waiting_time_motif_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_waiting_time_place_id")),
        sa.PrimaryKeyConstraint("day", "motif_id", "place_id", name=op.f("pk_waiting_time")),
    )
    op.create_table(
        "call_received",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("request_key", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(outcome = 'partner') = (partner_id IS NOT NULL)", name=op.f("ck_call_received_partner")),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_call_received_agent_id")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_call_received_appointment_id")),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.id"], name=op.f("fk_call_received_partner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_received_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_call_received_place_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["subject.id"], name=op.f("fk_call_received_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_received")),
        sa.UniqueConstraint("request_key", name=op.f("uq_call_received_request_key")),
    )
    op.create_index(op.f("ix_call_received_agent_id"), "call_received", ["agent_id"], unique=False)
    op.create_index("ix_call_received_at", "call_received", ["at"], unique=False)
    op.create_index(op.f("ix_call_received_person_id"), "call_received", ["person_id"], unique=False)
    op.create_table(
        "call_task",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(claimed_by IS NULL) = (claimed_until IS NULL)", name=op.f("ck_call_task_claimed")),
        sa.ForeignKeyConstraint(["claimed_by"], ["agent.id"], name=op.f("fk_call_task_claimed_by")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_call_task_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_call_task")),
    )
    op.create_table(
        "call_try",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("way", sa.Text(), nullable=True),
        sa.Column("told_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_call_try_agent_id")),
        sa.ForeignKeyConstraint(
            ["message_id"], ["message.id"], name=op.f("fk_call_try_message_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["told_id"], ["person.id"], name=op.f("fk_call_try_told_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_try")),
    )
    op.create_index(op.f("ix_call_try_message_id"), "call_try", ["message_id"], unique=False)
    op.create_table(
        "wish",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("motif_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("mornings", sa.Boolean(), nullable=False),
        sa.Column("afternoons", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_how", sa.String(length=20), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_how IS NULL)", name=op.f("ck_wish_ended")),
        sa.CheckConstraint("last_day IS NULL OR last_day >= first_day", name=op.f("ck_wish_days")),
        sa.CheckConstraint("mornings OR afternoons", name=op.f("ck_wish_some_time")),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_wish_appointment_id")),
        sa.ForeignKeyConstraint(["created_by"], ["agent.id"], name=op.f("fk_wish_created_by")),
        sa.ForeignKeyConstraint(["motif_id"], ["motif.id"], name=op.f("fk_wish_motif_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_wish_person_id")),
        sa.ForeignKeyConstraint(["place_id"], ["place.id"], name=op.f("fk_wish_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
    )
    op.create_index(op.f("ix_wish_motif_id"), "wish", ["motif_id"], unique=False)
    op.create_index(
        "ix_wish_one_open", "wish", ["person_id", "motif_id"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_index(op.f("ix_wish_person_id"), "wish", ["person_id"], unique=False)
    op.create_index(op.f("ix_wish_place_id"), "wish", ["place_id"], unique=False)
    op.add_column("agent", sa.Column("wants_shortcuts", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("appointment", sa.Column("overbook_reason", sa.Text(), nullable=True))
    op.add_column("appointment", sa.Column("workshop_id", sa.Integer(), nullable=True))
    op.add_column("appointment", sa.Column("cancel_reason", sa.String(length=20), nullable=True))
    op.add_column("appointment", sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("appointment", sa.Column("called_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "appointment", sa.Column("is_door_closed", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.create_index(op.f("ix_appointment_workshop_id"), "appointment", ["workshop_id"], unique=False)
    op.create_foreign_key(op.f("fk_appointment_workshop_id"), "appointment", "workshop", ["workshop_id"], ["id"])
    op.add_column(
        "assignment", sa.Column("may_overbook", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column(
        "motif", sa.Column("edited", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("person", sa.Column("birth_name", sa.Text(), nullable=True))
    op.add_column(
        "person", sa.Column("search_keys", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("person", sa.Column("request_key", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_person_request_key"), "person", ["request_key"])
    op.add_column("person", sa.Column("merged_into_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_person_merged_into_id"), "person", ["merged_into_id"], unique=False)
    _fill_search_keys(op.get_bind())
    op.create_index(
        "ix_person_search",
        "person",
        [sa.literal_column("array_to_tsvector(search_keys)")],
        unique=False,
        postgresql_using="gin",
    )
    op.create_foreign_key(op.f("fk_person_merged_into_id"), "person", "person", ["merged_into_id"], ["id"])
    op.add_column(
        "place", sa.Column("edited", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.create_check_constraint("ck_person_not_merged_into_itself", "person", "merged_into_id <> id")
    # Nothing wrote this before; a row written by hand keeps its right to be there.
    op.execute("UPDATE appointment SET overbook_reason = 'repris de la version 0002' WHERE is_overbooked")
    op.create_check_constraint("ck_appointment_overbooked_why", "appointment", "is_overbooked = (overbook_reason IS NOT NULL)")
    op.create_check_constraint("ck_appointment_closed_door", "appointment", "NOT is_door_closed OR status = 'noshow'")
    op.drop_constraint("ex_appointment_agent_busy", "appointment")
    op.execute(
        """
        ALTER TABLE appointment ADD CONSTRAINT ex_appointment_agent_busy EXCLUDE USING gist (
            int8range(agent_id, agent_id, '[]') WITH &&, tstzrange(starts_at, busy_until) WITH &&
        ) WHERE (status IN ('booked', 'seen', 'noshow') AND NOT is_overbooked AND workshop_id IS NULL)
        """
    )


_BATCH = 2_000  # files held in memory at once
_NEXT = """
    SELECT id, family_name, birth_name, given_names, birth_date, mobile, landline FROM person
    WHERE id > :after ORDER BY id LIMIT :batch
"""
_FILL = """
    UPDATE person SET search_keys = string_to_array(filled.keys, ' ')
    FROM unnest(CAST(:ids AS integer[]), CAST(:keys AS text[])) AS filled(id, keys) WHERE person.id = filled.id
"""


def _fill_search_keys(connection: sa.Connection) -> None:
    """What agents find people by, for those who were there before: as the application writes it for the others."""
    after = 0
    while rows := connection.execute(sa.text(_NEXT), {"after": after, "batch": _BATCH}).all():
        # No key holds a space: a list of texts is sent in one.
        keys = [
            " ".join(keys_of(row.family_name, row.birth_name, row.given_names, row.birth_date, (row.mobile, row.landline)))
            for row in rows
        ]
        after = rows[-1].id
        connection.execute(sa.text(_FILL), {"ids": [row.id for row in rows], "keys": keys})
