"""The layers of a model beside those that are asked for."""
import difflib
import itertools
from dataclasses import dataclass

from checker.grader.call import Call
from checker.grader.layer_specs import LayerSpec
from checker.protocol import Layer

Pairs = tuple[tuple[str, str], ...]
# The settings of the layers of file 2, except the padding of convolutions.
CONVOLUTION = {'kernel_size': '(3,3)'}
RESIZING = {
    'pool': ('MaxPooling2D', {'pool_size': '(2,2)', 'strides': '(2,2)',
                              'padding': 'same'}),
    'upsample': ('UpSampling2D', {'size': '(2,2)',
                                  'interpolation': 'nearest'})}


@dataclass(frozen=True)
class LayerRow:
    """A layer: its class, how many features it gives, and its settings."""
    kind: str
    size: str
    settings: dict[str, str]

    @property
    def name(self) -> str:
        """The layer as a student would write it, without settings."""
        return f'{self.kind}({self.size})' if self.size else self.kind


def compare(call: Call, half: str) -> Pairs:
    """Return pairs of an expected and a found layer, or () if all agree.

    One of a pair is '' if it is missing.  Settings are shown if they differ.
    """
    wanted = [row for spec in getattr(call.spec, half)
              for row in wanted_rows(spec)]
    found = [found_row(call, layer)
             for layer in call.build.models[half].layers
             if layer.weights or (call.spec.task == 2 and layer.settings)]
    pairs: list[tuple[str, str]] = []
    matcher = difflib.SequenceMatcher(
        None, [row.name for row in wanted], [row.name for row in found],
        autojunk=False)
    for _, first, last, start, end in matcher.get_opcodes():
        for one, other in itertools.zip_longest(wanted[first:last],
                                                found[start:end]):
            pairs.append(spelled(one, other) if one and other else (
                one.name if one else '', other.name if other else ''))
    return tuple(pairs) if any(one != other for one, other in pairs) else ()


def fix_of(pairs: Pairs) -> str:
    """Return what to type to mend the layers that differ."""
    if sorted(one for one, _ in pairs) == sorted(other for _, other in pairs):
        return 'Put the layers in the expected order.'
    fixes = []
    for wanted, found in pairs:
        if wanted != found:
            fixes.append(
                f'Add {wanted}.' if not found else
                f'Remove {found}.' if not wanted else
                f'Write {wanted} in place of {found}.')
    # A mistake in one layer is often in all of them.
    kinds = {fix.partition('(')[0]: fix for fix in reversed(fixes)}
    return ' '.join([*kinds.values()][::-1][:2])


def compare_settings(call: Call, half: str) -> Pairs:
    """Return pairs if Keras's own layers of file 2 have wrong settings."""
    kinds = {layer.kind for layer in call.build.models[half].layers}
    return compare(call, half) if call.spec.task == 2 and (
        'Layer' not in kinds) else ()


def wanted_rows(spec: LayerSpec) -> list[LayerRow]:
    """Return the layer with weights, and the one that resizes after it."""
    if spec.kind == 'dense':
        return [LayerRow('Dense', str(spec.sizes[1]), {})]
    rows = [LayerRow('Conv2D', str(spec.sizes[1]),
                     {**CONVOLUTION, 'padding': spec.kind})]
    if spec.resize:
        kind, settings = RESIZING[spec.resize]
        rows.append(LayerRow(kind, '', settings))
    return rows


def found_row(call: Call, layer: Layer) -> LayerRow:
    """Return a layer of the models."""
    shapes = [call.build.weights[place] for place in layer.weights]
    size = str(shapes[-1][-1]) if shapes and shapes[-1] else ''
    settings = dict(setting.split('=', 1) for setting in layer.settings)
    if len(shapes) == 1:
        settings['use_bias'] = 'False'
    return LayerRow(layer.kind, size, settings)


def spelled(one: LayerRow, other: LayerRow) -> tuple[str, str]:
    """Return two layers as a student would write them, for short."""
    names = [name for name in {**one.settings, **other.settings}
             if one.kind == other.kind
             and one.settings.get(name) != other.settings.get(name)]
    spell = [', '.join(filter(None, [row.size, *(
        f'{name}={typed(row.settings[name])}'
        for name in names if name in row.settings)])) for row in (one, other)]
    return tuple(row.kind + (f'({text})' if text else '')  # type: ignore
                 for row, text in zip((one, other), spell))


def typed(value: str) -> str:
    """Return a setting as a student would type it."""
    is_word = value.isalpha() and value.islower()
    return repr(value) if is_word else value.replace(',', ', ')


def names_of(pairs: Pairs) -> tuple[str, str]:
    """Return the expected layers in a line, and the found ones."""
    one, other = (', '.join(filter(None, column)) or 'none'
                  for column in zip(*pairs))
    return one, other


def inputs_of(call: Call, half: str) -> Pairs:
    """Return pairs that tell how many values each layer takes.

    For layers that agree in everything else.
    """
    layers = [layer for layer in call.build.models[half].layers
              if layer.weights]
    pairs = []
    for spec, layer in zip(getattr(call.spec, half), layers):
        kernel = call.build.weights[layer.weights[0]]
        taken = kernel[-2] if len(kernel) > 1 else 0
        pairs.append((f'{spec} of {spec.sizes[0]} values',
                      f'{found_row(call, layer).name} of {taken} values'))
    return tuple(pairs)
