"""The record of a run: one JSON document with all that is known.

record.schema.json describes it.  It is replaced as each submission ends, so
it is whole at any moment.
"""
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Optional

import jsonschema

from checker import __version__
from checker.grader import source
from checker.report import points, versions
from checker.report.files import replaced
from checker.report.owners import Owner
from checker.report.results import NOT_STARTED, Result, Submission
from checker.specification import FILES

FORM = 2
SCHEMA = json.loads(Path(__file__).with_name('record.schema.json').read_text(
    encoding='utf-8'))
# The keys of an entry that tell how a submission was judged.
JUDGING = 'versions', 'options'


class WrongRecord(Exception):
    """A file is not a whole record; the message says why."""


class Record:
    """Writes the record of a run."""

    def __init__(self, path: Path, names: Iterable[str],
                 weights: points.Weights) -> None:
        """Start a record; names are those of all submissions, in order."""
        self.path, self.weights = path, weights
        self._entries = dict.fromkeys(names, '')

    def add(self, submission: Submission, hide_seed: bool) -> None:
        """Add what is known about a submission, or replace it."""
        self._entries[submission.name] = json.dumps(entry_of(
            submission, self.weights, '' if hide_seed else submission.seed))

    def write(self, unassigned: Sequence[str]) -> None:
        """Replace the file.

        Args:
            unassigned: what is nobody's, and submissions without a row.

        Raises:
            OSError: if that is not possible; then the file stays as it was.
        """
        entries = ','.join(filter(None, self._entries.values()))
        with replaced(self.path) as part:
            part.write_text(
                f'{{"record": {FORM}, "checker": "{__version__}", '
                f'"unassigned": {json.dumps(unassigned)}, '
                f'"submissions": [\n{entries}\n]}}\n', encoding='utf-8')


def judging_by(options: Any) -> dict[str, Any]:
    """Return what judges here: versions, and options of the command."""
    return {'versions': {'checker': __version__, **versions.installed()},
            'options': {
                'only': list(options.only), 'k': options.k,
                'no_fix': options.no_fix, 'time_limit': options.time_limit,
                'trust': options.trust, 'uploaded': options.uploaded}}


def entry_of(submission: Submission, weights: points.Weights,
             seed: str) -> dict[str, Any]:
    """Return the entry of a submission."""
    rows = {row.task: row for row in submission.rows()}
    entry = {
        'name': submission.name, 'owner': submission.owner._asdict(),
        'upload': submission.upload, 'late': submission.late,
        'doubts': submission.doubts, 'seed': seed,
        **submission.judging, 'files': files_of(submission),
        'verdict': submission.verdict(),
        'columns': {column: row.verdict for column, row in rows.items()},
        'checks': [
            {name: value for name, value in dataclasses.asdict(result).items()
             if name != 'submission'}
            for result in sorted(submission.results,
                                 key=lambda result: result.task)],
        'problems': {str(task): submission.problems.get(task, NOT_STARTED)
                     for task in (*submission.problems, *submission.left)}}
    if not submission.judging['options']['k']:
        entry['points'] = points_in(points.points_of(submission, weights))
    return entry


def files_of(submission: Submission) -> list[dict[str, Any]]:
    """Return which files were judged."""
    return [{'file': task, 'path': submission.names.get(task, FILES[task]),
             'sha256': submission.digests[task]} for task in submission.paths]


def points_in(found: points.Points) -> dict[str, Any]:
    """Return points as exact fractions, such as '35/2'."""
    return {'columns': {
        column: {'points': None if some is None else str(some),
                 'of': str(most)}
        for column, (some, most) in found.columns.items()},
        'total': str(found.total), 'of': str(found.most),
        'complete': found.complete}


def digest(path: Path) -> Optional[str]:
    """Return the SHA-256 of a numbered file, or None if it is unreadable."""
    try:
        return hashlib.sha256(source.read(path)).hexdigest()
    except source.Unreadable:
        return None


