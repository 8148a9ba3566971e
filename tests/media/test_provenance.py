"""What files say of where they came from: by credentials and by tags, and no address in them is ever followed."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from c2pa import C2paError, Context, Reader, Settings
from cryptography import x509
from PIL import Image

from portal.media import child, ffmpeg, provenance, trust
from tests.media import signing
from tests.media.conftest import CORPUS

FIXTURES = CORPUS.parent / "provenance"
AIGC = '{"Label":"1","ContentProducer":"001191110","ProduceID":"film-1"}'


@pytest.fixture(scope="session")
def shared_file() -> Callable[[str], Path]:
    """A shared fixture by the beginning of its name; skipped where the fixtures are not beside the checkout."""

    def find(name: str) -> Path:
        found = next(FIXTURES.glob(f"{name}*"), None)
        if found is None:
            pytest.skip("the shared provenance fixtures are not beside this checkout")
        return found

    return find


@pytest.fixture(scope="session")
def company() -> signing.Chain:
    """A chain of our own that calls itself by a company's name."""
    return signing.chain("OpenAI", "Truepic Lens CLI in Sora")


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.jpg"
    Image.effect_noise((64, 64), 50).save(path)
    return path


def probe(path: Path, job: Path, anchors: str = "") -> dict[str, Any]:
    return provenance.probe(path, path.read_bytes()[:64], job, anchors=anchors)


@pytest.mark.parametrize(
    ("name", "state", "alone"),
    [
        ("01", "TRUSTED", "EXPIRED_UNPROVEN"),
        ("03", "EXPIRED_UNPROVEN", "EXPIRED_UNPROVEN"),
        ("05", "UNTRUSTED_SIGNER", "UNTRUSTED_SIGNER"),
        ("06", "BROKEN", "BROKEN"),
        ("08", "BROKEN", "BROKEN"),
        ("09", "REMOTE_ONLY", "REMOTE_ONLY"),
    ],
)
def test_shared_fixtures(
    shared_file: Callable[[str], Path], job: Path, tmp_path: Path, name: str, state: str, alone: str
) -> None:
    """The states of their README with the lists that lie beside them, and without any."""
    lists = shared_file("trust")
    report = provenance.inspect_file(shared_file(name), lists)
    assert (report["state"], report["requests"]) == (state, 0)
    assert report["signer"] == ("OpenAI" if state == "TRUSTED" else None)
    assert probe(shared_file(name), job)["state"] == alone


def test_the_report_names_program_source_and_tags(shared_file: Callable[[str], Path], tmp_path: Path) -> None:
    assert provenance.inspect_file(shared_file("01"), tmp_path) == {
        "state": "EXPIRED_UNPROVEN",
        "signer": None,
        "generator": "Sora",
        "source_types": [signing.GENERATED],
        "tools": ["Sora"],
        "tags": {"keys": {"encoder": "Lavf60.16.100"}},
        "requests": 0,
    }


def test_a_name_anybody_can_write_is_not_told(picture: Path, job: Path, company: signing.Chain) -> None:
    signed = signing.sign(picture, picture.with_name("signed.jpg"), company, source_type=signing.CAPTURED)
    found = probe(signed, job)
    assert found["state"] == "UNTRUSTED_SIGNER"
    assert "OpenAI" not in json.dumps(found)


def test_a_trusted_signer_is_named(picture: Path, job: Path, company: signing.Chain) -> None:
    signed = signing.sign(picture, picture.with_name("signed.jpg"), company, agent="Sora")
    found = probe(signed, job, company.root)
    assert (found["state"], found["signer"], found["agents"]) == ("TRUSTED", "OpenAI", ["Sora"])
    other = signing.chain("Somebody else")
    assert probe(signed, job, other.root)["state"] == "UNTRUSTED_SIGNER"


