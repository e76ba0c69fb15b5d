"""The record of a run: whole at any moment, taken over, and compared."""
import json
import stat
from fractions import Fraction

import jsonschema
import pytest
from checker.report import points, record
from checker.report.files import replaced
from checker.report.results import NOT_GRADED, PASSED, Result, Submission
from checker.specification import FILES
from classroom import ROOT, grade

WRONG = 'raise ValueError("no")\n'


@pytest.fixture(scope='module')
def graded(tmp_path_factory):
    """A folder with a right and a wrong submission, and its record."""
    folder = tmp_path_factory.mktemp('record')
    for name, text in (('right', (ROOT / FILES[0]).read_text()),
                       ('wrong', WRONG)):
        (folder / name).mkdir()
        (folder / name / FILES[0]).write_text(text)
        (folder / name / FILES[0]).chmod(0o755)
    run = grade(['right', 'wrong'], '--only', '0', '--json', 'r.json',
                '--points', '0=20,style=10', '--gradebook', 'b.csv',
                '--feedback', '.', '-n', '1', cwd=folder)
    assert run.returncode == 1, run.stderr
    return folder, json.loads((folder / 'r.json').read_text()), run.stdout


def without_times(content):
    """Return the submissions of a record without seconds."""
    for entry in content['submissions']:
        for check in entry['checks']:
            del check['seconds']
    return content['submissions']


def test_record_follows_its_schema(graded):
    """It has every check of every submission, and its points."""
    folder, content, _ = graded
    jsonschema.validate(content, record.SCHEMA)
    right, wrong = content['submissions']
    assert (right['verdict'], wrong['verdict']) == ('passed', 'failed')
    assert right['points']['total'] == right['points']['of'] == '30'
    assert wrong['points']['columns']['0'] == {'points': '0', 'of': '20'}
    assert {check['outcome'] for check in wrong['checks']} == {
        'passed', 'failed', 'not run'}
    assert {check['because'] for check in wrong['checks']
            if check['outcome'] == 'not run' and check['column'] == '0'} == {
        'autoencoder() builds its models'}
    assert (folder / 'b.csv').read_text().splitlines()[:2] == [
        '"submission","0","1","2","3","style","total","of"',
        '"right","20","-","-","-","10","30","30"']
    page = (folder / 'index.md').read_text()
    assert '` right ` | 18/18 | - | - | - | 10/10 | 30/30 | [pass' in page
    assert '1 of 2: 0-vanilla.py, autoencoder() builds its models' in page


def test_seed_gives_the_same_entries(graded):
    """Except for times, for one submission as for a class."""
    folder, content, _ = graded
    seed = content['submissions'][0]['seed']
    for names in (['right', 'wrong'], ['wrong']):
        grade(names, '--only', '0', '--json', 'again.json', '--points',
              '0=20,style=10', '--seed', seed, '-n', '2', cwd=folder)
        again = json.loads((folder / 'again.json').read_text())
        wanted = [entry for entry in json.loads(
            (folder / 'r.json').read_text())['submissions']
            if entry['name'] in names]
        assert without_times(again) == without_times({'submissions': wanted})


def test_only_what_changed_is_graded_again(graded):
    """--resume keeps the entry of the same files; --since marks changes."""
    folder, content, _ = graded
    (folder / 'old.json').write_text(json.dumps(content))
    (folder / 'wrong' / FILES[0]).write_text((ROOT / FILES[0]).read_text())
    run = grade(['right', 'wrong'], '--only', '0', '--json', 'r.json',
                '--resume', '--since', 'old.json', cwd=folder)
    right, wrong = json.loads((folder / 'r.json').read_text())['submissions']
    assert right['seed'] == content['submissions'][0]['seed'] != wrong['seed']
    assert right['checks'] == content['submissions'][0]['checks']
    assert 'right: ' not in run.stdout
    lines = run.stdout.splitlines()
    assert any(line.startswith('right ') and line.endswith('  passed')
               for line in lines)
    assert any(line.startswith('wrong ') and line.endswith('better')
               for line in lines)
    (folder / 'wrong' / FILES[0]).write_text(WRONG)
    run = grade(['wrong'], '--only', '0', '--json', 'r.json', '--resume',
                cwd=folder)
    assert 'in the record, but not given: right\n' in run.stdout
    wrong, kept = json.loads((folder / 'r.json').read_text())['submissions']
    assert wrong['verdict'] == 'failed' and kept == right


