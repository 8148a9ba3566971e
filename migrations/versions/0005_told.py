"""Told in time: how mails are read, kept and released, reminders, invitations, broadcasts, and the school lane."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import portal.db
from portal import signing

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT, NUMBER, MOMENT, WORD = sa.Text(), sa.Integer(), portal.db.UtcDateTime(timezone=True), sa.String(length=24)
STATES_BEFORE = ("draft", "queued", "sending", "sent", "failed", "bounced", "superseded", "cancelled")
STATES_NOW = (*STATES_BEFORE, "kept")

# table: columns as (name, type, what rows that exist get), then (what a CHECK is called, what it says)
ADDED = {
    "assets": ([("carried_from_id", NUMBER, None)], []),
    "audience_groups": ([("link", WORD, "")], []),
    "bookings": ([("outside", NUMBER, "0")], [("outside", "0 <= outside AND outside < party")]),
    "consents": ([("carried_from_id", NUMBER, None)], []),
    "cohorts": (
        [
            ("rev", NUMBER, "1"),
            ("team_limit", NUMBER, "6"),
            ("votes_each", NUMBER, "3"),
            ("minors", sa.Boolean(), sa.false()),
            ("sign_off", sa.Boolean(), sa.true()),
        ],
        [("team_limit", "team_limit BETWEEN 1 AND 30"), ("votes_each", "votes_each BETWEEN 0 AND 20")],
    ),
    "enrolments": (
        [
            ("born_on", sa.Date(), None),
            ("guardian_name", sa.String(length=200), ""),
            ("guardian_email", sa.String(length=254), ""),
            ("votes_used", NUMBER, "0"),
            ("certificate", WORD, None),
            ("completed_at", MOMENT, None),
            ("completed_by_id", NUMBER, None),
        ],
        [
            ("votes_used", "votes_used >= 0"),
            ("certificate", "(completed_at IS NULL) = (certificate IS NULL)"),
        ],
    ),
    "outgoing_mails": (
        [
            ("domain", sa.String(length=254), ""),
            ("timezone", sa.String(length=40), None),
            ("path", sa.String(length=500), ""),
            ("wording", NUMBER, None),
            ("read_at", MOMENT, None),
            ("digested_at", MOMENT, None),
            ("pushed_at", MOMENT, None),
        ],
        [],
    ),
    "rounds": ([("answer_by", MOMENT, None)], []),
    "scans": ([("persons", NUMBER, "0")], []),
    "teams": ([("code", WORD, ""), ("leader_id", NUMBER, None), ("mentor_id", NUMBER, None)], []),
}
POINTERS = (
    ("assets", "carried_from_id", "assets"),
    ("consents", "carried_from_id", "consents"),
    ("enrolments", "completed_by_id", "people"),
    ("teams", "leader_id", "people"),
    ("teams", "mentor_id", "people"),
)
CARRIED = ("assets", "consents")
UNIQUE = (("audience_groups", "link"), ("enrolments", "certificate"), ("teams", "code"))
NEW_TABLES = (
    "promotions",
    "film_invitations",
    "prompts",
    "peer_votes",
    "peer_notes",
    "film_students",
    "guardian_consents",
    "wordings",
    "reminders",
    "push_subscriptions",
    "broadcasts",
    "batch_releases",
    "mail_preferences",
)


def upgrade() -> None:
    """Make the change."""
    for table, (columns, checks) in ADDED.items():
        _widen(table, columns, checks)
    _name_teams()
    _rows(6, before=4)
    # The links that people have go on working.
    op.execute("UPDATE audience_groups SET link = code")
    for table, column in UNIQUE:
        with op.batch_alter_table(table) as change:
            change.create_unique_constraint(op.f(f"uq_{table}_{column}"), [column])
    for table in CARRIED:
        op.create_index(op.f(f"ix_{table}_carried_from_id"), table, ["carried_from_id"], unique=False)
    op.create_index("ix_outgoing_mails_unread", "outgoing_mails", ["person_id", "read_at"], unique=False)
    op.create_index("ix_outgoing_mails_sent_domain", "outgoing_mails", ["sent_at", "domain"], unique=False)
    # Wider ones begin with the same column; every mail that leaves would write these as well.
    for column in ("person_id", "state"):
        op.drop_index(op.f(f"ix_outgoing_mails_{column}"), "outgoing_mails")
    # Who was told before there were notices has read it.
    op.execute("UPDATE outgoing_mails SET read_at = coalesce(sent_at, created_at) WHERE person_id IS NOT NULL")
    # A scan that let a party in let all of it in.
    party = "SELECT party FROM bookings WHERE bookings.id = scans.booking_id"
    op.execute(f"UPDATE scans SET persons = ({party}) WHERE outcome = 'entered'")  # noqa: S608
    _states(STATES_NOW)
    _create_tables()


def downgrade() -> None:
    """Take the change back; what was kept as a notice alone never left as a mail."""
    for table in NEW_TABLES:
        op.drop_table(table)
    op.execute("UPDATE outgoing_mails SET state = 'cancelled' WHERE state = 'kept'")
    _states(STATES_BEFORE)
    _rows(4, before=6)
    for column in ("person_id", "state"):
        op.create_index(op.f(f"ix_outgoing_mails_{column}"), "outgoing_mails", [column], unique=False)
    op.drop_index("ix_outgoing_mails_sent_domain", "outgoing_mails")
    op.drop_index("ix_outgoing_mails_unread", "outgoing_mails")
    for table in CARRIED:
        op.drop_index(op.f(f"ix_{table}_carried_from_id"), table)
    for table, column in UNIQUE:
        with op.batch_alter_table(table) as change:
            change.drop_constraint(op.f(f"uq_{table}_{column}"), type_="unique")
    for table, (columns, checks) in ADDED.items():
        _narrow(table, columns, checks)


def _widen(table: str, columns: list, checks: list) -> None:
    """Add columns; rows that exist get a value, rows to come have to bring one."""
    with op.batch_alter_table(table) as change:
        for name, kind, given in columns:
            change.add_column(sa.Column(name, kind, nullable=given is None, server_default=given))
    with op.batch_alter_table(table) as change:
        for name, _, given in columns:
            if given is not None:
                change.alter_column(name, server_default=None)
        for name, says in checks:
            change.create_check_constraint(op.f(f"ck_{table}_{name}"), says)
        for _, name, other in (one for one in POINTERS if one[0] == table):
            change.create_foreign_key(op.f(f"fk_{table}_{name}"), other, [name], ["id"], ondelete="SET NULL")


def _narrow(table: str, columns: list, checks: list) -> None:
    with op.batch_alter_table(table) as change:
        for name, _ in checks:
            change.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for _, name, _ in (one for one in POINTERS if one[0] == table):
            change.drop_constraint(op.f(f"fk_{table}_{name}"), type_="foreignkey")
        for name, _, _ in columns:
            change.drop_column(name)


def _name_teams() -> None:
    """Each team that exists gets a code of its own."""
    teams = sa.table("teams", sa.column("id", NUMBER), sa.column("code", WORD))
    connection = op.get_bind()
    for team_id in connection.scalars(sa.select(teams.c.id)).all():
        connection.execute(sa.update(teams).where(teams.c.id == team_id).values(code=signing.random_code()))


def _rows(length: int, *, before: int) -> None:
    """How long the name of a seat's row is at most."""
    with op.batch_alter_table("allotted_seats") as change:
        change.alter_column("row", existing_type=sa.String(before), type_=sa.String(length), existing_nullable=False)


