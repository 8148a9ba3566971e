"""The commands that ask what the portal would say: of a jury's instance, a ledger, a film, a file's origin."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from portal.settings import Misconfigured, Settings

if TYPE_CHECKING:
    from portal.media.checks import Rule


def settings_or_complaint() -> Settings:
    """The installation's settings, or what is wrong with them."""
    try:
        return Settings.from_env()
    except Misconfigured as reason:
        raise click.ClickException(str(reason)) from reason


@click.group()
def jury() -> None:
    """The jury's pure engines, on files and on what was stored."""


@jury.command("plan")
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def jury_plan(instance: Path, as_json: bool) -> None:
    """Assign jurors to films: INSTANCE is a neutral instance in JSON."""
    from portal.jury.command import plan_file

    with _complaints():
        _print(plan_file(instance), as_json)


@jury.command("calibrate")
@click.argument("scores", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--top", default=24, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def jury_calibrate(scores: Path, top: int, as_json: bool) -> None:
    """Correct scores for severity: SCORES is a CSV with film, juror and score."""
    from portal.jury.command import calibrate_file

    with _complaints():
        _print(calibrate_file(scores, top), as_json)


@jury.command("replay")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def jury_replay(run: str, as_json: bool) -> None:
    """Solve the plan RUN of a round again and say whether the same came out; exits with 1 where it did not."""
    from portal.db import sessions
    from portal.jury.assigning.replaying import by_code

    with sessions(settings_or_complaint(), read_only=True)() as session, _complaints():
        found = by_code(session, run)
    _print(found, as_json)
    if not (found["same_plan"] and found["same_inputs"]):
        raise SystemExit(1)


@click.group()
def disclosure() -> None:
    """The AI-use disclosure."""


@disclosure.command("label")
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def disclosure_label(ledger: Path, as_json: bool) -> None:
    """Compute the public label of a neutral ledger."""
    from portal.disclosure.command import label_file

    with _complaints():
        _print(label_file(ledger), as_json)


@disclosure.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def disclosure_verify(as_json: bool) -> None:
    """Recompute the chains of all disclosures and the last sealed day; exits with 1 where one does not hold."""
    from portal.db import sessions
    from portal.disclosure.command import verify_chains

    with sessions(settings_or_complaint(), read_only=True)() as session:
        report = verify_chains(session)
    _print(report, as_json)
    if not report["holds"]:
        raise SystemExit(1)


@click.group()
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
    _print(inspect_file(file, rule, configured=settings_or_complaint().ffmpeg), as_json)


@click.group()
def provenance() -> None:
    """Where files come from, by their credentials and tags."""


@provenance.command("inspect")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trust", type=click.Path(path_type=Path), help="A folder of certificates, not that of PORTAL_TRUST.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def provenance_inspect(file: Path, trust: Path | None, as_json: bool) -> None:
    """Say what FILE says of itself; a signer is named only where the trusted lists vouch for it."""
    from portal.media.provenance import inspect_file

    _print(inspect_file(file, trust or settings_or_complaint().trust_folder), as_json)


@provenance.command("refresh")
@click.argument("addresses", nargs=-1)
def provenance_refresh(addresses: tuple[str, ...]) -> None:
    """Fetch the lists of trusted certificates, the official ones unless ADDRESSES are named; all or none change."""
    from portal.media import trust

    try:
        lists = trust.refresh(settings_or_complaint().trust_folder, addresses or trust.OFFICIAL)
    except trust.Unusable as reason:
        raise click.ClickException(str(reason)) from reason
    for name, n in lists:
        click.echo(f"{name}: {n} certificates")


@provenance.command("again")
def provenance_again() -> None:
    """Look again at every living film and clip, after the trusted lists changed; findings follow by themselves."""
    from portal.db import sessions, unit_of_work
    from portal.media import service, storage, trust

    settings = settings_or_complaint()
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


@click.group("mail")
def mail_group() -> None:
    """Mails that come back."""


@mail_group.command("bounces")
def mail_bounces() -> None:
    """Print the secret address where a mail server or a delivery service posts returned mails, each as the body."""
    from portal.links import Links

    settings = settings_or_complaint()
    click.echo(Links(settings.base_url, settings.secret_key).bounces())


@mail_group.command("bounced")
@click.argument("message", type=click.File("rb"), default="-")
def mail_bounced(message: IO[bytes]) -> None:
    """Note a returned mail: MESSAGE is a file, or the standard input of a mail server's pipe."""
    from portal.db import sessions, unit_of_work
    from portal.mail import bounces

    with unit_of_work(sessions(settings_or_complaint())) as session:
        noted = [bounces.note(session, report) for report in bounces.read(message.read())]
    click.echo(f"{sum(mail is not None for mail in noted)} of {len(noted)} reports tell of a mail of this portal")


GROUPS = (jury, disclosure, media, provenance, mail_group)


@contextmanager
def _complaints() -> Iterator[None]:
    """What is wrong with somebody's file, as the command's own complaint."""
    from portal.errors import Invalid

    try:
        yield
    except Invalid as problem:
        raise click.ClickException(f"{problem.field}: {problem.message}") from problem


def _rule_of(code: str) -> Rule:
    """The rule of the newest category with this code; where nothing is installed yet, of a festival newly founded."""
    from sqlalchemy.exc import OperationalError

    from portal import founding
    from portal.calls.queries import category_by_code
    from portal.db import sessions
    from portal.media.checks import Rule

    try:
        with sessions(settings_or_complaint(), read_only=True)() as session:
            if found := category_by_code(session, code):
                return Rule(found.max_seconds, found.min_seconds, found.min_height)
    except OperationalError:
        if usual := next((section for section in founding.SECTIONS if section.code == code), None):
            return Rule(usual.seconds, 0, 720)
    raise click.ClickException(f"There is no category {code}.")


def _print(value: dict[str, object], as_json: bool) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=None if as_json else 2))
