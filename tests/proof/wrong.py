"""Wrong submissions: small changes to the files, each with what finds it.

WRONG[task] has rows of a name, the check that must fail, and pairs of a text
in the file and what replaces it everywhere.  If one Keras refuses to build
what the other builds and cannot train, both checks are named, with an 'or'.
The first row with a check is run every time; the others only with -m ''.
"""
BUILDS = 'test_calls_build'
RETURNS = 'test_returns_three_models'
LISTS = 'test_arguments_are_left_alone'
OWN = 'test_calls_build_new_models'
SHAPES = 'test_shapes'
ENCODER = 'test_layers_of_encoder'
DECODER = 'test_layers_of_decoder'
SHARED = 'test_auto_is_made_of_both'
ENCODES = 'test_encoder_computes'
DECODES = 'test_decoder_computes'
AUTO = 'test_auto_decodes_the_encoding'
TRAINING = 'test_training_changes_nothing'
ADAM = 'test_optimizer_is_adam'
FROZEN = 'test_every_weight_is_trained'
EVALUATES = 'test_evaluate_works'
FITS = 'test_fit_works'
LOSS = 'test_loss_is_cross_entropy'
GRADIENTS = 'test_training_follows_the_loss'
PENALTY = 'test_loss_has_the_l1_penalty'
OUTPUTS = 'test_outputs_are_in_order'
FIRST_MEAN = 'test_mean_comes_first'
DRAWN = 'test_z_is_drawn'
NEW = 'test_noise_is_new'
NORMAL = 'test_noise_is_standard_normal'
DECODES_Z = 'test_auto_decodes_z'
ENTROPY = 'test_loss_has_cross_entropy'
KL = 'test_loss_has_the_kl_divergence'
SAME = 'test_fit_has_the_same_loss'
ELBO = 'test_training_follows_the_elbo'

# Lines of the files, and what is put in their place or before them.
IMPORT = 'import tensorflow.keras as keras\n'
DEF = '\n\ndef autoencoder'
FIRST = '    for nodes in hidden_layers:'
START = f'{FIRST}\n'
HIDDEN = ("        hidden = keras.layers.Dense(nodes, activation='relu')"
          '(hidden)')
ENCODED, DECODED = f'{HIDDEN}\n    z =', f'{HIDDEN}\n    reconstruction'
HALF = '    encoder = keras.Model'
WHOLE, COMPILE = '    auto = keras.Model', '    auto.compile('
LATENT = "latent_dims, activation='relu'"
CALL = 'decoder(encoder(encoder_inputs))'
BCE = "loss='binary_crossentropy'"
RETURN = 'return encoder, decoder, auto'
BACK = 'reversed(hidden_layers)'
TF = (IMPORT, 'import tensorflow as tf\n' + IMPORT)


def before(line, text):
    """Return the pair that puts text before a line."""
    return line, text + line


def mapped(name, expression):
    """Return the line that replaces a tensor by an expression of t."""
    return (f'    {name} = keras.layers.Lambda(lambda t: {expression})'
            f'({name})\n')


def adam(arguments):
    """Return the pair that passes arguments to Adam."""
    return "optimizer='adam'", f'optimizer=keras.optimizers.Adam({arguments})'


def model(code):
    """Return the pair that makes auto of a subclass with this code."""
    return (WHOLE, '    class Other(keras.Model):\n        """Trains in '
            f'another way."""\n\n{code}\n    auto = Other')


TAPE = '''        def train_step(self, data):
            """Follow another loss."""
            x, y = data
            with tf.GradientTape() as tape:
                outputs = self(x, training=True)
                loss = tf.reduce_mean(tf.square(y - outputs))
            weights = self.trainable_variables
            self.optimizer.apply_gradients(zip(
                tape.gradient(loss, weights), weights))
            return {'loss': LOSS, 'squares': loss}
'''
SQUARED = [TF, model(TAPE.replace('LOSS', 'loss'))]
PRETENDED = [TF, model(TAPE.replace(
    'LOSS', 'tf.reduce_mean(keras.losses.binary_crossentropy(y, outputs))'))]