def _states(states: tuple[str, ...]) -> None:
    """What a mail's CHECK allows."""
    words = ", ".join(f"'{one}'" for one in states)
    with op.batch_alter_table("outgoing_mails") as change:
        change.drop_constraint(op.f("ck_outgoing_mails_mailstate"), type_="check")
        change.create_check_constraint(op.f("ck_outgoing_mails_mailstate"), f"state IN ({words})")


def _create_tables() -> None:
    op.create_table(
        "mail_preferences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "films",
                "jury",
                "school",
                "screenings",
                "news",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "way",
            sa.Enum("at_once", "digest", "off", name="way", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("changed_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_preferences")),
        sa.UniqueConstraint("address", "topic", name=op.f("uq_mail_preferences_address_topic")),
    )
    op.create_table(
        "batch_releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.String(length=60), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.String(length=64), nullable=False),
        sa.Column("send_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("left_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR proposed_by_id IS NULL OR confirmed_by_id <> proposed_by_id",
            name=op.f("ck_batch_releases_second_person"),
        ),
        sa.CheckConstraint("expected > 0", name=op.f("ck_batch_releases_expected")),
        sa.CheckConstraint("left_at IS NULL OR ended_at IS NOT NULL", name=op.f("ck_batch_releases_left_for_good")),
        sa.CheckConstraint(
            "left_at IS NULL OR expected <= 50 OR confirmed_at IS NOT NULL",
            name=op.f("ck_batch_releases_left_confirmed"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["people.id"], name=op.f("fk_batch_releases_confirmed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_batch_releases_edition_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_batch_releases_proposed_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_releases")),
    )
    op.create_index(
        "uq_batch_releases_open",
        "batch_releases",
        ["edition_id", "batch"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "prepared",
                "sent",
                "cancelled",
                name="broadcaststate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "topic",
            sa.Enum(
                "films",
                "jury",
                "school",
                "screenings",
                "news",
                name="topic",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("audience", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("subject_ko", sa.String(length=200), nullable=False),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("body_ko", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("prepared_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_broadcasts_edition_id")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["people.id"], name=op.f("fk_broadcasts_made_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcasts")),
        sa.UniqueConstraint("code", name=op.f("uq_broadcasts_code")),
    )
    op.create_index(op.f("ix_broadcasts_edition_id"), "broadcasts", ["edition_id"], unique=False)
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(length=700), nullable=False),
        sa.Column("p256dh", sa.String(length=120), nullable=False),
        sa.Column("auth", sa.String(length=60), nullable=False),
        sa.Column("device", sa.String(length=120), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reached_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_push_subscriptions_person_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sign_in_sessions.id"], name=op.f("fk_push_subscriptions_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscriptions")),
        sa.UniqueConstraint("code", name=op.f("uq_push_subscriptions_code")),
        sa.UniqueConstraint("endpoint", name=op.f("uq_push_subscriptions_endpoint")),
    )
    op.create_index(op.f("ix_push_subscriptions_person_id"), "push_subscriptions", ["person_id"], unique=False)
    op.create_index(op.f("ix_push_subscriptions_session_id"), "push_subscriptions", ["session_id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "sent",
                "cancelled",
                name="reminderstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("object_kind", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=True),
        sa.Column("due_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint("nth BETWEEN 1 AND 9", name=op.f("ck_reminders_nth")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_reminders_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "kind",
            "object_kind",
            "object_id",
            "recipient",
            "nth",
            name=op.f("uq_reminders_kind_object_kind_object_id_recipient_nth"),
        ),
    )
    op.create_index("ix_reminders_due", "reminders", ["state", "due_at"], unique=False)
    op.create_index(op.f("ix_reminders_edition_id"), "reminders", ["edition_id"], unique=False)
    op.create_table(
        "wordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject_ko", sa.String(length=200), nullable=False),
        sa.Column("subject_en", sa.String(length=200), nullable=False),
        sa.Column("body_ko", sa.Text(), nullable=False),
        sa.Column("body_en", sa.Text(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=True),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "published_at IS NULL OR (subject_ko <> '' AND subject_en <> '' AND body_ko <> '' AND body_en <> '')",
            name=op.f("ck_wordings_both_languages"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_wordings_edition_id")),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["people.id"], name=op.f("fk_wordings_published_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["people.id"], name=op.f("fk_wordings_written_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint("edition_id", "kind", "version", name=op.f("uq_wordings_edition_id_kind_version")),
    )
    op.create_index(
        "uq_wordings_draft",
        "wordings",
        ["edition_id", "kind"],
        unique=True,
        sqlite_where=sa.text("published_at IS NULL"),
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "guardian_consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "signed",
                "paper",
                "refused",
                "revoked",
                name="guardianstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("guardian_name", sa.String(length=200), nullable=False),
        sa.Column("guardian_email", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("signed_name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["people.id"], name=op.f("fk_guardian_consents_asked_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohorts.id"], name=op.f("fk_guardian_consents_cohort_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_guardian_consents_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_consents")),
        sa.UniqueConstraint("code", name=op.f("uq_guardian_consents_code")),
    )
    op.create_index(op.f("ix_guardian_consents_person_id"), "guardian_consents", ["person_id"], unique=False)
    op.create_index("ix_guardian_consents_student", "guardian_consents", ["cohort_id", "person_id"], unique=False)
    op.create_index(
        "uq_guardian_consents_standing",
        "guardian_consents",
        ["cohort_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('asked', 'signed', 'paper')"),
        postgresql_where=sa.text("state IN ('asked', 'signed', 'paper')"),
    )
    op.create_table(
        "film_students",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("film_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_film_students_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_film_students_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film_students")),
        sa.UniqueConstraint("entry_id", "person_id", name=op.f("uq_film_students_entry_id_person_id")),
    )
    op.create_index(op.f("ix_film_students_person_id"), "film_students", ["person_id"], unique=False)
    op.create_table(
        "peer_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("hidden_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("hidden_by_id", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_peer_notes_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"], ["people.id"], name=op.f("fk_peer_notes_hidden_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_peer_notes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_notes")),
        sa.UniqueConstraint("code", name=op.f("uq_peer_notes_code")),
    )
    op.create_index(op.f("ix_peer_notes_entry_id"), "peer_notes", ["entry_id"], unique=False)
    op.create_table(
        "peer_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_peer_votes_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_peer_votes_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_peer_votes")),
        sa.UniqueConstraint("entry_id", "person_id", name=op.f("uq_peer_votes_entry_id_person_id")),
    )
    op.create_index(op.f("ix_peer_votes_person_id"), "peer_votes", ["person_id"], unique=False)
    op.create_table(
        "prompts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("tool", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.Column("created_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_prompts_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_prompts_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompts")),
        sa.UniqueConstraint("code", name=op.f("uq_prompts_code")),
    )
    op.create_index(op.f("ix_prompts_entry_id"), "prompts", ["entry_id"], unique=False)
    op.create_table(
        "film_invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "invited",
                "confirmed",
                "declined",
                "lapsed",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("invited_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer_by", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("offered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("invited_at < answer_by", name=op.f("ck_film_invitations_answer_by")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_film_invitations_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_film_invitations_decision_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_film_invitations_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_film_invitations")),
        sa.UniqueConstraint("code", name=op.f("uq_film_invitations_code")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_film_invitations_decision_id")),
    )
    op.create_index(op.f("ix_film_invitations_entry_id"), "film_invitations", ["entry_id"], unique=False)
    op.create_table(
        "promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source_id <> entry_id", name=op.f("ck_promotions_another")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_promotions_call_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_promotions_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_promotions_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"], ["receipts.id"], name=op.f("fk_promotions_receipt_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["entries.id"], name=op.f("fk_promotions_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promotions")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_promotions_entry_id")),
        sa.UniqueConstraint("source_id", "call_id", name=op.f("uq_promotions_source_id_call_id")),
    )
