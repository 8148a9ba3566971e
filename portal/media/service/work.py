"""What workers do to an asset's row: take it, keep it, settle it; a worker that lost the row changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import claims, clock, doorbell
from portal.lifecycles import AssetState, advance
from portal.media import checks, queries
from portal.media.checks import Rule
from portal.media.findings import Finding, Severity
from portal.media.inspection import Facts
from portal.media.models import Asset, Fingerprint, Rendition, Slot
from portal.media.pipeline import Job, Result
from portal.media.service.uploads import SIDE_BY_SIDE
from portal.policies import SYSTEM

# A worker that lives renews its lease every few seconds; one that was killed is replaced within two minutes.
LEASE = timedelta(seconds=90)
AGAIN = timedelta(minutes=2)
MOVING = (Slot.FILM, Slot.REPLACEMENT, Slot.TRAILER)
COMPARED = (Slot.FILM, Slot.REPLACEMENT)


def claim_examination(session: Session, asset_id: int) -> Job | None:
    """Takes a received asset for examination; None when there is nothing to do for this worker."""
    waiting = Asset.state.in_((AssetState.RECEIVED, AssetState.PROBING))
    asset = claims.claim(session, Asset, asset_id, waiting, lease=LEASE)
    if asset is None:
        return None
    if asset.state == AssetState.RECEIVED:
        advance(session, asset, AssetState.PROBING, by=SYSTEM)
    return _job_unless_spent(session, asset)


def claim_transcode(session: Session, asset_id: int) -> Job | None:
    """Takes an examined film to make its review copy."""
    asset = claims.claim(session, Asset, asset_id, Asset.state == AssetState.TRANSCODING, lease=LEASE)
    if asset is None:
        return None
    asset.progress_bp = 0
    return _job_unless_spent(session, asset)


def keep_alive(session: Session, job: Job, fraction: float) -> bool:
    """Renews the lease and tells the progress, from 0 to 1; False when the row is no longer this worker's."""
    kept = session.execute(
        sa.update(Asset)
        .where(Asset.id == job.asset_id, Asset.attempts == job.attempt, Asset.lease_until.is_not(None))
        .values(lease_until=clock.now() + LEASE, progress_bp=int(fraction * 10_000))
        .returning(Asset.id)
        .execution_options(synchronize_session=False)
    )
    return kept.first() is not None


def give_back(session: Session, job: Job, error: str) -> None:
    """Lets the row be tried again by whoever comes next."""
    if asset := held(session, job):
        claims.settle(asset, error=error[:2000])


def put_off(session: Session, job: Job, why: str) -> None:
    """Lets the row rest for a while: a full disk of ours, or a silent bucket, is no try of the film's."""
    if asset := held(session, job):
        claims.settle(asset, error=why[:2000])
        asset.lease_until = clock.now() + AGAIN
        asset.attempts -= 1


def settle_examination(session: Session, job: Job, result: Result) -> None:
    """Writes down what the examination found; a film goes on to its review copy, the rest is ready or refused."""
    asset = held(session, job)
    if asset is None:
        return
    claims.settle(asset)
    asset.sha256, asset.judged_at = result.sha256, clock.now()
    asset.probe = {**asset.probe, **result.told}
    asset.findings = [finding.to_json() for finding in result.findings]
    findings, refused = result.findings, result.refused
    if result.facts:
        _keep_facts(asset, result.facts)
        # The credits may have been marked while the file was looked at.
        findings = judge_again(asset)
        refused = not fits(findings) and not job.overridden
    if refused:
        _refuse(session, asset, findings[0])
    elif asset.slot in MOVING:
        asset.attempts = 0
        advance(session, asset, AssetState.TRANSCODING, by=SYSTEM)
        doorbell.after_commit(session, "media.transcode", asset.id)
    else:
        _make_playable(session, asset, result)
    session.flush()


def settle_transcode(session: Session, job: Job, result: Result) -> None:
    """Writes down the review copy; the film is playable, or refused with what decoding it found."""
    asset = held(session, job)
    if asset is None:
        return
    claims.settle(asset)
    asset.probe = {**asset.probe, **result.told}
    if result.refused:
        asset.findings = [finding.to_json() for finding in result.findings]
        _refuse(session, asset, result.findings[0])
    else:
        asset.probe = {**asset.probe, "flaws": [flaw.to_json() for flaw in result.flaws]}
        judge_again(asset)
        _keep_fingerprint(session, asset, result)
        _make_playable(session, asset, result)
    session.flush()


