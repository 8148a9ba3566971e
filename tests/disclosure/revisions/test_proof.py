"""The chains of all disclosures, proven from the command line and sealed once a day by the clock."""

from __future__ import annotations

import json

import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.audit import AuditRecord, broken_links
from portal.cli import main
from portal.disclosure import service
from portal.disclosure.models import DisclosureRevision
from portal.disclosure.revisions import proof
from portal.settings import Settings
from tests.disclosure.declared import declare, desk
from workers.disclosure import seal_disclosures


def test_the_clock_seals_each_day_once(session: Session, environment: Settings) -> None:
    for _ in range(2):
        seal_disclosures()
    sealed = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == proof.SEALED)).all()
    assert len(sealed) == 1
    assert list(broken_links(session)) == []


def test_the_command_names_the_revision_where_a_chain_breaks(session: Session, environment: Settings) -> None:
    mine = desk(session)
    service.freeze(session, declare(session, mine), by=mine.by, reason="SUBMITTED")
    service.freeze(session, declare(session, mine, picture_s=800), by=mine.by, reason="SHARE_CHANGED")
    session.commit()
    sound = CliRunner().invoke(main, ["disclosure", "verify", "--json"])
    assert (sound.exit_code, json.loads(sound.stdout)["holds"]) == (0, True)
    body = sa.func.replace(DisclosureRevision.body, "840", "841")
    session.execute(sa.update(DisclosureRevision).where(DisclosureRevision.revision == 1).values(body=body))
    session.commit()
    broken = CliRunner().invoke(main, ["disclosure", "verify", "--json"])
    assert broken.exit_code == 1
    assert json.loads(broken.stdout)["broken"] == [{"entry_id": mine.entry.id, "revision": 1}]
