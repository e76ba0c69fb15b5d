"""The same correct work, written in another way, passes whole."""
import pytest

from classroom import failures_of

RELU = "(nodes, activation='relu')(hidden)"
COMPILE = "optimizer='adam', loss='binary_crossentropy'"
RETURN = 'return encoder, decoder, auto'
AUTO = 'keras.Model(image, decoder(encoder(image)), '
FLAT = '''tensor = image
    for layer in encoder.layers[1:] + decoder.layers[1:]:
        tensor = layer(tensor)
    auto = keras.Model(image, tensor, '''
SEQUENTIAL = '''encoder = keras.Sequential([keras.Input((input_dims,))])
    for nodes in hidden_layers:
        encoder.add(keras.layers.Dense(nodes, activation='relu'))
    encoder.add(keras.layers.Dense(latent_dims, activation='relu'))
    latent = encoder(image)
'''
DENSE = [
    ('the file as it is', ),
    ('relu as a function', ("'relu'", 'keras.activations.relu')),
    ('relu and sigmoid of TensorFlow',
     ('import tensorflow.keras as keras', 'import tensorflow as tf\n'
      'import tensorflow.keras as keras'),
     ("'relu'", 'tf.nn.relu'), ("'sigmoid'", 'tf.nn.sigmoid')),
    ('an Activation layer', (RELU, "(nodes)(hidden)\n        hidden = "
                             "keras.layers.Activation('relu')(hidden)")),
    ('a ReLU layer', (RELU, '(nodes)(hidden)\n        hidden = '
                      'keras.layers.ReLU()(hidden)')),
    ('the loss as a function', ("'binary_crossentropy'",
                                'keras.losses.binary_crossentropy')),
    ('the loss as an object', ("'binary_crossentropy'",
                               'keras.losses.BinaryCrossentropy()')),
    ('an optimizer of its own', ("'adam'", 'keras.optimizers.Adam(0.01)')),
    ('positional compile', (COMPILE, "'Adam', 'binary_crossentropy'")),
    ('metrics', (COMPILE, COMPILE + ", metrics=['mse']")),
    ('a list returned', (RETURN, 'return [encoder, decoder, auto]')),
    ('flat', (f'auto = {AUTO}', FLAT)),
    ('auto is Sequential', (f'{AUTO}name=', 'keras.Sequential([encoder, '
                            'decoder], name=')),
    ('encoder is Sequential',
     ('    encoder = keras.Model(image, latent, ', '    unused = latent\n'
      f'    {SEQUENTIAL}    unused = keras.Model(image, latent, ')),
    ('layers under an alias', ('    image = ', '    layers = keras.layers\n'
                               '    image = '),
     ('keras.layers.Dense', 'layers.Dense')),
    ('keras from tensorflow', ('import tensorflow.keras as keras',
                               'from tensorflow import keras')),
    ('other names', ("name='encoder'", "name='model_7'"),
     ("name='reconstruction'", "name='x'")),
    ('a file that also trains',
     (RETURN, RETURN + "\n\n\nif __name__ == '__main__':\n    import os\n"
      "    print(open(os.devnull).read())")),
    ('indices', ('in reversed(hidden_layers):', 'in [hidden_layers[i] for i '
                 'in range(len(hidden_layers) - 1, -1, -1)]:')),
]
ACTIVITY = 'activity_regularizer=keras.regularizers.L1(lambtha)'
SPARSE = [
    ('l1 in lower case', ('regularizers.L1', 'regularizers.l1')),
    ('L1L2', ('L1(lambtha)', 'L1L2(l1=lambtha)')),
    ('a function', ('keras.regularizers.L1(lambtha)',
                    'lambda h: lambtha * keras.backend.sum('
                    'keras.backend.abs(h))')),
    ('a layer', (',\n        ' + ACTIVITY, ''),
     ('    encoder = ', '    latent = keras.layers.ActivityRegularization('
      'l1=lambtha)(latent)\n    encoder = ')),
]
CONVOLUTIONAL = [
    ('sizes as numbers', ('(3, 3)', '3'), ('(2, 2)', '2')),
    ('sizes by name', ('channels, (3, 3)', 'channels, kernel_size=(3, 3)')),
    ('Activation layers',
     ("padding='same', activation='relu')(hidden)",
      "padding='same')(hidden)\n        hidden = "
      "keras.layers.Activation('relu')(hidden)")),
    ('explicit strides', ("(2, 2), padding", "(2, 2), (2, 2), padding")),
    ('other names of the layers', ('Conv2D', 'Convolution2D'),
     ('MaxPooling2D', 'MaxPool2D')),
    ('flat', (f'auto = {AUTO}', FLAT)),
]
SAMPLE = ("keras.layers.Lambda(sample, name='z')([mean, log_variance])")
NO_KL = [
    (',\n        activity_regularizer=keras.regularizers.L2(1 / 2)', ''),
    (',\n        activity_regularizer=VarianceDivergence()', '')]
