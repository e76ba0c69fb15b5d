"""Talks with a process that runs a submission; nothing it sends is trusted."""
import contextlib
import json
import os
import selectors
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from checker.observation import NO_ANSWER, Unjudgeable, printable

OUTPUT_BYTES = 2000
# An answer is mostly arrays, as texts; so there are few values in it.
ANSWER_BYTES, VALUES = 2 ** 26, 2 ** 17
# What a child may write and start, and how often that is looked at.
SCRATCH_BYTES, SCRATCH_FILES, INTERVAL = 2 ** 25, 1000, 0.02
THREADS = 1024
PASSED_ON = ('LANG', 'LC_ALL', 'LC_CTYPE', 'LD_LIBRARY_PATH', 'PATH',
             'PYTHONNOUSERSITE', 'PYTHONPATH', 'TZ')
# One thread each, since several files are judged at a time; and no kernels
# that are made for speed, as making them takes longer than these batches.
ENVIRONMENT = {
    'TF_CPP_MIN_LOG_LEVEL': '3', 'CUDA_VISIBLE_DEVICES': '-1',
    'TF_ENABLE_ONEDNN_OPTS': '0', 'TF_NUM_INTRAOP_THREADS': '1',
    'TF_NUM_INTEROP_THREADS': '1', 'OMP_NUM_THREADS': '1',
    'OPENBLAS_NUM_THREADS': '1', 'PYTHONDONTWRITEBYTECODE': '1'}


