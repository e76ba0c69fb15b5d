"""A class from downloads to lists, in parts and again: no grade goes astray.
"""
import csv
import json
import re
import shutil
import zipfile

import pytest
from checker.command.hand_ins import NO_NAME
from checker.specification import FILES
from classroom import ROOT, grade
from test_hand_ins import MOODLE, unpacked, zipped

RIGHT = (ROOT / FILES[0]).read_text()
WRONG = RIGHT.replace("activation='sigmoid'", "activation='relu'")
LIST = 'Student,ID,Lab (7)\n"    Points Possible",,20\n'
OPTIONS = ('--only', '0', '--points', '0=20', '-k', '')


def lines_of(path, column):
    """Return {first cell: cell of a column} of a CSV file."""
    with open(path, newline='', encoding='utf-8') as file:
        return {row[0]: row[column] for row in csv.reader(file)}


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Two sections as downloads of Canvas, and a class list for both."""
    folder = tmp_path_factory.mktemp('graded')
    for number, files in enumerate((
            {'lovelaceada_LATE_12_1_0-vanilla.py': RIGHT,
             'hoppergrace_13_2_0-vanilla.py': WRONG,
             'solution.py': ''},
            {'turingalan_14_3_0-Vanilla.py': RIGHT,
             'teama_15_4_0-vanilla.py': RIGHT})):
        (folder / f'{number}.zip').write_bytes(zipped(files))
    (folder / 'list.csv').write_text(
        f'{LIST}"Lovelace, Ada",12,\n"Hopper, Grace",13,\n'
        '"Turing, Alan",14,\n"Kay, Alan",15,\n')
    return folder


def run(folder, *paths):
    """Grade a part of the class into one record; return the output."""
    done = grade(paths, *OPTIONS, '--json', 'r.json', '--resume', '--uploaded',
                 '--classlist', 'list.csv', '--gradebook', 'b.csv',
                 '--feedback', 'pages', cwd=folder)
    assert not done.stderr and done.returncode == 1
    return done.stdout


def test_sections_in_turn_are_one_class(folder):
    """Lists, record and pages have all of it, and what is nobody's is said.
    """
    said = run(folder, '0.zip')
    assert re.search('\nlovelaceada_12 +18/18 .* passed, late\n', said)
    assert '  nobody knows whose it is: solution.py\n' in said
    record = json.loads((folder / 'r.json').read_text())
    assert record['unassigned'] == ['nobody knows whose it is: solution.py']
    assert [each['late'] for each in record['submissions']] == [False, True]
    said = run(folder, '1.zip')
    assert ('in the record, but not given: hoppergrace_13, lovelaceada_12\n'
            in said)
    grades = lines_of(folder / 'list-graded.csv', 2)
    assert grades.pop('Hopper, Grace') not in ('', '20')
    assert grades == {'Student': 'Lab (7)', '    Points Possible': '20',
                      'Lovelace, Ada': '20', 'Turing, Alan': '',
                      'Kay, Alan': ''}
    total = lines_of(folder / 'b.csv', -2)
    assert (total['lovelaceada_12'], total['turingalan_14']) == ('20', '-')
    line = ('no row of its own: teama_15 (the number 15 is that of Kay, '
            'Alan)')
    index = (folder / 'pages' / 'index.md').read_text()
    for each in (line, 'turingalan_14: turingalan_14_3_0-Vanilla.py '
                 + NO_NAME):
        assert f'\n  {each}\n' in said and f'- ` {each} `' in index
    assert ', late |' in index
    assert 'no row of its own' in json.loads(
        (folder / 'r.json').read_text())['unassigned'][0]
    with zipfile.ZipFile(folder / 'pages' / 'feedback.zip') as file:
        assert sorted(file.namelist()) == [
            'hoppergrace_13_2_0-vanilla.py',
            'lovelaceada_LATE_12_1_0-vanilla.py',
            'turingalan_14_3_0-Vanilla.py']
        page = file.read('hoppergrace_13_2_0-vanilla.py').decode()
        assert 'What to change' in page and 'sigmoid' in page


def test_same_download_in_a_different_form_is_the_same(folder):
    """Nothing is graded again if it was unpacked meanwhile."""
    before = (folder / 'r.json').read_text()
    shutil.unpack_archive(folder / '0.zip', folder / 'unpacked')
    said = run(folder, 'unpacked')
    assert ' left\n' not in said
    (folder / 'unpacked' / 'solution.py').unlink()
    run(folder, *sorted((folder / 'unpacked').iterdir()))
    after = json.loads((folder / 'r.json').read_text())['submissions']
    assert sorted(map(json.dumps, after)) == sorted(
        map(json.dumps, json.loads(before)['submissions']))


def test_repair_and_later_attempt(folder):
    """One is graded again, and a file that is gone is said."""
    # In a folder that is called as in the table.
    unpacked({'turingalan_14/0-vanilla.py': RIGHT}, folder)
    run(folder, 'turingalan_14')
    assert lines_of(folder / 'list-graded.csv', 2)['Turing, Alan'] == '20'
    (folder / 'again.zip').write_bytes(zipped(
        {'lovelaceada_12_9_1-sparse.py': 'x',
         'hoppergrace_13_2_0-vanilla.py': WRONG}))
    said = run(folder, 'again.zip')
    assert ('\n  lovelaceada_12: 0-vanilla.py handed in before, and gone\n'
            in said)


def test_pages_of_students_who_are_gone_go(tmp_path):
    """A run replaces the pages, but no file of a teacher's."""
    unpacked({'a/0-vanilla.py': 'x', 'b/0-vanilla.py': 'x',
              'pages/students/mine.md': '# Mine'}, tmp_path)
    for names in (['a', 'b'], ['b']):
        grade(names, *OPTIONS, '--feedback', 'pages', cwd=tmp_path)
        assert {path.stem for path in (
            tmp_path / 'pages' / 'students').iterdir()} == {*names, 'mine'}


def test_teams_and_their_members(tmp_path):
    """Each row gets the points and the page of its team."""
    unpacked({f'down/Team A_12{MOODLE}/0-vanilla.py': RIGHT,
              f'down/Default group{MOODLE}/0-vanilla.py': RIGHT}, tmp_path)
    (tmp_path / 'list.csv').write_text(
        'Identifier,Full name,Group,Grade,Feedback comments\n'
        'Participant 12,Bob,Team B,,\nParticipant 13,Ada,Team A,,\n'
        'Participant 14,Cy,Team A,,\nParticipant 15,Dee,Default group,,\n')
    done = grade(['down'], *OPTIONS, '--classlist', 'list.csv', '--feedback',
                 'pages', cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert lines_of(tmp_path / 'list-graded.csv', 3) == {
        'Identifier': 'Grade', 'Participant 12': '', 'Participant 13': '20',
        'Participant 14': '20', 'Participant 15': '20'}
    assert lines_of(tmp_path / 'list-graded.csv', 4)[
        'Participant 13'].startswith('<pre># Feedback for')
    with zipfile.ZipFile(tmp_path / 'pages' / 'feedback.zip') as file:
        assert [name.partition('_ass')[0] for name in file.namelist()] == [
            'Dee_15', 'Ada_13', 'Cy_14']
