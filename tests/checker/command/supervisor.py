"""Runs the checks of many files: each file in a process of its own.

The processes are forked from this one, which has everything imported and no
threads: so each starts in the same clean state, and if it is killed, that
costs one file.
"""
import argparse
import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from checker.command.one_file import DONE, check_file
from checker.grader import expected
from checker.grader.call_spec import call_specs
from checker.grader.fork_client import ForkServer, MachineryFailed
from checker.grader.plugin import File, Job
from checker.grader.sandbox_client import TOO_LONG
from checker.report.results import Result

# The exit status of a process in which the checker itself failed.
CRASHED = 70


@dataclass
class Checked:
    """A file, and all that is known about its checks.

    planned: the checks that were to run, as {(column, check): title}.
    status: pytest's exit status, negative if a signal ended the process,
        None if it is not done.
    problem: why the checks did not finish, or ''.
    """
    file: File
    planned: dict[tuple[str, str], str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    status: Any = None
    problem: str = ''

    @property
    def is_lost(self) -> bool:
        """Whether the machine or the checker is to blame, not the file."""
        return (self.status is None or self.status < 0
                or self.status == CRASHED
                or any(result.machinery for result in self.results))

    @property
    def took_too_long(self) -> bool:
        """Whether it was ended, which may be because others ran beside it."""
        return any(TOO_LONG in result.found for result in self.results)


class FileProcess:
    """A process that checks a file, and the pipe it writes to."""

    def __init__(self, file: File, connection: socket.socket,
                 server: ForkServer, options: argparse.Namespace) -> None:
        self.checked, self.pending = Checked(file), b''
        self.pipe, writing = os.pipe()
        try:
            self.process = os.fork()
        except OSError:
            os.close(self.pipe)
            os.close(writing)
            connection.close()
            raise
        if not self.process:
            check_and_exit(file, connection, server, options, writing)
        os.close(writing)
        connection.close()

    def read(self) -> bool:
        """Take in what was written; return whether more may come."""
        chunk = os.read(self.pipe, 2 ** 16)
        *lines, self.pending = (self.pending + chunk).split(b'\n')
        for line in lines:
            (kind, content), = json.loads(line).items()
            if kind == 'planned':
                self.checked.planned = {
                    (column, check): title
                    for column, check, title in content}
            elif kind == 'result':
                self.checked.results.append(Result(**content))
            else:
                self.checked.problem = content
        return bool(chunk)

    def close(self) -> None:
        """Wait for the process, and take note of how it ended."""
        os.close(self.pipe)
        code = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        self.checked.status = code
        if code < 0:
            self.checked.problem = (
                f'the process that checks it was ended by signal {-code}')


def check_and_exit(
        file: File, connection: socket.socket, server: ForkServer,
        options: argparse.Namespace, writing: int) -> None:
    """Check a file in this process, and end the process."""
    status = CRASHED
    try:
        # Ctrl-C is for the command, which then ends this process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        server.leave()

        def send(content: Any) -> None:
            data = json.dumps(content).encode() + b'\n'
            while data:
                data = data[os.write(writing, data):]

        job = Job([file], lambda: connection, options.seed,
                  options.time_limit, options.trust, options.uploaded)
        status = check_file(job, options.k, send)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


class Supervisor:
    """Starts and ends the processes that check files."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.server = ForkServer(options.user)
        self.running: dict[int, FileProcess] = {}
        # Those that will be checked once more.
        self.lost: list[Checked] = []
        self.selector = selectors.DefaultSelector()

    def check(self, files: Sequence[File]) -> Iterator[Checked]:
        """Yield files as they are done, several at a time.

        If a process was lost, or took too long beside others, its file is
        checked once more, alone: there may be more memory and time then.
        """
        beside_others = min(self.options.n, len(files)) > 1
        for checked in self.check_once(files, self.options.n):
            if checked.is_lost or beside_others and checked.took_too_long:
                self.lost.append(checked)
            else:
                yield checked
        while self.lost:
            yield from self.check_once([self.lost.pop(0).file], 1)

    def check_once(self, files: Sequence[File],
                   several: int) -> Iterator[Checked]:
        """Yield files as they are done, several at a time."""
        waiting = list(files)
        with contextlib.suppress(MachineryFailed):
            # Each file that cannot be connected will say why.
            self.server.start()
        # While TensorFlow is imported: the numbers that submissions share.
        for task in {file.task for file in files}:
            expected.compute_all(self.options.seed, call_specs(task))
        # Forked processes need not search what they share with this one.
        gc.freeze()
        while waiting or self.running:
            while waiting and len(self.running) < several:
                yield from self.begin(waiting.pop(0))
            # Nothing runs if the last one could not begin.
            for key, _ in self.selector.select() if self.running else ():
                process = self.running[key.fd]
                if not process.read():
                    self.selector.unregister(key.fd)
                    del self.running[key.fd]
                    process.close()
                    yield process.checked

    def begin(self, file: File) -> Iterator[Checked]:
        """Start to check a file; yield it if that is not possible."""
        try:
            connection = self.server.connect()
            process = FileProcess(file, connection, self.server, self.options)
        except (MachineryFailed, OSError) as problem:
            yield Checked(file, problem=getattr(problem, 'strerror', None)
                          or str(problem))
            return
        self.running[process.pipe] = process
        self.selector.register(process.pipe, selectors.EVENT_READ)

    def close(self) -> list[Checked]:
        """End everything; return the files that were not done."""
        for process in self.running.values():
            os.kill(process.process, signal.SIGKILL)
            while process.read():
                pass
            process.close()
        self.server.close()
        unfinished = [process.checked for process in self.running.values()]
        self.running.clear()
        for checked in unfinished:
            if checked.status not in DONE:
                checked.problem = 'interrupted'
        return unfinished + self.lost
