"""The output about a class: progress, and the closing table."""
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
    Submission,
)


def table(submissions: Sequence[Submission]) -> Iterator[str]:
    """Yield a line for each submission, and one for all of them."""
    width = max(10, *(len(each.name) for each in submissions)) + 2
    yield 'submission'.ljust(width) + ''.join(
        column.rjust(8) for column in COLUMNS) + '  verdict'
    verdicts: Counter[str] = Counter()
    unrun = 0
    for submission in submissions:
        rows = {row.task: row for row in submission.rows()}
        cells = ''.join((f'{rows[column].passed}/{rows[column].total}'
                         if column in rows else '-').rjust(8)
                        for column in COLUMNS)
        verdict = submission.verdict()
        verdicts[verdict] += 1
        unrun += sum(row.verdict == COULD_NOT_BE_RUN for row in rows.values())
        yield f'{submission.name.ljust(width)}{cells}  {verdict}'
    yield ', '.join(
        f'{word}: {verdicts[verdict]}' for word, verdict in (
            ('passed all', PASSED), ('failed', FAILED),
            ('not graded', NOT_GRADED), ('not finished', NOT_FINISHED))
    ) + f' of {len(submissions)}; files that could not be run: {unrun}'


class Progress:
    """Shows each submission of a class as it ends."""

    def __init__(self, write: Callable[[str], None], total: int) -> None:
        self.write, self.left = write, total

    def done(self, submission: Submission) -> None:
        """Show that a submission is done."""
        self.left -= 1
        self.write(f'{submission.name}: {submission.verdict()}, '
                   f'{self.left} left')
