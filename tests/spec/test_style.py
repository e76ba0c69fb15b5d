"""The house rules of such courses, for each file."""
import ast
import io

import pycodestyle
import pytest

import reading
from facts import FILES, PARAMETERS


@pytest.fixture
def text(submission):
    """The text of the file."""
    _, folder, task = submission
    content, problem = reading.read(folder / FILES[task])
    if problem:
        pytest.skip(f'not checked: {problem}')
    return content


@pytest.fixture
def tree(text):
    """The syntax tree of the file."""
    parsed, problem = reading.parse(text)
    if problem:
        pytest.skip(f'not checked: {problem}')
    return parsed


@pytest.fixture
def require(submission):
    """Fail with one sentence, which names the file, unless a condition."""
    def check(condition, required, found):
        if not condition:
            pytest.fail(f'{FILES[submission[2]]}: {required}; found {found}',
                        pytrace=False)
    return check


class Findings(pycodestyle.BaseReport):
    """What pycodestyle finds, as a list of lines."""

    def init_file(self, *arguments):
        """Start with nothing found."""
        super().init_file(*arguments)
        self.findings = []

    def error(self, line_number, offset, text, check):
        """Take note of a finding unless pycodestyle leaves it out."""
        if super().error(line_number, offset, text, check) is not None:
            self.findings.append(f'line {line_number}: {text}')

    def get_file_results(self):
        """Return the lines."""
        return self.findings


def functions(tree):
    """Return the functions called autoencoder of a file."""
    return [node for node in tree.body if isinstance(node, ast.FunctionDef)
            and node.name == 'autoencoder']


def documented(node):
    """Tell whether a module or function has a docstring with words."""
    return bool((ast.get_docstring(node) or '').strip())


class TestStyle:
    """The house rules."""
    task = 'style'

    def test_file_is_there(self, submission, require):
        """The file is there and is text."""
        _, folder, task = submission
        _, problem = reading.read(folder / FILES[task])
        require(not problem, 'the file must be there', problem)

    @pytest.mark.after('test_file_is_there')
    def test_first_line(self, text, require):
        """The first line is #!/usr/bin/env python3."""
        first = text.split('\n')[0]
        require(first == '#!/usr/bin/env python3', 'the first line must be '
                '#!/usr/bin/env python3', repr(first))

    @pytest.mark.after('test_file_is_there')
    def test_executable(self, submission, require):
        """The file is executable."""
        _, folder, task = submission
        require(reading.is_executable(folder / FILES[task]),
                'the file must be executable (chmod +x)', 'that it is not')

    @pytest.mark.after('test_file_is_there')
    def test_ends_with_newline(self, text, require):
        """The file ends with a newline."""
        require(text.endswith('\n'), 'the file must end with a newline',
                repr(text[-20:]))

    @pytest.mark.after('test_ends_with_newline')
    def test_pycodestyle(self, text, require):
        """pycodestyle finds nothing."""
        style = pycodestyle.StyleGuide(
            parse_argv=False, config_file='', reporter=Findings)
        findings = style.input_file('file', io.StringIO(text).readlines())
        require(not findings, 'pycodestyle must find nothing',
                f'{len(findings)}, the first in {(findings or [""])[0]}')

    @pytest.mark.after('test_file_is_there')
    def test_module_docstring(self, tree, require):
        """The module has a docstring."""
        require(documented(tree), 'the module must have a docstring', 'none')

    @pytest.mark.after('test_file_is_there')
    def test_function_docstring(self, tree, require):
        """The function has a docstring."""
        require(all(map(documented, functions(tree))),
                'autoencoder must have a docstring', 'none')

    @pytest.mark.after('test_file_is_there')
    def test_import(self, tree, require):
        """The one import is `import tensorflow.keras as keras`."""
        imports = [ast.unparse(node) for node in reading.parts(tree)
                   if isinstance(node, (ast.Import, ast.ImportFrom))]
        wrong = [line for line in imports if line not in (
            'import tensorflow.keras as keras',
            'from tensorflow import keras')]
        require(not wrong, 'nothing but `import tensorflow.keras as keras` '
                'must be imported', ', '.join(wrong))

    @pytest.mark.after('test_file_is_there')
    def test_one_definition(self, tree, require):
        """Nothing but autoencoder is defined at module level."""
        allowed = (ast.Import, ast.ImportFrom)
        others = [node for node in tree.body
                  if not isinstance(node, allowed)
                  and node not in functions(tree)
                  and not reading.is_main_guard(node)
                  and not (isinstance(node, ast.Expr)
                           and isinstance(node.value, ast.Constant))]
        require(not others, 'nothing but autoencoder must be at module level',
                ', '.join(f'line {node.lineno}: '
                          f'{ast.unparse(node).splitlines()[0]}'
                          for node in others[:3]))

    @pytest.mark.after('test_file_is_there')
    def test_parameters(self, submission, tree, require):
        """The parameters have the names of the specification."""
        expected = list(PARAMETERS[submission[2]])
        for function in functions(tree)[-1:]:
            arguments = function.args
            names = [argument.arg for argument in (
                *arguments.posonlyargs, *arguments.args,
                *arguments.kwonlyargs)]
            require(names == expected, f'the parameters must be {expected}',
                    names)
