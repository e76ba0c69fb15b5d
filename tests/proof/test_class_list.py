"""A grade is written only into a row that is proved to be somebody's."""
import csv
import os
import zipfile

import pytest
from checker.report import uploads
from checker.report.class_list import ClassList, WrongList
from checker.report.owners import Owner
from checker.report.results import PASSED, Result, Submission
from checker.specification import FILES
from classroom import ROOT

CANVAS = (
    'Student,ID,SIS User ID,SIS Login ID,Section,Lab (77),Exam (78),Score\n'
    '"    Points Possible",,,,,18,9,(read only)\n'
    '"Lovelace, Ada",12,s1,ada,A,,3,50\n'
    '"Hopper, Grace",13,s2,grace,A,7,,\n'
    '"Turing, Alan",14,15,alan,A,EX,,\n'
    '"Müller, O\'Neil",15,s4,mn,A,,,\n')
WORKSHEET = (
    '\ufeffIdentifier,"Full name","Email address",Status,Group,Grade,'
    '"Maximum Grade","Grade can be changed","Feedback comments"\r\n'
    '"Participant 12","Ada Lovelace",ada@x.org,,"Team B",,18.00,Yes,\r\n'
    '"Participant 13","Grace, Hopper",g@x.org,,"Team A","3,5",18.00,Yes,\r\n'
    '"Participant 14","Alan T",a@x.org,,"Team A",,18.00,Yes,"see me"\r\n'
    '"Participant 15",Eve,e@x.org,,"Team B",,18.00,No,\r\n'
    '"Participant 16",Fay,f@x.org,,"Default group",,18.00,Yes,\r\n')


def submission(name, platform='', number='', passed=3, problem='', upload=''):
    """Return a submission whose file 0 passed some of three checks."""
    owner = Owner(platform, name, number)
    found = Submission(owner.name, {0: ROOT / FILES[0]}, owner=owner,
                       upload=upload)
    found.left.clear()
    found.planned = {0: {('0', str(n)): '' for n in range(3)}}
    found.results = [
        Result(name, 0, '0', str(n), '', PASSED if n < passed else 'failed')
        for n in range(3)]
    found.problems = {0: problem} if problem else {}
    return found


def filled(tmp_path, text, found, column='', page=None):
    """Return the list, the cells that changed by row, and the lines shown."""
    (tmp_path / 'list.csv').write_bytes(text.encode())
    listed = ClassList(tmp_path / 'list.csv', column)
    lines = listed.fill(found, None, page and (lambda each: page))
    listed.write(listed.graded)
    separator = listed.separator
    before, after = ([*csv.reader(
        path.read_text(encoding='utf-8-sig').splitlines(keepends=True),
        delimiter=separator)] for path in (listed.path, listed.graded))
    changed = {row[0]: [cell for cell, old in zip(
        row, [*was, *[None] * (len(row) - len(was))]) if cell != old]
        for was, row in zip(before, after)}
    return listed, {name: cells for name, cells in changed.items()
                    if cells}, lines


def test_rows_of_canvas(tmp_path):
    """By number and name; what is excused and what others have is left."""
    listed, changed, lines = filled(tmp_path, CANVAS, [
        submission('lovelaceada', 'canvas', '12'),
        submission('GRACE', passed=2), submission('turingalan', 'canvas',
                                                  '14'),
        # A team's representative, an unknown number, and two with one row.
        submission('teama', 'canvas', '13'), submission('x', 'canvas', '99'),
        submission('mülleroneil', 'canvas', '15', problem='lost'),
        submission('s4'), submission('s5')], 'Lab')
    assert changed == {'Lovelace, Ada': ['3'], 'Hopper, Grace': ['2']}
    assert lines == [
        'list-graded.csv: 2 of 4 rows filled',
        '  2 replaces 7: Hopper, Grace',
        '  left as it is, because it says EX: Turing, Alan',
        '  the list allows 18 points, but these go up to 3']
    assert listed.unassigned == [f'no row of its own: {line}' for line in (
        'teama_13 (the number 13 is that of Hopper, Grace)',
        'x_99 (no row has the number 99)',
        'mülleroneil_15 (several submissions fit its row)',
        's4 (several submissions fit its row)', 's5 (no row has this name)')]