def test_a_name_within_a_trusted_file_is_still_anybodys(picture: Path, job: Path, company: signing.Chain) -> None:
    """Only the outermost signature is vouched for; what an ingredient's certificate calls itself is not."""
    inner = {"signature_info": {"issuer": "OpenAI"}, "claim_generator": "inner"}
    outer = {"signature_info": {"issuer": "A trusted house", "time": "2026-02-25T10:00:00+00:00"}}
    report = {"found": True, "validity": "Trusted", "codes": [], "active": "b", "manifests": {"a": inner, "b": outer}}
    found = provenance.told(json.dumps(report).encode())
    assert found["signer"] == "A trusted house"
    assert "OpenAI" not in json.dumps(found)


def test_every_change_after_signing_breaks_it(film: Callable[[str], Path], job: Path, company: signing.Chain) -> None:
    signed = signing.sign(film("plain.mp4"), job / "signed.mp4", company)
    content = bytearray(signed.read_bytes())
    assert probe(signed, job, company.root)["state"] == "TRUSTED"
    content[content.index(b"mdat") + 2000] ^= 1
    signed.write_bytes(content)
    assert probe(signed, job, company.root)["state"] == "BROKEN"


def test_an_expired_certificate_is_no_damage(picture: Path, job: Path) -> None:
    """Nobody signs with an expired certificate, so one is signed with that expires right after."""
    short = signing.chain("A studio", valid=timedelta(seconds=5))
    signed = signing.sign(picture, picture.with_name("signed.jpg"), short)
    leaf = x509.load_pem_x509_certificate(short.certificates)
    # The reader counts whole seconds, the last one included.
    while datetime.now(UTC) <= leaf.not_valid_after_utc + timedelta(seconds=1):
        time.sleep(0.2)
    assert probe(signed, job, short.root)["state"] == "EXPIRED_UNPROVEN"


def test_a_sound_is_told_from_a_film(job: Path, company: signing.Chain) -> None:
    plain = job / "plain.m4a"
    source = ("-f", "lavfi", "-i", "sine=duration=1")
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *source, str(plain)], check=True)
    found = probe(signing.sign(plain, job / "signed.m4a", company), job)
    assert (found["kind"], found["state"]) == ("audio", "UNTRUSTED_SIGNER")


def test_a_copy_by_ffmpeg_has_no_credentials(film: Callable[[str], Path], job: Path, company: signing.Chain) -> None:
    signed, copy = signing.sign(film("plain.mp4"), job / "signed.mp4", company), job / "copy.mp4"
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", "-i", signed, "-c", "copy", copy], check=True)
    assert probe(copy, job)["state"] == "NO_MANIFEST"


def test_a_signed_mov(film: Callable[[str], Path], job: Path, company: signing.Chain) -> None:
    signed = signing.sign(film("film_rate.mov"), job / "signed.mov", company, agent="A generator")
    found = probe(signed, job, company.root)
    assert (found["state"], found["source_types"]) == ("TRUSTED", [signing.GENERATED])


def test_what_is_said_of_training_is_kept(picture: Path, job: Path, company: signing.Chain) -> None:
    entries = {"cawg.ai_generative_training": {"use": "allowed"}}
    assertion = {"label": "cawg.training-mining", "data": {"entries": entries}}
    signed = signing.sign(picture, picture.with_name("signed.jpg"), company, more=(assertion,))
    assert probe(signed, job)["training"] == "allowed"


def test_lists_are_joined_by_lines_of_their_own(
    tmp_path: Path, picture: Path, job: Path, company: signing.Chain
) -> None:
    """A list without a last newline must not swallow the first certificate of the next."""
    (tmp_path / "1.pem").write_text(signing.chain("Another").root.rstrip())
    (tmp_path / "2.pem").write_text(company.root.rstrip())
    signed = signing.sign(picture, picture.with_name("signed.jpg"), company)
    assert probe(signed, job, trust.anchors(tmp_path))["state"] == "TRUSTED"
    assert trust.anchors(tmp_path / "nowhere") == ""


