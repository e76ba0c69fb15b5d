"""What can be said of a file by reading it, without running it."""
import ast
import os
import stat

LARGEST = 2 ** 18
PACKAGES = {'tensorflow', 'keras', 'numpy'}
# What reaches files, processes, the network, the interpreter or modules
# beyond the three packages, whatever it is an attribute of.
NAMES = {
    '__import__', 'breakpoint', 'compile', 'delattr', 'eval', 'exec',
    'globals', 'help', 'input', 'locals', 'open', 'setattr', 'vars'}
ATTRIBUTES = {
    'BackupAndRestore', 'CSVLogger', 'Checkpoint', 'CheckpointManager',
    'CsvDataset', 'DataSource', 'FixedLengthRecordDataset', 'LMDBDataset',
    'ModelCheckpoint', 'RemoteMonitor', 'SidecarEvaluator', 'SqlDataset',
    'SummaryWriter', 'TFRecordDataset', 'TFRecordWriter', 'TensorBoard',
    'TextLineDataset', 'ag_frame', 'audio_dataset_from_directory', 'builtins',
    'contextlib', 'cr_code', 'cr_frame', 'create_file_writer', 'ctypes',
    'ctypeslib', 'datasets', 'deserialize', 'deserialize_keras_object',
    'distribute', 'distutils', 'dump', 'dumps', 'enable_dump_debug_info',
    'enable_unsafe_deserialization', 'export', 'f2py', 'f_back', 'f_builtins',
    'f_code', 'f_globals', 'f_locals', 'file_io', 'file_utils', 'from_config',
    'from_file', 'fromfile', 'genfromtxt', 'get_file', 'gfile', 'gi_code',
    'gi_frame', 'image_dataset_from_directory', 'importlib', 'inspect', 'io',
    'io_utils', 'lib', 'list_files', 'load', 'load_checkpoint', 'load_library',
    'load_model', 'load_op_library', 'load_weights', 'loadtxt',
    'make_csv_dataset', 'memmap', 'model_from_config', 'model_from_json',
    'model_to_dot', 'modules', 'multiprocessing', 'numpy_function',
    'open_memmap', 'os', 'pathlib', 'pickle', 'plot_model', 'profiler',
    'py_func', 'py_function', 'python_function', 'pywrap_tensorflow',
    'raw_ops', 'read_file', 'save', 'save_model', 'save_weights',
    'saved_model', 'savetxt', 'savez', 'savez_compressed', 'shutil', 'site',
    'socket', 'src', 'subprocess', 'sys', 'sysconfig', 'system', 'tb_frame',
    'tb_next', 'testing', 'text_dataset_from_directory', 'threading', 'tofile',
    'tools', 'trace_export', 'urllib', 'write_file', 'write_graph'}
# What the checker calls to judge: no honest file puts its own in place.
JUDGING = {
    'evaluate', 'get_weights', 'predict', 'set_weights', 'test_on_batch',
    'train_on_batch'}
DUNDER_METHODS = {'__call__', '__init__'}
DUNDER_NAMES = {'__doc__', '__file__', '__name__'}


def read(path):
    """Return (text, None), or (None, why there is no text)."""
    if not os.path.lexists(path):
        return None, 'there is no such file'
    if not os.path.isfile(path):
        return None, 'it is not a file'
    try:
        if os.path.getsize(path) > LARGEST:
            return None, f'it is larger than {LARGEST} bytes'
        with open(path, encoding='utf-8', newline='') as file:
            text = file.read()
    except UnicodeDecodeError:
        return None, 'it is not UTF-8 text'
    except OSError as error:
        return None, f'it cannot be read: {error.strerror}'
    return (text, None) if text.strip() else (None, 'it is empty')


def parse(text):
    """Return (tree, None), or (None, what is wrong with the syntax)."""
    try:
        return ast.parse(text), None
    except SyntaxError as error:
        return None, f'line {error.lineno}: {error.msg}'
    except (ValueError, RecursionError, MemoryError) as error:
        return None, str(error) or type(error).__name__


def is_executable(path):
    """Tell whether the owner of a file may execute it."""
    return bool(os.stat(path).st_mode & stat.S_IXUSR)


