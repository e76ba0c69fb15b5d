"""The grader's end of the sandbox; nothing that comes from there is trusted.
"""
import contextlib
import json
import os
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any, Optional

from checker.grader.fork_client import MachineryFailed
from checker.wire import printable

OUTPUT_BYTES = 2000
NO_REPLY = 'the file gave no reply that can be understood'
# A reply consists mostly of arrays, as texts: it has few values.
ANSWER_BYTES, VALUES = 2 ** 26, 2 ** 17
# What a sandbox may write and start, and how often that is looked at.
SCRATCH_BYTES, SCRATCH_FILES, INTERVAL = 2 ** 25, 1000, 0.02
# Counted; the kernel's own limit, in limits.py, is for those in between.
# Right files had at most 12.
THREADS = (os.cpu_count() or 1) + 48
# How a message about too long a run begins.
TOO_LONG = 'the file ran longer than'
# How long a process that closed its pipe is given to end, in seconds.
GRACE = 1


class CannotRun(Exception):
    """A file cannot be run, or no longer; the message says why."""


class Sandbox:
    """The process that runs one file: three pipes to it, and its limits."""

    def __init__(self, connection: socket.socket, seconds: float,
                 trust: bool) -> None:
        """Order a sandbox.

        Args:
            connection: of a ForkServer; it belongs to the sandbox from now.
            seconds: for all requests together.
            trust: whether the process keeps the user's privileges.

        Raises:
            MachineryFailed: if the fork server has ended.
        """
        self.connection, self.seconds = connection, seconds
        self.left, self.printed = seconds, bytearray()
        self.lost: Optional[MachineryFailed] = None
        # Unread bytes from the fork server.
        self._heard = b''
        self.process, self.scratch = self._order(trust)
        try:
            self._exchange(b'')
        except CannotRun as problem:
            self.close()
            raise MachineryFailed(
                f'the sandbox could not be entered: {problem}') from None

    def _order(self, trust: bool) -> tuple[int, str]:
        """Order the process; return its number and its folder."""
        (request, self.requests), (self.replies, reply), (
            self.output, printing) = (os.pipe() for _ in range(3))
        for descriptor in (self.requests, self.replies, self.output):
            os.set_blocking(descriptor, False)
        theirs = request, reply, printing
        try:
            order = json.dumps({'seconds': self.seconds, 'trust': trust})
            socket.send_fds(self.connection, [order.encode()], theirs)
            told = self._told()
        except OSError:
            told = {}
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        if 'process' not in told:
            self.close()
            raise MachineryFailed(told.get('problem') or (
                'the process that imports TensorFlow ended; run '
                f"{sys.executable} -c 'import tensorflow' to see why"))
        return told['process'], told['scratch']

    def close(self) -> None:
        """Kill the process."""
        self.connection.close()
        for descriptor in (self.requests, self.replies, self.output):
            os.close(descriptor)

    def ask(self, request: Any) -> Any:
        """Send a request; return the reply.

        Both are what JSON can hold.

        Raises:
            CannotRun: if the process takes too long, writes too much, ends,
                or sends no JSON.
            MachineryFailed: if the machine is to blame, now or before.
        """
        if self.lost:
            raise self.lost
        try:
            reply = self._exchange(json.dumps(request).encode() + b'\n')
            if reply.count(b',') > VALUES:
                raise CannotRun(f'the reply has more than {VALUES} values')
            return json.loads(reply)
        except (ValueError, RecursionError):
            problem = NO_REPLY
        except CannotRun as limit:
            problem = str(limit)
        except MachineryFailed as lost:
            self.lost = lost
            raise
        with contextlib.suppress(BlockingIOError):
            self._keep_printed()
        printed = printable(self.printed.decode('utf-8', 'replace')).strip()
        raise CannotRun(f'{problem}\nThe file printed:\n{printed}' if printed
                        else problem)

    def _told(self, seconds: Optional[float] = None) -> dict[str, Any]:
        """Return what the fork server says; {} if it has ended."""
        self.connection.settimeout(seconds)
        while b'\n' not in self._heard:
            chunk = self.connection.recv(4096)
            if not chunk:
                return {}
            self._heard += chunk
        line, _, self._heard = self._heard.partition(b'\n')
        return json.loads(line)

    def _exchange(self, pending: bytes) -> bytes:
        """Write a line; return the line that comes back."""
        line, deadline = bytearray(), time.monotonic() + self.left
        with selectors.DefaultSelector() as selector:
            selector.register(self.requests, selectors.EVENT_WRITE)
            selector.register(self.replies, selectors.EVENT_READ)
            selector.register(self.output, selectors.EVENT_READ)
            while not line.endswith(b'\n'):
                for key, _ in selector.select(INTERVAL):
                    if key.fd == self.requests:
                        pending = self._write(pending)
                        goes_on = bool(pending)
                    elif key.fd == self.output:
                        goes_on = self._keep_printed()
                    else:
                        chunk = os.read(self.replies, 2 ** 20)
                        line += chunk
                        goes_on = bool(chunk)
                        if not goes_on:
                            raise CannotRun(self._why_ended())
                    if not goes_on:
                        selector.unregister(key.fd)
                self.left = deadline - time.monotonic()
                self._check(len(line))
        return bytes(line)

    def _why_ended(self) -> str:
        """Return why there will be no more replies."""
        try:
            told = self._told(GRACE)
        except OSError:
            return 'the file closed the pipe to the checker'
        if 'ended' not in told:
            raise MachineryFailed(told.get('problem') or (
                'the process that imports TensorFlow ended'))
        return f'the process of the file ended ({told["ended"]})'

    def _write(self, pending: bytes) -> bytes:
        """Return what is still to be written."""
        try:
            return pending[os.write(self.requests, pending):]
        except BrokenPipeError:
            return b''

    def _keep_printed(self) -> bool:
        """Keep the start of what is printed; return whether it goes on."""
        chunk = os.read(self.output, 2 ** 16)
        self.printed += chunk[:OUTPUT_BYTES - len(self.printed)]
        return bool(chunk)

    def _check(self, size: int) -> None:
        """Raise CannotRun if a limit is passed."""
        if self.left < 0:
            raise CannotRun(f'{TOO_LONG} {self.seconds:g} s')
        if size > ANSWER_BYTES:
            raise CannotRun('the reply has more than '
                            f'{ANSWER_BYTES >> 20} MiB')
        # Trusted code may remove its folder; macOS has no /proc.
        with contextlib.suppress(OSError):
            states = [entry.stat(follow_symlinks=False)
                      for entry in os.scandir(self.scratch)]
            if len(states) > SCRATCH_FILES or SCRATCH_BYTES < sum(
                    max(state.st_size, 512 * state.st_blocks)
                    for state in states):
                raise CannotRun('the file wrote more than '
                                f'{SCRATCH_FILES} files or '
                                f'{SCRATCH_BYTES >> 20} MiB')
            if os.stat(f'/proc/{self.process}/task').st_nlink > THREADS:
                raise CannotRun('the file started more than '
                                f'{THREADS} threads')


@contextlib.contextmanager
def sandbox(connection: socket.socket, seconds: float,
            trust: bool) -> Iterator[Sandbox]:
    """Yield a Sandbox, and kill its process afterwards."""
    child = Sandbox(connection, seconds, trust)
    try:
        yield child
    finally:
        child.close()