def tagged(path: Path, *arguments: str) -> Path:
    made = ("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=1", *arguments)
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *made, str(path)], check=True)
    return path


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_keys_of_quicktime_and_the_aigc_label(job: Path, ending: str) -> None:
    keys = ("-metadata", f"AIGC={AIGC}", "-metadata", "comment=made with Kling", "-movflags", "+use_metadata_tags")
    tags = probe(tagged(job / f"tagged.{ending}", *keys), job)["tags"]
    assert tags["aigc"] == json.loads(AIGC)
    assert tags["keys"]["comment"] == "made with Kling"


def test_comment_and_encoder_of_a_plain_mp4(job: Path) -> None:
    tags = probe(tagged(job / "tagged.mp4", "-metadata", "comment=made with Kling"), job)["tags"]
    assert set(tags["keys"]) == {"comment", "encoder"}


def xmp(inside: str, **names: str) -> bytes:
    spaces = {
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "AIGC": "http://www.tc260.org.cn/ns/AIGC/1.0/",
        "dcterms": "http://purl.org/dc/terms/",
    }
    declared = " ".join(f'xmlns:{name}="{address}"' for name, address in spaces.items())
    attributes = " ".join(f'{name.replace("_", ":", 1)}="{value}"' for name, value in names.items())
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    body = f'<rdf:RDF xmlns:rdf="{rdf}"><rdf:Description {declared} {attributes}>{inside}</rdf:Description></rdf:RDF>'
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{body}</x:xmpmeta>'.encode()


def box(kind: bytes, content: bytes) -> bytes:
    return (8 + len(content)).to_bytes(4, "big") + kind + content


def with_xmp(film: Path, target: Path, packet: bytes, *, inside: bool = False) -> Path:
    """The film with a packet beside it, as ExifTool writes it, or within `moov`, as QuickTime does."""
    if inside:
        target.write_bytes(film.read_bytes() + box(b"moov", box(b"udta", box(b"XMP_", packet))))
    else:
        uuid = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
        target.write_bytes(film.read_bytes() + box(b"uuid", uuid + packet))
    return target


SYSTEMS = "<Iptc4xmpExt:AISystemUsed><rdf:Bag><rdf:li>Kling</rdf:li></rdf:Bag></Iptc4xmpExt:AISystemUsed>"


@pytest.mark.parametrize("inside", [False, True])
def test_xmp_in_a_film(film: Callable[[str], Path], job: Path, inside: bool) -> None:
    packet = xmp(SYSTEMS, Iptc4xmpExt_DigitalSourceType=signing.GENERATED, AIGC_Label="1")
    found = probe(with_xmp(film("plain.mp4"), job / "tagged.mp4", packet, inside=inside), job)
    assert found["state"] == "NO_MANIFEST"
    tags = {name: found["tags"][name] for name in ("source_types", "systems", "aigc")}
    assert tags == {"source_types": [signing.GENERATED], "systems": ["Kling"], "aigc": {"Label": "1"}}


def test_xmp_in_a_picture(picture: Path, job: Path) -> None:
    packet = xmp(f"<Iptc4xmpExt:DigitalSourceType>{signing.GENERATED}</Iptc4xmpExt:DigitalSourceType>")
    Image.open(picture).copy().save(picture, xmp=packet)
    assert probe(picture, job)["tags"] == {"source_types": [signing.GENERATED]}


