"""Downloads and class lists of Canvas and Moodle, from export to import."""
import json
import os
import zipfile
from pathlib import Path

import pytest
from checker.command.downloads import Download, open_download, owner_of
from checker.command.submissions import find_submissions, told
from checker.report.class_list import ClassList, WrongList
from checker.report.results import PASSED, Result, Submission
from checker.specification import FILES
from classroom import ROOT, grade

MOODLE = 'Ada Lovelace_12_assignsubmission_file'
CANVAS_LIST = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (77),Exam (78),Score\n'
    '"    Points Possible",,,,,18,9,(read only)\n'
    '"Lovelace, ""Ada""",12,s1,ada,A,,3,50\n'
    '"Hopper, Grace",13,s2,grace,A,7,,\r\n'
    '"Turing, Alan",14,15,alan,A,,,')
MOODLE_LIST = (
    '\ufeffIdentifier,"Full name","Email address",Grade,"Maximum Grade"\r\n'
    '"Participant 12","Ada Lovelace",ada@x.org,,18.00\r\n'
    '"Participant 13","Grace, Hopper",g@x.org,"3,5",18.00\r\n')
# What is shown of a submission that cannot be told apart.
UNFIT = '  no row of its own: '


def submission(name, passed=3, problem='', number=''):
    """Return a submission whose file 0 passed some of three checks."""
    found = Submission(name, {0: ROOT / FILES[0]}, number=number)
    found.left.clear()
    found.planned = {0: {('0', str(n)): '' for n in range(3)}}
    found.results = [
        Result(name, 0, '0', str(n), '', PASSED if n < passed else 'failed')
        for n in range(3)]
    found.problems = {0: problem} if problem else {}
    return found


def filled(tmp_path, text, found, column=''):
    """Return what a class list becomes, and the lines that are shown."""
    (tmp_path / 'list.csv').write_bytes(text.encode())
    listed = ClassList(tmp_path / 'list.csv', column)
    lines = listed.fill(found, None)
    listed.write(listed.graded)
    return listed.graded.read_bytes().decode(), lines


@pytest.mark.parametrize('name, owner', [
    ('lovelaceada_12_345_0-vanilla.py', ('lovelaceada_12', '12')),
    ('lovelaceada_LATE_12_345_0-vanilla-1.py', ('lovelaceada_12', '12')),
    ('नमिता_12_345_0-vanilla.py', ('नमिता_12', '12')),
    ('anon_ab12c_345_0-vanilla.py', ('anon_ab12c', 'anon_ab12c')),
    ('LATE_anon_ab12c_345_0-vanilla.py', ('anon_ab12c', 'anon_ab12c')),
    (f'{MOODLE}/0-vanilla.py', ('Ada Lovelace_12', '12')),
    (f'{MOODLE}_/work/0-vanilla.py', ('Ada Lovelace_12', '12')),
    (f'{MOODLE}_0-vanilla.py', ('Ada Lovelace_12', '12')),
    # What follows is the student's choice, and not somebody else.
    ('eve/ada_12_3_0-vanilla.py', None),
    (f'eve_99_400_{MOODLE}_0-vanilla.py', ('eve_99', '99')),
    (f'Eve E_99_assignsubmission_file_{MOODLE}_0-vanilla.py',
     ('Eve E_99', '99')),
    ('Eve_99_assignsubmission_file_12_3_0-vanilla.py', ('Eve_99', '99')),
    (f'Eve E_99_assignsubmission_file/{MOODLE}/0-vanilla.py',
     ('Eve E_99', '99')),
    ('0-vanilla.py', None), ('ada/0-vanilla.py', None)])
def test_owner_is_told_by_the_name(name, owner):
    """As Canvas and Moodle name files and folders."""
    assert owner_of(name) == owner


