"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_records",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_kind", sa.String(length=12), nullable=False),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_records")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_records_digest")),
    )
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_records_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index("ix_audit_records_subject", ["subject_kind", "subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_records_verb"), ["verb"], unique=False)

    op.create_table(
        "editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("tagline_ko", sa.Text(), nullable=False),
        sa.Column("tagline_en", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
        sa.UniqueConstraint("prefix", name=op.f("uq_editions_prefix")),
        sa.UniqueConstraint("slug", name=op.f("uq_editions_slug")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("native_name", sa.String(length=200), nullable=False),
        sa.Column("latin_family", sa.String(length=100), nullable=False),
        sa.Column("latin_given", sa.String(length=100), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("totp_secret", sa.String(length=64), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("language IN ('ko', 'en')", name=op.f("ck_people_language")),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_people_email_lower")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("code", name=op.f("uq_people_code")),
        sa.UniqueConstraint("email", name=op.f("uq_people_email")),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_from", sa.String(length=64), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempts")),
    )
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_asked_from"), ["asked_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempts_email"), ["email"], unique=False)

    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("sign_in", "sign_up", name="linkpurpose", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("asked_from", sa.String(length=64), nullable=False),
        sa.Column("next_path", sa.String(length=300), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_links")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_links_digest")),
    )
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_links_asked_from"), ["asked_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_links_email"), ["email"], unique=False)

    op.create_table(
        "calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("festival", "school", name="callkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("intro_ko", sa.Text(), nullable=False),
        sa.Column("intro_en", sa.Text(), nullable=False),
        sa.Column("opens_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closes_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("grace_minutes", sa.Integer(), nullable=False),
        sa.Column("entry_limit", sa.Integer(), nullable=False),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("entry_limit BETWEEN 1 AND 50", name=op.f("ck_calls_entry_limit")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_calls_opens_before_closes")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_calls_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("slug", name=op.f("uq_calls_slug")),
    )
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calls_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "organizer",
                "chair",
                "programmer",
                "moderator",
                "consent_officer",
                "juror",
                "mentor",
                "student",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum("portal", "edition", "cohort", name="scope", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["invited_by_id"], ["people.id"], name=op.f("fk_invitations_invited_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("digest", name=op.f("uq_invitations_digest")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitations_email"), ["email"], unique=False)

    op.create_table(
        "outgoing_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "queued",
                "sending",
                "sent",
                "failed",
                "superseded",
                "cancelled",
                name="mailstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("transition", sa.String(length=60), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("batch", sa.String(length=60), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("send_after", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=True),
        sa.Column("uncertain", sa.Boolean(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_outgoing_mails_edition_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_outgoing_mails_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mails")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_mails_message_id")),
        sa.UniqueConstraint(
            "object_kind",
            "object_id",
            "transition",
            "kind",
            "recipient",
            name=op.f("uq_outgoing_mails_object_kind_object_id_transition_kind_recipient"),
        ),
    )
    with op.batch_alter_table("outgoing_mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outgoing_mails_batch"), ["batch"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mails_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_mails_state"), ["state"], unique=False)
        batch_op.create_index("ix_outgoing_mails_state_lease", ["state", "lease_until"], unique=False)

    op.create_table(
        "packages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("title_ko", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("subtitle_ko", sa.String(length=200), nullable=False),
        sa.Column("subtitle_en", sa.String(length=200), nullable=False),
        sa.Column(
            "gel",
            sa.Enum(
                "ai",
                "school",
                "world",
                "doc",
                "lab",
                "event",
                name="gel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("bumper_s", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("rating IN (0, 12, 15, 19)", name=op.f("ck_packages_rating")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_packages_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packages")),
        sa.UniqueConstraint("code", name=op.f("uq_packages_code")),
    )
    with op.batch_alter_table("packages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_packages_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_releases_edition_id")),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["people.id"], name=op.f("fk_releases_released_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
        sa.UniqueConstraint("edition_id", "version", name=op.f("uq_releases_edition_id_version")),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "organizer",
                "chair",
                "programmer",
                "moderator",
                "consent_officer",
                "juror",
                "mentor",
                "student",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "scope",
            sa.Enum("portal", "edition", "cohort", name="scope", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("granted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_role_grants_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grants")),
        sa.UniqueConstraint(
            "person_id", "role", "scope", "scope_id", name=op.f("uq_role_grants_person_id_role_scope_scope_id")
        ),
    )
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.create_index("ix_role_grants_place", ["scope", "scope_id", "role"], unique=False)

    op.create_table(
        "sign_in_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_sign_in_sessions_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sign_in_sessions_digest")),
    )
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "venues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("address_ko", sa.String(length=300), nullable=False),
        sa.Column("address_en", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_venues_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venues")),
    )
    with op.batch_alter_table("venues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venues_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "categories",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("about_ko", sa.Text(), nullable=False),
        sa.Column("about_en", sa.Text(), nullable=False),
        sa.Column(
            "gel",
            sa.Enum(
                "ai",
                "school",
                "world",
                "doc",
                "lab",
                "event",
                name="gel",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("min_seconds", sa.Integer(), nullable=False),
        sa.Column("max_seconds", sa.Integer(), nullable=False),
        sa.Column("min_height", sa.Integer(), nullable=False),
        sa.Column("ai_rules", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rules_version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= min_seconds AND min_seconds < max_seconds", name=op.f("ck_categories_seconds")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_categories_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_categories")),
        sa.UniqueConstraint("call_id", "code", name=op.f("uq_categories_call_id_code")),
    )
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_cohorts_call_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_cohorts_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("code", name=op.f("uq_cohorts_code")),
    )
    with op.batch_alter_table("cohorts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohorts_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "halls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("accessible_seats", sa.Integer(), nullable=False),
        sa.Column("turnaround_min", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("seats > 0 AND accessible_seats <= seats", name=op.f("ck_halls_seats")),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name=op.f("fk_halls_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halls")),
    )
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_halls_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "regulations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("change_note", sa.Text(), nullable=False),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_regulations_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regulations")),
        sa.UniqueConstraint("call_id", "version", name=op.f("uq_regulations_call_id_version")),
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "setup",
                "assigning",
                "proposed",
                "open",
                "paused",
                "closed",
                "decided",
                "announced",
                name="roundstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("jurors_per_film", sa.Integer(), nullable=False),
        sa.Column("band_bp", sa.Integer(), nullable=False),
        sa.Column("floor_bp", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("due_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("plan", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("assignment_wanted_by_id", sa.Integer(), nullable=True),
        sa.Column("results_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("results_note", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "band_bp BETWEEN 0 AND 10000 AND floor_bp BETWEEN 0 AND 10000", name=op.f("ck_rounds_shares")
        ),
        sa.CheckConstraint("jurors_per_film BETWEEN 1 AND 9", name=op.f("ck_rounds_jurors_per_film")),
        sa.ForeignKeyConstraint(
            ["assignment_wanted_by_id"],
            ["people.id"],
            name=op.f("fk_rounds_assignment_wanted_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_rounds_call_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_rounds_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("code", name=op.f("uq_rounds_code")),
    )
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rounds_edition_id"), ["edition_id"], unique=False)

    op.create_table(
        "packs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("domains", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("people", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_packs_category_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packs")),
        sa.UniqueConstraint("category_id", name=op.f("uq_packs_category_id")),
        sa.UniqueConstraint("code", name=op.f("uq_packs_code")),
    )
    op.create_table(
        "panels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_panels_weight")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_panels_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_panels")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_panels_round_id_code")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_id"], ["categories.id"], name=op.f("fk_rule_versions_category_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_rule_versions_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_versions")),
        sa.UniqueConstraint("category_id", "version", name=op.f("uq_rule_versions_category_id_version")),
    )
    op.create_table(
        "screenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "confirmed",
                "released",
                "booking",
                "closed",
                "running",
                "held",
                "cancelled",
                name="screeningstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("next_position", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= taken AND taken <= seats", name=op.f("ck_screenings_taken")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_screenings_starts_before_ends")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_screenings_edition_id")),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name=op.f("fk_screenings_hall_id")),
        sa.ForeignKeyConstraint(["package_id"], ["packages.id"], name=op.f("fk_screenings_package_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
        sa.UniqueConstraint("code", name=op.f("uq_screenings_code")),
    )
    with op.batch_alter_table("screenings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screenings_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_screenings_hall_id"), ["hall_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_screenings_package_id"), ["package_id"], unique=False)
        batch_op.create_index("ix_screenings_time", ["edition_id", "starts_at"], unique=False)

    op.create_table(
        "teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_teams_cohort_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("cohort_id", "name", name=op.f("uq_teams_cohort_id_name")),
    )
    op.create_table(
        "bookings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waitlisted",
                "offered",
                "confirmed",
                "checked_in",
                "no_show",
                "cancelled",
                "expired",
                name="seatstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("access_needs", sa.String(length=300), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("offered_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("checked_in_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("checked_in_by_id", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("party BETWEEN 1 AND 4", name=op.f("ck_bookings_party")),
        sa.ForeignKeyConstraint(
            ["checked_in_by_id"], ["people.id"], name=op.f("fk_bookings_checked_in_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_bookings_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["screening_id"], ["screenings.id"], name=op.f("fk_bookings_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
        sa.UniqueConstraint("code", name=op.f("uq_bookings_code")),
        sa.UniqueConstraint("screening_id", "position", name=op.f("uq_bookings_screening_id_position")),
    )
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bookings_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_bookings_state", ["screening_id", "state", "position"], unique=False)
        batch_op.create_index(
            "uq_bookings_live",
            ["screening_id", "email"],
            unique=True,
            sqlite_where=sa.text("state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"),
            postgresql_where=sa.text("state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"),
        )

    op.create_table(
        "criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("question_ko", sa.String(length=200), nullable=False),
        sa.Column("question_en", sa.String(length=200), nullable=False),
        sa.Column("anchors", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("weight BETWEEN 1 AND 100", name=op.f("ck_criteria_weight")),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_criteria_panel_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_criteria")),
        sa.UniqueConstraint("panel_id", "code", name=op.f("uq_criteria_panel_id_code")),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("student_number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_enrolments_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_enrolments_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_enrolments_team_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("cohort_id", "person_id", name=op.f("uq_enrolments_cohort_id_person_id")),
    )
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolments_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolments_team_id"), ["team_id"], unique=False)

    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "mentor_review",
                "submitted",
                "needs_fix",
                "eligible",
                "ineligible",
                "withdrawn",
                "disqualified",
                name="entrystate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("title_ko", sa.String(length=200), nullable=False),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("logline_ko", sa.String(length=300), nullable=False),
        sa.Column("logline_en", sa.String(length=300), nullable=False),
        sa.Column("synopsis_ko", sa.Text(), nullable=False),
        sa.Column("synopsis_en", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("spoken_language", sa.String(length=8), nullable=False),
        sa.Column("genre", sa.String(length=24), nullable=False),
        sa.Column("runtime_s", sa.Integer(), nullable=False),
        sa.Column("music_cleared", sa.Boolean(), nullable=False),
        sa.Column("fonts_cleared", sa.Boolean(), nullable=False),
        sa.Column("declarations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("watched_sha256", sa.String(length=64), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rules_version", sa.Integer(), nullable=True),
        sa.Column("announced", sa.String(length=24), nullable=False),
        sa.Column("fix_due_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("fix_items", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("runtime_s >= 0", name=op.f("ck_entries_runtime")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_entries_call_id")),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_entries_category_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_entries_cohort_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_entries_edition_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_entries_owner_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_entries_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("number", name=op.f("uq_entries_number")),
    )
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.create_index("ix_entries_category", ["category_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index("ix_entries_desk", ["edition_id", "state", "submitted_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_entries_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "jurors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("panel_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=12), nullable=False),
        sa.Column("languages", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("genres", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("employer", sa.String(length=200), nullable=False),
        sa.Column("max_minutes", sa.Integer(), nullable=False),
        sa.Column("ended_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["panel_id"], ["panels.id"], name=op.f("fk_jurors_panel_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_jurors_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_jurors_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jurors")),
        sa.UniqueConstraint("round_id", "label", name=op.f("uq_jurors_round_id_label")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_jurors_round_id_person_id")),
    )
    with op.batch_alter_table("jurors", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jurors_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pack_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=True),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["people.id"], name=op.f("fk_pack_files_added_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_files_pack_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_files")),
        sa.UniqueConstraint("code", name=op.f("uq_pack_files_code")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_pack_files_storage_key")),
    )
    with op.batch_alter_table("pack_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_files_pack_id"), ["pack_id"], unique=False)

    op.create_table(
        "pack_licences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_ko", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_licences_pack_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["people.id"], name=op.f("fk_pack_licences_written_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_licences")),
        sa.UniqueConstraint("pack_id", "version", name=op.f("uq_pack_licences_pack_id_version")),
    )
    op.create_table(
        "qa_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("moderator_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 5 AND 180", name=op.f("ck_qa_sessions_minutes")),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_qa_sessions_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_sessions")),
        sa.UniqueConstraint("screening_id", name=op.f("uq_qa_sessions_screening_id")),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "slot",
            sa.Enum(
                "film",
                "poster",
                "still",
                "subtitle",
                "replacement",
                "trailer",
                "consent",
                "evidence",
                name="slot",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "awaited",
                "uploading",
                "received",
                "probing",
                "transcoding",
                "playable",
                "refused",
                name="assetstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("uploaded_by_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("storage_key", sa.String(length=80), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("fps_num", sa.Integer(), nullable=True),
        sa.Column("fps_den", sa.Integer(), nullable=True),
        sa.Column("audio_channels", sa.Integer(), nullable=True),
        sa.Column("probe", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("findings", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("made_with", sa.String(length=120), nullable=False),
        sa.Column("alt_ko", sa.String(length=300), nullable=False),
        sa.Column("alt_en", sa.String(length=300), nullable=False),
        sa.Column("progress_bp", sa.Integer(), nullable=False),
        sa.Column("credits_from_ms", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("judged_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("compared_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("superseded_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("frozen_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sealed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("plain_key", sa.String(length=80), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("credits_from_ms >= 0", name=op.f("ck_assets_credits")),
        sa.CheckConstraint("progress_bp BETWEEN 0 AND 10000", name=op.f("ck_assets_progress")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_assets_size")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assets_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["people.id"], name=op.f("fk_assets_uploaded_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        sa.UniqueConstraint("code", name=op.f("uq_assets_code")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_assets_storage_key")),
    )
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.create_index("ix_assets_entry_slot", ["entry_id", "slot", "superseded_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_assets_sha256"), ["sha256"], unique=False)
        batch_op.create_index(batch_op.f("ix_assets_state"), ["state"], unique=False)

    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "published",
                "in_progress",
                "scored",
                "locked",
                "declined",
                "recused",
                "reassigned",
                name="assignmentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("fixed", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("watched_s", sa.Integer(), nullable=False),
        sa.Column("left_reason", sa.Text(), nullable=False),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_assignments_entry_id")),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_assignments_juror_id")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_assignments_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        sa.UniqueConstraint("code", name=op.f("uq_assignments_code")),
        sa.UniqueConstraint("juror_id", "entry_id", name=op.f("uq_assignments_juror_id_entry_id")),
    )
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignments_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_assignments_queue", ["juror_id", "state"], unique=False)
        batch_op.create_index("ix_assignments_round_state", ["round_id", "state"], unique=False)

    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("citation", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["category_id"], ["categories.id"], name=op.f("fk_awards_category_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_awards_edition_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_awards_entry_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_edition_id"), ["edition_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_awards_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "conflicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "juror",
                "entrant",
                "computed",
                "ip_owner",
                "mentor",
                name="conflictsource",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "hinted",
                "confirmed",
                "dismissed",
                name="conflictstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_by_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_conflicts_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_conflicts_juror_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["people.id"], name=op.f("fk_conflicts_noted_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflicts")),
        sa.UniqueConstraint("juror_id", "entry_id", "source", name=op.f("uq_conflicts_juror_id_entry_id_source")),
    )
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflicts_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "director",
                "writer",
                "producer",
                "ai_artist",
                "cinematographer",
                "editor",
                "composer",
                "sound",
                "cast",
                "other",
                name="creditrole",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("native_name", sa.String(length=200), nullable=False),
        sa.Column("latin_name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_credits_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credits")),
    )
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_credits_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "cross_checks",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("seen_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_cross_checks_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_cross_checks")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "undecided",
                "pending",
                "announced",
                name="decisionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "selected",
                "reserve",
                "not_selected",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("announced_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state = 'undecided' OR outcome IS NOT NULL", name=op.f("ck_decisions_outcome_once_decided")
        ),
        sa.CheckConstraint(
            "released_by_id IS NULL OR decided_by_id IS NULL OR released_by_id <> decided_by_id",
            name=op.f("ck_decisions_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_decisions_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_decisions_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["people.id"], name=op.f("fk_decisions_released_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_decisions_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("round_id", "entry_id", name=op.f("uq_decisions_round_id_entry_id")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "disclosures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "queried",
                "corrected",
                "accepted",
                "stale",
                name="disclosurestate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("ledger", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=True),
        sa.Column("phases", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("badges", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("generated_bp", sa.Integer(), nullable=False),
        sa.Column("altered_bp", sa.Integer(), nullable=False),
        sa.Column("human_statement", sa.Text(), nullable=False),
        sa.Column("attested_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("film_sha256", sa.String(length=64), nullable=True),
        sa.Column("updated_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "generated_bp BETWEEN 0 AND 10000 AND altered_bp BETWEEN 0 AND 10000", name=op.f("ck_disclosures_shares")
        ),
        sa.CheckConstraint("tier BETWEEN 0 AND 4", name=op.f("ck_disclosures_tier")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_disclosures_entry_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_disclosures_entry_id")),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disclosures_tier"), ["tier"], unique=False)

    op.create_table(
        "guests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("qa_session_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "accepted",
                "remote",
                "declined",
                "present",
                "absent",
                name="gueststate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("timezone", sa.String(length=40), nullable=False),
        sa.Column("invited_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer_by", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_guests_entry_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_guests_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["qa_session_id"], ["qa_sessions.id"], name=op.f("fk_guests_qa_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guests")),
        sa.UniqueConstraint("code", name=op.f("uq_guests_code")),
        sa.UniqueConstraint("qa_session_id", "email", name=op.f("uq_guests_qa_session_id_email")),
    )
    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_guests_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_guests_person_id"), ["person_id"], unique=False)

    op.create_table(
        "members",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_members_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_members_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("digest", name=op.f("uq_members_digest")),
        sa.UniqueConstraint("entry_id", "email", name=op.f("uq_members_entry_id_email")),
    )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_members_person_id"), ["person_id"], unique=False)

    op.create_table(
        "pack_teams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("pack_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("licence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("accepted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_pack_teams_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["licence_id"], ["pack_licences.id"], name=op.f("fk_pack_teams_licence_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["packs.id"], name=op.f("fk_pack_teams_pack_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_pack_teams_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_teams")),
        sa.UniqueConstraint("code", name=op.f("uq_pack_teams_code")),
        sa.UniqueConstraint("pack_id", "entry_id", name=op.f("uq_pack_teams_pack_id_entry_id")),
    )
    with op.batch_alter_table("pack_teams", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_teams_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "package_films",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_package_films_entry_id")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_package_films_package_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_films")),
        sa.UniqueConstraint("package_id", "entry_id", name=op.f("uq_package_films_package_id_entry_id")),
    )
    with op.batch_alter_table("package_films", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_package_films_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("film_sha256", sa.String(length=64), nullable=False),
        sa.Column("regulations_version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_receipts_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_receipts_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("entry_id", "sequence", name=op.f("uq_receipts_entry_id_sequence")),
        sa.UniqueConstraint("number", name=op.f("uq_receipts_number")),
    )
    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("mean", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("p_top", sa.Double(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("spread", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_results_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_results_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_results")),
        sa.UniqueConstraint("round_id", "entry_id", name=op.f("uq_results_round_id_entry_id")),
    )
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_results_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index("ix_results_rank", ["round_id", "rank"], unique=False)

    op.create_table(
        "sign_offs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("mentor_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "approved", "returned", name="signoffverdict", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_sign_offs_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["mentor_id"], ["people.id"], name=op.f("fk_sign_offs_mentor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
    )
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_offs_entry_id"), ["entry_id"], unique=False)

    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "eligible",
                "needs_fix",
                "ineligible",
                "disqualified",
                name="verdictoutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_by_id <> proposed_by_id", name=op.f("ck_verdicts_second_person")
        ),
        sa.ForeignKeyConstraint(["confirmed_by_id"], ["people.id"], name=op.f("fk_verdicts_confirmed_by_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_verdicts_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["people.id"], name=op.f("fk_verdicts_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
    )
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_verdicts_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_verdicts_open",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        )

    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disclosure_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "proposed",
                "applied",
                "dropped",
                name="amendmentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_amendments_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_amendments_disclosure_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_amendments_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
    )
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendments_disclosure_id"), ["disclosure_id"], unique=False)
        batch_op.create_index(
            "uq_amendments_open",
            ["disclosure_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'proposed')"),
            postgresql_where=sa.text("state IN ('open', 'proposed')"),
        )

    op.create_table(
        "cross_findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=3), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column(
            "severity",
            sa.Enum(
                "positive",
                "info",
                "low",
                "medium",
                "high",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "explained",
                "disputed",
                "settled",
                name="findingstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("declared", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("manual_check", sa.Text(), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_cross_findings_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["asset_id"], ["assets.id"], name=op.f("fk_cross_findings_asset_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_cross_findings_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_cross_findings_settled_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cross_findings")),
        sa.UniqueConstraint("code", name=op.f("uq_cross_findings_code")),
        sa.UniqueConstraint(
            "entry_id", "kind", "asset_id", "subject", name=op.f("uq_cross_findings_entry_id_kind_asset_id_subject")
        ),
    )
    with op.batch_alter_table("cross_findings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cross_findings_asset_id"), ["asset_id"], unique=False)

    op.create_table(
        "disclosure_revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disclosure_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("tier", sa.SmallInteger(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"],
            ["disclosures.id"],
            name=op.f("fk_disclosure_revisions_disclosure_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_disclosure_revisions_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_revisions")),
        sa.UniqueConstraint("disclosure_id", "revision", name=op.f("uq_disclosure_revisions_disclosure_id_revision")),
    )
    op.create_table(
        "fingerprints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_fingerprints_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprints")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_fingerprints_asset_id")),
    )
    op.create_table(
        "likenesses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("picture_bp", sa.Integer(), nullable=False),
        sa.Column("sound_bp", sa.Integer(), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("dismissed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("earlier_id < asset_id", name=op.f("ck_likenesses_order")),
        sa.CheckConstraint(
            "picture_bp BETWEEN 0 AND 10000 AND sound_bp BETWEEN 0 AND 10000", name=op.f("ck_likenesses_shares")
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_likenesses_asset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["assets.id"], name=op.f("fk_likenesses_earlier_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likenesses")),
        sa.UniqueConstraint("asset_id", "earlier_id", name=op.f("uq_likenesses_asset_id_earlier_id")),
    )
    with op.batch_alter_table("likenesses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_likenesses_earlier_id"), ["earlier_id"], unique=False)

    op.create_table(
        "memos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("at_s", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_memos_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memos")),
    )
    with op.batch_alter_table("memos", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memos_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "pack_uses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["pack_files.id"], name=op.f("fk_pack_uses_file_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_pack_uses_person_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["team_id"], ["pack_teams.id"], name=op.f("fk_pack_uses_team_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_uses")),
    )
    with op.batch_alter_table("pack_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pack_uses_team_id"), ["team_id"], unique=False)

    op.create_table(
        "performers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("disclosure_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "REP_EMP",
                "REP_IND",
                "REP_DEC",
                "REP_BG",
                "ALTER",
                "SYN",
                name="performerkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("part", sa.String(length=200), nullable=False),
        sa.Column("film", sa.String(length=12), nullable=False),
        sa.Column("likeness", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("appear_s", sa.Integer(), nullable=False),
        sa.Column("synth_s", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Boolean(), nullable=False),
        sa.Column("deceased", sa.Boolean(), nullable=False),
        sa.Column("public_credit", sa.Boolean(), nullable=False),
        sa.Column(
            "consent_status",
            sa.Enum(
                "NOT_REQ",
                "PENDING",
                "DECLARED",
                "DOC",
                "VERIFIED",
                "ESTATE",
                "NONE",
                "REVOKED",
                name="consentstatus",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("0 <= synth_s AND synth_s <= appear_s", name=op.f("ck_performers_seconds")),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_performers_disclosure_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_performers")),
        sa.UniqueConstraint("code", name=op.f("uq_performers_code")),
    )
    with op.batch_alter_table("performers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_performers_disclosure_id"), ["disclosure_id"], unique=False)

    op.create_table(
        "renditions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "screener",
                "frame",
                "wide",
                "small",
                "captions",
                "strip",
                "stream",
                name="renditionkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("storage_key", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_renditions_asset_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
        sa.UniqueConstraint("asset_id", "kind", "name", name=op.f("uq_renditions_asset_id_kind_name")),
        sa.UniqueConstraint("code", name=op.f("uq_renditions_code")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_renditions_storage_key")),
    )
    op.create_table(
        "replacements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "granted",
                "declined",
                "withdrawn",
                name="replacementstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_replacements_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_replacements_asset_id")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["people.id"], name=op.f("fk_replacements_decided_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_replacements_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacements")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_replacements_asset_id")),
        sa.UniqueConstraint("code", name=op.f("uq_replacements_code")),
    )
    with op.batch_alter_table("replacements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replacements_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_replacements_open",
            ["entry_id"],
            unique=True,
            sqlite_where=sa.text("state = 'asked'"),
            postgresql_where=sa.text("state = 'asked'"),
        )

    op.create_table(
        "rule_waivers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disclosure_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("granted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_rule_waivers_disclosure_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_rule_waivers_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_waivers")),
        sa.UniqueConstraint("disclosure_id", "code", name=op.f("uq_rule_waivers_disclosure_id_code")),
    )
    op.create_table(
        "score_sheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "locked",
                "voided",
                name="sheetstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("updated_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("total BETWEEN 100 AND 1000", name=op.f("ck_score_sheets_total")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_score_sheets_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_sheets")),
        sa.UniqueConstraint("assignment_id", name=op.f("uq_score_sheets_assignment_id")),
    )
    with op.batch_alter_table("score_sheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_score_sheets_submitted_at"), ["submitted_at"], unique=False)

    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("writer", sa.String(length=24), nullable=True),
        sa.Column("held_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= received AND received <= length", name=op.f("ck_uploads_received")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_uploads_asset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_uploads_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads")),
        sa.UniqueConstraint("code", name=op.f("uq_uploads_code")),
    )
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_uploads_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_uploads_person_id"), ["person_id"], unique=False)

    op.create_table(
        "viewings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.LargeBinary(), nullable=False),
        sa.Column("watched_s", sa.Integer(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("updated_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("watched_s >= 0 AND position_ms >= 0", name=op.f("ck_viewings_watched")),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_viewings_asset_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_viewings_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_viewings")),
        sa.UniqueConstraint("person_id", "asset_id", name=op.f("uq_viewings_person_id_asset_id")),
    )
    with op.batch_alter_table("viewings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_viewings_asset_id"), ["asset_id"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("performer_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "requested",
                "opened",
                "signed",
                "refused",
                "expired",
                "revoked",
                name="consentstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("signer_name", sa.String(length=200), nullable=False),
        sa.Column("signer_capacity", sa.String(length=12), nullable=False),
        sa.Column("scope_text", sa.Text(), nullable=False),
        sa.Column("offer", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("media", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum("LINK", "PAPER", name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("text_version", sa.String(length=24), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("paper_sha256", sa.String(length=64), nullable=True),
        sa.Column("officer_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_consents_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_consents_asset_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["people.id"], name=op.f("fk_consents_officer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"], ["performers.id"], name=op.f("fk_consents_performer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
        sa.UniqueConstraint("asset_id", name=op.f("uq_consents_asset_id")),
        sa.UniqueConstraint("digest", name=op.f("uq_consents_digest")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_performer_id"), ["performer_id"], unique=False)

    op.create_table(
        "holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("performer_id", sa.Integer(), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "REFUSED", "REVOKED", "OFFICE", name="holdcause", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("person_name", sa.String(length=200), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("placed_by_id", sa.Integer(), nullable=True),
        sa.Column("since", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.Integer(), nullable=True),
        sa.Column("lift_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_holds_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["people.id"], name=op.f("fk_holds_lifted_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["performer_id"], ["performers.id"], name=op.f("fk_holds_performer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["placed_by_id"], ["people.id"], name=op.f("fk_holds_placed_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("code", name=op.f("uq_holds_code")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holds_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            "uq_holds_open",
            ["performer_id"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL"),
        )

    op.create_table(
        "scores",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("value BETWEEN 1 AND 10", name=op.f("ck_scores_value")),
        sa.ForeignKeyConstraint(["criterion_id"], ["criteria.id"], name=op.f("fk_scores_criterion_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["score_sheets.id"], name=op.f("fk_scores_sheet_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("sheet_id", "criterion_id", name=op.f("pk_scores")),
    )
    op.execute(
        "INSERT INTO audit_head (id, seq, digest) VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000')"
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("scores")
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_holds_open", sqlite_where=sa.text("lifted_at IS NULL"), postgresql_where=sa.text("lifted_at IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_holds_entry_id"))

    op.drop_table("holds")
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consents_performer_id"))

    op.drop_table("consents")
    with op.batch_alter_table("viewings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_viewings_asset_id"))

    op.drop_table("viewings")
    with op.batch_alter_table("uploads", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_uploads_person_id"))
        batch_op.drop_index(batch_op.f("ix_uploads_asset_id"))

    op.drop_table("uploads")
    with op.batch_alter_table("score_sheets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_sheets_submitted_at"))

    op.drop_table("score_sheets")
    op.drop_table("rule_waivers")
    with op.batch_alter_table("replacements", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_replacements_open", sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'")
        )
        batch_op.drop_index(batch_op.f("ix_replacements_entry_id"))

    op.drop_table("replacements")
    op.drop_table("renditions")
    with op.batch_alter_table("performers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_performers_disclosure_id"))

    op.drop_table("performers")
    with op.batch_alter_table("pack_uses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_uses_team_id"))

    op.drop_table("pack_uses")
    with op.batch_alter_table("memos", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memos_assignment_id"))

    op.drop_table("memos")
    with op.batch_alter_table("likenesses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_likenesses_earlier_id"))

    op.drop_table("likenesses")
    op.drop_table("fingerprints")
    op.drop_table("disclosure_revisions")
    with op.batch_alter_table("cross_findings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cross_findings_asset_id"))

    op.drop_table("cross_findings")
    with op.batch_alter_table("amendments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_amendments_open",
            sqlite_where=sa.text("state IN ('open', 'proposed')"),
            postgresql_where=sa.text("state IN ('open', 'proposed')"),
        )
        batch_op.drop_index(batch_op.f("ix_amendments_disclosure_id"))

    op.drop_table("amendments")
    with op.batch_alter_table("verdicts", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_verdicts_open",
            sqlite_where=sa.text("confirmed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_verdicts_entry_id"))

    op.drop_table("verdicts")
    with op.batch_alter_table("sign_offs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_offs_entry_id"))

    op.drop_table("sign_offs")
    with op.batch_alter_table("results", schema=None) as batch_op:
        batch_op.drop_index("ix_results_rank")
        batch_op.drop_index(batch_op.f("ix_results_entry_id"))

    op.drop_table("results")
    op.drop_table("receipts")
    with op.batch_alter_table("package_films", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_package_films_entry_id"))

    op.drop_table("package_films")
    with op.batch_alter_table("pack_teams", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_teams_entry_id"))

    op.drop_table("pack_teams")
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_person_id"))

    op.drop_table("members")
    with op.batch_alter_table("guests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_guests_person_id"))
        batch_op.drop_index(batch_op.f("ix_guests_entry_id"))

    op.drop_table("guests")
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_disclosures_tier"))

    op.drop_table("disclosures")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_entry_id"))

    op.drop_table("decisions")
    op.drop_table("cross_checks")
    with op.batch_alter_table("credits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_credits_entry_id"))

    op.drop_table("credits")
    with op.batch_alter_table("conflicts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conflicts_entry_id"))

    op.drop_table("conflicts")
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_awards_entry_id"))
        batch_op.drop_index(batch_op.f("ix_awards_edition_id"))

    op.drop_table("awards")
    with op.batch_alter_table("assignments", schema=None) as batch_op:
        batch_op.drop_index("ix_assignments_round_state")
        batch_op.drop_index("ix_assignments_queue")
        batch_op.drop_index(batch_op.f("ix_assignments_entry_id"))

    op.drop_table("assignments")
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assets_state"))
        batch_op.drop_index(batch_op.f("ix_assets_sha256"))
        batch_op.drop_index("ix_assets_entry_slot")

    op.drop_table("assets")
    op.drop_table("qa_sessions")
    op.drop_table("pack_licences")
    with op.batch_alter_table("pack_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pack_files_pack_id"))

    op.drop_table("pack_files")
    with op.batch_alter_table("jurors", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_jurors_person_id"))

    op.drop_table("jurors")
    with op.batch_alter_table("entries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entries_owner_id"))
        batch_op.drop_index("ix_entries_desk")
        batch_op.drop_index(batch_op.f("ix_entries_cohort_id"))
        batch_op.drop_index("ix_entries_category")

    op.drop_table("entries")
    with op.batch_alter_table("enrolments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enrolments_team_id"))
        batch_op.drop_index(batch_op.f("ix_enrolments_person_id"))

    op.drop_table("enrolments")
    op.drop_table("criteria")
    with op.batch_alter_table("bookings", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_bookings_live",
            sqlite_where=sa.text("state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"),
            postgresql_where=sa.text("state IN ('waitlisted', 'offered', 'confirmed', 'checked_in')"),
        )
        batch_op.drop_index("ix_bookings_state")
        batch_op.drop_index(batch_op.f("ix_bookings_person_id"))

    op.drop_table("bookings")
    op.drop_table("teams")
    with op.batch_alter_table("screenings", schema=None) as batch_op:
        batch_op.drop_index("ix_screenings_time")
        batch_op.drop_index(batch_op.f("ix_screenings_package_id"))
        batch_op.drop_index(batch_op.f("ix_screenings_hall_id"))
        batch_op.drop_index(batch_op.f("ix_screenings_edition_id"))

    op.drop_table("screenings")
    op.drop_table("rule_versions")
    op.drop_table("panels")
    op.drop_table("packs")
    with op.batch_alter_table("rounds", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rounds_edition_id"))

    op.drop_table("rounds")
    op.drop_table("regulations")
    with op.batch_alter_table("halls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_halls_venue_id"))

    op.drop_table("halls")
    with op.batch_alter_table("cohorts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohorts_edition_id"))

    op.drop_table("cohorts")
    op.drop_table("categories")
    with op.batch_alter_table("venues", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venues_edition_id"))

    op.drop_table("venues")
    with op.batch_alter_table("sign_in_sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_sessions_person_id"))

    op.drop_table("sign_in_sessions")
    with op.batch_alter_table("role_grants", schema=None) as batch_op:
        batch_op.drop_index("ix_role_grants_place")

    op.drop_table("role_grants")
    op.drop_table("releases")
    with op.batch_alter_table("packages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_packages_edition_id"))

    op.drop_table("packages")
    with op.batch_alter_table("outgoing_mails", schema=None) as batch_op:
        batch_op.drop_index("ix_outgoing_mails_state_lease")
        batch_op.drop_index(batch_op.f("ix_outgoing_mails_state"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mails_person_id"))
        batch_op.drop_index(batch_op.f("ix_outgoing_mails_batch"))

    op.drop_table("outgoing_mails")
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitations_email"))

    op.drop_table("invitations")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calls_edition_id"))

    op.drop_table("calls")
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_links_email"))
        batch_op.drop_index(batch_op.f("ix_sign_in_links_asked_from"))

    op.drop_table("sign_in_links")
    with op.batch_alter_table("sign_in_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_email"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempts_asked_from"))

    op.drop_table("sign_in_attempts")
    op.drop_table("people")
    op.drop_table("editions")
    with op.batch_alter_table("audit_records", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_records_verb"))
        batch_op.drop_index("ix_audit_records_subject")
        batch_op.drop_index(batch_op.f("ix_audit_records_actor_id"))

    op.drop_table("audit_records")
    op.drop_table("audit_head")
