"""The options of the command do what its help says."""
import os
import re
import subprocess
import sys
import zipfile

import pytest
from checker.specification import FILES
from classroom import ROOT, command, grade


def test_help_needs_no_tensorflow(tmp_path):
    """--help imports no TensorFlow and works everywhere, in 40 lines."""
    python, *arguments = command(None, '--help')
    run = subprocess.run([python, '-X', 'importtime', *arguments],
                         cwd=tmp_path, capture_output=True, text=True,
                         timeout=120)
    assert run.returncode == 0 and run.stdout.count('\n') <= 40
    imported = [line.rpartition('|')[2].strip()
                for line in run.stderr.splitlines()]
    assert 'pytest' in imported
    assert not {'tensorflow', 'keras'} & {*imported}


@pytest.mark.parametrize('folders, options, words', [
    (['absent'], [], 'no such folder: absent'),
    (['empty'], [], 'no numbered file in '),
    (None, [], 'no numbered file in '),
    ([], [], 'no file or folder after --'),
    (['0-vanilla.py'], [], 'no such file: 0-vanilla.py'),
    (['10-vanilla.py'], [], '10-vanilla.py is not a numbered file'),
    (['one'], ['--only', '0,4'], "'0,4' is not a list of numbers"),
    (['one'], ['--only', '0'], 'no numbered file in one (0-vanilla.py)'),
    (['one', 'empty/../one'], [], 'empty/../one was given twice'),
    (['one'], ['--grades', 'absent/g'], '--grades: cannot write absent/g: no'),
    (['one'], ['--grades', 'empty'], '--grades: cannot write empty: it is'),
    (['one'], ['--feedback', 'absent/x'], '--feedback: cannot write to abs'),
    (['one'], ['--feedback', 'file'], '--feedback: cannot write to file'),
    (['one'], ['--time-limit', '0'], "'0' is not a number above 0"),
    (['one'], ['--time-limit', 'long'], "'long' is not a number above 0"),
    (['one'], ['--seed', '-1'], 'argument'),
    (['one'], ['--points', '7=1'], "'7=1' is not a column, = and a number"),
    (['one'], ['--points', '0=x'], "'0=x' is not a column, = and a number"),
    (['one'], ['--points', '0=1e9'], "'0=1e9' is not a column, = and a"),
    (['one'], ['--resume'], '--resume needs --json FILE'),
    (['one'], ['--since', 'absent'], '--since: cannot read absent: No such'),
    (['one'], ['--since', 'file'], '--since: cannot read file: it is not a'),
    (['one'], ['--since', 'other'], 'it has form 7, not 2'),
    (['one'], ['--json', 'empty'], '--json: cannot write empty: it is a'),
    (['one'], ['--junit-dir', 'file'], '--junit-dir: cannot write to file'),
    (['one'], ['--join', 'absent'], '--join: absent: No such file'),
    (['one'], ['--join', 'absent', '-k', 'x'], '--join checks nothing: leave'),
    (['one'], ['--classlist', 'absent'], '--classlist: cannot read absent'),
    (['one'], ['--classlist', 'file'], 'file: it has none of the columns'),
    (['one'], ['--json', 'x', '--grades', 'x'], 'cannot write x: it is read'),
    (['one'], ['--json', f'one/{FILES[3]}'], 'it is read or written already'),
    (['ok.zip'], ['--json', 'ok.zip'], '--json: cannot write ok.zip: it is'),
    (['one'], ['--column', 'Lab'], '--column needs --classlist FILE'),
    (['cut.zip'], [], 'cannot read cut.zip: it is not a whole zip file'),
    (['one'], ['-n', '0'], "'0' is not a whole number above 0"),
    (['one'], ['--maxfail=1'], 'unrecognized arguments: --maxfail=1'),
    (['one'], ['--tim', '3'], 'unrecognized arguments: --tim'),
    (['one'], ['-k', 'a b'], "argument -k: 'a b' is not an expression")])
def test_mistake_is_said_before_anything_runs(folders, options, words,
                                              tmp_path):
    """A wrong option or folder is a usage error of one line."""
    for folder in ('empty', 'one'):
        (tmp_path / folder).mkdir()
    (tmp_path / 'file').touch()
    (tmp_path / 'cut.zip').write_text('PK')
    with zipfile.ZipFile(tmp_path / 'ok.zip', 'w') as file:
        file.writestr(FILES[0], '')
    (tmp_path / '10-vanilla.py').touch()
    (tmp_path / 'other').write_text('{"record": 7}')
    (tmp_path / 'one' / FILES[3]).touch()
    before = sorted(tmp_path.rglob('*'))
    run = grade(folders, *options, cwd=tmp_path)
    assert run.returncode == 4
    line, = run.stderr.splitlines()
    assert line.startswith('check.py: error: ') and words in line
    assert sorted(tmp_path.rglob('*')) == before


