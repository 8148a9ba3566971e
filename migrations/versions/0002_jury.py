"""The jury whole: plans that can be replayed, score events, tie-breaks, discussions, quotas, awards given and objected to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import portal.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT, NUMBER, MOMENT = sa.Text(), sa.Integer(), portal.db.UtcDateTime(timezone=True)
DOCUMENT = sa.JSON(none_as_null=True)
WORD = sa.String(length=24)
BEFORE = ("proposed", "published", "in_progress", "scored", "locked", "declined", "recused", "reassigned")
NOW = (
    "proposed",
    "published",
    "accepted",
    "in_progress",
    "scored",
    "abstained",
    "locked",
    "declined",
    "recused",
    "reassigned",
)
BLIND = '["people", "school", "country", "statement"]'
SECOND = "voided_by_id IS NULL OR void_asked_by_id IS NULL OR voided_by_id <> void_asked_by_id"

# table: columns as (name, type, what rows that exist get), then (what a CHECK is called, what it says)
ADDED = {
    "assignments": (
        [("run_id", NUMBER, None), ("accepted_at", MOMENT, None)],
        [],
    ),
    "awards": ([("exclusive", sa.Boolean(), sa.false())], []),
    "conflicts": (
        [
            ("scope", WORD, "film"),
            ("evidence", DOCUMENT, "[]"),
            ("answer", sa.String(length=200), ""),
            ("settled_by_id", NUMBER, None),
            ("settled_at", MOMENT, None),
            ("rev", NUMBER, "1"),
        ],
        [("conflictscope", "scope IN ('film', 'team', 'category', 'ip')")],
    ),
    "decisions": ([("position", NUMBER, "0"), ("undeliverable", TEXT, ""), ("replaces_id", NUMBER, None)], []),
    "jurors": (
        [
            ("categories", DOCUMENT, "[]"),
            ("weekly_minutes", NUMBER, "0"),
            ("due_at", MOMENT, None),
            ("declared_at", MOMENT, None),
            ("nudged_at", MOMENT, None),
            ("ended_reason", TEXT, ""),
        ],
        [],
    ),
    "panels": ([("demand", NUMBER, "1")], [("demand", "demand BETWEEN 1 AND 9")]),
    "results": (
        [
            ("raw_rank", NUMBER, None),
            ("place", NUMBER, None),
            ("best_rank", NUMBER, None),
            ("worst_rank", NUMBER, None),
            ("component", NUMBER, "0"),
            ("panels", DOCUMENT, "{}"),
        ],
        [],
    ),
    "rounds": (
        [
            ("kind", WORD, "selection"),
            ("reach", WORD, "all"),
            ("source_id", NUMBER, None),
            ("hidden", DOCUMENT, BLIND),
            ("visibility", WORD, "never"),
            ("kappa_bp", NUMBER, "2000"),
            ("comparison", DOCUMENT, "{}"),
            ("meeting", DOCUMENT, "{}"),
            ("embargo_until", MOMENT, None),
            ("listed_at", MOMENT, None),
        ],
        [
            ("roundkind", "kind IN ('qualification', 'selection', 'final')"),
            ("roundreach", "reach IN ('all', 'listed')"),
            ("visibility", "visibility IN ('never', 'after_own', 'always')"),
            ("kappa", "kappa_bp BETWEEN 0 AND 100000"),
            ("listed_after_embargo", "embargo_until IS NULL OR listed_at IS NULL OR embargo_until <= listed_at"),
        ],
    ),
    "score_sheets": (
        [("void_reason", TEXT, ""), ("void_asked_by_id", NUMBER, None), ("voided_by_id", NUMBER, None)],
        [("second_person", SECOND)],
    ),
}
# table, column, what it points at
POINTERS = [
    ("assignments", "run_id", "assignment_runs"),
    ("conflicts", "settled_by_id", "people"),
    ("decisions", "replaces_id", "decisions"),
    ("rounds", "source_id", "rounds"),
    ("score_sheets", "void_asked_by_id", "people"),
    ("score_sheets", "voided_by_id", "people"),
]


def upgrade() -> None:
    """Make the change."""
    _create_tables()
    for table, (columns, checks) in ADDED.items():
        _widen(table, columns, checks)
    _assignment_states(NOW)
    with op.batch_alter_table("decisions") as decisions:
        decisions.create_unique_constraint(op.f("uq_decisions_replaces_id"), ["replaces_id"])
    with op.batch_alter_table("awards") as awards:
        awards.create_unique_constraint(op.f("uq_awards_edition_id_name_ko"), ["edition_id", "name_ko"])
    # What the public saw already, it goes on seeing.
    op.execute(
        "UPDATE rounds SET listed_at = (SELECT max(d.announced_at) FROM decisions d"
        " WHERE d.round_id = rounds.id AND d.state = 'announced')"
    )
    op.execute("UPDATE rounds SET hidden = '[]' WHERE NOT blind")
    # A plan is a row of its own now; one that nobody has seen yet is asked for anew.
    op.execute("DELETE FROM assignments WHERE state = 'proposed'")
    op.execute("UPDATE rounds SET state = 'setup' WHERE state IN ('assigning', 'proposed')")
    with op.batch_alter_table("rounds") as rounds:
        rounds.drop_column("blind")
        rounds.drop_constraint(op.f("fk_rounds_assignment_wanted_by_id"), type_="foreignkey")
        rounds.drop_column("assignment_wanted_by_id")
        rounds.drop_column("plan")
    # One juror of each panel saw each film; where there were more, they were spread evenly.
    op.execute(
        "UPDATE panels SET demand = (SELECT CASE WHEN r.jurors_per_film > n.panels THEN r.jurors_per_film / n.panels"
        " ELSE 1 END FROM rounds r JOIN (SELECT round_id, count(*) AS panels FROM panels GROUP BY round_id) n"
        " ON n.round_id = r.id WHERE r.id = panels.round_id)"
    )
    op.execute(
        "INSERT INTO score_events (round_id, assignment_id, kind, total, at)"
        " SELECT a.round_id, a.id, 'submitted', s.total, s.submitted_at FROM score_sheets s"
        " JOIN assignments a ON a.id = s.assignment_id"
        " WHERE s.state IN ('submitted', 'locked') AND s.total IS NOT NULL AND s.submitted_at IS NOT NULL"
    )


def downgrade() -> None:
    """Take the change back."""
    op.execute("UPDATE assignments SET state = 'published' WHERE state = 'accepted'")
    op.execute("UPDATE assignments SET state = 'in_progress' WHERE state = 'abstained'")
    _assignment_states(BEFORE)
    with op.batch_alter_table("rounds") as rounds:
        rounds.add_column(sa.Column("blind", sa.Boolean(), nullable=False, server_default=sa.true()))
        rounds.add_column(sa.Column("plan", DOCUMENT, nullable=False, server_default="{}"))
        rounds.add_column(sa.Column("assignment_wanted_by_id", NUMBER, nullable=True))
    op.execute("UPDATE rounds SET blind = false WHERE CAST(hidden AS VARCHAR) = '[]'")
    with op.batch_alter_table("rounds") as rounds:
        rounds.alter_column("blind", server_default=None)
        rounds.alter_column("plan", server_default=None)
        name, target = op.f("fk_rounds_assignment_wanted_by_id"), "people"
        rounds.create_foreign_key(name, target, ["assignment_wanted_by_id"], ["id"], ondelete="SET NULL")
    with op.batch_alter_table("decisions") as decisions:
        decisions.drop_constraint(op.f("uq_decisions_replaces_id"), type_="unique")
    with op.batch_alter_table("awards") as awards:
        awards.drop_constraint(op.f("uq_awards_edition_id_name_ko"), type_="unique")
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
        for _, name, target in (one for one in POINTERS if one[0] == table):
            change.create_foreign_key(op.f(f"fk_{table}_{name}"), target, [name], ["id"], ondelete="SET NULL")


def _narrow(table: str, columns: list, checks: list) -> None:
    with op.batch_alter_table(table) as change:
        for name, _ in checks:
            change.drop_constraint(op.f(f"ck_{table}_{name}"), type_="check")
        for _, name, _ in (one for one in POINTERS if one[0] == table):
            change.drop_constraint(op.f(f"fk_{table}_{name}"), type_="foreignkey")
        for name, _, _ in columns:
            change.drop_column(name)


def _assignment_states(states: tuple[str, ...]) -> None:
    """What an assignment's CHECK allows."""
    words = ", ".join(f"'{one}'" for one in states)
    with op.batch_alter_table("assignments") as change:
        change.drop_constraint(op.f("ck_assignments_assignmentstate"), type_="check")
        change.create_check_constraint(op.f("ck_assignments_assignmentstate"), f"state IN ({words})")