def judge_again(asset: Asset) -> list[Finding]:
    """Says anew what there is to say about a film, from the facts that are kept of it."""
    facts = queries.facts_of(asset)
    assert facts is not None
    rule, flaws = Rule(**asset.probe.get("rule", {})), queries.flaws_of(asset)
    findings = checks.told(facts, rule, flaws, credits_from=queries.credits_from(asset))
    asset.findings = [finding.to_json() for finding in findings]
    return findings


def held(session: Session, job: Job) -> Asset | None:
    """The asset, locked, while it is still this worker's."""
    wanted = sa.select(Asset).where(
        Asset.id == job.asset_id, Asset.attempts == job.attempt, Asset.lease_until.is_not(None)
    )
    # The key stays what it is: a row that only refers to this one need not wait, or two workers wait for each other.
    return session.scalar(wanted.with_for_update(key_share=True).execution_options(populate_existing=True))


def _job_unless_spent(session: Session, asset: Asset) -> Job | None:
    if asset.attempts > claims.MAX_ATTEMPTS:
        claims.settle(asset, error=asset.last_error)
        finding = Finding("gave_up")
        asset.findings = [finding.to_json()]
        _refuse(session, asset, finding)
        return None
    return Job(
        asset.id,
        asset.attempts,
        asset.slot,
        asset.storage_key or "",
        Rule(**asset.probe.get("rule", {})),
        asset.probe.get("claimed_sha256", ""),
        queries.facts_of(asset),
        queries.credits_from(asset),
        bool(asset.probe.get("overridden")),
    )


def _refuse(session: Session, asset: Asset, finding: Finding) -> None:
    asset.settled_at = clock.now()
    advance(session, asset, AssetState.REFUSED, by=SYSTEM, reason=finding.code)
    _have_sealed(session, asset)


def _have_sealed(session: Session, asset: Asset) -> None:
    if asset.slot == Slot.CONSENT:
        doorbell.after_commit(session, "probe.seal", asset.id)


def _keep_facts(asset: Asset, facts: Facts) -> None:
    film, rate = facts.film, facts.film.frames_per_second
    asset.probe = {**asset.probe, **facts.to_json()}
    asset.duration_ms, asset.width, asset.height = round(film.seconds * 1000), film.width, film.height
    asset.fps_num, asset.fps_den, asset.audio_channels = rate.numerator, rate.denominator, film.channels


def fits(findings: Iterable[Finding]) -> bool:
    """Whether nothing of this has to be put right."""
    return all(finding.severity == Severity.NOTICE for finding in findings)


def _keep_fingerprint(session: Session, asset: Asset, result: Result) -> None:
    session.execute(sa.delete(Fingerprint).where(Fingerprint.asset_id == asset.id))
    if asset.slot in COMPARED:
        session.add(Fingerprint(asset_id=asset.id, picture=result.picture, sound=result.sound))
        asset.compared_at = None
        doorbell.after_commit(session, "probe.compare", asset.id)


def _make_playable(session: Session, asset: Asset, result: Result) -> None:
    session.execute(sa.delete(Rendition).where(Rendition.asset_id == asset.id))
    for made in result.made:
        session.add(
            Rendition(
                asset_id=asset.id,
                kind=made.kind,
                name=made.name,
                storage_key=made.key,
                content_type=made.content_type,
                size=made.size,
                width=made.width,
                height=made.height,
            )
        )
    asset.settled_at, asset.progress_bp, asset.attempts = clock.now(), 10_000, 0
    advance(session, asset, AssetState.PLAYABLE, by=SYSTEM)
    _have_sealed(session, asset)
    if "provenance" in result.told:
        doorbell.after_commit(session, "probe.crosscheck", asset.entry_id)
    if _too_late(session, asset):
        asset.superseded_at = clock.now()
    elif asset.slot not in SIDE_BY_SIDE:
        _supersede_older(session, asset)


def _too_late(session: Session, asset: Asset) -> bool:
    """Whether the entry was handed in without this file, which was begun before."""
    frozen_at = queries.frozen_at(session, asset.entry_id)
    late = frozen_at is not None and asset.frozen_at is None and asset.created_at <= frozen_at
    return asset.superseded_at is not None or late


def _supersede_older(session: Session, asset: Asset) -> None:
    session.execute(
        sa.update(Asset)
        .where(
            Asset.entry_id == asset.entry_id,
            Asset.slot == asset.slot,
            Asset.id < asset.id,
            Asset.superseded_at.is_(None),
        )
        .values(superseded_at=clock.now())
        .execution_options(synchronize_session=False)
    )
