"""What is asked for wrongly, or without judging, takes no TensorFlow."""
import os
import re
import subprocess
import sys

import pytest

from checker.specification import FILES
from classroom import ROOT, command, grade


@pytest.mark.parametrize('option', ['--help', '--collect-only'])
def test_tensorflow_is_not_imported_without_need(option):
    """What builds no submission starts without TensorFlow."""
    python, *arguments = command([ROOT], option)
    run = subprocess.run([python, '-X', 'importtime', *arguments], cwd=ROOT,
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0
    imported = [line.rpartition('|')[2].strip()
                for line in run.stderr.splitlines()]
    assert 'pytest' in imported
    assert not {'tensorflow', 'keras'} & {*imported}


@pytest.mark.parametrize('folders, options, words', [
    (['absent'], [], 'expected a folder, found none at ./absent'),
    (['empty'], [], 'expected a folder with 0-vanilla.py'),
    (None, [], 'expected a folder with 0-vanilla.py'),
    ([], [], 'expected folders after --, found none'),
    (['one', 'empty/../one'], [], 'expected each folder once, found ./empty/'),
    (['one'], ['--grades', 'absent/g'], '--grades: expected a file that can'),
    (['one'], ['--grades', 'empty'], '--grades: expected a file that can'),
    (['one'], ['--feedback', 'absent/x'], '--feedback: expected a folder'),
    (['one'], ['--feedback', 'file'], '--feedback: expected a folder'),
    (['one'], ['--time-limit', '0'], '--time-limit: expected a number above'),
    (['one'], ['--time-limit', 'long'], "invalid float value: 'long'")])
def test_mistake_is_said_before_anything_runs(folders, options, words,
                                              tmp_path):
    """A wrong option or folder is a usage error of one line."""
    for folder in ('empty', 'one'):
        (tmp_path / folder).mkdir()
    (tmp_path / 'file').touch()
    (tmp_path / 'one' / FILES[3]).touch()
    before = sorted(tmp_path.rglob('*'))
    run = grade(folders, *options, cwd=tmp_path)
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert words in run.stderr
    assert 'Traceback' not in run.stderr and not run.stdout.strip()
    assert sorted(tmp_path.rglob('*')) == before


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Linux has it')
def test_grades_that_are_not_written_are_no_success():
    """The exit status tells, beside a line."""
    run = grade([ROOT], '--grades', '/dev/full', '-k', 'test_first_line')
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert 'not written: ' in run.stdout


def test_nothing_but_skipped_checks_are_no_success(tmp_path):
    """Of a file that cannot be judged, a check alone says nothing."""
    (tmp_path / FILES[3]).touch()
    run = grade([tmp_path], '-k', 'test_optimizer_is_adam')
    assert run.returncode == pytest.ExitCode.TESTS_FAILED
    assert 'not finished' in run.stdout


@pytest.mark.parametrize('arguments', [
    ['tests/check.py', '.'], ['tests/check.py'],
    ['tests/check.py', '--submission', '.'],
    ['-m', 'pytest', '--submission=.'],
    ['-m', 'pytest', '-c', 'pytest.ini', '--submission', '.']])
def test_ways_to_ask_are_the_same(arguments):
    """The command, and the option of pytest, check what is there."""
    run = subprocess.run(
        [sys.executable, *arguments, '-q', '-k', 'test_first_line'], cwd=ROOT,
        capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout
    assert re.search(f'^{ROOT.name} .* 4/4  passed$',
                     run.stdout, re.MULTILINE)
