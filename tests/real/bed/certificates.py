"""A certificate authority for one run, and server certificates good and bad signed by it."""

import datetime
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A certificate and its private key on disk."""

    certificate: Path
    key: Path


class Authority:
    """Signs server certificates; `certificate` is what a client has to trust."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._subject = _named(f"tuimail test authority {name}")
        self.certificate = folder / f"{name}.pem"
        self.certificate.write_bytes(self._self_signed().public_bytes(Encoding.PEM))

    def server(self, name: str, hosts: list[str], *, valid_days: int = 7) -> Pair:
        """A server certificate for these host names and addresses; `valid_days` below zero: already expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        ends = _now() + valid_days * _DAY
        certificate = (
            self._builder(_named(hosts[0]), key.public_key(), starts=min(_now(), ends) - 2 * _DAY, ends=ends)
            .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .sign(self._key, SHA256())
        )
        pair = Pair(certificate=self._folder / f"{name}.pem", key=self._folder / f"{name}.key")
        pair.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
        pair.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        pair.key.chmod(0o600)
        return pair

    def _self_signed(self) -> x509.Certificate:
        own = self._key.public_key()
        return (
            self._builder(self._subject, own, starts=_now() - 3 * _DAY, ends=_now() + 30 * _DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(signs_certificates=True), critical=True)
            .sign(self._key, SHA256())
        )

    def _builder(
        self,
        subject: x509.Name,
        public: ec.EllipticCurvePublicKey,
        *,
        starts: datetime.datetime,
        ends: datetime.datetime,
    ) -> x509.CertificateBuilder:
        # Python 3.13 verifies strictly by default: without both key identifiers it refuses the chain.
        issuer_key = self._key.public_key()
        return (
            x509.CertificateBuilder(issuer_name=self._subject, subject_name=subject, public_key=public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(starts)
            .not_valid_after(ends)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
        )


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
