"""The entry points of platforms, in the folders that these lay out."""
import json
import os
import shutil
import stat
import subprocess
import sys
import uuid
import zipfile
from pathlib import Path

import grading
import jsonschema
import pytest
from checker.specification import FILES
from classroom import ROOT, change
from test_sandbox import LINUX, without

pytestmark = [LINUX, pytest.mark.exhaustive]
PLATFORMS = ROOT / 'tests' / 'platforms'
RIGHT = (ROOT / FILES[0]).read_text()
SUBMISSIONS = {
    'right': RIGHT,
    'wrong': change(RIGHT, [("activation='sigmoid'", "activation='relu'")]),
    # It wants full points, and nobody to see what it did.
    'hostile': 'import glob, os, signal\n'
               'print("{}" * 10**6)\n'
               'for place in ("results", "../results", "/autograder/results"):'
               '\n    try:\n        open(f"{place}/results.json", "w")\n'
               '    except OSError:\n        pass\n'
               'signal.raise_signal(signal.SIGKILL)\n'}
COUNT = {'type': 'integer', 'minimum': 0}
TEXT = {'type': 'string'}
# As the platforms document their formats, in November 2026.
CLASSROOM50 = {
    'type': 'object', 'additionalProperties': False,
    'required': ['schema', 'classroom', 'assignment', 'submission', 'commit',
                 'release', 'review', 'datetime', 'score', 'max-score',
                 'tests'],
    'properties': {
        'schema': {'const': 'classroom50/result/v1'},
        'classroom': {'const': 'cs'}, 'assignment': {'const': 'auto'},
        'submission': {'pattern': '^submit/'}, 'commit': TEXT,
        'release': TEXT, 'review': TEXT,
        'datetime': {'pattern': '^[0-9]{4}(-[0-9]{2}){2}T([0-9]{2}:){2}'
                                '[0-9]{2}Z$'},
        'score': COUNT, 'max-score': COUNT,
        'tests': {'type': 'array', 'items': {
            'required': ['test-name', 'passed', 'score', 'max-score'],
            'properties': {'test-name': {**TEXT, 'minLength': 1},
                           'passed': {'type': 'boolean'},
                           'score': COUNT, 'max-score': COUNT}}}}}
GRADESCOPE = {
    'type': 'object', 'additionalProperties': False,
    'anyOf': [{'required': ['score']}, {'required': ['tests']}],
    'properties': {
        'score': {'type': 'number'}, 'output': TEXT,
        'output_format': {'enum': ['text', 'html', 'simple_format', 'md',
                                   'ansi']},
        'tests': {'type': 'array', 'items': {
            'type': 'object', 'additionalProperties': False,
            'required': ['score', 'max_score', 'name'],
            'properties': {'score': {'type': 'number'},
                           'max_score': {'type': 'number'},
                           'name': TEXT, 'output': TEXT,
                           'status': {'enum': ['passed', 'failed']},
                           'output_format': TEXT}}}}}
PRAIRIELEARN = {
    'type': 'object',
    'if': {'properties': {'gradable': {'const': True}}},
    'then': {'required': ['score']},
    'properties': {
        'gradable': {'type': 'boolean'},
        'score': {'type': 'number', 'minimum': 0, 'maximum': 1},
        'message': TEXT, 'output': TEXT,
        'format_errors': {'type': 'array', 'items': TEXT},
        'tests': {'type': 'array', 'items': {
            'required': ['name', 'points', 'max_points'],
            'properties': {'points': {'type': 'number'},
                           'max_points': {'type': 'number'},
                           'name': TEXT, 'output': TEXT}}}}}
OPTIONS = '--only 0 --points 0=20,style=10  # as the teacher wants it\n'


def fill(folder, name):
    """Put a submission of the kind with this name into a folder."""
    folder.mkdir(parents=True)
    if name in SUBMISSIONS:
        (folder / FILES[0]).write_text(SUBMISSIONS[name])
        (folder / FILES[0]).chmod(0o755)


def run(command, cwd, status=0, **environment):
    """Run an entry point; return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, text=True,
        capture_output=True, timeout=600)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def read(path, schema):
    """Return a valid result."""
    content = json.loads(path.read_text(encoding='utf-8'))
    jsonschema.validate(content, schema)
    return content


@pytest.fixture
def autograder(tmp_path):
    """The folder /autograder, as Gradescope builds it from the zip file."""
    made = tmp_path / 'made.zip'
    make = PLATFORMS / 'gradescope' / 'make_zip.py'
    run([sys.executable, make, made], tmp_path)
    root = tmp_path / 'autograder'
    source = root / 'source'
    with zipfile.ZipFile(made) as file:
        assert {'setup.sh', 'run_autograder'} <= {*file.namelist()}
        for member in file.infolist():
            path = Path(file.extract(member, source))
            path.chmod(member.external_attr >> 16)
    shutil.copy(source / 'run_autograder', root)
    shutil.copy(source / 'setup.sh', root)
    (root / 'venv').symlink_to(sys.prefix)
    (source / 'autoencoders/tests/platforms/gradescope/options.txt'
     ).write_text(OPTIONS)
    return root


def grade_there(root, status=0, **environment):
    """Run Gradescope's entry point; return its result and its output."""
    said = run([root / 'run_autograder'], root, status,
               AUTOGRADER=str(root), **environment)
    return read(root / 'results' / 'results.json', GRADESCOPE), said