UNEVALUATED = [
    TF, model(TAPE.replace("'loss': LOSS, ", '')),
    (f'{BCE},\n                 loss_weights=[input_dims]', 'loss=None')]


def decoded(z):
    """Return pairs for a step of training that decodes another z."""
    return [TF, model(TAPE.replace(
        'outputs = self(x, training=True)',
        '_, mean, log_var = encoder(x)\n                sigma = tf.exp('
        f'log_var / 2)\n                outputs = decoder({z})'
    ).replace(
        'tf.reduce_mean(tf.square(y - outputs))',
        'tf.add_n(encoder.losses) + input_dims * tf.reduce_mean(\n'
        '                    keras.losses.binary_crossentropy(y, outputs))'
    ).replace('LOSS', 'loss'))]


CACHED = '''

BUILT = {}


def autoencoder'''
REMEMBERED = [
    (DEF, CACHED), (RETURN, 'return BUILT.setdefault(repr((\n        '
                    'input_dims, latent_dims)), (encoder, decoder, auto))')]
STOPPED = 'keras.backend.stop_gradient(t)'

WEAK = 'keras.regularizers.L2(1e-4)'
DOUBLED_IN_GRAPHS = (
    BCE, 'loss=lambda y, p: keras.losses.binary_crossentropy(y, p) * (\n'
    "        1 if hasattr(p, 'numpy') else 2)")

VANILLA = [
    # What is no three models, or not those of this call.
    ('returns nothing', RETURNS, (RETURN, 'return None')),
    ('returns strings', RETURNS, (RETURN, "return 'a', 'b', 'c'")),
    ('models of a Keras that nobody offers', RETURNS,
     ('tensorflow.keras', 'tensorflow.python.keras')),
    ('another order', RETURNS, (RETURN, 'return decoder, encoder, auto')),
    ('another name', BUILDS, ('def autoencoder', 'def auto_encoder')),
    ('raises', BUILDS, (RETURN, 'raise ValueError("no")')),
    ('loads digits', BUILDS, before(DEF, "\n\nopen('mnist.npz')\n")),
    ('reversed in place', LISTS,
     (BACK, '(hidden_layers.reverse(), hidden_layers)[1]')),
    ('models of the first call again', OWN, *REMEMBERED),
    ('an optimizer for all calls', OWN,
     (DEF, f'\n\nADAM = keras.optimizers.Adam(){DEF}'),
     ("optimizer='adam'", 'optimizer=ADAM')),
    # Layers of other sizes.
    ('not reversed', DECODER, (BACK, 'hidden_layers')),
    ('the first hidden layer alone', ENCODER,
     (FIRST, '    for nodes in hidden_layers[:1]:')),
    ('a hidden layer too few in the decoder', DECODER,
     (BACK, 'hidden_layers[:0:-1]')),
    ('a layer too many', ENCODER,
     before(HALF, "    z = keras.layers.Dense(latent_dims, 'relu')(z)\n"
            )),
    ('sizes written in', ENCODER, (FIRST, '    for nodes in [128, 64]:')),
    ('input size written in', SHAPES, ('(input_dims,)', '(784,)')),
    ('no bias in the encoder', ENCODER,
     (ENCODED, ENCODED.replace("'relu'", "'relu', use_bias=False"))),
    ('batch normalisation', ENCODER,
     (ENCODED, ENCODED.replace('(hidden)\n', '(hidden)\n        hidden = '
                               'keras.layers.BatchNormalization()(hidden)\n'
                               ))),
    # Numbers that differ.
    ('tanh in the encoder', ENCODES,
     (ENCODED, ENCODED.replace('relu', 'tanh'))),
    ('tanh in the decoder', DECODES,
     (DECODED, DECODED.replace('relu', 'tanh'))),
    ('linear latent layer', ENCODES, (LATENT, 'latent_dims')),
    # Of auto.
    ('weights not shared', SHARED,
     (CALL, 'keras.models.clone_model(decoder)(encoder(encoder_inputs))')),
    ('models that auto does not keep', SHARED, before(
        COMPILE, '    class Chain(keras.Model):\n        def call(self, t):\n'
        '            return decoder(encoder(t))\n\n    auto = Chain()\n')),
    ('inverted', AUTO, (CALL, f'1 - {CALL}')),
    ('dropout on the code', TRAINING,
     (CALL, 'decoder(keras.layers.Dropout(0.1)(encoder(encoder_inputs)))')),
    ('dropout in the encoder', TRAINING,
     before(HALF, '    z = keras.layers.Dropout(0.1)(z)\n')),
    # Of training.
    ('not compiled', ADAM, (f"{COMPILE}optimizer='adam', {BCE})", '    pass')),
    ('SGD', ADAM, ("'adam'", "'sgd'")),
    ('a rate below zero', ADAM, adam('-0.001')),
    ('no loss', f'{EVALUATES} or {LOSS}', (f', {BCE}', '')),
    ('mean squared error', LOSS, (BCE, "loss='mse'")),
    ('a loss that leaves out zeros', LOSS,
     (BCE, 'loss=lambda y, p: keras.losses.binary_crossentropy(\n'
      "        y, p) * keras.backend.mean(keras.backend.cast(y > 0, 'float32')"
      ')')),
    ('label smoothing', LOSS,
     (BCE, 'loss=keras.losses.BinaryCrossentropy(\n        '
      'label_smoothing=0.1)')),
    # Where Keras sees a sigmoid of its own, it takes the logits after all.
    ('weak L2 on the last kernel', LOSS,
     ("'sigmoid'", f"'sigmoid', kernel_regularizer={WEAK}")),
    ('another loss in graphs', GRADIENTS, DOUBLED_IN_GRAPHS),
    ('another loss in training', GRADIENTS, *SQUARED),
    ('the gradient of another loss', GRADIENTS, *PRETENDED),
]
L1 = 'keras.regularizers.L1(lambtha)'
ACTIVITY = f',\n        activity_regularizer={L1}'


