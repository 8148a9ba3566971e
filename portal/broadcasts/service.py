"""Commands on letters to many: write, prepare for the outbox, take back, note that one has left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, i18n, links
from portal.broadcasts import audiences, queries, wording
from portal.broadcasts.models import Broadcast
from portal.broadcasts.wording import Words
from portal.calls.models import Edition
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import BroadcastState, advance
from portal.mail import batches, outbox, releasing
from portal.mail import service as single
from portal.mail.models import Topic
from portal.mail.outbox import Recipient
from portal.mail.render import Rendered, render
from portal.policies import SYSTEM, Actor

TEXTS = ("subject_ko", "subject_en", "body_ko", "body_en")
_MISSING = {
    "ko": (("subject_ko", "body_ko"), N_("Write it in Korean, too: readers of Korean are among the recipients.")),
    "en": (("subject_en", "body_en"), N_("Write it in English, too: readers of English are among the recipients.")),
}
# As many mails are drawn and stored at once.
_CHUNK = 250


@dataclass(frozen=True, slots=True)
class Draft:
    """What the office has written down."""

    name: str
    topic: Topic
    audience: str
    place: str
    subject_ko: str
    subject_en: str
    body_ko: str
    body_en: str


def write(session: Session, edition: Edition, draft: Draft, *, by: Actor) -> Broadcast:
    """Keep a new letter; nobody outside the office sees it. Pressed twice, it is one."""
    _require_sound(session, edition.id, draft)
    session.refresh(edition, with_for_update=True)
    lately = (Broadcast.created_at > clock.now() - clock.PRESSED_TWICE, Broadcast.made_by_id == by.person_id)
    same = [getattr(Broadcast, name) == value for name, value in asdict(draft).items()]
    here = (Broadcast.edition_id == edition.id, Broadcast.state == BroadcastState.DRAFT)
    made = session.scalar(sa.select(Broadcast).where(*here, *lately, *same).limit(1))
    if made is None:
        made = Broadcast(edition_id=edition.id, made_by_id=by.person_id, **asdict(draft))
        session.add(made)
        session.flush()
        audit.record(session, by, "broadcast.written", made, audience=draft.audience, place=draft.place)
    return made


def edit(session: Session, broadcast: Broadcast, draft: Draft, *, rev: int, by: Actor) -> None:
    """Keep what changed; saved twice, it is saved once. Raises Stale where somebody changed it first, Invalid once it
    is prepared."""
    after = asdict(draft)
    changed = [name for name, value in after.items() if getattr(broadcast, name) != value]
    if changed and broadcast.rev != rev:
        raise Stale
    if broadcast.state != BroadcastState.DRAFT:
        raise Invalid("main", N_("This letter is prepared. Take it back to change it."))
    _require_sound(session, broadcast.edition_id, draft)
    for name in changed:
        setattr(broadcast, name, after[name])
    if changed:
        audit.record(session, by, "broadcast.edited", broadcast, fields=changed)
    session.flush()


def _require_sound(session: Session, edition_id: int, draft: Draft) -> None:
    if draft.audience not in audiences.AUDIENCES:
        raise Invalid("audience", N_("Choose who gets this letter."))
    narrowed = audiences.AUDIENCES[draft.audience].narrowed
    if draft.place and draft.place not in dict(audiences.places(session, edition_id, narrowed)):
        raise Invalid("place", N_("This does not narrow the chosen audience. Choose another, or all."))
    for name in TEXTS:
        wording.require_sound(name, getattr(draft, name), links.of(session).base_url)


def discard(session: Session, broadcast: Broadcast, *, rev: int, by: Actor) -> None:
    """Throw a draft away; it stays on record. Done twice, it is done once."""
    _held(session, broadcast)
    if broadcast.state == BroadcastState.CANCELLED:
        return
    if broadcast.state != BroadcastState.DRAFT or broadcast.rev != rev:
        raise Stale
    advance(session, broadcast, BroadcastState.CANCELLED, by=by)
    session.flush()


# ── prepared ───────────────────────────────────────────────────────────


def prepare(session: Session, broadcast: Broadcast, draft: Draft, *, rev: int, by: Actor) -> int:
    """Keep what was written and draw one held mail for everybody of the audience; how many wait.

    Pressed twice, it is prepared once. Raises Invalid for an empty audience, and for a language that is missing
    although somebody reads it. Whoever has got the letter already, before it was taken back, gets no other.
    """
    _held(session, broadcast)
    if broadcast.state == BroadcastState.PREPARED:
        return queries.held(session, broadcast)
    edit(session, broadcast, draft, rev=rev, by=by)
    told = queries.written_to(session, broadcast)
    found = audiences.recipients(session, broadcast.edition_id, broadcast.audience, broadcast.place)
    people = [one for one in found if one.email not in told]
    _require_readable(broadcast, people)
    advance(session, broadcast, BroadcastState.PREPARED, by=by, recipients=len(people))
    broadcast.prepared_at = clock.now()
    session.flush()
    _draw(session, broadcast, people)
    waiting = queries.held(session, broadcast)
    if not waiting:
        raise Invalid("audience", N_("Nobody of this audience takes mail."))
    return waiting


def _held(session: Session, broadcast: Broadcast) -> None:
    session.flush()
    session.refresh(broadcast, with_for_update=True)


def _require_readable(broadcast: Broadcast, people: list[Recipient]) -> None:
    if not people:
        raise Invalid("audience", N_("There is nobody in this audience now."))
    read = {one.language if one.language in _MISSING else "en" for one in people}
    for language, (fields, sentence) in _MISSING.items():
        missing = [name for name in fields if not getattr(broadcast, name)]
        if language in read and missing:
            raise Invalid(missing[0], sentence)


def _draw(session: Session, broadcast: Broadcast, people: list[Recipient]) -> None:
    letter = words_of(broadcast, session.get_one(Edition, broadcast.edition_id))
    for first in range(0, len(people), _CHUNK):
        outbox.queue_all(
            session,
            kind_of(broadcast),
            [outbox.Letter(one) for one in people[first : first + _CHUNK]],
            about=broadcast,
            transition=f"prepared.{broadcast.rev}",
            edition_id=broadcast.edition_id,
            hold=True,
            batch=queries.batch_of(broadcast),
            letter=letter,
        )


def kind_of(broadcast: Broadcast) -> str:
    """The kind of its mails: readers choose by topic."""
    return f"broadcast.{broadcast.topic}"


def words_of(broadcast: Broadcast, edition: Edition) -> Words:
    """What its mails are drawn from."""
    texts = {name: getattr(broadcast, name) for name in TEXTS}
    return Words(**texts, festival_ko=edition.name_ko, festival_en=edition.name_en)


def drawn(session: Session, broadcast: Broadcast, to: Recipient) -> Rendered:
    """The letter as it stands, as this reader would get it."""
    addresses = links.of(session)
    letter = words_of(broadcast, session.get_one(Edition, broadcast.edition_id))
    with i18n.using(to.language):
        context = {"links": addresses, "recipient": to, "letter": letter}
        return render(kind_of(broadcast), addresses.base_url, context)


def send_tests(
    session: Session, broadcast: Broadcast, draft: Draft, *, to: Mapping[str, Recipient], rev: int, by: Actor
) -> int:
    """Keep what was written and send it to oneself, in each language that it is written in; how many mails.

    `to` names oneself by language. Raises Invalid where no language has both subject and letter.
    """
    edit(session, broadcast, draft, rev=rev, by=by)
    written = [one for one, (fields, _) in _MISSING.items() if all(getattr(broadcast, name) for name in fields)]
    if not written:
        raise Invalid("body_ko", N_("Write a subject and a letter first, in one language at least."))
    for language in written:
        me, edition_id = to[language], broadcast.edition_id
        single.send_sample(session, drawn(session, broadcast, me), about=broadcast, to=me, edition_id=edition_id, by=by)
    return len(written)


def reopen(session: Session, broadcast: Broadcast, *, rev: int, by: Actor) -> None:
    """Take a prepared letter back to change it; what is held of it will not leave. Done twice, it is done once.

    Raises Stale once the batch has left.
    """
    _held(session, broadcast)
    if broadcast.state == BroadcastState.DRAFT:
        return
    if broadcast.rev != rev:
        raise Stale
    batch = batches.batch_named(session, queries.batch_of(broadcast))
    if batch is None or not releasing.supersede(session, batch, by=by):
        raise Stale
    advance(session, broadcast, BroadcastState.DRAFT, by=by)
    broadcast.prepared_at = None
    session.flush()


def settle(session: Session, broadcast_id: int) -> None:
    """Note that a letter has left, or that its batch was cancelled in the outbox."""
    ready = sa.select(Broadcast).where(Broadcast.id == broadcast_id, Broadcast.state == BroadcastState.PREPARED)
    broadcast = session.scalar(ready.with_for_update().execution_options(populate_existing=True))
    if broadcast is None or queries.held(session, broadcast):
        return
    if queries.written_to(session, broadcast):
        broadcast.sent_at = clock.now()
        advance(session, broadcast, BroadcastState.SENT, by=SYSTEM)
    else:
        advance(session, broadcast, BroadcastState.CANCELLED, by=SYSTEM)
    session.flush()