def test_lost_process_is_no_failure_of_the_student():
    """The part says so, has no points, and is not finished."""
    check = {'column': '0', 'outcome': 'failed', 'machinery': True,
             'title': 'It works', 'call': '', 'expected': '', 'fix': '',
             'found': 'the machine ran out of memory'}
    part = grading.part_of({
        'points': {'columns': {'0': {'points': None, 'of': '20'}}},
        'columns': {'0': 'not finished'}, 'problems': {'0': 'It ended.'},
        'files': [{'file': 0, 'path': FILES[0]}], 'checks': [check]}, '0')
    assert (part.name, part.points, part.most, part.passed, part.finished) \
        == (FILES[0], 0, 20, None, False)
    assert part.text == (
        'A person must look at this.\n\nNot finished. It ended.\n\nNOT '
        'FINISHED  It works\n  found     the machine ran out of memory')


def test_misspelt_name_is_told_apart_from_a_failure(tmp_path):
    """The student learns what the names are; nobody else must look."""
    (tmp_path / '0-vanila.py').touch()
    graded = grading.grade(tmp_path, tmp_path)
    assert 'their names are 0-vanilla.py, ' in graded.missing
    assert not graded.problem


@pytest.mark.parametrize('options, problem', [
    ('--points "0=20', 'options.txt: No closing quotation'),
    ('--only 4', "'4' is not a list of numbers"),
    ('--only', 'expected one argument')])
def test_options_that_are_wrong_are_named(options, problem, tmp_path):
    """The teacher learns what to change; it is not the student's fault."""
    (tmp_path / FILES[0]).touch()
    (tmp_path / 'options.txt').write_text(options)
    graded = grading.grade(tmp_path, tmp_path)
    assert problem in graded.problem


def test_file_that_is_not_asked_for_is_no_work(tmp_path):
    """The student hears which file is missing."""
    (tmp_path / FILES[1]).touch()
    (tmp_path / 'options.txt').write_text('--only 0')
    graded = grading.grade(tmp_path, tmp_path)
    assert graded.missing.endswith('names are 0-vanilla.py.')


@pytest.mark.parametrize('name', ['right', 'wrong', 'hostile', 'missing'])
def test_gradescope(name, autograder):
    """Points of each column; whether files are executable is left out."""
    fill(autograder / 'submission', name)
    result, _ = grade_there(autograder)
    if name == 'missing':
        assert result['score'] == 0 and 'no numbered file' in result['output']
        return
    points = {test['name']: (test['score'], test['max_score'])
              for test in result['tests']}
    assert points['0-vanilla.py'][1] == 20 and points['style'][1] == 10
    assert (points['0-vanilla.py'][0] == 20) == (name == 'right')
    assert (points['style'][0] == 10) == (name != 'hostile')
    assert (result['tests'][0]['status'] == 'passed') == (name == 'right')
    assert 'Whether the files are executable' in result['output']
    if name == 'wrong':
        assert 'sigmoid' in result['tests'][0]['output']


def test_gradescope_has_results_without_a_sandbox(autograder, tmp_path):
    """One line says what is missing, and that a person must look."""
    fill(autograder / 'submission', 'right')
    result, said = grade_there(autograder, 1,
                               PYTHONPATH=without('Landlock', tmp_path))
    assert result['score'] == 0 and 'must look' in result['output']
    line, = said.splitlines()
    assert 'Landlock' in line


# What a file tries as the user who may do little: it names what worked.
ATTEMPTS = '''
found = []
import glob, os, signal
for process in filter(str.isdigit, os.listdir('/proc')):
    for name in ('mem', 'environ', 'cwd/x', 'fd'):
        try:
            if os.stat(f'/proc/{process}').st_uid != os.getuid():
                (os.listdir if name == 'fd' else open)(
                    f'/proc/{process}/{name}')
                found.append(f'read {process} {name}')
        except OSError:
            pass
    try:
        if os.stat(f'/proc/{process}').st_uid != os.getuid():
            os.kill(int(process), 0)
            found.append(f'signalled {process}')
    except OSError:
        pass
for pattern in PATTERNS:
    # A folder that cannot be listed has nothing to find.
    for path in glob.glob(pattern, recursive=True) or [pattern]:
        for mode in ('r', 'a'):
            try:
                open(path, mode)
                found.append(f'opened {path} {mode}')
            except OSError:
                pass
raise RuntimeError(f'user {os.getuid()} found {found}')
'''


