"""The commands of the README do what it shows.

They run in the order of the page, in a copy of the repository, with the
folders and files that the page speaks of.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

# The README's own command does not find them.
pytestmark = pytest.mark.exhaustive
ROOT = Path(__file__).resolve().parents[1]
# Each block of commands, with the output that the page shows after it.
BLOCKS = re.findall(
    r'^(<!-- command: .*?\n)?```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?',
    (ROOT / 'README.md').read_text(encoding='utf-8'),
    re.DOTALL | re.MULTILINE)
WORKFLOW = (ROOT / '.github' / 'check-submission.yml').read_text()


@pytest.fixture(scope='module')
def copy(tmp_path_factory):
    """A copy of the repository, with submissions and digits in it."""
    folder = tmp_path_factory.mktemp('readme') / 'copy'
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(
        '.git', '.venv', '__pycache__', 'plots'))
    for name in ('mywork', 'class/ada', 'class/bob'):
        (folder / name).mkdir(parents=True)
        for file in ROOT.glob('[0-3]-*.py'):
            shutil.copy(file, folder / name)
    (folder / 'class' / 'bob' / '2-convolutional.py').unlink()
    images = np.random.default_rng(0).integers(0, 256, (300, 28, 28), 'uint8')
    labels = np.arange(300) % 10
    names = ('train-images-idx3-ubyte', 'train-labels-idx1-ubyte',
             't10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte')
    (folder / 'fashion-mnist').mkdir()
    for name, array in zip(names, (images, labels.astype('uint8')) * 2):
        (folder / 'fashion-mnist' / name).write_bytes(
            bytes([0, 0, 8, array.ndim])
            + np.array(array.shape, '>i4').tobytes() + array.tobytes())
    np.savez(folder / 'mnist.npz', x_train=images, y_train=labels,
             x_test=images, y_test=labels)
    return folder


def run(command, folder):
    """Run a block of the README in a shell; return what it printed."""
    path = f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}'
    return subprocess.run(
        ['bash', '-ec', command], cwd=folder, text=True, timeout=1200,
        env={**os.environ, 'PATH': path, 'PART': '0', 'MPLBACKEND': 'agg'},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


@pytest.mark.parametrize('commands, shown', [
    pytest.param(commands, shown, id=commands.splitlines()[-1])
    # .ci/run runs those with a marker.
    for marker, commands, shown in BLOCKS if not marker])
def test_commands_do_what_the_page_shows(commands, shown, copy):
    """They succeed, except a check of what is wrong, and print the same."""
    # Not every machine has these folders.
    done = run(re.sub('/usr/share/datasets/|~/.keras/datasets/', '', commands),
               copy)
    wrong = re.search('(?s)check.py.*(wrong|class|folders|join)', commands)
    assert done.returncode == (1 if wrong else 0), done.stdout
    assert shown in done.stdout


def test_files_that_the_page_speaks_of_are_written(copy):
    """The commands left pictures and grades, the same in two ways."""
    for name in ('plots/3-latent-grid.png', 'plots/3-latent-plane.html',
                 'fashion/3-latent-plane.png', 'digit.png',
                 'mypage/students/3-variational.py.md', 'grades.xml'):
        assert (copy / name).stat().st_size > 500
    points = (copy / 'points.csv').read_text().replace('"', '')
    assert points.startswith('submission,0,1,2,3,style,total,of\nada,20,20,')
    # Without weights each check is a point.
    joined = (copy / 'joined.csv').read_text().replace('"', '').splitlines()
    assert joined[1] == 'ada,18,18,18,25,40,119,119'
    assert joined[2].startswith('bob,18,18,0,25,')
    assert (copy / 'junit' / 'bob.xml').stat().st_size > 500
    assert re.findall('bob,2,0,.*,could not be run',
                      (copy / 'grades.csv').read_text().replace('"', ''))


def test_workflow_for_a_submission_grades(copy):
    """Its command grades a submission where the workflow checks it out."""
    commands = re.findall('run: (.*check.py .*|cat .*)', WORKFLOW)
    folder = copy.parent / 'workspace'
    folder.mkdir()
    shutil.copytree(copy, folder / 'checker')
    shutil.copytree(copy / 'mywork', folder / 'submission')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('GITHUB_STEP_SUMMARY', str(folder / 'summary'))
        for command in commands:
            done = run(command, folder)
            assert done.returncode == 0, done.stdout
    assert (folder / 'grades.csv').read_text().count('passed') >= 5
    assert '| 3-variational.py | passed |' in (folder / 'summary').read_text()