class Server:
    """The process that children are forked from, for several threads.

    It starts when it is first needed, and again where it has ended.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._process, self.closed = None, False

    def fork(self, descriptors, **order):
        """Return (number, folder) of a new child with three descriptors."""
        with self._lock:
            if self._process and self._process.poll() is not None:
                self._stop()
            if not self._process:
                self._start()
            scratch = tempfile.mkdtemp(dir=self._home)
            order['scratch'] = scratch
            return self._ask(order, descriptors), scratch

    def end(self, child, grace):
        """End a child in seconds of grace; return how, as a sentence."""
        with self._lock:
            return self._process and self._ask(
                {'child': child, 'grace': grace})

    def close(self):
        """End the process, and with it every child, for good."""
        self.closed = True
        if self._process:
            # So that no other thread waits for an answer.
            with contextlib.suppress(OSError):
                self._control.shutdown(socket.SHUT_RDWR)
        with self._lock:
            self._stop()

    def _ask(self, order, descriptors=()):
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()],
                            descriptors)
            return json.loads(self._control.recv(256))
        except (OSError, ValueError):
            self._errors.seek(0)
            said = self._errors.read()[-OUTPUT_BYTES:]
            self._stop()
            raise Unjudgeable(
                'could not be run: the process that imports TensorFlow '
                f"ended\n{printable(said.decode('utf-8', 'replace'))}"
                ) from None

    def _start(self):
        if self.closed or not hasattr(os, 'fork'):
            raise Unjudgeable('was not run' if self.closed else
                              'cannot be run on Windows, only in its WSL 2')
        self._home, self._errors = tempfile.mkdtemp(), tempfile.TemporaryFile()
        self._control, other = socket.socketpair()
        passed_on = {name: os.environ[name] for name in PASSED_ON
                     if name in os.environ}
        with other:
            self._process = subprocess.Popen(
                [sys.executable, '-m', 'checker.server', self._home],
                cwd=Path(__file__).parents[1], stdin=other,
                stdout=subprocess.DEVNULL, stderr=self._errors,
                start_new_session=True,
                env={**passed_on, **ENVIRONMENT, 'HOME': self._home,
                     'PYTHONUSERBASE': site.getuserbase()})

    def _stop(self):
        if self._process:
            self._control.close()
            try:
                self._process.wait(2)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
            self._errors.close()
            shutil.rmtree(self._home, ignore_errors=True)


@contextlib.contextmanager
def conversation(server, seconds, trust):
    """Yield ask(message), which returns the answer of a new child.

    Messages and answers are what JSON can say.  ask() raises Unjudgeable
    where the child takes too long, writes too much, ends, or sends no JSON.

    Args:
        seconds: the time for all answers together.
        trust: whether the child keeps the rights of the user.
    """
    with contextlib.ExitStack() as stack:
        (request, requests), (answers, answer), (output, printing) = (
            os.pipe() for _ in range(3))
        for descriptor in (requests, answers, output):
            stack.callback(os.close, descriptor)
            os.set_blocking(descriptor, False)
        try:
            child, scratch = server.fork((request, answer, printing),
                                         seconds=seconds, trust=trust)
        finally:
            for descriptor in (request, answer, printing):
                os.close(descriptor)
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        try:
            yield _Talk(server, child, (requests, answers, output), scratch,
                        seconds).ask
        finally:
            with contextlib.suppress(Unjudgeable):
                server.end(child, grace=0)


class _Talk:
    """The three pipes to a child, and its limits."""

    def __init__(self, server, child, pipes, scratch, seconds):
        self.server, self.child, self.scratch = server, child, scratch
        self.requests, self.answers, self.output = pipes
        self.seconds = self.left = seconds
        self.printed = bytearray()

    def ask(self, message):
        """Send a message; return what is answered."""
        try:
            answer = self.exchange(json.dumps(message).encode() + b'\n')
            if answer.count(b',') > VALUES:
                raise Unjudgeable(f'answered with more than {VALUES} values')
            return json.loads(answer)
        except (ValueError, RecursionError):
            problem = NO_ANSWER
        except Unjudgeable as limit:
            problem = str(limit)
        with contextlib.suppress(BlockingIOError):
            self.keep_printed()
        printed = printable(self.printed.decode('utf-8', 'replace')).strip()
        raise Unjudgeable(
            f'{problem}\nIt printed:\n{printed}' if printed else problem)

    def exchange(self, pending):
        """Write a line; return the line that comes, not parsed."""
        line, deadline = bytearray(), time.monotonic() + self.left
        with selectors.DefaultSelector() as selector:
            selector.register(self.requests, selectors.EVENT_WRITE)
            selector.register(self.answers, selectors.EVENT_READ)
            selector.register(self.output, selectors.EVENT_READ)
            while not line.endswith(b'\n'):
                for key, _ in selector.select(INTERVAL):
                    if key.fd == self.requests:
                        pending = self.write(pending)
                        goes_on = pending
                    elif key.fd == self.output:
                        goes_on = self.keep_printed()
                    else:
                        goes_on = os.read(self.answers, 2 ** 20)
                        line += goes_on
                        if not goes_on:
                            raise Unjudgeable(self.server.end(
                                self.child, grace=1) or 'was ended')
                    if not goes_on:
                        selector.unregister(key.fd)
                self.left = deadline - time.monotonic()
                self.check(line)
        return line

    def write(self, pending):
        """Return what is still to be written."""
        try:
            return pending[os.write(self.requests, pending):]
        except BrokenPipeError:
            return b''

    def keep_printed(self):
        """Keep the start of what is printed; return whether it goes on."""
        chunk = os.read(self.output, 2 ** 16)
        self.printed += chunk[:OUTPUT_BYTES - len(self.printed)]
        return bool(chunk)

    def check(self, line):
        """Raise Unjudgeable where a limit is passed."""
        if self.server.closed:
            raise Unjudgeable('was not run to its end')
        if self.left < 0:
            raise Unjudgeable(f'ran longer than {self.seconds:g} s')
        if len(line) > ANSWER_BYTES:
            raise Unjudgeable('answered with more than '
                              f'{ANSWER_BYTES >> 20} MiB')
        # Trusted code may remove what is looked at; macOS has no /proc.
        with contextlib.suppress(OSError):
            states = [entry.stat(follow_symlinks=False)
                      for entry in os.scandir(self.scratch)]
            if len(states) > SCRATCH_FILES or SCRATCH_BYTES < sum(
                    max(state.st_size, 512 * state.st_blocks)
                    for state in states):
                raise Unjudgeable(f'wrote more than {SCRATCH_FILES} files or '
                                  f'{SCRATCH_BYTES >> 20} MiB')
            if os.stat(f'/proc/{self.child}/task').st_nlink > THREADS:
                raise Unjudgeable(f'started more than {THREADS} threads')