def penalty(expression):
    """Return pairs for a layer that adds another penalty for t."""
    return [
        (ACTIVITY, ''), before('    encoder_inputs = hidden', f'''\
    K = keras.backend

    class Penalty(keras.layers.Layer):
        """Adds a loss."""

        def call(self, t, training=None):
            """Change nothing."""
            self.add_loss({expression})
            return t

'''),
        before(HALF, '    z = Penalty()(z)\n')]


NORM = 'lambtha * K.mean(K.sum(K.abs(t), axis=-1))'
SPARSE = [
    ('no penalty', PENALTY, (ACTIVITY, '')),
    ('L1 on the kernel', PENALTY, ('activity_regul', 'kernel_regul')),
    ('L2', PENALTY, ('.L1(', '.L2(')),
    ('doubled', PENALTY, ('L1(lambtha)', 'L1(2 * lambtha)')),
    ('lambtha ignored', PENALTY, ('L1(lambtha)', 'L1(10e-6)')),
    ('L1 on every layer', PENALTY,
     (HIDDEN, HIDDEN.replace("'relu'", f"'relu', activity_regularizer={L1}"))),
    ('L1 before relu', PENALTY, (f"{LATENT}, name='z'", 'latent_dims'),
     before(HALF, "    z = keras.layers.Activation('relu')(z)\n")),
    ('mean over the dimensions', PENALTY,
     *penalty('lambtha * K.mean(K.abs(t))')),
    ('the root of a square', FITS,
     *penalty('lambtha * K.sum(K.sqrt(K.square(t)))')),
    ('penalty while training alone', PENALTY,
     *penalty(f'({NORM}) * (1. if training else 0.)')),
    ('no penalty while training', GRADIENTS,
     *penalty(f'({NORM}) * (0. if training else 1.)')),
    ('penalty that is not followed', GRADIENTS,
     *penalty(NORM.replace('(t)', '(K.stop_gradient(t))'))),
    # What the other files may have as well.
    ('no lambtha', BUILDS, (', lambtha)', ')'),
     (L1, 'keras.regularizers.L1(0.1)')),
    ('names that clash', BUILDS,
     (HIDDEN, HIDDEN.replace("'relu'", "'relu', name=f'dense_{nodes}'"))),
    ('a list that is emptied', LISTS,
     (BACK, '[hidden_layers.pop() for _ in hidden_layers[:]]')),
    ('reconstruction bounded in auto', AUTO, TF, (
        CALL, 'keras.layers.Lambda(lambda t: tf.maximum(\n        t, 0.01))('
        f'{CALL})')),
    ('amsgrad', ADAM, adam('amsgrad=True')),
    ('mixed precision', ADAM, before(
        START, "    keras.mixed_precision.set_global_policy('mixed_float16')\n"
    )),
    ('frozen encoder', FROZEN,
     before(COMPILE, '    encoder.trainable = False\n')),
    ('stopped gradients in the encoder', GRADIENTS,
     (ENCODED, ENCODED.replace('\n    z', '\n' + mapped(
         'hidden', STOPPED).rstrip('\n') + '\n    z'))),
]
CONV = ("hidden = keras.layers.Conv2D(\n            channels, (3, 3), "
        "padding='same', activation='relu')(hidden)\n        hidden = "
        'keras.layers.')