def is_main_guard(node):
    """Tell whether a statement is `if __name__ == '__main__':`."""
    return (isinstance(node, ast.If) and not node.orelse
            and ast.dump(node.test) in (
                ast.dump(ast.parse(code, mode='eval').body) for code in (
                    "__name__ == '__main__'", "'__main__' == __name__")))


def parts(tree):
    """Yield every node that runs when the file is imported or called."""
    for statement in tree.body:
        if not is_main_guard(statement):
            yield from ast.walk(statement)


def danger(tree):
    """Return the first thing that a submission has no need of, or None."""
    aliases = _aliases(tree)
    called = [node.func for node in parts(tree) if isinstance(node, ast.Call)]
    for node in parts(tree):
        found = (_import(node) or _name(node, called) or _attribute(node)
                 or _assignment(node, aliases))
        if found:
            return f'line {node.lineno}: {found}'
    return None


def _aliases(tree):
    """Return the names by which the packages and parts of them go."""
    aliases = set()
    for node in parts(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            aliases.update(alias.asname or alias.name.partition('.')[0]
                           for alias in node.names)
    for node in parts(tree):
        value = getattr(node, 'value', None) or getattr(node, 'iter', None)
        values = value.elts if isinstance(
            value, (ast.List, ast.Tuple)) else [value]
        if aliases & set(map(_root, values)):
            targets = getattr(node, 'targets', [getattr(node, 'target', None)])
            aliases.update(name.id for target in filter(None, targets)
                           for name in ast.walk(target)
                           if isinstance(name, ast.Name))
    return aliases


def _root(node):
    """Return the name at the start of a dotted expression, or None."""
    while isinstance(node, (ast.Attribute, ast.NamedExpr, ast.Subscript)):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) \
            and node.func.id == 'type':
        return 'type()'
    return node.id if isinstance(node, ast.Name) else None


def _import(node):
    """Return the module or name of an import that is not allowed."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [f'{node.module}.{alias.name}' for alias in node.names]
        if node.level:
            return f'import from {"." * node.level}{node.module or ""}'
    else:
        return None
    for name in names:
        package, *rest = name.split('.')
        if package not in PACKAGES:
            return f'import of {name}'
        for part in rest:
            if part.lstrip('_') in ATTRIBUTES or part.startswith('_'):
                return f'import of {name}'
    return None


def _name(node, called):
    """Return a name that is not allowed, or a dunder that is set."""
    if isinstance(node, ast.Name):
        name = node.id
    elif isinstance(node, ast.arg):
        name = node.arg
    elif isinstance(node, ast.keyword) and node.arg == 'output_stream':
        return 'output_stream'
    elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        if node.name in JUDGING or (node.name.startswith('__')
                                    and node.name not in DUNDER_METHODS):
            return node.name
        return None
    else:
        return None
    if name in NAMES:
        return name
    if name == 'getattr' and node not in called:
        return 'getattr that is not called'
    if name.startswith('__') and (name not in DUNDER_NAMES or isinstance(
            getattr(node, 'ctx', None), (ast.Store, ast.Del))):
        return name
    return None


def _attribute(node):
    """Return an attribute, or a getattr, that is not allowed."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) \
            and node.func.id == 'getattr':
        if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant) \
                or not isinstance(node.args[1].value, str):
            return 'getattr with a computed name'
        attributes = [node.args[1].value]
    elif isinstance(node, ast.Attribute):
        attributes = [node.attr]
    else:
        # The pattern `case C(name=x)` of Python 3.10 reads attributes too.
        attributes = getattr(node, 'kwd_attrs', [])
    for attribute in attributes:
        if attribute.lstrip('_') in ATTRIBUTES or (
                attribute.startswith('__')
                and attribute not in DUNDER_METHODS):
            return f'.{attribute}'
    return None


def _assignment(node, aliases):
    """Return an attribute that is changed and judges, or is not its own."""
    if isinstance(node, ast.Attribute) and isinstance(
            node.ctx, (ast.Store, ast.Del)) and (
                _root(node) in {*aliases, 'type()'} or node.attr in JUDGING
                or node.attr[0].isupper()):
        return f'assignment to {ast.unparse(node)}'
    return None
