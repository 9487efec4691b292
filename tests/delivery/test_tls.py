"""Whom to trust where the machine trusts nobody."""

import ssl

import certifi
import pytest

from reminderd.delivery.tls import new_context


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


def authorities(context):
    return context.cert_store_stats()["x509_ca"]


@pytest.fixture
def mozilla():
    """Return how many authorities Mozilla trusts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certifi.where())
    return authorities(context)


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Return a function that says where the machine has its store: a file and a folder."""

    def run(file, folder):
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        monkeypatch.setenv("SSL_CERT_DIR", str(folder))

    return run


def test_an_empty_folder_is_no_store(machine, tmp_path, mozilla):
    machine("/nowhere.pem", tmp_path)
    assert authorities(new_context(verify=True)) == mozilla


def test_nor_is_a_folder_of_what_openssl_does_not_find(machine, tmp_path, mozilla):
    (tmp_path / "README").touch()
    machine("/nowhere.pem", tmp_path)
    assert authorities(new_context(verify=True)) == mozilla


def test_nor_is_an_empty_file(machine, tmp_path, mozilla):
    (tmp_path / "ca.pem").touch()
    machine(tmp_path / "ca.pem", "/nowhere")
    assert authorities(new_context(verify=True)) == mozilla


def test_nor_is_what_is_not_there(machine, mozilla):
    machine("/nowhere.pem", "/nowhere")
    assert authorities(new_context(verify=True)) == mozilla


def test_a_store_of_the_machines_own_is_trusted_alone(machine, authority, tmp_path):
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    machine(tmp_path / "ca.pem", "/nowhere")
    assert authorities(new_context(verify=True)) == 1


def test_so_is_a_folder_in_which_openssl_finds_authorities(machine, tmp_path):
    (tmp_path / "12ab34cd.0").touch()  # what is in it is read when it is asked for
    machine("/nowhere.pem", tmp_path)
    assert authorities(new_context(verify=True)) == 0