def test_later_upload_replaces_an_earlier_one(tmp_path):
    """By the number that Canvas adds; nothing else is guessed."""
    for name in ('a_1_2_0-vanilla-2.py', 'a_1_3_0-vanilla.py',
                 'a_1_4_0-vanilla-10.py', 'b_2_5_0-vanilla.py',
                 'b_2_6_my0-vanilla.py', 'notes_0-vanilla.py',
                 'c_3_99_0-vanilla.py', 'c_3_100_0-vanilla.py',
                 'd_4_7_work.zip'):
        (tmp_path / name).touch()
    students = open_download(str(tmp_path), [0, 1], True).students
    assert students['a_1'].files == {0: 'a_1_4_0-vanilla-10.py'}
    assert len(students['a_1'].replaced) == 2
    assert students['b_2'].problems == {
        0: 'both b_2_5_0-vanilla.py and b_2_6_my0-vanilla.py could be meant'}
    # Neither is newer by a rule; a file with no number is a submission, too.
    assert students['c_3'].problems and not students['c_3'].replaced
    assert {*students} == {'a_1', 'b_2', 'c_3', 'd_4'}
    assert open_download(str(tmp_path), [0, 1], True).unknown == [
        'notes_0-vanilla.py']
    # It may be the work.
    assert not students['d_4'].files
    assert students['d_4'].problems == dict.fromkeys(
        [0, 1], 'd_4_7_work.zip is not a numbered file')
    (tmp_path / FILES[1]).touch()
    assert open_download(str(tmp_path), [0, 1], True) is None


def test_zip_file_is_read_with_care(tmp_path):
    """Only numbered files, only up to their limit, no links."""
    path = tmp_path / 'all.zip'
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as file:
        file.writestr('../../ada/0-vanilla.py', 'right')
        file.writestr('bob/0-vanilla.py', b' ' * 10**8)
        file.writestr('bob/._0-vanilla.py', b'')
        file.writestr('bob/notes.txt', b'')
        link = zipfile.ZipInfo('eve/0-vanilla.py')
        link.external_attr = 0o120777 << 16
        file.writestr(link, '/etc/passwd')
    scratch = tmp_path / 'scratch'
    scratch.mkdir()
    found = find_submissions(
        [str(path)], [0], {str(path): Download(path, [0], True)}, scratch)
    assert [*found] == ['../../ada', 'bob', 'eve']
    assert found['../../ada'].paths[0].read_text() == 'right'
    assert found['bob'].paths[0].stat().st_size == 2 ** 16 + 1
    assert found['eve'].problems == {0: 'eve/0-vanilla.py is a link'}
    assert sum(each.is_file() for each in tmp_path.rglob('*')) == 3


@pytest.mark.parametrize('members, students', [
    # Whatever its one folder is called.
    (['work/0-vanilla.py'], {'x': {0: 'work/0-vanilla.py'}}),
    (['0-vanilla.py', 'old/1-sparse.py'],
     {'old': {1: 'old/1-sparse.py'}, 'x': {0: '0-vanilla.py'}}),
    # A download that somebody has put into a folder, on macOS.
    (['all/ada_12_3_0-vanilla.py', 'all/bob_13_4_1-sparse.py',
      '__MACOSX/all/._bob_13_4_1-sparse.py'],
     {'ada_12': {0: 'all/ada_12_3_0-vanilla.py'},
      'bob_13': {1: 'all/bob_13_4_1-sparse.py'}}),
    # A student's name for a file does not make it somebody else's.
    (['eve/ada_12_3_0-vanilla.py', 'ada/0-vanilla.py'],
     {'ada': {0: 'ada/0-vanilla.py'},
      'eve': {0: 'eve/ada_12_3_0-vanilla.py'}}),
    (['vanilla.py'], {'x': {}})])
def test_zip_file_of_a_class_or_a_student(members, students, tmp_path):
    """The folders in it tell, unless a platform has named the files."""
    path = tmp_path / 'x.zip'
    with zipfile.ZipFile(path, 'w') as file:
        for name in members:
            file.writestr(name, '')
    found = Download(path, [0, 1], True).students
    assert {name: each.files for name, each in found.items()} == students
    assert all(each.files or each.problems for each in found.values())


