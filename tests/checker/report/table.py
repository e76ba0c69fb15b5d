"""The closing table of a class, and its most common failures."""
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Callable

from checker.report.results import (
    COLUMNS,
    COULD_NOT_BE_RUN,
    FAILED,
    NOT_FINISHED,
    NOT_GRADED,
    PASSED,
    Result,
    Submission,
    title_of,
)

# Returns the points of a submission as a text, '' if there are none.
Score = Callable[[Submission], str]
# How many of the checks that failed most often are shown.
SHOWN = 5


def cells(submission: Submission) -> list[str]:
    """Return how many checks passed in each column, such as 18/18."""
    rows = {row.task: row for row in submission.rows()}
    return [f'{rows[column].passed}/{rows[column].total}'
            if column in rows else '-' for column in COLUMNS]


def common_failures(
        submissions: Sequence[Submission]) -> list[tuple[int, Result]]:
    """Return the checks that most submissions failed.

    With each, how many failed it, and the first failure.
    """
    found: dict[tuple[str, str], list[Result]] = {}
    for submission in submissions:
        failed = {(result.column, result.check): result for result
                  in submission.results if result.outcome == FAILED}
        for key, result in failed.items():
            found.setdefault(key, []).append(result)
    most = sorted(found.values(), key=len, reverse=True)[:SHOWN]
    return [(len(results), results[0]) for results in most]


def table(submissions: Sequence[Submission], score: Score,
          compared: Callable[[Submission], str]) -> Iterator[str]:
    """Yield a line for each submission, and some for all of them.

    Args:
        compared: returns 'new', 'better', 'worse' or ''.
    """
    width = max(10, *(len(each.name) for each in submissions)) + 2
    yield 'submission'.ljust(width) + ''.join(
        column.rjust(8) for column in COLUMNS) + f'{"points":>12}  verdict'
    verdicts: Counter[str] = Counter()
    unrun = 0
    for submission in submissions:
        shown = ''.join(text.rjust(8) for text in cells(submission))
        shown += (score(submission) or '-').rjust(12)
        verdict = submission.verdict()
        verdicts[verdict] += 1
        notes = [verdict, 'late' * submission.late, compared(submission)]
        unrun += sum(row.verdict == COULD_NOT_BE_RUN
                     for row in submission.rows())
        yield (f'{submission.name.ljust(width)}{shown}  '
               + ', '.join(filter(None, notes)))
    yield ', '.join(
        f'{word}: {verdicts[verdict]}' for word, verdict in (
            ('passed all', PASSED), ('failed', FAILED),
            ('not graded', NOT_GRADED), ('not finished', NOT_FINISHED))
    ) + f' of {len(submissions)}; files that could not be run: {unrun}'


def most_failed(submissions: Sequence[Submission]) -> Iterator[str]:
    """Yield lines about the checks that most submissions failed."""
    failures = common_failures(submissions)
    if failures:
        yield '\nMost common failures:'
    for count, result in failures:
        yield (f'{count:5} of {len(submissions)}  {title_of(result.column)}: '
               f'{result.title}')
