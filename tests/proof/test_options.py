"""What is asked for wrongly, or without judging, takes no TensorFlow."""
import subprocess

import pytest

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


@pytest.mark.parametrize('folder, options, words', [
    ('absent', [], '--submission: expected a folder, found none at absent'),
    ('.', ['--grades', 'absent/grades.csv'], '--grades: expected a folder'),
    ('.', ['--time-limit', '0'], '--time-limit: expected a number above zero'),
    ('.', ['--time-limit', 'long'], "invalid float value: 'long'")])
def test_mistake_is_said_before_anything_runs(folder, options, words):
    """A wrong option is a usage error of one line."""
    run = grade([folder], *options)
    assert run.returncode == pytest.ExitCode.USAGE_ERROR
    assert words in run.stderr
    assert 'Traceback' not in run.stderr and not run.stdout.strip()
