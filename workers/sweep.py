"""Rings again for rows that wait: a lost message, a broker that was away, a worker that died."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from portal import doorbell
from portal.audience import queries as audience
from portal.broadcasts import queries as broadcasts
from portal.entries import queries as entries
from portal.jury import queries as jury
from portal.jury.assigning import replays as replaying
from portal.jury.assigning import tries
from portal.jury.invitations import service as invitations
from portal.jury.rounds import comparing
from portal.jury.tiebreak import queries as tiebreak
from portal.live.ballots import queries as ballots
from portal.live.questions import queries as questions
from portal.mail import batches
from portal.mail import queries as mail
from portal.media import queries as media
from portal.media.service import sealing
from portal.notices import daily
from portal.notices.push import delivery as pushing
from portal.programme import queries as programme
from portal.programme.materials import recognition
from portal.programme.placing import service as placing
from portal.reminders import queries as reminders
from portal.settings import Settings
from workers.app import app
from workers.context import work

Waiting = Callable[[Session], Sequence[int]]

# The most rings of a task in one sweep: a backlog of hours must not fill the broker with repeated bells.
MOST_RINGS = 50
# task name -> the ids of the rows it should be rung for; each feature's queries say which rows wait
SWEEPS: dict[str, Waiting] = {
    "audience.clear_stage": questions.stages_to_clear,
    "audience.close_ballot": ballots.to_close,
    "audience.offer": audience.screenings_to_turn_over,
    "audience.tell": programme.to_take_effect,
    "jury.assign": tries.waiting,
    "jury.calibrate": jury.waiting_for_results,
    "jury.compare": comparing.waiting,
    "jury.fill_days": placing.waiting,
    "jury.fill_places": invitations.waiting,
    "jury.replay": replaying.waiting,
    "jury.tiebreak": tiebreak.waiting,
    "mail.deliver": mail.first_waiting,
    "mail.release": batches.due_releases,
    "mail.settle_broadcast": broadcasts.to_settle,
    "mail.remind": reminders.waiting,
    "mail.digest": daily.waiting,
    "mail.push": pushing.waiting,
    "probe.asset": media.to_examine,
    "probe.crosscheck": entries.to_crosscheck,
    "probe.compare": media.to_compare,
    "probe.materials": recognition.waiting,
    "probe.seal": sealing.to_seal,
    "media.transcode": media.to_transcode,
}


@app.task(name="sweep.all")
def sweep_all() -> None:
    """Ring for every row that waits and that nobody holds."""
    with work() as session:
        waiting = [(task, row_id) for task, find in SWEEPS.items() for row_id in find(session)[:MOST_RINGS]]
    broker_url = Settings.from_env().broker_url
    for task, row_id in waiting:
        if not doorbell.ring(broker_url, task, row_id):
            return
