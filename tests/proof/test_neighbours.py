"""What the machine lacks is no fault of a file, nor is its neighbour."""
import argparse
import errno
import json
import os
import re
import shutil
import socket
import time
from collections import namedtuple

import pytest
from checker.command import supervisor
from checker.command.supervisor import Checked, Supervisor
from checker.grader.plugin import File
from checker.grader.sandbox_client import TOO_LONG
from checker.report.results import PASSED, Result
from checker.sandbox.fork_server import Server
from checker.specification import FILES
from classroom import ROOT, grade
from test_sandbox import LINUX

OPTIONS = argparse.Namespace(n=2, user=None, seed=0, time_limit=60., k='',
                             trust=False, uploaded=False)


def test_file_that_took_too_long_beside_others_is_checked_alone(monkeypatch):
    """One that runs alone anyway is not checked twice."""
    asked = []

    def check_once(self, files, several):
        for file in files:
            asked.append((file.submission, several))
            found = f'{TOO_LONG} 60 s' if file.submission == 'slow' else ''
            yield Checked(file, status=0, results=[Result(
                file.submission, 0, '0', 'x', '', PASSED, found=found)])

    monkeypatch.setattr(Supervisor, 'check_once', check_once)
    files = [File(name, ROOT / FILES[0], 0) for name in ('slow', 'fast')]
    for some, tries in ((files, [('slow', 2), ('fast', 2), ('slow', 1)]),
                        (files[:1], [('slow', 2)])):
        asked.clear()
        assert len([*Supervisor(OPTIONS).check(some)]) == len(some)
        assert asked == tries


@LINUX
def test_process_that_cannot_start_is_a_problem_of_one_file(monkeypatch):
    """It is tried once more, and then said in one line."""
    def refuse():
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(supervisor.os, 'fork', refuse)
    run = Supervisor(OPTIONS)
    before = len(os.listdir('/dev/fd'))
    checked, = run.check([File('x', ROOT / FILES[0], 0)])
    assert checked.problem == os.strerror(errno.EAGAIN) and checked.is_lost
    run.close()
    assert len(os.listdir('/dev/fd')) <= before


def test_server_refuses_if_there_is_no_room(monkeypatch, tmp_path):
    """A file that could not write is not to blame."""
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: namedtuple(
        'Usage', 'free')(2 ** 20))
    control, _ = socket.socketpair()
    ours, theirs = socket.socketpair()
    ours.send(json.dumps({'seconds': 1, 'trust': False}).encode())
    Server(control, str(tmp_path)).listen(theirs)
    told = json.loads(ours.recv(1000))
    assert told['problem'].startswith('no sandbox: less than 64 MiB are free')
    assert not [*tmp_path.iterdir()]


@LINUX
@pytest.mark.exhaustive
def test_busy_threads_cost_no_neighbour_its_points(tmp_path):
    """A right file beside them passes, and soon."""
    busy = ('import threading\n\n\ndef work():\n    while True:\n        '
            'sum(range(10 ** 6))\n\n\nfor _ in range(60):\n    '
            'threading.Thread(target=work).start()\nwhile True:\n    pass\n')
    for name, text in (('busy', busy), ('right', (ROOT / FILES[
            0]).read_text())):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(text)
    begin = time.monotonic()
    run = grade(['busy', 'right'], '-n', '2', '--only', '0', '--uploaded',
                cwd=tmp_path)
    assert re.search('\nright +18/18 ', run.stdout), run.stdout
    assert re.search('\nbusy +0/18 ', run.stdout)
    assert time.monotonic() - begin < 120
