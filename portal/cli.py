"""The `portal` command: run, test, demo, the database, the audit trail and the pure engines."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from portal import __version__
from portal.settings import Misconfigured, Settings

if TYPE_CHECKING:
    from portal.media.checks import Rule


def _settings() -> Settings:
    try:
        return Settings.from_env()
    except Misconfigured as reason:
        raise click.ClickException(str(reason)) from reason


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
    settings = _settings()
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


@main.group("demo")
def demo_group() -> None:
    """The demo festival: invented people and films at the real scale."""


@demo_group.command("load")
def demo_load() -> None:
    """Load the demo festival into an empty database; does nothing where it is already there."""
    from portal import demo, upgrade

    settings = _settings()
    upgrade.upgrade(settings.database_url)
    demo.load(settings, say=click.echo)


@demo_group.command("reset")
@click.option("--yes", is_flag=True, help="Do not ask.")
def demo_reset(yes: bool) -> None:
    """Throw the local data away and load the demo festival afresh; not under a portal that is running on it."""
    from portal import demo
    from portal.local import plan

    settings = _settings()
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

    upgrade.upgrade(_settings().database_url, revision)


@db.command("downgrade")
@click.argument("revision")
def db_downgrade(revision: str) -> None:
    """Migrate backwards; `base` empties the database."""
    from portal import upgrade

    upgrade.downgrade(_settings().database_url, revision)


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
        with unit_of_work(sessions(_settings())) as session:
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

    with sessions(_settings(), read_only=True)() as session:
        broken = list(audit.broken_links(session))
    if broken:
        raise click.ClickException(f"The chain is broken at {', '.join(map(str, broken[:20]))}.")
    click.echo("The audit chain holds.")


@main.group()
def jury() -> None:
    """The jury's pure engines, on files."""


@jury.command("plan")
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def jury_plan(instance: Path, as_json: bool) -> None:
    """Assign jurors to films: INSTANCE is a neutral instance in JSON."""
    from portal.errors import Invalid
    from portal.jury.command import plan_file

    try:
        report = plan_file(instance)
    except Invalid as problem:
        raise click.ClickException(f"{problem.field}: {problem.message}") from problem
    _print(report, as_json)


@jury.command("calibrate")
@click.argument("scores", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--top", default=24, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def jury_calibrate(scores: Path, top: int, as_json: bool) -> None:
    """Correct scores for severity: SCORES is a CSV with film, juror and score."""
    from portal.errors import Invalid
    from portal.jury.command import calibrate_file

    try:
        report = calibrate_file(scores, top)
    except Invalid as problem:
        raise click.ClickException(f"{problem.field}: {problem.message}") from problem
    _print(report, as_json)


@main.group()
def disclosure() -> None:
    """The AI-use disclosure."""


@disclosure.command("label")
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def disclosure_label(ledger: Path, as_json: bool) -> None:
    """Compute the public label of a neutral ledger."""
    from portal.disclosure.command import label_file
    from portal.errors import Invalid

    try:
        report = label_file(ledger)
    except Invalid as problem:
        raise click.ClickException(f"{problem.field}: {problem.message}") from problem
    _print(report, as_json)


@disclosure.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def disclosure_verify(as_json: bool) -> None:
    """Recompute the chains of all disclosures and the last sealed day; exits with 1 where one does not hold."""
    from portal.db import sessions
    from portal.disclosure.command import verify_chains

    with sessions(_settings(), read_only=True)() as session:
        report = verify_chains(session)
    _print(report, as_json)
    if not report["holds"]:
        raise SystemExit(1)


@main.group()
def media() -> None:
    """Films: what the portal would say about them."""


@media.command("inspect")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--category", default="", help="Hold the film against the rule of this category of an open call.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def media_inspect(file: Path, category: str, as_json: bool) -> None:
    """Give the verdict on the film FILE; exits with 0 whenever it could judge."""
    from portal.media.checks import Rule
    from portal.media.command import inspect_file

    rule = _rule_of(category) if category else Rule()
    _print(inspect_file(file, rule, configured=_settings().ffmpeg), as_json)


@main.group()
def provenance() -> None:
    """Where files come from, by their credentials and tags."""


@provenance.command("inspect")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path), help="A folder of certificates, not that of PORTAL_TRUST.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def provenance_inspect(file: Path, trust: Path | None, as_json: bool) -> None:
    """Say what FILE says of itself; a signer is named only where the trusted lists vouch for it."""
    from portal.media.provenance import inspect_file

    _print(inspect_file(file, trust or _settings().trust_folder), as_json)


@provenance.command("refresh")
@click.argument("addresses", nargs=-1)
def provenance_refresh(addresses: tuple[str, ...]) -> None:
    """Fetch the lists of trusted certificates, the official ones unless ADDRESSES are named; all or none change."""
    from portal.media import trust

    try:
        lists = trust.refresh(_settings().trust_folder, addresses or trust.OFFICIAL)
    except trust.Unusable as reason:
        raise click.ClickException(str(reason)) from reason
    for name, n in lists:
        click.echo(f"{name}: {n} certificates")


@provenance.command("again")
def provenance_again() -> None:
    """Look again at every living film and clip, after the trusted lists changed; findings follow by themselves."""
    from portal.db import sessions, unit_of_work
    from portal.media import service, storage, trust

    settings = _settings()
    factory, anchors, changed = sessions(settings), trust.anchors(settings.trust_folder), 0
    with sessions(settings, read_only=True)() as session:
        files, store = service.with_origin(session), storage.of(session)
    for asset_id, key in files:
        try:
            found = service.look(store, key, anchors)
        except FileNotFoundError:
            continue
        with unit_of_work(factory) as session:
            changed += service.keep_origin(session, asset_id, found)
    click.echo(f"{len(files)} files, {changed} of them say something else now")


def _rule_of(code: str) -> Rule:
    """The rule of the newest category with this code; where nothing is installed yet, of a festival newly founded."""
    from sqlalchemy.exc import OperationalError

    from portal import founding
    from portal.calls.queries import category_by_code
    from portal.db import sessions
    from portal.media.checks import Rule

    try:
        with sessions(_settings(), read_only=True)() as session:
            if found := category_by_code(session, code):
                return Rule(found.max_seconds, found.min_seconds, found.min_height)
    except OperationalError:
        if usual := next((section for section in founding.SECTIONS if section.code == code), None):
            return Rule(usual.seconds, 0, 720)
    raise click.ClickException(f"There is no category {code}.")


def _print(value: dict[str, object], as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if as_json else 2))