def test_rows_of_moodle(tmp_path):
    """A person by number and name, each member of a team by its name."""
    listed, changed, lines = filled(tmp_path, WORKSHEET, [
        submission('Team A', 'moodle', '12'),
        submission('Ada Lovelace', 'moodle', '12', passed=2),
        submission('Eve', 'moodle', '15'),
        submission('Default group', 'moodle'),
        submission('Ada Lovelace', 'moodle', '13')], page='<b> &')
    assert changed == {
        'Participant 12': ['2', '<pre>&lt;b&gt; &amp;</pre>'],
        'Participant 13': ['3', '<pre>&lt;b&gt; &amp;</pre>'],
        'Participant 14': ['3'],
        'Participant 16': ['3', '<pre>&lt;b&gt; &amp;</pre>']}
    assert '  left as it is, because it is locked: Eve' in lines
    assert '  3 replaces 3,5: Grace, Hopper' in lines
    assert listed.unassigned == [
        'no row of its own: Ada Lovelace_13 (the number 13 is that of Grace, '
        'Hopper)']
    text = listed.graded.read_bytes().decode()
    assert text.startswith('\ufeffIdentifier,') and text.endswith('\r\n')


def test_team_needs_a_column_of_groups(tmp_path):
    """Without it no row of somebody else is filled, and it says so."""
    listed, changed, _ = filled(
        tmp_path, WORKSHEET.replace('Group', 'x'),
        [submission('Team A', 'moodle', '12')])
    assert not changed
    assert listed.unassigned[0].endswith(
        '12 is that of Ada Lovelace; if it is a group, the list needs the '
        'column Group)')


def test_hidden_names_of_moodle(tmp_path):
    """Participant 12 is called so in the list and in the download."""
    _, changed, lines = filled(
        tmp_path, 'Identifier,Grade,Maximum Grade\nParticipant 12,,3\n'
        'Participant 13,,3\n', [submission('Participant', 'moodle', '12')])
    assert changed == {'Participant 12': ['3']}
    assert lines[1:] == ['  no submission: Participant 13']


def test_scale_takes_no_points(tmp_path):
    """In place of Maximum Grade the worksheet has Scale."""
    _, changed, lines = filled(
        tmp_path, WORKSHEET.replace('Maximum Grade', 'Scale'),
        [submission('Ada Lovelace', 'moodle', '12')])
    assert not changed
    assert ('  left as it is, because it is graded on a scale: Ada Lovelace'
            in lines)


def test_gradebook_of_moodle_with_semicolons(tmp_path):
    """Rows are found by email addresses; it says what separates."""
    _, changed, lines = filled(
        tmp_path, '"First name";"Email address";Lab (Real);'
        'Course total (Real)\nAda;ada@x.org;-;-\n',
        [submission('ada@x.org')])
    assert changed == {'Ada': ['3']}
    assert lines[-1].startswith("  ';' separates its columns, but Canvas")


@pytest.mark.parametrize('names, changed', [
    (['lab-1-x-ada', 'lab-1-bo'], {'1': ['x-ada', '3'], '2': ['bo', '3']}),
    (['x-ada', 'BO'], {'1': ['3'], '2': ['3']}),
    # Whether it is x-ada's or ada's, nobody can tell.
    (['lab-1-x-ada'], {}), (['lab-1-eve', 'lab-1-x-eve'], {})])
def test_roster_of_github(names, changed, tmp_path):
    """Clones begin with the assignment; a column for points is added."""
    _, found, _ = filled(
        tmp_path, 'identifier,github_username,github_id,name\n'
        '1,x-ada,5,\n2,bo,6,\n3,ada,7,\n', [*map(submission, names)])
    assert {row: cells[-1:] for row, cells in found.items() if cells[-1:]
            == ['3']} == {row: cells[-1:] for row, cells in changed.items()}
    assert found['identifier'] == ['points']


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


def test_list_that_is_a_fifo_is_refused(tmp_path):
    """Nobody waits for what it will say."""
    os.mkfifo(tmp_path / 'list.csv')
    with pytest.raises(WrongList, match='it is not a file'):
        ClassList(tmp_path / 'list.csv', '')


