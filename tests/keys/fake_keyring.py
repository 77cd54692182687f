"""Keyrings as the ``keyring`` library would find them, good and bad."""

from __future__ import annotations

import threading
from typing import Any


class FakeKeyring:
    """Keeps passwords in a dict; looks like the system's own, going by its module."""

    __module__ = "keyring.backends.SecretService"

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, name: str) -> str | None:
        self.asked += 1
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.kept[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.kept[service, name]


class Locked(FakeKeyring):
    """Refuses everything, repeating what it was given."""

    __module__ = "keyring.backends.kwallet"

    def get_password(self, service: str, name: str) -> str | None:
        raise RuntimeError("locked")

    def set_password(self, service: str, name: str, value: str) -> None:
        raise RuntimeError(f"locked, so not taking {value}")


class Silent(FakeKeyring):
    """Does not answer until ``release`` is set."""

    __module__ = "keyring.backends.libsecret"

    def __init__(self) -> None:
        super().__init__()
        self.release = threading.Event()

    def get_password(self, service: str, name: str) -> str | None:
        self.release.wait(60)
        return None


class Forgetful(FakeKeyring):
    """Takes values and drops them."""

    __module__ = "keyring.backends.Windows"

    def set_password(self, service: str, name: str, value: str) -> None:
        return None


def of_module(module: str, **members: Any) -> Any:
    """A keyring whose class says it comes from *module*."""
    return type("Keyring", (FakeKeyring,), {"__module__": module, **members})()
