import contextlib

import pytest

from tests.fakes.dns_server import DnsServer
from tuimail.domain.errors import ErrorKind, NetworkError
from tuimail.net.dns import Dns, SrvTarget


def test_targets_come_best_first() -> None:
    records = {("_imaps._tcp.example.test", "SRV"): ["20 0 993 b.test.", "10 1 993 a2.test.", "10 9 993 a1.test."]}
    with DnsServer(records) as server:
        targets = Dns(server.address).srv("imaps", "example.test")

    assert [target.host for target in targets] == ["a1.test", "a2.test", "b.test"]
    assert targets[0] == SrvTarget(host="a1.test", port=993)


@pytest.mark.parametrize("record", ["0 0 0 .", "0 0 993 .", "0 0 0 a.test.", r"0 0 993 a\032b.test.", r"0 0 993 -x."])
def test_what_is_not_offered_or_no_host_is_no_target(record: str) -> None:
    with DnsServer({("_imaps._tcp.example.test", "SRV"): [record]}) as server:
        assert Dns(server.address).srv("imaps", "example.test") == ()


def test_a_name_without_records_and_no_such_name_are_nothing() -> None:
    with DnsServer({("example.test", "MX"): ["10 mx.example.test."]}) as server:
        names = Dns(server.address)

        assert names.srv("imaps", "example.test") == ()
        assert names.mx("nowhere.test") == ()
        assert names.mx("example.test") == ("mx.example.test",)


def test_a_silent_name_server_is_told_in_time() -> None:
    with DnsServer({}, silent=True) as server, pytest.raises(NetworkError, match="DNS") as caught:
        Dns(server.address, lifetime_s=0.2).mx("example.test")

    assert caught.value.kind is ErrorKind.OFFLINE


@pytest.mark.parametrize("domain", ["a..b", "x" * 300, ".", "ex ample"])
def test_odd_domains_are_no_crash(domain: str) -> None:
    with DnsServer({}) as server, contextlib.suppress(NetworkError):
        assert Dns(server.address).mx(domain) == ()
