"""A run: checks the files of all submissions, and keeps the record."""
import argparse
from collections.abc import Iterator

from checker.command import arguments
from checker.command.one_file import DONE
from checker.command.submissions import shown
from checker.command.supervisor import Checked, Supervisor
from checker.grader.plugin import File
from checker.report import record, versions
from checker.report.owners import Owner
from checker.report.results import PASSED, Result, Submission
from checker.report.terminal import Terminal

# How many names are listed in a line, at most.
NAMED = 5


class WrongExpression(Exception):
    """-k was not given an expression."""


class Run:
    """The submissions of a run, and what is known about them.

    unassigned: what is nobody's, a line each.
    problem: why the record could not be written, or ''.
    """

    def __init__(self, options: argparse.Namespace,
                 terminal: Terminal) -> None:
        self.options, self.terminal, self.problem = options, terminal, ''
        self.submissions = options.layout.submissions
        self.unassigned = options.layout.unassigned
        self.supervisor = Supervisor(options)
        self.judging = options.joined or record.judging_by(options)
        for submission in self.submissions.values():
            self.prepare(submission)
        # Parts of a class, graded or given in turn, are one class.
        self.kept = sorted({*options.known} - {*self.submissions})
        for name in self.kept:
            kept = record.submission_of(options.known[name])
            self.submissions[name] = kept
            self.leave_out_fixes(kept.results)
        self.record = options.json and record.Record(
            options.json, self.submissions, options.points)

    def prepare(self, submission: Submission) -> None:
        """Take over what a record knows about a submission."""
        options = self.options
        submission.seed, submission.judging = str(options.seed), self.judging
        entry = options.known.get(submission.name)
        if entry and options.join:
            submission.judging = record.judging_in(entry)
        submission.digests = {task: record.digest(path)
                              for task, path in submission.paths.items()}
        if entry and not submission.owner.platform:
            # A person repairs in a folder of this name.
            submission.owner = Owner(**entry['owner'])
            submission.upload = entry['upload']
        same = entry and record.is_same(entry, submission)
        if same and (options.join or record.is_finished(entry)):
            record.restore(submission, entry)
            self.leave_out_fixes(submission.results)
        elif options.join:
            why = 'its files have changed' if entry else 'in no record'
            submission.problems = dict.fromkeys(submission.paths, why)
            submission.left.clear()

    @property
    def title(self) -> str:
        """What is checked or joined."""
        names = [name for name, each in self.submissions.items()
                 if each.left or self.options.join]
        return names[0] if len(names) == 1 else f'{len(names)} submissions'

    def announced(self) -> Iterator[str]:
        """Yield lines about what will be checked or joined."""
        options, given = self.options, {*self.submissions} - {*self.kept}
        yield from options.layout.told
        for where, names in (
                ('in no record', given - {*options.known}
                 if options.join else ()),
                ('in several records', options.several),
                ('in the record, but not given',
                 self.kept if options.paths else ()),
                ('different files than in the record', [
                    name for name in given if not options.join
                    and name in options.known
                    and self.submissions[name].left]),
                ('judged with different versions or options', [
                    name for name in self.kept if not options.join
                    and self.submissions[name].judging != self.judging])):
            if names:
                yield f'{where}: ' + (
                    ', '.join(map(shown, sorted(names)))
                    if len(names) <= NAMED else f'{len(names)} submissions')
        if options.join:
            yield f'Joining {len(options.join)} records of {self.title}'
        else:
            what = ('Checking ' + self.title
                    if any(each.left for each in self.submissions.values())
                    else 'Nothing is left to check')
            yield f'{what} with {versions.short()}\n'

    def to_look_at(self) -> list[str]:
        """Return lines about what a person must look at."""
        older = {**self.options.known, **(self.options.older or {})}
        lines = [*self.unassigned]
        for name, submission in self.submissions.items():
            lines += [f'{name}: {doubt}' for doubt in submission.doubts]
            if submission.kept or name not in older:
                continue
            # A platform may give no more than the last upload.
            gone = record.gone(older[name], submission)
            if gone:
                lines.append(f'{name}: {", ".join(gone)} handed in before, '
                             'and gone')
        return lines

    def check(self) -> None:
        """Check all files, and show each submission that is done."""
        # The files of a submission that take longest come first.
        every = [File(each.name, path, task)
                 for each in self.submissions.values() if each.left
                 for task, path in sorted(each.paths.items(), reverse=True)
                 if task in each.left]
        left = sum(bool(each.left) for each in self.submissions.values())
        self.keep_record(*(each for each in self.submissions.values()
                           if not each.left))
        if not every:
            return
        for checked in self.supervisor.check(every):
            if checked.status == arguments.USAGE_ERROR:
                raise WrongExpression
            submission = self.take(checked)
            if submission.left:
                continue
            self.keep_record(submission)
            left -= 1
            if len(self.submissions) > 1:
                self.terminal.show(f'{submission.name}: '
                                   f'{submission.verdict()}, {left} left')
            if self.options.x and submission.verdict() != PASSED:
                return

    def take(self, checked: Checked) -> Submission:
        """Add what is known about a file to its submission."""
        task = checked.file.task
        submission = self.submissions[checked.file.submission]
        if checked.planned or checked.problem:
            submission.planned[task] = checked.planned
        submission.results += checked.results
        self.leave_out_fixes(checked.results)
        known = {(result.column, result.check) for result in checked.results}
        complete = known == {*checked.planned}
        if checked.problem or checked.status not in DONE or not complete:
            submission.problems[task] = checked.problem or (
                f'the checks ended early (status {checked.status})')
        submission.left.discard(task)
        return submission

    def leave_out_fixes(self, results: list[Result]) -> None:
        """Say nothing about how to fix a failure, with --no-fix."""
        for result in results if self.options.no_fix else ():
            result.fix = result.example = ''

    def keep_record(self, *done: Submission, everything: bool = False) -> None:
        """Write the record with submissions that are done.

        Args:
            everything: whether the run ends; then it has all submissions,
                and the seed even if submissions could read it before.
        """
        if not self.record:
            return
        for submission in self.submissions.values() if everything else done:
            self.record.add(submission, hide_seed=self.options.trust
                            and not everything)
        try:
            self.record.write(self.unassigned)
            self.problem = ''
        except OSError as error:
            if not self.problem:
                self.terminal.show_not_written(self.options.json, error)
            self.problem = error.strerror or 'unknown error'