def read(path: Path) -> dict[str, dict[str, Any]]:
    """Return {name: entry} of a record.

    Raises:
        WrongRecord: if it is not a whole record of this form.
    """
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
        jsonschema.validate(content, SCHEMA)
    except OSError as error:
        raise WrongRecord(error.strerror) from None
    except jsonschema.ValidationError as error:
        form = content.get('record') if isinstance(content, dict) else None
        raise WrongRecord(
            f'it has form {form}, not {FORM}' if form not in (None, FORM)
            else f'it is not a whole record ({error.message[:60]})') from None
    except (ValueError, RecursionError):
        raise WrongRecord('it is not a whole record') from None
    found = {entry['name']: entry for entry in content['submissions']}
    if len(found) < len(content['submissions']):
        raise WrongRecord('it has two entries with one name')
    return found


def is_same(entry: dict[str, Any], submission: Submission) -> bool:
    """Return whether an entry judged the same files in the same way."""
    return (judging_in(entry), entry['files'], entry['doubts']) == (
        submission.judging, files_of(submission), submission.doubts)


def judging_in(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what judged an entry."""
    return {name: entry[name] for name in JUDGING}


def judging_of_all(entry: dict[str, Any]) -> Any:
    """Return what must have judged all parts of a class."""
    return entry['versions'], {**entry['options'], 'uploaded': None}


def is_finished(entry: dict[str, Any]) -> bool:
    """Return whether an entry has all results that it can have."""
    return (bool(entry['checks']) or bool(entry['doubts'])) and {
        *entry['problems'].values()} <= {*entry['doubts']}


def restore(submission: Submission, entry: dict[str, Any]) -> None:
    """Take over the results of an entry."""
    submission.seed = entry['seed']
    for check in entry['checks']:
        result = Result(submission.name, **check)
        submission.results.append(result)
        submission.planned.setdefault(result.task, {})[
            result.column, result.check] = result.title
    for task, problem in entry['problems'].items():
        submission.problems[int(task)] = problem
    submission.left.clear()


def submission_of(entry: dict[str, Any]) -> Submission:
    """Return the submission of an entry, with its results."""
    files = entry['files']
    names = {file['file']: file['path'] for file in files}
    found = Submission(
        # The files are not at hand.
        entry['name'], dict.fromkeys(names, Path(os.devnull, 'gone')), names,
        owner=Owner(**entry['owner']), upload=entry['upload'],
        late=entry['late'], doubts=entry['doubts'], kept=True,
        judging=judging_in(entry),
        digests={file['file']: file['sha256'] for file in files})
    restore(found, entry)
    return found


def join(paths: Sequence[Path]) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Read the records of the parts of a class.

    Returns:
        {name: entry}, and the names that several parts have.

    Raises:
        WrongRecord: if a part is no record, or parts contradict each other:
            they judged in different ways, or a submission differently.
    """
    entries: dict[str, dict[str, Any]] = {}
    several = set()
    for path in paths:
        try:
            part = read(path)
        except WrongRecord as error:
            raise WrongRecord(f'{path}: {error}') from None
        for name, entry in part.items():
            first = next(iter(entries.values()), entry)
            if judging_of_all(entry) != judging_of_all(first):
                raise WrongRecord(f'{path}: different versions or options '
                                  f'judged {first["name"]} and {name}')
            if name in entries:
                several.add(name)
                if not is_finished(entry):
                    continue
                if is_finished(entries[name]) and outcomes_of(
                        entry) != outcomes_of(entries[name]):
                    raise WrongRecord(f'{path}: another part says something '
                                      f'different about {name}')
            entries[name] = entry
    return entries, several


def outcomes_of(entry: dict[str, Any]) -> Any:
    """Return what different seeds must not change in an entry."""
    return entry['files'], [(check['task'], check['check'], check['outcome'])
                            for check in entry['checks']]


def gone(old: dict[str, Any], submission: Submission) -> list[str]:
    """Return the files that an older entry has and a submission has not."""
    return [FILES[file['file']] for file in old['files'] if file['sha256']
            and submission.is_missing(file['file'])]


def compare(old: Optional[dict[str, Any]], submission: Submission) -> str:
    """Return 'new', 'better', 'worse' or '', beside an older entry."""
    if old is None:
        return 'new'
    before, now = (sum(outcome == 'passed' for outcome in outcomes)
                   for outcomes in (
                       [check['outcome'] for check in old['checks']],
                       [result.outcome for result in submission.results]))
    return '' if before == now else 'better' if now > before else 'worse'
