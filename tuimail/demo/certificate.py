"""The demo's own trust: a certificate for loopback made at start, and the key that signs its id_tokens."""

import base64
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from msgspec import Struct

from tuimail.domain.discreet import Discreet

_LIFE = timedelta(days=2)


class Certificate(Struct, frozen=True, kw_only=True):
    """What the servers present and what the client is told to trust."""

    ca_file: Path
    context: ssl.SSLContext


class SigningKey(Discreet, frozen=True, kw_only=True):
    """An ES256 key in both JWK forms (RFC 7518 section 6.2)."""

    hidden: ClassVar[tuple[str, ...]] = ("private",)

    private: dict[str, str]
    public: dict[str, str]


def make_certificate(folder: Path) -> Certificate:
    """A fresh certificate for localhost and 127.0.0.1. Its private key lies in ``folder`` only while it is loaded."""
    key = ec.generate_private_key(ec.SECP256R1())
    ca_file = folder / "demo-ca.pem"
    ca_file.write_bytes(_self_signed(key).public_bytes(serialization.Encoding.PEM))
    key_file = folder / "demo-key.pem"
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(ca_file, key_file)
    key_file.unlink()
    return Certificate(ca_file=ca_file, context=context)


def _self_signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tuimail demo")])
    # Certificates are judged by the real clock, whatever time the mailbox plays.
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFE)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(identifier, critical=False)
        # Python 3.13 verifies strictly and wants this one even where the issuer is the subject (RFC 5280 4.2.1.1).
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False)
        .sign(key, hashes.SHA256())
    )


def _key_usage() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def make_signing_key() -> SigningKey:
    """A fresh key for id_tokens."""
    numbers = ec.generate_private_key(ec.SECP256R1()).private_numbers()
    public = {
        "kty": "EC",
        "crv": "P-256",
        "x": _base64url(numbers.public_numbers.x),
        "y": _base64url(numbers.public_numbers.y),
        "kid": "demo",
        "use": "sig",
        "alg": "ES256",
    }
    return SigningKey(private={**public, "d": _base64url(numbers.private_value)}, public=public)


def _base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()