POOL, UP = f'{CONV}MaxPooling2D', f'{CONV}UpSampling2D'
POOLING = "MaxPooling2D((2, 2), padding='same')(hidden)"
LAST = "padding='same', activation='sigmoid'"
GROWN = 'UpSampling2D((2, 2))'
FILTERS = '    for channels in filters:\n'
CONVOLUTIONAL = [
    ('one channel written in', SHAPES, ('input_dims[-1]', '1')),
    ('filters not reversed', DECODER, ('reversed(rest)', 'rest')),
    ('last filters again', DECODER, ('first, (3', 'filters[-1], (3')),
    ('filters reversed in place', LISTS,
     ('    first, *rest = filters', '    filters.reverse()\n'
      '    *rest, first = filters\n    rest = rest[::-1]')),
    ('average pooling', ENCODES, ('MaxPooling2D', 'AveragePooling2D')),
    ('strides instead of pooling', ENCODES,
     (f"(hidden)\n        hidden = keras.layers.{POOLING}", '(hidden)'),
     ("channels, (3, 3), padding='same', activation='relu')(hidden)\n"
      '    encoder',
      "channels, (3, 3), 2, padding='same', activation='relu')(hidden)\n"
      '    encoder')),
    ('pooling that leaves the edge', SHAPES,
     (POOLING, 'MaxPooling2D((2, 2))(hidden)'),
     ('keras.Input(latent_dims', 'keras.Input(encoder.output_shape[1:]')),
    ('valid padding where nothing is left', BUILDS,
     (UP, UP.replace('same', 'valid'))),
    ('pooling before the convolution', ENCODES,
     (f'{CONV}{POOLING}', f'hidden = keras.layers.{POOLING}\n        '
      + CONV.partition('\n        hidden')[0])),
    ('kernel of five in the encoder', ENCODER,
     (POOL, POOL.replace('3, 3', '5, 5'))),
    ('valid padding in the encoder', ENCODES,
     (POOL, POOL.replace("'same'", "'valid' if hidden is encoder_inputs else"
                         " 'same'"))),
    ('same padding throughout', SHAPES,
     ("padding='valid'", "padding='same'")),
    ('valid padding at the end', SHAPES,
     (LAST, LAST.replace('same', 'valid'))),
    ('bilinear upsampling', DECODES,
     (GROWN, "UpSampling2D((2, 2), interpolation='bilinear')")),
    ('transposed convolutions', DECODER,
     (UP, UP.replace('Conv2D(', 'Conv2DTranspose('))),
    ('relu output', DECODES, ("'sigmoid'", "'relu'")),
    # What the other files may have as well.
    ('returns models in a model', RETURNS,
     (RETURN, 'return (encoder, decoder), auto')),
    ('not valid Python', BUILDS, (RETURN, 'return encoder, decoder auto')),
    ('eager execution off', BUILDS,
     (IMPORT, 'import tensorflow\nimport tensorflow.keras as keras\n'
      'tensorflow.compat.v1.disable_eager_execution()\n')),
    ('divided by 255', ENCODES,
     before(FILTERS, '    hidden = keras.layers.Rescaling(1 / 255)(hidden)\n'
            )),
    ('turned images', f'{ENCODES} or {TRAINING}',
     before(FILTERS, '    hidden = keras.layers.RandomFlip()(hidden)\n')),
    ('weight decay', ADAM, adam('weight_decay=0.01')),
    ('a frozen layer', FROZEN,
     before(COMPILE, '    decoder.layers[1].trainable = False\n')),
    ('a loss that cannot be computed', EVALUATES,
     (BCE, 'loss=lambda y, p: keras.losses.unknown(y, p)')),
    ('a loss that is for graphs alone', EVALUATES,
     (BCE, "loss=lambda y, p: unknown if hasattr(p, 'numpy') "
      'else keras.losses.binary_crossentropy(y, p)')),
    ('a loss that is eager alone', FITS,
     (BCE, 'loss=lambda y, p: keras.losses.binary_crossentropy(y, p) if '
      "hasattr(\n        p, 'numpy') else unknown")),
    ('L2 on the kernels', LOSS,
     (POOL, POOL.replace("'relu'", "'relu', kernel_regularizer='l2'"))),
    ('L1 on the layers of the encoder', LOSS,
     (POOL, POOL.replace("'relu'", "'relu', activity_regularizer='l1'"))),
]
MEAN = ',\n        activity_regularizer=keras.regularizers.L2(1 / 2)'
VARIANCE = ',\n        activity_regularizer=VarianceDivergence()'
NOISE = 'keras.backend.exp(z_log_var / 2) * epsilon'
SHAPE = 'keras.backend.shape(z_mean)'
EPSILON = f'keras.backend.random_normal({SHAPE})'
SAMPLE = "keras.layers.Lambda(sample, name='z')([z_mean, z_log_var])"
CALL3 = 'decoder(encoder(encoder_inputs)[0])'