def test_list_in_a_different_language(tmp_path):
    """Its column is chosen by name; the identifier may come last."""
    _, changed, _ = filled(
        tmp_path, 'Name,Bewertung,ID\nAda,,12\nkurz\n',
        [submission('ada', 'canvas', '12')], 'Bewertung')
    assert changed == {'Ada': ['3']}


def test_list_of_canvas_may_end_early_and_say_more(tmp_path):
    """Without a last line end, and with a row about posting."""
    _, changed, lines = filled(
        tmp_path, 'Student,ID,Lab (7)\n,,Manual Posting\n'
        '    Points Possible,,18\nAda,12,', [submission('ada', 'canvas',
                                                        '12')])
    assert changed == {'Ada': ['3']} and 'allows 18 points' in lines[1]


def test_pages_for_a_platform(tmp_path):
    """Under names that it takes; only for those with a row if a list says so.
    """
    found = [submission('Team A', 'moodle', '12'),
             submission('Ada Lovelace', 'moodle', '12'),
             submission('Default group', 'moodle'), submission('x'),
             submission('a', 'canvas', '1', upload='a_1_2_0-vanilla.py')]
    assert [uploads.names_of(each, None) for each in found] == [
        ['Team A_12_assignsubmission_file/feedback.md'],
        ['Ada Lovelace_12_assignsubmission_file/feedback.md'], [], [],
        ['a_1_2_0-vanilla.py']]
    listed, *_ = filled(tmp_path, WORKSHEET, found)
    assert [uploads.names_of(each, listed) for each in found] == [
        ['Grace, Hopper_13_assignsubmission_file/feedback.md',
         'Alan T_14_assignsubmission_file/feedback.md'],
        ['Ada Lovelace_12_assignsubmission_file/feedback.md'],
        ['Fay_16_assignsubmission_file/feedback.md'], [], []]
    (tmp_path / 'page').write_text('text')
    uploads.write({'a': tmp_path / 'page', 'b': tmp_path / 'gone'},
                  tmp_path / 'x.zip')
    with zipfile.ZipFile(tmp_path / 'x.zip') as file:
        assert file.namelist() == ['a'] and file.read('a') == b'text'


@pytest.mark.parametrize('found', [
    # Nothing but signs, the name of a section, of a different column.
    submission('🔥', 'moodle', '77'), submission('', 'canvas', '12'),
    submission('A', 'canvas', '12'), submission(' '),
    # Canvas may mean s1 with the number 15.
    submission('lovelaceada', 'canvas', '12',
               upload='lovelaceada_12_15_345_0-vanilla.py')])
def test_nothing_else_proves_a_row(found, tmp_path):
    """It is listed, and no row is filled."""
    text = CANVAS.replace('"Müller, O\'Neil",15', 'lovelaceada_12,15')
    for each in (text, WORKSHEET.replace('"Team A"', '').replace(
            '"Team B"', '🐱')):
        listed, changed, _ = filled(tmp_path, each, [found],
                                    'Lab' * (each is text))
        assert not changed or found.upload and each is not text
        assert len(listed.unassigned) == 1 or changed


def test_team_with_the_number_of_a_member(tmp_path):
    """All members get its points."""
    listed, changed, _ = filled(tmp_path, WORKSHEET, [
        submission('Team A', 'moodle', '13')])
    assert {*changed} == {'Participant 13', 'Participant 14'}
    assert not listed.unassigned


@pytest.mark.parametrize('names', [
    ['hw-x-ada', 'hw-x-bo', 'hw-x-cy'], ['Ada', 'ada']])
def test_names_that_may_be_those_of_others_prove_nothing(names, tmp_path):
    """Neither a beginning that fits some nor one of two spellings."""
    _, changed, _ = filled(
        tmp_path, 'github_username,points\nada,\nbo,\nx-cy,\n',
        [*map(submission, names)], 'points')
    assert not changed


def test_huge_numbers_take_no_time(tmp_path):
    """A cell with an exponent is no number of points."""
    _, changed, lines = filled(
        tmp_path, CANVAS.replace('A,,3,50', 'A,1e999999999,3,50'),
        [submission('lovelaceada', 'canvas', '12')], 'Lab')
    assert not changed and 'says 1e999999999' in lines[1]