LAYER = '''    class Draw(keras.layers.Layer):
        """Draws z and adds the KL divergence."""

        def call(self, inputs):
            """Draw."""
            mean, log_variance = inputs
            self.add_loss(-0.5 * keras.backend.mean(keras.backend.sum(
                1 + log_variance - keras.backend.square(mean)
                - keras.backend.exp(log_variance), axis=-1)))
            return sample(inputs)

    image = '''
DRAW = 'Draw()([mean, log_variance])'
VARIATIONAL = [
    ('the file as it is', ),
    ('a lambda', (SAMPLE, 'keras.layers.Lambda(lambda t: sample(t))('
                  '[mean, log_variance])')),
    ('a layer that samples and adds the KL', *NO_KL, ('    image = ', LAYER),
     (SAMPLE, DRAW)),
    ('the KL weighted down, the cross-entropy a mean', *NO_KL,
     ('    image = ', LAYER), (SAMPLE, DRAW), ('-0.5', '-0.5 / input_dims'),
     ('[input_dims]', '[1]')),
    ('the KL weighted down alone', ('L2(1 / 2)', 'L2(1 / 100)'),
     ('log_variance - 1) / 2', 'log_variance - 1) / 100')),
    ('a loss of its own', (COMPILE, "optimizer='adam', loss=lambda y, p: "
                           'keras.backend.mean(keras.losses.'
                           'binary_crossentropy(y, p))')),
    ('a deviation written as a power', ('keras.backend.exp(log_variance / 2)',
                                        '2.718281828459045 ** '
                                        '(0.5 * log_variance)')),
    ('operations on tensors', (SAMPLE, 'mean + (\n        keras.ops if '
                               "hasattr(keras, 'ops') else keras.backend"
                               ').exp(log_variance / 2) * keras.layers.Lambda('
                               '\n        lambda t: keras.backend.'
                               'random_normal(keras.backend.shape(t))'
                               ')(mean)')),
    ('a list returned', (RETURN, 'return [encoder, decoder, auto]')),
    ("another learning rate",
     ("'adam'", 'keras.optimizers.Adam(learning_rate=1e-4)')),
]
WAYS = {0: DENSE, 1: SPARSE, 2: CONVOLUTIONAL, 3: VARIATIONAL}


@pytest.fixture(scope='module')
def failures(tmp_path_factory):
    """Return {(task, number): {check: message}} of what each way fails."""
    return failures_of(tmp_path_factory.mktemp('ways'), {
        task: [way[1:] for way in ways] for task, ways in WAYS.items()})


@pytest.mark.parametrize('task, number', [
    pytest.param(task, number, id=f'{task}-{way[0]}'.replace(' ', '-'))
    for task, ways in WAYS.items() for number, way in enumerate(ways)])
def test_equivalent_passes(task, number, failures):
    """The same work written in another way passes every check."""
    assert failures[task, number] == {}
