"""What to type when Keras or Python raises an error: the table of patterns.

The patterns are searched in the class and the message of the exception, and
never in what a `raise` of the submission says.
"""
import re

from checker.protocol import Raised

TENSORS = (
    'Tensors between layers have no values yet. Compute with them inside the '
    'call() of a keras.layers.Layer, a Lambda or a regularizer; a loss may '
    'use only its two arguments.')
FIXES: dict[str, str] = {
    r'KerasTensor(?! of )|[Ss]ymbolic (Keras|`?tf)': TENSORS,
    r'autoencoder\(\) (missing|takes) \d+':
    'Give autoencoder() the parameters of the specification, in that order.',
    'PermissionError|FileNotFoundError|Operation not permitted':
    'autoencoder() must not read or write files.',
    'You must install pydot': 'autoencoder() need not plot: remove '
    'plot_model().',
    'No module named': 'Import only tensorflow.keras.',
    "Cannot convert '.*' to a shape|Dimension value must be":
    'A shape is a tuple of numbers: keras.Input((input_dims,)); if '
    'input_dims is a tuple already, keras.Input(input_dims).',
    'expects 1 (named )?input.* received 3':
    'The encoder gives three tensors and the decoder takes the first: '
    'decoder(encoder(inputs)[0]).',
    'name .* is used .* times':
    'Two layers of a model cannot share a name: remove name= or number the '
    'names.',
    'zero or negative|Negative dimension':
    "padding='valid' shrinks small images to nothing; only the decoder's "
    'second-to-last convolution uses it.',
    'Graph disconnected|not connected to `(inputs|outputs)`':
    'decoder.output belongs to the decoder\'s own input: use '
    'decoder(encoder(inputs)).',
    "not 'NoneType'|'NoneType' object cannot be interpreted":
    'predict() takes numbers: call the models instead, '
    'decoder(encoder(inputs)).',
    'add_metric':
    'add_metric() was removed in Keras 3: remove it.',
    r'add_loss\(\) (takes|got)':
    'add_loss() takes the loss alone in Keras 3: remove inputs=.',
    "'int' and 'SparseTensor'":
    'Compute inside the call() of the layer, not on what is passed to it.',
    'BinaryCrossentropy object|class .*BinaryCrossentropy':
    'BinaryCrossentropy is a class: add parentheses, '
    'BinaryCrossentropy().',
    'No loss to compute': 'Define test_step() beside train_step().',
    r'Incompatible shapes: \[(\d+),(\d+)\] vs. \[(?!\1)\d+,\2\]':
    'A tensor has a fixed batch size: draw epsilon with the shape of the '
    'mean.',
    "expects 1 (named )?input.* received 2|'tuple' object has no attribute":
    'fit(x, x) gives train_step() a pair: x, y = data.',
}


def fix_for(error: Raised) -> str:
    """Return what to type, or '' if that is not known."""
    if error.by_raise:
        return ''
    said = f'{error.kind}: {error.message}'
    return next((fix for pattern, fix in FIXES.items()
                 if re.search(pattern, said)), '')


def fix_for_later_call(error: Raised) -> str:
    """Return what to type if a call fails although an earlier one worked."""
    if not error.by_raise and 'incompatible with the layer' in error.message:
        return ('Make everything inside autoencoder(): layers that an '
                'earlier call made have a different size.')
    return ''