def test_an_entity_in_xmp_is_not_expanded(film: Callable[[str], Path], job: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + xmp("&b;", Iptc4xmpExt_AISystemUsed="&b;")
    found = probe(with_xmp(film("plain.mp4"), job / "tagged.mp4", bomb), job)
    assert (found["state"], "systems" in found["tags"]) == ("NO_MANIFEST", False)


def test_an_ordinary_film_says_nothing(film: Callable[[str], Path], job: Path) -> None:
    assert probe(film("plain.mp4"), job)["state"] == "NO_MANIFEST"
    assert probe(film("surround.mkv"), job) == {"state": "UNSUPPORTED"}


def test_damage_is_told_and_raises_nothing(job: Path) -> None:
    broken = job / "broken.bin"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(200))
    assert probe(broken, job)["state"] in ("MALFORMED", "NO_MANIFEST")


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and what is asked of it."""
    asked: list[bytes] = []

    def serve(server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = server.accept()
                with line:
                    asked.append(line.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as server:
        Thread(target=serve, args=(server,), daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/internal/secret", asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4"])
def test_no_address_in_a_file_is_asked(film: Callable[[str], Path], picture: Path, job: Path, kind: str) -> None:
    """Without any fence, so that it is the reader's settings that keep it; the library by itself asks at once."""
    with listening() as (address, asked):
        packet = xmp("", dcterms_provenance=address)
        path = with_xmp(film("plain.mp4"), job / "remote.mp4", packet) if kind == "video/mp4" else picture
        if path is picture:
            Image.open(picture).copy().save(picture, xmp=packet)
        command = child.script("provenance", str(path), kind, "")
        told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        assert (provenance.state_of(told), asked) == ("REMOTE_ONLY", [])
        assert probe(path, job)["requests"] == 0
        with path.open("rb") as file, suppress(C2paError):
            Reader(kind, file, context=Context(Settings.from_dict({})))
        assert len(asked) >= 1


def test_the_fence_counts_who_tries(job: Path) -> None:
    """A reader that did follow addresses would be seen: the counter stands in the namespace it cannot leave."""
    if not child.fences()["network"]:
        pytest.skip("this host offers no network fence")
    script = job / "caller.py"
    children = Path(provenance.__file__).parent / "children" / "provenance.py"
    script.write_text(
        "import runpy, socket\n"
        f"counted = runpy.run_path({str(children)!r})['requests']\n"
        "before = counted()\n"
        "try: socket.create_connection(('127.0.0.1', 9), 1)\n"
        "except OSError: pass\n"
        "print(before, counted())\n"
    )
    outcome = child.run([sys.executable, "-I", str(script)], limits=provenance.LIMITS, job=job)
    assert outcome.output.split() == [b"0", b"1"]


def test_the_reader_follows_no_address() -> None:
    assert provenance.fetches_nothing()


@pytest.mark.parametrize(
    "manifest",
    [
        {"assertions": [{"label": "c2pa.actions", "data": {"actions": {"0": 1}}}]},
        {"assertions": ["c2pa.actions"]},
        {"assertions": [{"label": "c2pa.actions", "data": [1]}]},
        {"assertions": [{"label": "cawg.training-mining", "data": {"entries": [1]}}]},
        {"claim_generator_info": "me", "signature_info": 5},
    ],
)
def test_a_manifest_of_any_shape_stops_no_film(manifest: object) -> None:
    report = {"found": True, "validity": "Trusted", "codes": [], "active": "a", "manifests": {"a": manifest}}
    assert provenance.told(json.dumps(report).encode())["state"] in ("ERROR", "TRUSTED")


@pytest.mark.parametrize(
    ("codes", "validity", "state"),
    [
        (["signingCredential.untrusted", "assertion.dataHash.mismatch"], "Invalid", "BROKEN"),
        (["claim.hardBindings.missing"], "Trusted", "BROKEN"),
        (["signingCredential.ocsp.revoked", "signingCredential.untrusted"], "Invalid", "REVOKED"),
        (["signingCredential.expired"], "Trusted", "TRUSTED"),
        (["signingCredential.expired", "signingCredential.untrusted"], "Invalid", "EXPIRED_UNPROVEN"),
        (["signingCredential.untrusted", "timeStamp.mismatch"], "Invalid", "OTHER_FAILURE"),
    ],
)
def test_the_order_of_states(codes: list[str], validity: str, state: str) -> None:
    assert provenance.state_of({"found": True, "codes": codes, "validity": validity}) == state
