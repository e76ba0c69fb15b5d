"""A class of folders with odd names: each gets the grades of its own files."""
import csv
import os
import shutil
from xml.etree import ElementTree

import pytest

from checker.specification import FILES
from classroom import ROOT, grade

NAMES = ['ada', 'josé', 'test_style', 'a[b]', 'x-3', 'a b', 'two\nlines',
         'test_0_vanilla.py::x', 'a,"b"', '-k', 'con\x1btrol', '0',
         'sub/ada']
LATIN = os.fsdecode(b'latin-\xe9')


@pytest.fixture(scope='module', params=[(), ('-n', '2')], ids=['alone', 'n2'])
def graded(request, tmp_path_factory):
    """Return the output, the rows of the CSV file, and the JUnit file."""
    root = tmp_path_factory.mktemp('class')
    # One that xdist cannot name.
    names = NAMES if request.param else [*NAMES, LATIN]
    for number, name in enumerate(names):
        (root / name).mkdir(parents=True)
        (root / name / FILES[0]).write_text(
            f'raise ValueError("this is number {number}")\n')
    shutil.copy(ROOT / FILES[0], root / 'ada')
    # The same folder twice is one submission.
    run = grade([root / NAMES[0], *(root / name for name in names)],
                '--grades', str(root / 'g.csv'), '--junitxml',
                str(root / 'g.xml'), '-k', 'TestVanilla', *request.param)
    with open(root / 'g.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.reader(file))[1:]
    return run.stdout, rows, ElementTree.parse(root / 'g.xml')


def test_each_folder_has_its_own_row(graded):
    """Rows come in the order of the folders, each with its own failure."""
    _, rows, _ = graded
    assert len({row[0] for row in rows}) == len(rows) >= len(NAMES)
    assert rows[0][1:] == ['0', rows[0][3], rows[0][3], 'passed', '']
    for number, row in enumerate(rows[1:], 1):
        assert row[1:3] == ['0', '0'] and row[3:5] == [rows[0][3], 'failed']
        assert f'this is number {number}' in row[5]


def test_table_shows_every_folder(graded):
    """The closing table has a line for each, and no control characters."""
    output, rows, _ = graded
    table = output.partition(' grades ==')[2].splitlines()[2:]
    assert [line.split('  ')[0] for line in table[:len(rows)]] == [
        row[0] for row in rows]
    assert '\x1b' not in output


def test_junit_tells_submission_and_task(graded):
    """Each case carries both as properties."""
    _, rows, junit = graded
    cases = list(junit.iter('testcase'))
    found = [{each.get('name'): each.get('value')
              for each in case.iter('property')} for case in cases]
    assert len(cases) == len(rows) * int(rows[0][3])
    assert {each['submission'] for each in found} == {row[0] for row in rows}
    assert {each['task'] for each in found} == {'0'}