@pytest.mark.skipif(os.getuid() != 0, reason='root alone can change users')
def test_gradescope_without_a_sandbox_keeps_users_apart(autograder, tmp_path):
    """With TRUST=1: no signals, and nothing of the grader to be read."""
    name = f'submission{uuid.uuid4().hex[:8]}'
    source = autograder / 'source' / 'autoencoders'
    run(['bash', source / 'tests/platforms/gradescope/protect.sh', source],
        tmp_path)
    patterns = [f'{source}/tests/checker/{part}' for part in (
        'grader/*', 'grader/reference.py', 'command/*', 'report/*',
        'specification.py', 'sandbox/build.pyc')]
    patterns += [f'{source}/0-vanilla.py', f'{source}/tests/test_0_vanilla.py',
                 f'{autograder}/results/results.json',
                 f'{tmp_path}/scratch/*/record.json']
    # As /tmp is, but without the records of others.
    (tmp_path / 'scratch').mkdir()
    (tmp_path / 'scratch').chmod(0o1777)
    fill(autograder / 'submission', 'right')
    place = autograder / 'submission' / FILES[0]
    attempts = ATTEMPTS.replace('PATTERNS', repr(patterns))
    for folder in (*autograder.parents, autograder / 'source'):
        if not folder.stat().st_mode & stat.S_IXOTH:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    script = source / 'tests/platforms/gradescope/results.py'
    script.write_text(change(script.read_text(), [
        ("'submission']", f"'{name}']")]))
    try:
        subprocess.run(['useradd', '--system', '--no-create-home', name],
                       check=True)
        results = []
        for text in (RIGHT, attempts):
            place.write_text(text)
            results.append(grade_there(
                autograder, TRUST='1', TMPDIR=str(tmp_path / 'scratch'),
                PYTHONPATH=without('Landlock', tmp_path))[0])
    finally:
        subprocess.run(['userdel', name])
    right, result = results
    # As a different user, Keras 2.15 must reach its own files; .ci/run sees to
    # that.
    if all(folder.stat().st_mode & stat.S_IXOTH
           for folder in Path(sys.prefix).parents):
        assert right['tests'][0]['status'] == 'passed'
    said = result['tests'][0]['output']
    assert ' found []' in said and 'user 0' not in said


@pytest.mark.parametrize('name', ['right', 'wrong', 'hostile', 'missing'])
def test_prairielearn(name, tmp_path):
    """A part of 1; a file that is missing costs no attempt."""
    fill(tmp_path / 'student', name)
    (tmp_path / 'tests').mkdir()
    (tmp_path / 'tests' / 'options.txt').write_text(OPTIONS)
    run([sys.executable, PLATFORMS / 'prairielearn' / 'grade.py'], tmp_path,
        GRADE=str(tmp_path))
    path = tmp_path / 'results' / 'results.json'
    result = read(path, PRAIRIELEARN)
    assert path.stat().st_size < 10**6
    assert result['gradable'] == (name != 'missing')
    if name != 'missing':
        assert (result['score'] == 1) == (name == 'right')
        assert result['score'] < 0.5 or name != 'hostile'
    else:
        assert 'no numbered file' in result['format_errors'][0]


def test_prairielearn_keeps_the_attempt_if_the_grader_failed(tmp_path):
    """It is not the student's fault."""
    fill(tmp_path / 'student', 'right')
    run([sys.executable, PLATFORMS / 'prairielearn' / 'grade.py'], tmp_path,
        1, GRADE=str(tmp_path), PYTHONPATH=without('Landlock', tmp_path))
    result = read(tmp_path / 'results' / 'results.json', PRAIRIELEARN)
    assert not result['gradable'] and 'must look' in result['message']


@pytest.mark.parametrize('name', ['right', 'wrong', 'hostile', 'missing'])
def test_classroom50(name, tmp_path):
    """Whole points; the exit status is 0 whatever the grade."""
    autograders = tmp_path / 'autograders'
    autograders.mkdir()
    shutil.copy(PLATFORMS / 'classroom50' / 'autograder.py', autograders)
    (autograders / 'autoencoders').symlink_to(ROOT)
    (autograders / 'options.txt').write_text(OPTIONS)
    checkout = tmp_path / 'checkout'
    fill(checkout, name)
    # A student's link must not lead anywhere, and no module be imported.
    (checkout / 'pip.py').write_text('open("elsewhere", "w")\n')
    (checkout / 'result.json').symlink_to(tmp_path / 'elsewhere')
    (checkout / 'result.json.part' / 'x').mkdir(parents=True)
    (checkout / 'release-body.md').symlink_to(tmp_path / 'elsewhere')
    run([sys.executable, autograders / 'autograder.py'], checkout,
        CLASSROOM='cs', ASSIGNMENT='auto', SUBMISSION_TAG='submit/x',
        COMMIT_URL='u', RELEASE_URL='u', REVIEW_URL='')
    result = read(checkout / 'result.json', CLASSROOM50)
    assert not [*tmp_path.rglob('elsewhere')]
    assert result['max-score'] == (1 if name == 'missing' else 30)
    assert (result['score'] == 30) == (name == 'right')
    body = (checkout / 'release-body.md').read_text()
    assert ('no numbered file' if name == 'missing' else '| style |') in body
    if name == 'hostile':
        assert result['score'] < 10