def noise(expression):
    """Return the pair that draws epsilon in another way."""
    return EPSILON, expression


def layer(lines):
    """Return pairs for z by a layer with these lines, and no other loss."""
    code = '\n'.join(f'            {line}' for line in lines)
    return [(MEAN, ''), (VARIANCE, ''),
            before('    encoder_inputs = hidden', f'''\
    class Draw(keras.layers.Layer):
        """Draws z."""

        def call(self, inputs, training=None):
            """Draw, and add a loss."""
            K = keras.backend
            z_mean, z_log_var = inputs
            z = sample(inputs)
            kl = (K.square(z_mean) + K.exp(z_log_var) - z_log_var - 1) / 2
            loss = K.mean(K.sum(kl, axis=-1))
{code}

'''), (SAMPLE, 'Draw()([z_mean, z_log_var])')]


def divergence(expression):
    """Return pairs for a layer that adds another divergence."""
    return layer([f'self.add_loss({expression})', 'return z'])


VARIATIONAL = [
    ('returns z alone', SHAPES,
     ('[z, z_mean, z_log_var]', 'z'),
     ('(encoder_inputs)[0]', '(encoder_inputs)')),
    ('one layer for both', ENCODER,
     ('[z_mean, z_log_var])', '[z_mean, z_mean])'),
     ('[z, z_mean, z_log_var]', '[z, z_mean, z_mean]')),
    ('log variance from the mean', ENCODER,
     ('VarianceDivergence())(hidden)', 'VarianceDivergence())(z_mean)')),
    # Outputs of the encoder.
    ('mean, log variance, z', OUTPUTS,
     ('[z, z_mean, z_log_var]', '[z_mean, z_log_var, z]'),
     ('(encoder_inputs)[0]', '(encoder_inputs)[2]')),
    ('log variance before mean', FIRST_MEAN,
     ('[z, z_mean, z_log_var]', '[z, z_log_var, z_mean]')),
    ('variance', ENCODES,
     ('[z, z_mean, z_log_var]', '[z, z_mean, keras.layers.Lambda('
      'keras.backend.exp)(z_log_var)]')),
    ('relu on the mean', ENCODES,
     ("name='z_mean'", "name='z_mean', activation='relu'")),
    ('relu on the log variance', ENCODES,
     ("name='z_log_var'", "name='z_log_var', activation='relu'")),
    ('log variance clipped nearby', ENCODES,
     before('    z = ', mapped('z_log_var',
                               'keras.backend.clip(t, -1, 1)'))),
    # Of auto.
    ('decoder called on all three', f'{BUILDS} or {SHAPES}',
     (CALL3, 'decoder(encoder(encoder_inputs))')),
    ('mean decoded', DECODES_Z,
     (CALL3, 'decoder(encoder(encoder_inputs)[1])')),
    # Noise.
    ('no noise', DRAWN, (f' + {NOISE}', ' + 0 * z_log_var')),
    ('no noise while training', DRAWN,
     *layer(['self.add_loss(loss)', 'return z_mean if training else z'])),
    ('no noise when called', DRAWN,
     *layer(['self.add_loss(loss)', 'return z if training else z_mean'])),
    ('no noise in predict', DRAWN,
     *layer(['self.add_loss(loss)',
             'return z_mean if training is False else z'])),
    ('no mean in z', DRAWN, ('return z_mean + ', 'return ')),
    ('noise shared by a batch', NEW,
     noise('keras.backend.random_normal((1, latent_dims))')),
    ('noise of a seed', NEW, TF,
     noise(f'tf.random.stateless_normal({SHAPE}, (1, 2))')),
    ('variance taken for deviation', NORMAL, ('(z_log_var / 2)',
                                              '(z_log_var)')),
    ('log variance taken for deviation', NORMAL,
     ('keras.backend.exp(z_log_var / 2)', 'z_log_var')),
    ('noise of half the size', NORMAL, ('* epsilon', '* epsilon / 2')),
    # The loss.
    ('no KL', KL, (MEAN, ''), (VARIANCE, '')),
    ('KL without the mean', KL, (MEAN, '')),
    ('KL without the log variance', KL, (VARIANCE, '')),
    ('KL negated', KL, *divergence('-loss')),
    ('mean not squared', KL, ('regularizers.L2(1', 'regularizers.L1(1')),
    ('no constant', KL, ('z_log_var - 1)', 'z_log_var)')),
    ('the logarithm of a log variance', EVALUATES,
     ('- z_log_var - 1', '- keras.backend.log(z_log_var) - 1')),
    ('KL of free bits', KL,
     *divergence('K.maximum(loss, 0.5 * latent_dims)')),
    ('KL summed over the batch', KL, *divergence('K.sum(kl)')),
    ('the mean decoded in a step', ELBO, *decoded('mean')),
    ('no KL while training', SAME,
     *divergence('loss * (0. if training else 1.)')),
    ('loss of another weight', ENTROPY, ('[input_dims]', '[10 * input_dims]')),
    ('no loss to evaluate', f'{ENTROPY} or {EVALUATES}',
     (MEAN, ''), (VARIANCE, ''), *UNEVALUATED),
    ('another loss in training', SAME, *SQUARED),
    ('another loss in graphs', SAME, DOUBLED_IN_GRAPHS),
    # What learns.
    ('RMSprop', ADAM, ("'adam'", "'rmsprop'")),
    ('a frozen log variance', FROZEN,
     before(COMPILE, "    encoder.get_layer('z_log_var').trainable = False"
            '\n')),
    ('stopped gradients of the mean', ELBO,
     before('    z = ', mapped('z_mean', STOPPED))),
    ('stopped gradients of the log variance', ELBO,
     before('    z = ', mapped('z_log_var', STOPPED))),
    ('stopped gradients of z', ELBO,
     before(HALF, mapped('z', STOPPED))),
]
WRONG = {0: VANILLA, 1: SPARSE, 2: CONVOLUTIONAL, 3: VARIATIONAL}
