"""What to type when Keras or Python raises an error: the table of patterns.

The patterns are searched in the class and the message of the exception, and
never in what a `raise` of the submission says.
"""
import re

from checker.protocol import Raised

OLD = 'Keras 2.15 accepts this, Keras 3 does not.'
NEW = 'Keras 3 accepts this, Keras 2.15 does not.'
# A pattern for the most frequent cause of errors in file 3.
ADD_KL = '''
class AddKL(keras.layers.Layer):
    def call(self, outputs):
        z, mean, log_var = outputs
        kl = ...  # the KL divergence, one value per sample
        self.add_loss(keras.backend.mean(kl))
        return z

auto = keras.Model(inputs, decoder(AddKL()(encoder(inputs))))
auto.compile(optimizer='adam', loss='binary_crossentropy')'''
SYMBOLIC = r'KerasTensor(?! of )|[Ss]ymbolic (Keras|`?tf)'
# Errors of a model's add_loss(), and of what is passed to it.
ADD_LOSS = (r"NotImplementedError: $|add_loss\(\) can only be|"
            "'str' object has no attribute 'base_dtype'|"
            "'KerasTensor' object has no attribute 'base_dtype'")
TAKES_Z = ('The encoder gives three tensors and the decoder takes z alone: '
           'decoder(encoder(inputs)[0]).')
SIZE = ('A size is None while models are built: write keras.backend.shape(x) '
        'in place of x.shape or int_shape(x).')
# What differs for file 2, whose sizes are tuples.
FIXES_OF_2: dict[str, str] = {
    "Cannot convert '.*' to a shape|Dimension value must be|"
    "int\\(\\) argument .* not 'tuple'":
    'input_dims and latent_dims are tuples: keras.Input(input_dims).',
    'expected shape=.*found shape=':
    'The decoder does not accept what the encoder gives. MaxPooling2D has '
    "padding='same', which rounds odd sizes up; nothing is flattened.",
    'min_ndim=4, found ndim=2':
    'Remove Flatten, and write keras.Input(input_dims).',
}
FIXES: dict[str, str] = {
    r'autoencoder\(\) (missing|takes) \d+':
    'Give autoencoder() the parameters of the specification, in that order.',
    'PermissionError|FileNotFoundError|Operation not permitted':
    'A file that defines autoencoder() must not read or write files. Put what '
    'trains it below if __name__ == \'__main__\':, or remove it.',
    'You must install pydot':
    'autoencoder() need not plot: remove plot_model().',
    'No module named': 'Import only tensorflow.keras.',
    "Cannot convert '.*' to a shape|Dimension value must be":
    'A shape is a tuple: keras.Input((input_dims,)); so is that of the '
    f'decoder, keras.Input((latent_dims,)). {OLD}',
    r'only concatenate tuple \(not "int"\)':
    f'output_shape is a tuple: output_shape=(latent_dims,). {OLD}',
    r"not recognized: \{'lr'": f'Write learning_rate in place of lr. {OLD}',
    "no attribute 'minimize'":
    'Use a tf.GradientTape() and optimizer.apply_gradients() in place of '
    f'minimize(). {OLD}',
    r"no attribute '(ops|random)'":
    f'Use keras.backend, such as keras.backend.exp(). {NEW}',
    r'expects 1 (named )?input.* received 3': TAKES_Z,
    'expected shape=.*found shape=':
    'A model gets a different shape than it expects: write input_dims and '
    'latent_dims, not numbers such as 784.',
    'expected axis -1 of input shape':
    'A layer gets a different number of values than before: call the whole '
    'models, decoder(encoder(inputs)).',
    "infer the shape of the Lambda|Failed to convert elements of .None": SIZE,
    'min_ndim=4, found ndim=2':
    'The input is a vector: use Dense layers, not convolutions.',
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
    'decoder(encoder(inputs)). If you use x.shape[0], write '
    'keras.backend.shape(x)[0].',
    'add_metric': f'Remove add_metric(). {OLD}',
    r'add_loss\(\) (takes|got)':
    f'add_loss() takes the loss alone: remove inputs=. {OLD}',
    "'int' and 'SparseTensor'":
    'Move this computation into the call() of the layer.',
    'BinaryCrossentropy object|class .*BinaryCrossentropy':
    'BinaryCrossentropy is a class: add parentheses, '
    'BinaryCrossentropy().',
    'No loss to compute|No loss found':
    "Pass loss='binary_crossentropy' to auto.compile(). If you wrote a "
    'train_step(), write a test_step() too.',
    r'Incompatible shapes: \[(\d+),(\d+)\] vs. \[(?!\1)\d+,\2\]':
    'A tensor has a fixed batch size: draw epsilon with the shape of the '
    'mean that the function receives, keras.backend.shape().',
    "expects 1 (named )?input.* received 2|'tuple' object has no attribute":
    'fit(x, x) gives train_step() a pair: x, y = data.',
    "'TrackedList' object is not callable":
    'Keras 3 uses this attribute of a model: rename yours, such as '
    'self.my_losses.',
    'maximum recursion depth': 'Remove the call of this function in itself.',
}


def fix_for(error: Raised, task: int, built: bool = False) -> str:
    """Return what to type, or '' if that is not known.

    Args:
        task: the number of the file.
        built: whether autoencoder() had returned.
    """
    if error.by_raise:
        return ''
    said = f'{error.kind}: {error.message}'
    own = FIXES_OF_2 if task == 2 else {}
    for pattern, fix in [*own.items(), *FIXES.items()]:
        if re.search(pattern, said):
            return fix
    if not re.search(f'{SYMBOLIC}|{ADD_LOSS}', said):
        return ''
    function = error.lines[-1].function if error.lines else ''
    return fix_for_tensors(task, built, function)


def fix_for_tensors(task: int, built: bool, function: str) -> str:
    """Return what to type if tensors without values are computed with.

    Args:
        function: the innermost function of the file.
    """
    if built:
        why = ('A loss function may use only its two arguments, y_true and '
               'y_pred.')
        if task == 3:
            return (f'{why} Give the cross-entropy to compile(), and add the '
                    f'KL divergence in a layer:{ADD_KL}')
        return f'{why} Add a penalty with activity_regularizer.'
    if function not in ('autoencoder', ''):
        return (f'{function} may compute only with its arguments, not with '
                'tensors from outside.')
    if task == 3:
        return ("In Keras 3 only layers compute with a model's tensors; in "
                'Keras 2.15 any code does. Draw z in a Lambda, and add the '
                f'KL divergence in a layer:{ADD_KL}')
    return ('Move this computation into the call() of a layer, a Lambda or a '
            f'regularizer. {OLD}')


def fix_for_later_call(error: Raised) -> str:
    """Return what to type if a call fails although an earlier one worked."""
    if not error.by_raise and re.search(
            'incompatible with the layer|Dimensions must be equal',
            error.message):
        return ('Make everything inside autoencoder(): layers that an '
                'earlier call made have a different size.')
    return ''