def _create_tables() -> None:
    op.create_table(
        "assignment_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("full", "repair", name="runkind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "wanted",
                "proposed",
                "infeasible",
                "failed",
                "published",
                "dropped",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("kappa_bp", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("instance", sa.LargeBinary(), nullable=True),
        sa.Column("pairs", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("wanted_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("wanted_by_id", sa.Integer(), nullable=True),
        sa.Column("solved_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.Column("lease_until", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_assignment_runs_round_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["wanted_by_id"], ["people.id"], name=op.f("fk_assignment_runs_wanted_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_runs")),
        sa.UniqueConstraint("code", name=op.f("uq_assignment_runs_code")),
    )
    op.create_index(op.f("ix_assignment_runs_round_id"), "assignment_runs", ["round_id"], unique=False)
    op.create_index(
        "uq_assignment_runs_one_at_a_time",
        "assignment_runs",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('wanted', 'proposed')"),
        postgresql_where=sa.text("state IN ('wanted', 'proposed')"),
    )

    op.create_table(
        "quotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "category",
                "school",
                "country",
                "minutes",
                name="quotakind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at_least", sa.Integer(), nullable=True),
        sa.Column("at_most", sa.Integer(), nullable=True),
        sa.CheckConstraint("at_least IS NOT NULL OR at_most IS NOT NULL", name=op.f("ck_quotas_bounded")),
        sa.CheckConstraint(
            "at_least IS NULL OR at_most IS NULL OR at_least <= at_most", name=op.f("ck_quotas_ordered")
        ),
        sa.CheckConstraint("coalesce(at_least, 0) >= 0 AND coalesce(at_most, 0) >= 0", name=op.f("ck_quotas_positive")),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_quotas_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
        sa.UniqueConstraint("round_id", "kind", "key", name=op.f("uq_quotas_round_id_kind_key")),
    )
    op.create_table(
        "tiebreaks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open", "closed", "dropped", name="tiebreakstate", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("due_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("ballots_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("counted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("note", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint("places >= 1", name=op.f("ck_tiebreaks_places")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_tiebreaks_opened_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_tiebreaks_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tiebreaks")),
        sa.UniqueConstraint("code", name=op.f("uq_tiebreaks_code")),
    )
    op.create_index(op.f("ix_tiebreaks_round_id"), "tiebreaks", ["round_id"], unique=False)
    op.create_index(
        "uq_tiebreaks_one_open",
        "tiebreaks",
        ["round_id"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )

    op.create_table(
        "acquaintances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("told_by_id", sa.Integer(), nullable=True),
        sa.Column("told_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_acquaintances_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["told_by_id"], ["people.id"], name=op.f("fk_acquaintances_told_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquaintances")),
        sa.UniqueConstraint("entry_id", "name", "email", name=op.f("uq_acquaintances_entry_id_name_email")),
    )
    op.create_index(op.f("ix_acquaintances_entry_id"), "acquaintances", ["entry_id"], unique=False)

    op.create_table(
        "ended_rights",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ended_rights")),
    )

    op.create_table(
        "ballots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("tiebreak_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("ordering", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("updated_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_ballots_juror_id")),
        sa.ForeignKeyConstraint(
            ["tiebreak_id"], ["tiebreaks.id"], name=op.f("fk_ballots_tiebreak_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballots")),
        sa.UniqueConstraint("code", name=op.f("uq_ballots_code")),
        sa.UniqueConstraint("tiebreak_id", "juror_id", name=op.f("uq_ballots_tiebreak_id_juror_id")),
    )
    op.create_index(op.f("ix_ballots_juror_id"), "ballots", ["juror_id"], unique=False)

    op.create_table(
        "discussions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=2000), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("opened_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", sa.Integer(), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["people.id"], name=op.f("fk_discussions_closed_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_discussions_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_discussions_opened_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_discussions_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussions")),
        sa.UniqueConstraint("code", name=op.f("uq_discussions_code")),
        sa.UniqueConstraint("round_id", "entry_id", name=op.f("uq_discussions_round_id_entry_id")),
    )
    op.create_index(op.f("ix_discussions_entry_id"), "discussions", ["entry_id"], unique=False)

    op.create_table(
        "round_films",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("demand", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("demand BETWEEN 1 AND 20", name=op.f("ck_round_films_demand")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_round_films_entry_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_round_films_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", "entry_id", name=op.f("pk_round_films")),
    )
    op.create_index(op.f("ix_round_films_entry_id"), "round_films", ["entry_id"], unique=False)

    op.create_table(
        "severities",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("offset", sa.Double(), nullable=False),
        sa.Column("se", sa.Double(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("difference", sa.Double(), nullable=False),
        sa.Column("difference_se", sa.Double(), nullable=False),
        sa.Column("slope", sa.Double(), nullable=True),
        sa.Column("noise", sa.Double(), nullable=True),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("component", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_severities_juror_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_severities_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("round_id", "juror_id", name=op.f("pk_severities")),
    )
    op.create_table(
        "tiebreak_films",
        sa.Column("tiebreak_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("strength", sa.Double(), nullable=True),
        sa.Column("se", sa.Double(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("p_top", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_tiebreak_films_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tiebreak_id"], ["tiebreaks.id"], name=op.f("fk_tiebreak_films_tiebreak_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tiebreak_id", "entry_id", name=op.f("pk_tiebreak_films")),
    )
    op.create_index(op.f("ix_tiebreak_films_entry_id"), "tiebreak_films", ["entry_id"], unique=False)

    op.create_table(
        "award_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "provisional",
                "final",
                "revoked",
                name="awardstate",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("citation_ko", sa.Text(), nullable=False),
        sa.Column("citation_en", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("given_reason", sa.Text(), nullable=False),
        sa.Column("announced_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("announced_by_id", sa.Integer(), nullable=True),
        sa.Column("objections_until", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("settled_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "settled_by_id IS NULL OR given_by_id IS NULL OR settled_by_id <> given_by_id",
            name=op.f("ck_award_grants_second_person"),
        ),
        sa.CheckConstraint(
            "announced_by_id IS NULL OR given_by_id IS NULL OR announced_by_id <> given_by_id",
            name=op.f("ck_award_grants_announced_by_another"),
        ),
        sa.ForeignKeyConstraint(
            ["announced_by_id"], ["people.id"], name=op.f("fk_award_grants_announced_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_award_grants_award_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entries.id"], name=op.f("fk_award_grants_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["given_by_id"], ["people.id"], name=op.f("fk_award_grants_given_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("fk_award_grants_round_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["people.id"], name=op.f("fk_award_grants_settled_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_grants")),
        sa.UniqueConstraint("code", name=op.f("uq_award_grants_code")),
    )
    op.create_index(op.f("ix_award_grants_entry_id"), "award_grants", ["entry_id"], unique=False)
    op.create_index(
        "uq_award_grants_one_holder",
        "award_grants",
        ["award_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('provisional', 'final')"),
        postgresql_where=sa.text("state IN ('provisional', 'final')"),
    )

    op.create_table(
        "faults",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "picture",
                "sound",
                "captions",
                "stalls",
                "other",
                name="faultkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("at_s", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("reported_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_faults_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_faults_assignment_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faults")),
        sa.UniqueConstraint("code", name=op.f("uq_faults_code")),
    )
    op.create_index(op.f("ix_faults_assignment_id"), "faults", ["assignment_id"], unique=False)

    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("discussion_id", sa.Integer(), nullable=False),
        sa.Column("juror_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["discussions.id"], name=op.f("fk_remarks_discussion_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["juror_id"], ["jurors.id"], name=op.f("fk_remarks_juror_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_remarks_person_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_discussion_id"), "remarks", ["discussion_id"], unique=False)

    op.create_table(
        "score_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "submitted",
                "revised",
                "reopened",
                "abstained",
                "recused",
                "voided",
                name="eventkind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scores", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('submitted', 'revised')) = (total IS NOT NULL)",
            name=op.f("ck_score_events_total_where_it_counts"),
        ),
        sa.CheckConstraint("total BETWEEN 100 AND 1000", name=op.f("ck_score_events_total")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignments.id"], name=op.f("fk_score_events_assignment_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_score_events_round_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_events")),
    )
    op.create_index("ix_score_events_of_assignment", "score_events", ["round_id", "assignment_id", "id"], unique=False)

    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("raised_at", portal.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", portal.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rev", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["people.id"], name=op.f("fk_objections_answered_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["award_grants.id"], name=op.f("fk_objections_grant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_objections_person_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("code", name=op.f("uq_objections_code")),
        sa.UniqueConstraint("grant_id", "person_id", name=op.f("uq_objections_grant_id_person_id")),
    )
    op.create_index(op.f("ix_objections_grant_id"), "objections", ["grant_id"], unique=False)


def _drop_tables() -> None:
    op.drop_table("objections")
    op.drop_table("score_events")
    op.drop_table("remarks")
    op.drop_table("faults")
    op.drop_table("award_grants")
    op.drop_table("tiebreak_films")
    op.drop_table("severities")
    op.drop_table("round_films")
    op.drop_table("discussions")
    op.drop_table("ballots")
    op.drop_table("ended_rights")
    op.drop_table("acquaintances")
    op.drop_table("tiebreaks")
    op.drop_table("quotas")
    op.drop_table("assignment_runs")
