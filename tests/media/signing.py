"""Certificates and signed files made on the spot: a chain from a root of our own, whatever company it claims to be."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from c2pa import Builder, C2paSignerInfo, Context, Settings, Signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CAPTURED = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
_C2PA_USE = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_KEY_USES = ("key_cert_sign", "crl_sign", "digital_signature")
_OTHER_USES = (
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)


@dataclass(frozen=True)
class Chain:
    """A signer: its chain and key in PEM, and the root that a trusted list may hold."""

    root: str
    certificates: bytes
    key: bytes


def chain(company: str, common_name: str = "Signer", *, valid: timedelta = timedelta(days=30)) -> Chain:
    """A root, an issuer below it, and a signer of this name, whose certificates are valid for so long from now on."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    root = _certificate(keys[0], _name("Test root", company), None, None, ca=True, valid=valid)
    issuer = _certificate(keys[1], _name("Test issuer", company), root, keys[0], ca=True, valid=valid)
    leaf = _certificate(keys[2], _name(common_name, company), issuer, keys[1], ca=False, valid=valid)
    pem = serialization.Encoding.PEM
    key = keys[2].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Chain(root.public_bytes(pem).decode(), leaf.public_bytes(pem) + issuer.public_bytes(pem), key)


def server_certificate() -> tuple[bytes, bytes]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key, in PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).add_extension(address, critical=False)
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return builder.sign(key, hashes.SHA256()).public_bytes(pem), written


def _name(common_name: str, company: str) -> x509.Name:
    pairs = ((NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, company))
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs])


def _certificate(
    key: ec.EllipticCurvePrivateKey,
    name: x509.Name,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey | None,
    *,
    ca: bool,
    valid: timedelta,
) -> x509.Certificate:
    now = datetime.now(UTC)
    signing_key = issuer_key or key
    uses = dict.fromkeys(_OTHER_USES, False) | {use: ca or use == "digital_signature" for use in _KEY_USES}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**uses), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing_key.public_key()),
            critical=False,
        )
    )
    if not ca:
        wanted = [ExtendedKeyUsageOID.EMAIL_PROTECTION, _C2PA_USE]
        builder = builder.add_extension(x509.ExtendedKeyUsage(wanted), critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def sign(
    source: Path,
    target: Path,
    signer: Chain,
    *,
    generator: str = "Test camera",
    source_type: str = GENERATED,
    agent: str = "",
    more: tuple[dict[str, Any], ...] = (),
) -> Path:
    """Writes a signed copy of `source` and returns it; `more` are further assertions."""
    action: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": source_type}
    if agent:
        action["softwareAgent"] = {"name": agent}
    manifest = {
        "claim_generator_info": [{"name": generator}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}, *more],
    }
    context = Context(Settings.from_dict({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}))
    info = C2paSignerInfo(alg=b"es256", sign_cert=signer.certificates, private_key=signer.key, ta_url=None)
    Builder(json.dumps(manifest), context).sign_file(str(source), str(target), Signer.from_info(info))
    return target
