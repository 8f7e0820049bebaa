"""Passwords: the policy, the hash, the random ones."""

from __future__ import annotations

import itertools
import os
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass

import argon2

from ..errors import Invalid

# fmt: off
WEAK = frozenset({
    "password", "passwort", "passwd", "passw0rd", "p@ssword", "letmein", "welcome", "admin", "administrator",
    "root", "toor", "master", "login", "access", "secret", "qwerty", "qwertyuiop", "qwertz", "asdfgh", "asdfghjkl",
    "zxcvbn", "zxcvbnm", "qazwsx", "abc", "abcd", "abcde", "abcdef", "abcdefgh", "abcdefghijkl", "iloveyou",
    "monkey", "dragon", "football", "baseball", "superman", "batman", "princess", "sunshine", "shadow", "trustno",
    "changeme", "default", "guest", "user", "test", "testing", "hello", "whatever", "jupyter", "jupyterhub",
    "jupyterlab", "aispace", "woaini", "huawei", "huaweicloud", "china", "beijing", "shanghai",
})
# fmt: on
"""Words that are no password, whatever digits and signs are put around them."""
LOOK_ALIKE = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})
SIGNS = frozenset(string.punctuation + " ")
ALPHABET = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

_hasher = argon2.PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))


@dataclass(frozen=True)
class PasswordPolicy:
    """What a password must be.

    Parameters
    ----------
    minimum, maximum : int
        Length in characters.
    remembered : int
        How many earlier passwords may not come back.
    """

    minimum: int = 8
    maximum: int = 32
    remembered: int = 3

    @classmethod
    def from_environment(cls) -> PasswordPolicy:
        """Read ``AISPACE_PASSWORD_MAX_LENGTH`` (8 to 1024; default 32)."""
        text = os.environ.get("AISPACE_PASSWORD_MAX_LENGTH", "")
        maximum = int(text) if text.isdigit() else cls.maximum
        return cls(maximum=min(max(maximum, cls.minimum), 1024))

    def problem(self, password: str, name: str) -> str | None:
        """Say what is wrong with a password.

        Parameters
        ----------
        password : str
            The new password.
        name : str
            Name of the account.

        Returns
        -------
        str or None
            One sentence for the person who chose it; None when nothing is wrong.
        """
        if not self.minimum <= len(password) <= self.maximum:
            return f"{self.minimum} to {self.maximum} characters; yours has {len(password)}."
        if any(ord(c) < 32 or ord(c) == 127 for c in password):
            return "no control characters, such as tabs or line ends."
        if not any(c in SIGNS for c in password):
            return "at least one space or sign such as - _ ! ? # is needed."
        kinds = [any(map(test, password)) for test in (str.islower, str.isupper, str.isdigit)]
        if sum(kinds) < 2:
            return "at least two of small letters, capital letters and digits are needed."
        lower = password.lower()
        if name and (name.lower() in lower or name.lower()[::-1] in lower):
            return "it must not contain the user name, forwards or backwards."
        if is_weak(lower):
            return "it is a well-known password with decoration. Choose words that nobody would guess."
        return None

    def check(
        self, password: str, name: str, *, old: str | None = None, earlier: Iterable[str] = (), field: str
    ) -> None:
        """Refuse a password that the policy does not allow.

        Parameters
        ----------
        password, name : str
            The new password and the name of the account.
        old : str, optional
            The present password, where it is known.
        earlier : iterable of str
            Hashes of the present and earlier passwords.
        field : str
            Field of the request that the password came in.

        Raises
        ------
        Invalid
            Naming the rule.
        """
        problem = self.problem(password, name)
        if problem is None and old is not None and _differences(old, password) < 2:
            problem = "it must differ from the old one in at least two places."
        if problem is None and any(matches(known, password) for known in earlier):
            problem = f"it must not be one of your last {self.remembered} passwords."
        if problem is not None:
            raise Invalid(field, f"Password: {problem}", code="password_policy")


def is_weak(lower: str) -> bool:
    """Tell whether a password (in small letters) is a known word with digits and signs around it."""
    bare = lower.strip("".join(SIGNS))
    for text in (lower, lower.translate(LOOK_ALIKE), bare.translate(LOOK_ALIKE)):
        core = re.sub(r"[^a-z]+", "", text)
        if core in WEAK or (core == "" and len(set(lower)) <= 10 and _is_run(re.sub(r"\D+", "", lower))):
            return True
    return False


def _is_run(digits: str) -> bool:
    """Tell whether digits are all equal or count up or down."""
    steps = {(int(b) - int(a)) % 10 for a, b in itertools.pairwise(digits)}
    return len(steps) <= 1 and steps <= {0, 1, 9}


def _differences(old: str, new: str) -> int:
    return sum(a != b for a, b in zip(old, new, strict=False)) + abs(len(old) - len(new))


def hash_password(password: str) -> str:
    """Hash a password with argon2id.

    Returns
    -------
    str
        The encoded hash with its parameters and salt.
    """
    return _hasher.hash(password)


def matches(encoded: str | None, password: str) -> bool:
    """Tell whether a password belongs to a hash; takes as long when there is none.

    Parameters
    ----------
    encoded : str or None
        What `hash_password` gave; None for an account that does not exist or has no password.
    password : str
        What was typed.
    """
    try:
        return _hasher.verify(encoded or _NOBODY, password) and encoded is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def outdated(encoded: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(encoded)


def random_password() -> str:
    """Make a random password that the policy allows: four groups of five, about 110 bits."""
    while True:
        text = "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
        if PasswordPolicy().problem(text, "") is None and any(c.isdigit() for c in text):
            return text
