"""The record of a run: one JSON document with all that is known.

record.schema.json describes it.  It is replaced as each submission ends, so
it is whole at any moment.
"""
import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Optional

import jsonschema

from checker import __version__
from checker.grader import source
from checker.report import points, versions
from checker.report.results import NOT_STARTED, Result, Submission

FORM = 1
SCHEMA = json.loads(Path(__file__).with_name('record.schema.json').read_text(
    encoding='utf-8'))
# The keys of an entry that tell how a submission was judged.
JUDGED = 'versions', 'options', 'files'


class WrongRecord(Exception):
    """A file is not a whole record; the message says why."""


class Record:
    """Writes the record of a run."""

    def __init__(self, path: Path, names: Iterable[str],
                 options: dict[str, Any], weights: points.Weights) -> None:
        """Start a record.

        Args:
            names: of all submissions, in the order of their entries.
            options: those that judge, see options_of().
            weights: of the columns.
        """
        self.path, self.options, self.weights = path, options, weights
        self._entries = dict.fromkeys(names, '')

    def add(self, submission: Submission, hide_seed: bool) -> None:
        """Add what is known about a submission, or replace it."""
        self._entries[submission.name] = json.dumps(entry_of(
            submission, self.options, self.weights,
            '' if hide_seed else submission.seed))

    def write(self) -> None:
        """Replace the file.

        Raises:
            OSError: if that is not possible; then the file stays as it was.
        """
        part = self.path.with_name(f'{self.path.name}.part')
        try:
            part.write_text(document(filter(None, self._entries.values())),
                            encoding='utf-8')
            os.replace(part, self.path)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def document(entries: Iterable[str]) -> str:
    """Return a record of entries that are JSON already."""
    return (f'{{"record": {FORM}, "checker": "{__version__}", '
            f'"submissions": [\n{",".join(entries)}\n]}}\n')


def options_of(options: Any) -> dict[str, Any]:
    """Return the options of the command that judge."""
    return {'only': list(options.only), 'k': options.k,
            'no_fix': options.no_fix, 'time_limit': options.time_limit,
            'trust': options.trust}


def entry_of(submission: Submission, options: dict[str, Any],
             weights: points.Weights, seed: str) -> dict[str, Any]:
    """Return the entry of a submission."""
    rows = {row.task: row for row in submission.rows()}
    entry = {
        'name': submission.name, 'seed': seed,
        **judged(submission, options),
        'verdict': submission.verdict(),
        'columns': {column: row.verdict for column, row in rows.items()},
        'checks': [record_of(result) for result in sorted(
            submission.results, key=lambda result: result.task)],
        'problems': {str(task): submission.problems.get(task, NOT_STARTED)
                     for task in (*submission.problems, *submission.left)}}
    if not options['k']:
        entry['points'] = points_in(points.points_of(submission, weights))
    return entry


def judged(submission: Submission, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a verdict depends on, except for chance."""
    return {'versions': {'checker': __version__, **versions.installed()},
            'options': options,
            'files': [{'file': task, 'path': path.name,
                       'sha256': submission.digests[task]}
                      for task, path in submission.paths.items()]}


def record_of(result: Result) -> dict[str, Any]:
    """Return a check as an entry has it."""
    found = dataclasses.asdict(result)
    del found['submission']
    return found


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
    return {entry['name']: entry for entry in content['submissions']}


def restore(submission: Submission, entry: dict[str, Any],
            options: dict[str, Any]) -> bool:
    """Take over the results of an entry, if it judged the same files.

    Returns:
        whether it did: with the same versions and options, to the end.
    """
    same = {name: entry[name] for name in JUDGED} == judged(
        submission, options)
    if not same or entry['problems'] or not entry['checks']:
        return False
    submission.seed = entry['seed']
    for check in entry['checks']:
        result = Result(submission.name, **check)
        submission.results.append(result)
        submission.planned.setdefault(result.task, []).append(
            (result.column, result.check))
    submission.left.clear()
    return True


def compare(old: Optional[dict[str, Any]], submission: Submission) -> str:
    """Return 'new', 'better', 'worse' or '', beside an older entry."""
    if old is None:
        return 'new'
    before, now = (sum(outcome == 'passed' for outcome in outcomes)
                   for outcomes in (
                       [check['outcome'] for check in old['checks']],
                       [result.outcome for result in submission.results]))
    return '' if before == now else 'better' if now > before else 'worse'
