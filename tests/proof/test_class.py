"""A class of folders with odd names: each gets the grades of its own files."""
import csv
import os
import re
import shutil
from xml.etree import ElementTree

import pytest
from checker.specification import FILES
from classroom import ROOT, grade

NAMES = ['ada', 'a (4)', 'a', 'A', 'josé', 'jose\u0301', 'test_style', 'a[b]',
         'x-3', 'a b', 'two\nlines', 'test_0_vanilla.py::x', 'a,"b"', "it's",
         '-k', '@x', '=1+1', 'con\x1btrol', '0', '100%', 'sub/ada']
LATIN = os.fsdecode(b'latin-\xe9')


@pytest.fixture(scope='module')
def graded(tmp_path_factory):
    """Return output, CSV rows, JUnit file, pages and JUnit files of a class.
    """
    root = tmp_path_factory.mktemp('class')
    names = [*NAMES, LATIN]
    for number, name in enumerate(names):
        (root / name).mkdir(parents=True)
        (root / name / FILES[0]).write_text(
            f'raise ValueError("this is `number {number}` @all")\n')
    shutil.copy(ROOT / FILES[0], root / 'ada')
    # What would fail every check if it were read.
    (root / 'pytest.ini').write_text('[pytest]\naddopts = --nothing\n')
    (root / 'josé' / 'conftest.py').write_text('raise SystemExit(7)\n')
    run = grade(names, '--grades', 'g.csv', '--junitxml', 'g.xml',
                '--feedback', 'pages', '--junit-dir', 'junit', '--only', '0',
                '-k', 'test_0_vanilla', cwd=root)
    with open(root / 'g.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:]
    return (run.stdout, rows, ElementTree.parse(root / 'g.xml'),
            {page.stem: page.read_text(encoding='utf-8')
             for page in (root / 'pages' / 'students').iterdir()},
            {path.stem: ElementTree.parse(path)
             for path in (root / 'junit').iterdir()})


def test_each_folder_has_its_own_row(graded):
    """Rows come in the order of the folders, each with its own failure."""
    _, rows, *_ = graded
    assert len({row[0] for row in rows}) == len(rows) >= len(NAMES)
    assert rows[0][1:] == ['0', rows[0][3], rows[0][3], 'passed', '']
    for number, row in enumerate(rows[1:], 1):
        assert row[1:3] == ['0', '0']
        assert row[3:5] == [rows[0][3], 'could not be run']
        assert f'this is `number {number}`' in row[5]
    # Names that look the same, or like a formula, are told apart.
    assert {'josé', 'A (5)', 'josé (6)', "'-k", "'=1+1"} <= {
        row[0] for row in rows}


def test_table_shows_every_folder(graded):
    """The closing table has a line for each, and no control characters."""
    output, rows, *_ = graded
    table = output.partition('\nsubmission  ')[2].splitlines()[1:]
    assert [line.split('  ')[0] for line in table[:len(rows)]] == [
        re.sub("^'([-=@])", r'\1', row[0]) for row in rows]
    assert '\x1b' not in output
    assert (f'passed all: 1, failed: {len(rows) - 1}, not graded: 0, not '
            f'finished: 0 of {len(rows)}; files that could not be run: '
            f'{len(rows) - 1}') in output


def test_progress_is_shown(graded):
    """A line for each submission says how many are left, in a log."""
    output, rows, *_ = graded
    lines = re.findall('^.*: (?:passed|failed), ([0-9]+) left$', output,
                       re.MULTILINE)
    assert lines == [str(left) for left in reversed(range(len(rows)))]


def test_each_submission_has_a_page(graded):
    """It tells the failure of this one, as code, and what to read."""
    _, rows, _, pages, _ = graded
    assert len(pages) == len(rows)
    passed = pages[rows[0][0].replace('/', '%2F')]
    assert '| 0-vanilla.py | passed | 18 of 18 |' in passed
    assert '##' not in passed
    for number, name in enumerate(NAMES):
        if name in {*pages} - {'ada'} and name.isalpha():
            assert (f'```text\n0-vanilla.py cannot be imported: ValueError: '
                    f'this is `number {number}` @all\n') in pages[name]
            assert pages[name].count('@all') == 2
            assert '` in its 0-vanilla.py and “What' in pages[name]


def test_junit_tells_submission_and_task(graded):
    """Each case carries both as properties."""
    _, rows, junit, *_ = graded
    cases = list(junit.iter('testcase'))
    found = [{each.get('name'): each.get('value')
              for each in case.iter('property')} for case in cases]
    assert len(cases) == len(rows) * int(rows[0][3])
    assert {each['submission'] for each in found} == {
        re.sub("^'([-=@])", r'\1', row[0]) for row in rows}
    assert {each['task'] for each in found} == {'0'}


def test_each_submission_has_a_junit_file(graded):
    """The names in it are the same for everybody, short, and used once."""
    _, rows, *_, files = graded
    assert len(files) == len(rows)
    names = {tuple(case.get('name') for case in tree.iter('testcase'))
             for tree in files.values()}
    (one,) = names
    assert len({*one}) == len(one) == int(rows[0][3])
    assert max(map(len, one)) < 255
    assert '0-vanilla.py: autoencoder() builds its models' in one
    ada = rows[0][0].replace('/', '%2F')
    assert not [*files[ada].iter('failure')]
    # Platforms drop what was skipped.
    failures = [*files['0'].iter('failure')]
    assert len(failures) == len(one)
    assert not [*files['0'].iter('skipped')]
    assert failures[-1].get('message').startswith('not run: this failed: ')
