"""The key by which push services know the portal (VAPID, RFC 8292), and the keys browsers give it (RFC 8291)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from portal.settings import Settings

_CURVE = ec.SECP256R1()
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_AUTH_BYTES = 16


@dataclass(frozen=True, slots=True)
class Vapid:
    """The portal's own pair: PEM as the library reads it, and the point as browsers ask for it."""

    private: bytes
    public: bytes
    application: str


def vapid(settings: Settings) -> Vapid | None:
    """The installation's pair; None where it has no key, and telling on devices is not offered."""
    secret = settings.vapid_key_bytes
    return _pair(secret) if secret else None


@cache
def _pair(secret: bytes) -> Vapid:
    # Any 256 bits are a key: what `openssl rand` gives is brought into the range of the curve.
    private = ec.derive_private_key(int.from_bytes(secret) % (_ORDER - 1) + 1, _CURVE)
    public = private.public_key()
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return Vapid(
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        base64.urlsafe_b64encode(point).decode().rstrip("="),
    )


def usable(p256dh: str, auth: str) -> bool:
    """Whether a browser's keys are a point of the curve and a secret of sixteen bytes, in URL-safe base64."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _decoded(p256dh))
        return len(_decoded(auth)) == _AUTH_BYTES
    except ValueError:
        return False


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