@pytest.mark.parametrize('archive', [
    pytest.param(False, marks=pytest.mark.exhaustive), True])
def test_download_is_graded_as_it_comes(tmp_path, archive):
    """Whose file is whose is shown first; missing files fail."""
    (tmp_path / 'all' / MOODLE).mkdir(parents=True)
    path = tmp_path / 'all' / MOODLE / FILES[0]
    path.write_text((ROOT / FILES[0]).read_text())
    (tmp_path / 'list.csv').write_bytes(MOODLE_LIST.encode())
    if archive:
        with zipfile.ZipFile(tmp_path / 'all.zip', 'w') as file:
            file.write(path.parent, MOODLE)
            file.write(path, f'{MOODLE}/{FILES[0]}')
    run = grade([f'all{".zip" * archive}'], '--only', '0,1', '--json',
                'r.json', '--classlist', 'list.csv', '--feedback', '.',
                cwd=tmp_path)
    first, second, third, *_ = run.stdout.splitlines()
    assert third.startswith('Checking ')
    assert first == f'all{".zip" * archive} has these files:'
    assert second == f'  Ada Lovelace_12: {MOODLE}/{FILES[0]}'
    entry, = json.loads((tmp_path / 'r.json').read_text())['submissions']
    assert entry['options']['uploaded']
    assert entry['points']['columns']['0']['points'] == '18'
    assert entry['points']['columns']['style'] == {'points': '9', 'of': '18'}
    page = (tmp_path / 'students' / 'Ada Lovelace_12.md').read_text()
    assert 'Whether the files are executable was not checked' in page
    assert (tmp_path / 'list-graded.csv').read_bytes().decode() == (
        MOODLE_LIST.replace('ada@x.org,', 'ada@x.org,27'))


def test_list_of_canvas_comes_back(tmp_path):
    """Only the points change; who is not told apart is listed."""
    text, lines = filled(
        tmp_path, CANVAS_LIST,
        [submission('ada_12', number='12'), submission('GRACE', 2),
         submission('turing_14', problem='encrypted', number='14'),
         submission('eve_15', number='15'), submission('s1'),
         submission('team_13')], 'Lab')
    # 15 is no number of Canvas, and team_13 has none; two are Ada's.
    assert text == CANVAS_LIST.replace('A,7,', 'A,2,')
    assert lines == [
        'list-graded.csv gets the points of 1 submission',
        UNFIT + 'ada_12',
        '  2 replaces 7: GRACE',
        '  a person must look at it: turing_14',
        UNFIT + 'eve_15',
        UNFIT + 's1',
        UNFIT + 'team_13',
        '  the list allows 18 points, but these go up to 3']


def test_list_of_moodle_comes_back(tmp_path):
    """Its grading worksheet, and its gradebook with email addresses."""
    text, lines = filled(tmp_path, MOODLE_LIST, [
        submission('Ada Lovelace_12', number='12'), submission('g@x.org')])
    assert text == MOODLE_LIST.replace('ada@x.org,', 'ada@x.org,3').replace(
        '"3,5"', '3')
    assert lines[1] == '  3 replaces 3,5: g@x.org' and len(lines) == 3
    text, lines = filled(
        tmp_path, '"First name";"Email address";Lab (Real);'
        'Course total (Real)\n'
        'Ada;ada@x.org;-;-\n', [submission('ada@x.org')])
    assert text.splitlines()[1] == 'Ada;ada@x.org;3;-'


@pytest.mark.parametrize('text, column, words', [
    ('a,b\n1,2\n', '', 'it has none of the columns ID, Ident'),
    ('ID,b\n1,2\n', '', 'choose one of its columns with --column: ID, b'),
    ('ID,A (1),B (2)\n', '', 'with --column: A \\(1\\), B \\(2\\)'),
    ('ID,A (1),B (2)\n', 'C', 'it has no column C for grades, but A'),
    ('ID,A (1),B (2)\n', 'ID', 'it has no column ID for grades, but A'),
    ('ID,A (1)\n"x"y,2\n', '', 'it is not a CSV file'),
    ('"a";b\n', '', 'none of the columns')])