def test_renamed_file_is_checked_alone(tmp_path):
    """A file is a submission; --only and missing files count."""
    for name in ('ada_123_0-vanilla.py', '0-vanilla (1).py'):
        (tmp_path / name).write_text('x = 1\n')
    (tmp_path / 'bob').mkdir()
    (tmp_path / 'bob' / FILES[0]).write_text('x = 1\n')
    run = grade(['ada_123_0-vanilla.py', '0-vanilla (1).py', 'bob'], '-v',
                '--only', '0,1', '--grades', 'g.csv', cwd=tmp_path,
                quiet=False)
    assert run.returncode == 1
    rows = (tmp_path / 'g.csv').read_text().replace(
        '"', '').splitlines()[1:]
    assert [row.split(',')[:2] for row in rows] == [
        ['ada_123_0-vanilla.py', '0'], ['ada_123_0-vanilla.py', 'style'],
        ['0-vanilla (1).py', '0'], ['0-vanilla (1).py', 'style'],
        ['bob', '0'], ['bob', '1'], ['bob', 'style']]
    assert ('0-vanilla (1).py was checked as 0-vanilla.py; its name was not '
            'judged') in run.stdout
    assert re.search('1-sparse.py .* 0 of 18 checks passed: there is no such '
                     'file\n', run.stdout)


def test_fixes_can_be_left_out(tmp_path):
    """With --no-fix neither report nor page says what to type."""
    (tmp_path / FILES[0]).write_text('x = 1\n')
    for more in ([], ['--no-fix']):
        run = grade([tmp_path / FILES[0]], *more, '--feedback', 'pages',
                    cwd=tmp_path, quiet=False)
        page = (tmp_path / 'pages' / 'students'
                / f'{FILES[0]}.md').read_text()
        assert ('Name the function' in run.stdout) == (not more)
        assert ('What to change' in page) == ('` in its' in page) == (
            not more)


def test_version_names_all_that_judges():
    """Of the checker, Python, TensorFlow and Keras, in a line."""
    run = grade(None, '--version')
    assert re.fullmatch(r'check\.py [0-9.]+, Python [0-9.]+, TensorFlow '
                        r'[0-9.]+, Keras [0-9.]+\n', run.stdout)


def test_no_check_left_is_no_success(tmp_path):
    """If -k leaves no check, the exit status says so."""
    (tmp_path / FILES[3]).touch()
    assert grade([tmp_path], '-k', 'no_such_check').returncode == 5


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='Linux has it')
def test_grades_that_are_not_written_are_no_success():
    """The exit status tells, beside a line."""
    run = grade([ROOT], '--grades', '/dev/full', '-k', 'test_first_line')
    assert run.returncode == 1
    assert 'not written: ' in run.stdout


def test_checks_that_were_not_run_are_no_success(tmp_path):
    """A check of a file that could not be run says nothing."""
    (tmp_path / FILES[3]).touch()
    run = grade([tmp_path], '-k', 'test_optimizer_is_adam')
    assert run.returncode == 1
    assert 'not finished' in run.stdout


def test_run_stops_after_a_submission_that_fails(tmp_path):
    """With -x, what comes after it is not finished."""
    for name in ('one', 'two', 'three'):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text('x = 1')
    run = grade(['one', 'two', 'three'], '-x', '-n', '1', '-k',
                'test_0_vanilla', cwd=tmp_path)
    assert run.returncode == 1
    assert re.search('three .* not finished', run.stdout)


def test_seed_repeats_a_run(tmp_path):
    """The numbers of a failure come again, in any folder."""
    text = (ROOT / FILES[0]).read_text().replace('binary_cross', 'poisson')
    text = text.replace('poissonentropy', 'poisson')
    said = set()
    for name in ('one', 'two'):
        (tmp_path / name).mkdir()
        (tmp_path / name / FILES[0]).write_text(text)
        run = subprocess.run(command(
            [tmp_path / name], '--seed', '7', '-k', 'test_0_vanilla'),
            capture_output=True, text=True, timeout=120)
        assert '--seed 7' in run.stdout
        said.add(run.stdout.partition('FAILED')[2])
    assert len(said) == 1 and 'here' in said.pop()


@pytest.mark.parametrize('arguments', [
    ['tests/check.py', '.'], ['-m', 'pytest', '--submission=.'],
    pytest.param(['tests/check.py'], marks=pytest.mark.exhaustive),
    pytest.param(['-m', 'pytest', '-c', 'pytest.ini', '--submission', '.'],
                 marks=pytest.mark.exhaustive)])
def test_ways_to_ask_are_the_same(arguments):
    """The command and the option of pytest check the same files."""
    run = subprocess.run(
        [sys.executable, *arguments, '-q', '-k', 'test_first_line'], cwd=ROOT,
        capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout
    assert re.search(' 4/4 +-  passed$|^4 passed', run.stdout, re.MULTILINE)
