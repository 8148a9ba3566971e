"""The `portal` command: run, test, demo, the database, editions and the audit trail; `inquiries` adds the rest."""

from __future__ import annotations

import os
import sys
from datetime import datetime

import click

from portal import __version__
from portal.inquiries import GROUPS, settings_or_complaint


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="PAN Portal")
def main() -> None:
    """PAN Portal: submissions, AI-use disclosure, jury and screenings for AI film festivals and film schools."""


@main.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--empty", is_flag=True, help="Start without the demo festival.")
def run(port: int, empty: bool) -> None:
    """Run the whole portal here, with a living demo festival; Ctrl-C stops everything."""
    from portal import demo, upgrade
    from portal.local import supervisor

    os.environ.setdefault("PORTAL_BASE_URL", f"http://127.0.0.1:{port}")
    settings = settings_or_complaint()
    settings.data.mkdir(parents=True, exist_ok=True)
    upgrade.upgrade(settings.database_url)
    if not empty:
        demo.load(settings, say=click.echo)
    environment = {key: value for key, value in os.environ.items() if key.startswith("PORTAL_")}
    environment |= {"PORTAL_DATA": str(settings.data)}
    sys.exit(supervisor.serve(environment, port, on_ready=lambda: click.echo(demo.welcome(settings))))


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: tuple[str, ...]) -> None:
    """Lint, types and every test, on servers of its own; arguments go to pytest."""
    os.execv(sys.executable, [sys.executable, "-m", "tests.run", *arguments])


@main.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """Say what is wrong with this installation; exits with 1 where something is."""
    import json
    from dataclasses import asdict

    from portal import doctor

    signs = doctor.examine(settings_or_complaint())
    for sign in signs:
        click.echo(json.dumps(asdict(sign)) if as_json else f"{sign.health:5} {sign.part}: {sign.words}")
    if any(sign.health is doctor.Health.ILL for sign in signs):
        raise SystemExit(1)


@main.group("demo")
def demo_group() -> None:
    """The demo festival: invented people and films at the real scale."""


@demo_group.command("load")
def demo_load() -> None:
    """Load the demo festival into an empty database; does nothing where it is already there."""
    from portal import demo, upgrade

    settings = settings_or_complaint()
    upgrade.upgrade(settings.database_url)
    demo.load(settings, say=click.echo)


@demo_group.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def demo_reset(yes: bool) -> None:
    """Throw the local data away and load the demo festival afresh; not under a portal that is running on it."""
    from portal import demo
    from portal.local import plan

    settings = settings_or_complaint()
    if not settings.local:
        raise click.ClickException("The demo is for local installations only.")
    if not yes:
        click.confirm(f"Delete everything in {settings.data}?", abort=True, default=True)
    try:
        with plan.only_one(settings.data):
            demo.reset(settings, say=click.echo)
    except plan.CannotRun as reason:
        raise click.ClickException(str(reason)) from reason


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
@click.argument("revision", default="head")
def db_upgrade(revision: str) -> None:
    """Migrate forwards."""
    from portal import upgrade

    upgrade.upgrade(settings_or_complaint().database_url, revision)


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Migrate backwards; `base` empties the database."""
    from portal import upgrade

    upgrade.downgrade(settings_or_complaint().database_url, revision)


@main.group()
def edition() -> None:
    """Editions of the festival."""


@edition.command("found")
@click.argument("slug")
@click.argument("prefix")
@click.argument("name_ko")
@click.argument("name_en")
@click.argument("first_day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("last_day", type=click.DateTime(["%Y-%m-%d"]))
@click.option("--organizer", required=True, help="E-mail address of the first organizer.")
@click.option("--name", default="", help="Their name.")
def edition_found(
    slug: str,
    prefix: str,
    name_ko: str,
    name_en: str,
    first_day: datetime,
    last_day: datetime,
    organizer: str,
    name: str,
) -> None:
    """Found an edition with the five P.A.N categories and a school call; prints the organizer's sign-in link."""
    from portal import founding
    from portal.db import sessions, unit_of_work

    plan = founding.Plan(slug, prefix, name_ko, name_en, first_day.date(), last_day.date())
    opens_at, closes_at = founding.usual_window()
    try:
        with unit_of_work(sessions(settings_or_complaint())) as session:
            made, _, _ = founding.found(session, plan, opens_at=opens_at, closes_at=closes_at)
            link = founding.appoint(session, made, organizer, name or organizer.partition("@")[0])
    except founding.Taken as error:
        raise click.ClickException(f"There is an edition with the address {slug} or the prefix {prefix}.") from error
    click.echo(f"Founded. Set dates and publish at /ops/calls. Sign in once with:\n{link}")


@main.group("audit")
def audit_group() -> None:
    """The audit trail."""


@audit_group.command("verify")
def audit_verify() -> None:
    """Recompute the chain; exits with 1 and names the records where it does not hold."""
    from portal import audit
    from portal.db import sessions

    with sessions(settings_or_complaint(), read_only=True)() as session:
        broken = list(audit.broken_links(session))
    if broken:
        raise click.ClickException(f"The chain is broken at {', '.join(map(str, broken[:20]))}.")
    click.echo("The audit chain holds.")


for group in GROUPS:
    main.add_command(group)