def test_wrong_list_is_refused(text, column, words, tmp_path):
    """One sentence says what is wrong with it."""
    (tmp_path / 'list.csv').write_text(text)
    with pytest.raises(WrongList, match=words):
        ClassList(tmp_path / 'list.csv', column)


def test_list_in_a_different_language(tmp_path):
    """Its column is chosen by name; the identifier may come last."""
    text, lines = filled(
        tmp_path, 'Name,Bewertung,ID\nAda,,12\nkurz\n',
        [submission('a', number='12')], 'Bewertung')
    assert text == 'Name,Bewertung,ID\nAda,3,12\nkurz\n' and len(lines) == 1


def test_list_of_canvas_may_end_early_and_say_more(tmp_path):
    """Without a last line end, and with a row about posting."""
    text, lines = filled(
        tmp_path, 'Student,ID,Lab (7)\n,,Manual Posting\n'
        '    Points Possible,,18\nAda,12,', [submission('a', number='12')])
    assert text.endswith('18\nAda,12,3') and 'allows 18 points' in lines[1]


def test_zip_files_without_numbered_files_are_submissions(tmp_path):
    """Their students have rows, beside those of others."""
    paths = [str(tmp_path / name) for name in ('a.zip', 'b.zip', 'c.zip')]
    for path, name in zip(paths, ('x.py', '0-vanilla.py', 'y.py')):
        with zipfile.ZipFile(path, 'w') as file:
            file.writestr(name, '')
    found = find_submissions(paths, [0], {
        path: Download(Path(path), [0], False) for path in paths}, tmp_path)
    assert [*found] == ['a', 'b', 'c']
    assert [path.exists() for each in found.values()
            for path in each.paths.values()] == [False, True, False]


@pytest.mark.parametrize('name', ['eve.zip', 'eve'])
def test_student_is_not_somebody_else(tmp_path, name):
    """Beside others, a zip file or folder is one student's."""
    (tmp_path / 'eve').mkdir()
    (tmp_path / 'eve' / 'ada_12_3_0-vanilla.py').touch()
    (tmp_path / 'eve' / 'loop').symlink_to('loop')
    with zipfile.ZipFile(tmp_path / 'eve.zip', 'w') as file:
        file.writestr('ada_12_3_0-vanilla.py', '')
    (tmp_path / 'bob').mkdir()
    paths = [str(tmp_path / name), str(tmp_path / 'bob')]
    downloads = {path: found for path in paths
                 if (found := open_download(path, [0], False))}
    found = find_submissions(paths, [0], downloads, tmp_path)
    assert [*found] == ['eve', 'bob'] and not found['eve'].number


def test_links_of_a_download_are_not_followed(tmp_path):
    """A folder that is a link is nobody's; a file that is one is refused."""
    (tmp_path / 'ada').mkdir()
    (tmp_path / 'ada' / FILES[0]).touch()
    (tmp_path / 'all').mkdir()
    (tmp_path / 'all' / 'eve_9_assignsubmission_file').symlink_to('../ada')
    (tmp_path / 'all' / 'x').symlink_to('x')
    assert open_download(str(tmp_path / 'all'), [0], True) is None


def test_names_are_shown_in_one_line(tmp_path):
    """Names of files cannot write to the terminal."""
    (tmp_path / 'a\x1b\n_1_2_0-vanilla.py').touch()
    (tmp_path / 'b_1_2_0-vanilla\x1b.py').touch()
    path = os.fspath(tmp_path)
    lines = [*told({path: open_download(path, [0], True)})]
    assert len(lines) == 3 and not any('\x1b' in line for line in lines)
