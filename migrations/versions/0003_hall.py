"""From selection to the hall: inserts, quotas, slots, materials, engagements, scans, questions and the ballot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT, NUMBER, MOMENT, WORD = sa.Text(), sa.Integer(), portal.db.UtcDateTime(timezone=True), sa.String(length=24)
DOCUMENT = sa.JSON(none_as_null=True)
SCREENING_BEFORE = ("planned", "confirmed", "released", "booking", "closed", "running", "held", "cancelled")
SCREENING_NOW = ("planned", "confirmed", "released", "booking", "closed", "running", "q_and_a", "held", "cancelled")

# table: columns as (name, type, what rows that exist get), then (what a CHECK is called, what it says)
ADDED = {
    "bookings": (
        [
            ("group_id", NUMBER, None),
            ("quota_id", NUMBER, None),
            ("origin", WORD, "public"),
            ("note", sa.String(length=200), ""),
            ("verified_at", MOMENT, None),
            ("verify_by", MOMENT, None),
            ("moved_in", NUMBER, None),
            ("kept_at", MOMENT, None),
        ],
        [("origin", "origin IN ('public', 'guest_list', 'walk_in')")],
    ),
    "entries": ([("copy_locked_at", MOMENT, None)], []),
    "guests": (
        [("role", WORD, "guest"), ("interprets", sa.String(length=60), ""), ("statement", TEXT, "")],
        [("guestrole", "role IN ('guest', 'moderator', 'interpreter')")],
    ),
    "halls": (
        [("opens_min", NUMBER, "0"), ("closes_min", NUMBER, "1740"), ("plan", DOCUMENT, "[]")],
        [("hours", "0 <= opens_min AND opens_min < closes_min AND closes_min <= 1740")],
    ),
    "packages": (
        [("least_rating", NUMBER, "0"), ("expected", NUMBER, "0")],
        [
            ("least_rating", "least_rating IN (0, 12, 15, 19) AND least_rating <= rating"),
            ("expected", "expected >= 0"),
        ],
    ),
    "qa_sessions": (
        [
            ("state", WORD, "planned"),
            ("remote_url", sa.String(length=300), ""),
            ("pick_rule", WORD, "each_film"),
            ("began_at", MOMENT, None),
            ("closed_at", MOMENT, None),
            ("published_at", MOMENT, None),
        ],
        [
            (
                "talkstate",
                "state IN ('planned', 'invited', 'confirmed', 'collecting', 'live', 'closed', 'published')",
            ),
            ("pickrule", "pick_rule IN ('votes', 'each_film', 'order')"),
        ],
    ),
    "releases": (
        [("embargo_until", MOMENT, None), ("told_at", MOMENT, None), ("opens_booking", sa.Boolean(), sa.true())],
        [],
    ),
    "screenings": (
        [
            ("held", NUMBER, "0"),
            ("slot_min", NUMBER, None),
            ("largest_party", NUMBER, "4"),
            ("seated", sa.Boolean(), sa.false()),
            ("booking_opens_at", MOMENT, None),
            ("booking_closes_at", MOMENT, None),
            ("cancel_reason", sa.String(length=300), ""),
            ("cancel_asked_by_id", NUMBER, None),
            ("cancel_asked_at", MOMENT, None),
            ("cancelled_by_id", NUMBER, None),
        ],
        [
            ("slot_min", "slot_min BETWEEN 5 AND 1440"),
            ("largest_party", "largest_party BETWEEN 1 AND 20"),
            (
                "booking_window",
                "booking_opens_at IS NULL OR booking_closes_at IS NULL OR booking_opens_at < booking_closes_at",
            ),
            (
                "second_person",
                "cancelled_by_id IS NULL OR cancel_asked_by_id IS NULL OR cancelled_by_id <> cancel_asked_by_id",
            ),
        ],
    ),
}
# table, column, what it points at, what becomes of the pointer
POINTERS = [
    ("bookings", "group_id", "audience_groups", None),
    ("bookings", "quota_id", "seat_quotas", None),
    ("screenings", "cancel_asked_by_id", "people", "SET NULL"),
    ("screenings", "cancelled_by_id", "people", "SET NULL"),
]
# table, name, what it said, what it says
CHANGED = [
    ("screenings", "taken", "0 <= taken AND taken <= seats", "0 <= taken AND 0 <= held AND taken + held <= seats"),
    ("bookings", "party", "party BETWEEN 1 AND 4", "party BETWEEN 1 AND 20"),
    (
        "screenings",
        "screeningstate",
        f"state IN ({', '.join(repr(one) for one in SCREENING_BEFORE)})",
        f"state IN ({', '.join(repr(one) for one in SCREENING_NOW)})",
    ),
]
INDEXES = [
    ("ix_bookings_group_id", "bookings", ["group_id"]),
    ("ix_bookings_quota_id", "bookings", ["quota_id"]),
    ("ix_bookings_verify", "bookings", ["verify_by"]),
]


def upgrade() -> None:
    """Make the change."""
    _create_tables()
    for table, (columns, checks) in ADDED.items():
        _widen(table, columns, [] if table == "packages" else checks)
    for table, name, _, says in CHANGED:
        _say(table, name, says)
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
    # A rating that was set by hand stays the least one.
    op.execute("UPDATE packages SET least_rating = rating")
    _widen("packages", [], ADDED["packages"][1])
    # Tickets so far were mailed to the address, and guests and holders of every version so far were written to.
    op.execute("UPDATE bookings SET verified_at = created_at")
    op.execute("UPDATE releases SET told_at = released_at")
    op.execute("UPDATE qa_sessions SET state = 'invited' WHERE id IN (SELECT qa_session_id FROM guests)")
    op.execute(
        "UPDATE qa_sessions SET state = 'closed' WHERE screening_id IN (SELECT id FROM screenings WHERE state = 'held')"
    )


def downgrade() -> None:
    """Take the change back; parties of more than four, which the old house did not know, are cut to four."""
    op.execute("UPDATE screenings SET state = 'running' WHERE state = 'q_and_a'")
    op.execute(
        "UPDATE screenings SET taken = taken - coalesce((SELECT sum(party - 4) FROM bookings b"
        " WHERE b.screening_id = screenings.id AND b.party > 4"
        " AND b.state IN ('offered', 'confirmed', 'checked_in')), 0)"
    )
    op.execute("UPDATE bookings SET party = 4 WHERE party > 4")
    for name, table, _ in INDEXES:
        op.drop_index(name, table)
    for table, name, said, _ in CHANGED:
        _say(table, name, said)
    for table, (columns, checks) in ADDED.items():
        _narrow(table, columns, checks)
    _drop_tables()


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
        for _, name, target, ending in (one for one in POINTERS if columns and one[0] == table):
            change.create_foreign_key(op.f(f"fk_{table}_{name}"), target, [name], ["id"], ondelete=ending)


def _narrow(table: str, columns: list, checks: list) -> None:
    with op.batch_alter_table(table) as change:
        for name, _ in checks:
            change.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for _, name, _, _ in (one for one in POINTERS if one[0] == table):
            change.drop_constraint(op.f(f"fk_{table}_{name}"), type_="foreignkey")
        for name, _, _ in columns:
            change.drop_column(name)


def _say(table: str, name: str, says: str) -> None:
    """What a CHECK allows from now on."""
    with op.batch_alter_table(table) as change:
        change.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        change.create_check_constraint(op.f(f"ck_{table}_{name}"), says)


def _create_tables() -> None:
    op.create_table(
        "placings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "wanted",
                "solved",
                "failed",
                "applied",
                "dropped",
                name="placingstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("days", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("instance", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("outcome", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("wanted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", sa.Integer(), nullable=True),
        sa.Column("solved_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_placings_edition_id")),
        sa.ForeignKeyConstraint(
            ["wanted_by_id"], ["people.id"], name=op.f("fk_placings_wanted_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placings")),
        sa.UniqueConstraint("code", name=op.f("uq_placings_code")),
    )
    op.create_index(op.f("ix_placings_edition_id"), "placings", ["edition_id"], unique=False)
    op.create_index(
        "uq_placings_one_at_a_time",
        "placings",
        ["edition_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('wanted', 'solved')"),
        postgresql_where=sa.text("state IN ('wanted', 'solved')"),
    )
    op.create_table(
        "package_inserts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("package_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "trailer",
                "bumper",
                "speech",
                "intermission",
                "credits",
                name="insertkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("before_position", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("before_position >= 0", name=op.f("ck_package_inserts_before_position")),
        sa.CheckConstraint("seconds BETWEEN 1 AND 14400", name=op.f("ck_package_inserts_seconds")),
        sa.ForeignKeyConstraint(
            ["package_id"], ["packages.id"], name=op.f("fk_package_inserts_package_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_package_inserts")),
    )
    op.create_index(op.f("ix_package_inserts_package_id"), "package_inserts", ["package_id"], unique=False)
    op.create_table(
        "audience_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column(
            "proof",
            sa.Enum("link", "roster", "cohort", name="proof", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name=op.f("fk_audience_groups_cohort_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_audience_groups_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_groups")),
        sa.UniqueConstraint("code", name=op.f("uq_audience_groups_code")),
        sa.UniqueConstraint("edition_id", "name_ko", name=op.f("uq_audience_groups_edition_id_name_ko")),
    )
    op.create_index(op.f("ix_audience_groups_cohort_id"), "audience_groups", ["cohort_id"], unique=False)
    op.create_table(
        "audience_roster",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["audience_groups.id"], name=op.f("fk_audience_roster_group_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "email", name=op.f("pk_audience_roster")),
    )
    op.create_table(
        "ballot_boxes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "closed",
                "published",
                name="ballotstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("published_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_ballot_boxes_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_boxes")),
        sa.UniqueConstraint("screening_id", name=op.f("uq_ballot_boxes_screening_id")),
    )
    op.create_table(
        "engagements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "juror",
                "moderator",
                "guest",
                "staff",
                name="engagementrole",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ends_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(screening_id IS NULL) = (starts_at IS NOT NULL AND ends_at IS NOT NULL) AND (starts_at IS NULL OR starts_at < ends_at)",
            name=op.f("ck_engagements_when"),
        ),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_engagements_edition_id")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_engagements_person_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_engagements_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_engagements")),
        sa.UniqueConstraint("code", name=op.f("uq_engagements_code")),
        sa.UniqueConstraint("email", "screening_id", name=op.f("uq_engagements_email_screening_id")),
        sa.UniqueConstraint("email", "starts_at", name=op.f("uq_engagements_email_starts_at")),
    )
    op.create_index(op.f("ix_engagements_edition_id"), "engagements", ["edition_id"], unique=False)
    op.create_index(op.f("ix_engagements_person_id"), "engagements", ["person_id"], unique=False)
    op.create_index(op.f("ix_engagements_screening_id"), "engagements", ["screening_id"], unique=False)
    op.create_table(
        "seat_quotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("releases_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("released_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("group_id IS NOT NULL OR label <> ''", name=op.f("ck_seat_quotas_named")),
        sa.CheckConstraint("0 <= taken AND taken <= seats AND seats > 0", name=op.f("ck_seat_quotas_taken")),
        sa.ForeignKeyConstraint(["group_id"], ["audience_groups.id"], name=op.f("fk_seat_quotas_group_id")),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_seat_quotas_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_quotas")),
        sa.UniqueConstraint("code", name=op.f("uq_seat_quotas_code")),
        sa.UniqueConstraint("screening_id", "group_id", name=op.f("uq_seat_quotas_screening_id_group_id")),
    )
    op.create_index("ix_seat_quotas_clock", "seat_quotas", ["released_at", "releases_at"], unique=False)
    op.create_index(op.f("ix_seat_quotas_group_id"), "seat_quotas", ["group_id"], unique=False)
    op.create_table(
        "stars",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_stars_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_stars_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "screening_id", name=op.f("pk_stars")),
    )
    op.create_index(op.f("ix_stars_screening_id"), "stars", ["screening_id"], unique=False)
    op.create_table(
        "features",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("notes_ko", sa.String(length=500), nullable=False),
        sa.Column("notes_en", sa.String(length=500), nullable=False),
        sa.Column("locked_sha256", sa.String(length=64), nullable=True),
        sa.Column("locked_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("locked_by_id", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("(locked_at IS NULL) = (locked_sha256 IS NULL)", name=op.f("ck_features_locked_copy")),
        sa.CheckConstraint("rating IN (0, 12, 15, 19)", name=op.f("ck_features_rating")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_features_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["locked_by_id"], ["people.id"], name=op.f("fk_features_locked_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_features")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_features_entry_id")),
    )
    op.create_table(
        "test_plays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_test_plays_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_test_plays_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_test_plays_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_plays")),
    )
    op.create_index(op.f("ix_test_plays_entry_id"), "test_plays", ["entry_id"], unique=False)
    op.create_index("ix_test_plays_of_screening", "test_plays", ["screening_id", "entry_id", "id"], unique=False)
    op.create_table(
        "allotted_seats",
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.String(length=4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_allotted_seats_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_allotted_seats_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("screening_id", "row", "number", name=op.f("pk_allotted_seats")),
    )
    op.create_index(op.f("ix_allotted_seats_booking_id"), "allotted_seats", ["booking_id"], unique=False)
    op.create_table(
        "audience_votes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("box_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("first_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("seat BETWEEN 1 AND 20", name=op.f("ck_audience_votes_seat")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_audience_votes_stars")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_audience_votes_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["box_id"], ["ballot_boxes.id"], name=op.f("fk_audience_votes_box_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_audience_votes_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_votes")),
        sa.UniqueConstraint(
            "box_id", "booking_id", "seat", "entry_id", name=op.f("uq_audience_votes_box_id_booking_id_seat_entry_id")
        ),
    )
    op.create_index(op.f("ix_audience_votes_booking_id"), "audience_votes", ["booking_id"], unique=False)
    op.create_index(op.f("ix_audience_votes_entry_id"), "audience_votes", ["entry_id"], unique=False)
    op.create_table(
        "materials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "master",
                "subtitles_ko",
                "subtitles_en",
                "stills",
                "poster",
                "label_card",
                name="materialkind",
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
                "received",
                "accepted",
                "refused",
                "waived",
                name="materialstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("due_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("received_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.id"], name=op.f("fk_materials_asset_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_materials_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_materials_settled_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint("code", name=op.f("uq_materials_code")),
        sa.UniqueConstraint("entry_id", "kind", name=op.f("uq_materials_entry_id_kind")),
    )
    op.create_index("ix_materials_due", "materials", ["state", "due_at"], unique=False)
    op.create_table(
        "qa_slots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("qa_session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("starts_after_min", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("guest_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes BETWEEN 1 AND 180 AND starts_after_min >= 0", name=op.f("ck_qa_slots_minutes")),
        sa.ForeignKeyConstraint(["guest_id"], ["guests.id"], name=op.f("fk_qa_slots_guest_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["qa_session_id"], ["qa_sessions.id"], name=op.f("fk_qa_slots_qa_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qa_slots")),
        sa.UniqueConstraint("code", name=op.f("uq_qa_slots_code")),
        sa.UniqueConstraint("guest_id", name=op.f("uq_qa_slots_guest_id")),
        sa.UniqueConstraint("qa_session_id", "position", name=op.f("uq_qa_slots_qa_session_id_position")),
    )
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "approved",
                "merged",
                "declined",
                "queued",
                "on_stage",
                "answered",
                "skipped",
                "written",
                name="questionstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("asker_key", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.Column(
            "theme",
            sa.Enum(
                "story",
                "making",
                "ai",
                "people",
                "industry",
                "other",
                name="theme",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("early", sa.Boolean(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("by_rule", sa.Boolean(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("answer_ko", sa.Text(), nullable=False),
        sa.Column("answer_en", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staged_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("done_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name=op.f("ck_questions_merged")),
        sa.CheckConstraint("votes >= 0", name=op.f("ck_questions_votes")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["guests.id"], name=op.f("fk_questions_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["bookings.id"], name=op.f("fk_questions_booking_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_questions_entry_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["questions.id"], name=op.f("fk_questions_merged_into_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_questions_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sa.UniqueConstraint("code", name=op.f("uq_questions_code")),
    )
    op.create_index(op.f("ix_questions_booking_id"), "questions", ["booking_id"], unique=False)
    op.create_index(op.f("ix_questions_entry_id"), "questions", ["entry_id"], unique=False)
    op.create_index(op.f("ix_questions_merged_into_id"), "questions", ["merged_into_id"], unique=False)
    op.create_index("ix_questions_of_screening", "questions", ["screening_id", "state"], unique=False)
    op.create_index(
        "uq_questions_on_stage",
        "questions",
        ["screening_id"],
        unique=True,
        sqlite_where=sa.text("state = 'on_stage'"),
        postgresql_where=sa.text("state = 'on_stage'"),
    )
    op.create_table(
        "scans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("presented", sa.String(length=200), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "entered",
                "again",
                "refused",
                "undone",
                name="scanoutcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("device", sa.String(length=40), nullable=False),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("received_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_scans_booking_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_scans_by_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screenings.id"], name=op.f("fk_scans_screening_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("once", name=op.f("uq_scans_once")),
    )
    op.create_index(op.f("ix_scans_booking_id"), "scans", ["booking_id"], unique=False)
    op.create_index("ix_scans_of_screening", "scans", ["screening_id", "at"], unique=False)
    op.create_table(
        "question_votes",
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.String(length=64), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_question_votes_question_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("question_id", "voter_key", name=op.f("pk_question_votes")),
    )


def _drop_tables() -> None:
    op.drop_table("question_votes")
    op.drop_table("scans")
    op.drop_table("questions")
    op.drop_table("qa_slots")
    op.drop_table("materials")
    op.drop_table("audience_votes")
    op.drop_table("allotted_seats")
    op.drop_table("test_plays")
    op.drop_table("features")
    op.drop_table("stars")
    op.drop_table("seat_quotas")
    op.drop_table("engagements")
    op.drop_table("ballot_boxes")
    op.drop_table("audience_roster")
    op.drop_table("audience_groups")
    op.drop_table("package_inserts")
    op.drop_table("placings")