def test_parts_of_a_class_are_joined(graded):
    """With their seeds; what no part has, or several, is said."""
    folder, content, _ = graded
    right, wrong = content['submissions']
    (folder / 'new').mkdir(exist_ok=True)
    (folder / 'new' / FILES[0]).touch()
    # A run that was cut off says nothing about what it did not finish.
    cut = {**wrong, 'checks': [], 'problems': {'0': 'not started'}}
    for name, entries in (('1', [right, cut]), ('2', [{**right, 'seed': '7'},
                                                      wrong])):
        (folder / f'p{name}.json').write_text(json.dumps(
            {**content, 'submissions': entries}))
    run = grade(['right', 'new'], '--join', 'p1.json', 'p2.json', '--json',
                'all.json', '--points', '0=20', cwd=folder)
    assert run.returncode == 1
    for line in ('in no record: new', 'in several records: right, wrong',
                 'in the record, but not given: wrong'):
        assert line in run.stdout
    first, second, third = json.loads((folder / 'all.json').read_text())[
        'submissions']
    assert first['checks'] == right['checks'] and first['seed'] == '7'
    assert first['points']['total'] == '20'
    assert second['problems'] == {'0': 'in no record'}
    assert third['checks'] == wrong['checks']
    # Without folders, they are what the records have.
    grade(None, '--join', 'p1.json', 'p2.json', '--json', 'same.json',
          '--gradebook', 'b.csv', '--feedback', 'joined', cwd=folder)
    assert json.loads((folder / 'same.json').read_text())[
        'submissions'][0] == {**first, 'points': right['points'] | {
            'columns': {'0': {'points': '18', 'of': '18'},
                        'style': {'points': '10', 'of': '10'}},
            'total': '28', 'of': '28'}}
    assert len((folder / 'b.csv').read_text().splitlines()) == 3
    # A file that was changed since then was not judged.
    (folder / 'new' / FILES[0]).rename(folder / 'right' / FILES[0])
    run = grade(['right', 'wrong'], '--join', 'p2.json', cwd=folder,
                quiet=False)
    assert 'right            0/0 ' in run.stdout
    assert 'wrong           0/18 ' in run.stdout
    (folder / 'right' / FILES[0]).write_text((ROOT / FILES[0]).read_text())


@pytest.mark.parametrize('change, words', [
    ({'versions': {}}, 'different versions or options judged right and x'),
    ({'name': 'right', 'files': []}, 'another part says something different '
                                     'about right'),
    ({'seed': None}, 'it is not a whole record')])
def test_parts_that_contradict_each_other(graded, tmp_path, change, words):
    """One line says which, and nothing is written."""
    _, content, _ = graded
    right = content['submissions'][0]
    for number, entry in enumerate((right, {**right, 'name': 'x', **change})):
        (tmp_path / f'p{number}').write_text(json.dumps(
            {**content, 'submissions': [entry]}))
    (tmp_path / FILES[0]).touch()
    run = grade(['.'], '--join', 'p0', 'p1', '--json', 'all', cwd=tmp_path)
    assert run.returncode == 4
    assert run.stderr.startswith('check.py: error: --join: p1: ')
    assert words in run.stderr
    assert not (tmp_path / 'all').exists()


def test_record_that_cannot_be_written_stays(tmp_path):
    """The last whole one is kept, whatever happens."""
    path = tmp_path / 'r.json'
    kept = record.Record(path, [], None)
    kept.write([])
    before = path.read_text()
    (tmp_path / 'r.json.part').mkdir()
    with pytest.raises(OSError):
        kept.write([])
    assert path.read_text() == before
    path.write_text(before[:-5])
    with pytest.raises(record.WrongRecord, match='not a whole record'):
        record.read(path)


def test_files_keep_their_mode_and_links_stay(tmp_path):
    """Results replace a file, but are written to where a link leads."""
    file, link = tmp_path / 'file', tmp_path / 'link'
    file.touch(0o600)
    link.symlink_to('file')
    for path in (file, link):
        with replaced(path) as part:
            part.write_text(path.name)
        assert file.read_text() == path.name
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert link.is_symlink() and len([*tmp_path.iterdir()]) == 2


def test_points_are_exact():
    """A column in proportion to its checks; full only if all passed."""
    submission = Submission('x', {0: ROOT / FILES[0]})
    submission.left.clear()
    submission.planned = {0: {('0', str(n)): '' for n in range(3)}}
    submission.results = [
        Result('x', 0, '0', str(n), '', PASSED if n else 'failed')
        for n in range(3)]
    found = points.points_of(submission, {'0': Fraction(20)})
    assert found.total == Fraction(40, 3) and str(found) == '13.3/20'
    submission.problems = {0: 'the machine ran out of memory'}
    assert str(points.points_of(submission, None)) == '0/3*'
    submission.problems.clear()
    submission.results[0].outcome = NOT_GRADED
    found = points.points_of(submission, None)
    assert not found.complete and str(found) == '0/3*'
