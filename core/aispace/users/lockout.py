"""Failed sign-ins: who guesses is locked out for a while."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field

from ..clock import Clock
from ..errors import TooMany


@dataclass
class _Record:
    failures: deque[float] = field(default_factory=deque)
    locked_until: float = 0.0


class Lockout:
    """Counts failures by account and address, in the memory of the one process that checks passwords.

    Three failures within 30 seconds lock the account for that address for 5 minutes; three accounts locked from one
    address within 30 seconds lock the address for 15 minutes.

    Parameters
    ----------
    clock : Clock
        Its monotonic time counts.
    """

    failures = 3
    window = 30.0
    account_lock = 300.0
    address_lock = 900.0
    remembered = 10_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._accounts: dict[tuple[str, str], _Record] = {}
        self._addresses: dict[str, _Record] = {}
        self._mutex = threading.Lock()

    def check(self, name: str, address: str) -> None:
        """Refuse who is locked out.

        Raises
        ------
        TooMany
            With the seconds that are left.
        """
        now = self._clock.monotonic()
        with self._mutex:
            records = (self._accounts.get((name, address)), self._addresses.get(address))
            until = max((record.locked_until for record in records if record), default=0.0)
        if until > now:
            seconds = int(until - now) + 1
            raise TooMany(
                "locked_out",
                f"Not signed in. There were too many failed attempts from your address. Wait {seconds} seconds, or ask "
                "an administrator to reset the password.",
                params={"seconds": seconds},
            )

    def failed(self, name: str, address: str) -> bool:
        """Count a failure.

        Returns
        -------
        bool
            Whether it locked the account for this address.
        """
        now = self._clock.monotonic()
        with self._mutex:
            self._forget(now)
            account = self._accounts.setdefault((name, address), _Record())
            if not self._count(account, now, self.account_lock):
                return False
            self._count(self._addresses.setdefault(address, _Record()), now, self.address_lock)
            return True

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of an account from this address."""
        with self._mutex:
            self._accounts.pop((name, address), None)

    def release(self, name: str) -> None:
        """Let an account in again from everywhere, after its password was reset."""
        with self._mutex:
            for key in [key for key in self._accounts if key[0] == name]:
                del self._accounts[key]

    def _count(self, record: _Record, now: float, lock: float) -> bool:
        record.failures.append(now)
        while record.failures and record.failures[0] < now - self.window:
            record.failures.popleft()
        if len(record.failures) < self.failures:
            return False
        record.failures.clear()
        record.locked_until = now + lock
        return True

    def _forget(self, now: float) -> None:
        if len(self._accounts) < self.remembered:
            return
        old = now - self.window
        self._accounts = {
            key: record
            for key, record in self._accounts.items()
            if record.locked_until > now or (record.failures and record.failures[-1] > old)
        }
