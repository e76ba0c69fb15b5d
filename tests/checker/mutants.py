"""Wrong submissions: small changes to the files, each with what finds it.

MUTANTS[task] has rows of a name, the check that must fail, and pairs of a
text in the file and what takes its place, everywhere.  What one Keras does
not build, the other may build and not train: hence an 'or'.
"""
FIRST = 'test_file_builds_models'
RETURNS = 'test_returns_three_models'
SHAPES = 'test_shapes_of_the_models'
LISTS = 'test_arguments_are_left_alone'
SHARED = 'test_auto_shares_the_weights'
DECODES = 'test_auto_decodes_what_it_encodes'
ADAM = 'test_optimizer_is_adam'
TRAINS = 'test_auto_can_be_trained'
LOSS = 'test_loss_is_binary_cross_entropy'
ENCODER = 'test_layers_of_the_encoder'
DECODER = 'test_layers_of_the_decoder'
ENCODER_RELU = 'test_hidden_layers_of_the_encoder_use_relu'
DECODER_RELU = 'test_hidden_layers_of_the_decoder_use_relu'
LATENT_RELU = 'test_latent_layer_uses_relu'
SIGMOID = 'test_last_layer_of_the_decoder_uses_sigmoid'
PENALTY = 'test_penalty_is_the_l1_norm_of_the_encoding'
KL = 'test_loss_has_the_kl_divergence'

RELU = "(nodes, activation='relu')(hidden)\n    latent = "
RETURN = 'return encoder, decoder, auto'
AUTO = 'decoder(encoder(image))'
COMPILE = "auto.compile(optimizer='adam', loss='binary_crossentropy')"

ANY = [
    ('returns nothing', RETURNS, (RETURN, 'return None')),
    ('returns two models', RETURNS, (RETURN, 'return encoder, decoder')),
    ('returns strings', RETURNS, (RETURN, "return 'a', 'b', 'c'")),
    ('another order', SHAPES, (RETURN, 'return decoder, encoder, auto')),
    ('another name', FIRST, ('def autoencoder', 'def auto_encoder')),
    ('too few parameters', FIRST, (', latent_dims', '')),
    ('raises', FIRST, (RETURN, 'raise ValueError("no")')),
]
COMPILED = [
    ('not compiled', ADAM, (COMPILE, 'pass')),
    ('SGD', ADAM, ("optimizer='adam'", "optimizer='sgd'")),
    ('Adamax', ADAM, ("optimizer='adam'", "optimizer='adamax'")),
    ('mean squared error', LOSS, ("'binary_crossentropy'", "'mse'")),
    ('categorical cross-entropy', LOSS,
     ("'binary_crossentropy'", "'categorical_crossentropy'")),
    ('loss that can be trained on alone', LOSS,
     ("'binary_crossentropy'", "lambda y, p: unknown if hasattr(p, 'numpy') "
      'else keras.losses.binary_crossentropy(y, p)')),
    ('frozen decoder', TRAINS,
     ("name='decoder')\n",
      "name='decoder')\n    decoder.trainable = False\n")),
    ('weights not shared', SHARED,
     (f'{AUTO}', 'keras.models.clone_model(decoder)(encoder(image))')),
    ('encodes twice', DECODES, (AUTO, '1 - ' + AUTO)),
]
DENSE = [
    ('not reversed', DECODER, ('reversed(hidden_layers)', 'hidden_layers')),
    ('reversed in place', LISTS,
     ('reversed(hidden_layers)', '(hidden_layers.reverse(), '
      'hidden_layers)[1]')),
    ('sorted', DECODER, ('reversed(hidden_layers)', 'sorted(hidden_layers)')),
    ('the first hidden layer alone', ENCODER,
     ('for nodes in hidden_layers', 'for nodes in hidden_layers[:1]')),
    ('a hidden layer too few in the decoder', DECODER,
     ('reversed(hidden_layers)', 'hidden_layers[:0:-1]')),
    ('a layer too many', ENCODER,
     ('    encoder = ', '    latent = keras.layers.Dense(latent_dims, '
      "activation='relu')(latent)\n    encoder = ")),
    ('dropout', ENCODER,
     ('    encoder = ', '    latent = keras.layers.Dropout(0.1)(latent)\n'
      '    encoder = ')),
    ('sizes written in', ENCODER, ('in hidden_layers:', 'in [128, 64]:')),
    ('tanh in the encoder', ENCODER_RELU, (RELU, RELU.replace(
        'relu', 'tanh'))),
    ('leaky relu in the encoder', ENCODER_RELU, (RELU, RELU.replace(
        "'relu'", 'keras.layers.LeakyReLU()'))),
    ('tanh in the decoder', DECODER_RELU,
     ("activation='relu')(hidden)\n    reconstruction",
      "activation='tanh')(hidden)\n    reconstruction")),
    ('no activation in the decoder', DECODER_RELU,
     ("(nodes, activation='relu')(hidden)\n    reconstruction",
      '(nodes)(hidden)\n    reconstruction')),
    ('linear latent layer', LATENT_RELU,
     ("latent_dims, activation='relu'", 'latent_dims')),
    ('sigmoid latent layer', LATENT_RELU,
     ("latent_dims, activation='relu'", "latent_dims, activation='sigmoid'")),
    ('relu output', SIGMOID, ("'sigmoid'", "'relu'")),
    ('tanh output', SIGMOID, ("'sigmoid'", "'tanh'")),
    ('latent size written in', SHAPES, ('latent_dims, act', '32, act'),
     ('(latent_dims,)', '(32,)')),
    ('input size written in', SHAPES, ('(input_dims,)', '(784,)')),
]
L1 = 'keras.regularizers.L1(lambtha)'
ACTIVITY = f',\n        activity_regularizer={L1}'
SPARSE = [
    ('no penalty', PENALTY, (ACTIVITY, '')),
    ('L1 on the kernel', PENALTY, ('activity_regul', 'kernel_regul')),
    ('L2', PENALTY, ('.L1(', '.L2(')),
    ('halved', PENALTY, ('L1(lambtha)', 'L1(lambtha / 2)')),
    ('lambtha ignored', PENALTY, ('L1(lambtha)', 'L1(10e-6)')),
    ('doubled', PENALTY, ('L1(lambtha)', 'L1(2 * lambtha)')),
    ('L1 on every layer', PENALTY,
     ("activation='relu')(hidden)",
      f"activation='relu', activity_regularizer={L1})(hidden)")),
    ('L1 on the output', PENALTY,
     (ACTIVITY, ''), ("name='reconstruction'", "name='reconstruction'"
                      + ACTIVITY)),
]
CONV = ("hidden = keras.layers.Conv2D(\n            channels, (3, 3), "
        "padding='same', activation='relu')(hidden)\n        hidden = "
        'keras.layers.')
POOL, UP = f'{CONV}MaxPooling2D', f'{CONV}UpSampling2D'
LAST = "padding='same', activation='sigmoid'"
CONVOLUTIONAL = [
    ('one channel written in', SHAPES, ('input_dims[-1]', '1')),
    ('channels of the filters', SHAPES, ('input_dims[-1]', 'first')),
    ('filters not reversed', DECODER, ('reversed(rest)', 'rest')),
    ('filters written in', ENCODER, ('in filters:',
                                     'in [16, *filters[1:]]:')),
    ('a filter count written in', DECODER, ('first, (3', '16, (3')),
    ('last filters again', DECODER, ('first, (3', 'filters[-1], (3')),
    ('a convolution too many', DECODER,
     ('    reconstruction =', "    hidden = keras.layers.Conv2D(4, (3, 3), "
      "padding='same', activation='relu')(hidden)\n    reconstruction =")),
    ('filters reversed in place', LISTS,
     ('    first, *rest = filters', '    filters.reverse()\n'
      '    *rest, first = filters\n    rest = rest[::-1]')),
    ('average pooling', ENCODER, ('MaxPooling2D', 'AveragePooling2D')),
    ('no pooling', ENCODER,
     ("hidden = keras.layers.MaxPooling2D((2, 2), padding='same')(hidden)",
      'hidden = hidden'), ("padding='same', activation='relu')(hidden)\n"
                           '        hidden = hidden',
                           "padding='same', activation='relu', strides=2)"
                           '(hidden)')),
    ('pooling of three', 'test_pooling_of_the_encoder',
     ('MaxPooling2D((2, 2), ', 'MaxPooling2D((3, 3), strides=2, ')),
    ('kernel of five in the encoder', 'test_kernels_of_the_encoder',
     (POOL, POOL.replace('3, 3', '5, 5'))),
    ('kernel of five in the decoder', 'test_kernels_of_the_decoder',
     (UP, UP.replace('3, 3', '5, 5'))),
    ('kernel of one at the end', 'test_kernels_of_the_decoder',
     ('input_dims[-1], (3, 3)', 'input_dims[-1], (1, 1)')),
    ('valid padding in the encoder', 'test_padding_of_the_encoder',
     (POOL, POOL.replace("'same'", "'valid' if hidden is image else 'same'"
                         ))),
    ('same padding throughout', 'test_padding_of_the_decoder',
     ("padding='valid'", "padding='same'")),
    ('valid padding at the end', 'test_padding_of_the_decoder',
     (LAST, LAST.replace('same', 'valid'))),
    ('upsampling of three', 'test_upsampling_of_the_decoder',
     ("keras.layers.UpSampling2D((2, 2))(hidden)\n    reconstruction",
      "keras.layers.UpSampling2D((3, 3))(hidden)\n    reconstruction")),
    ('transposed convolutions', DECODER,
     (UP, UP.replace('Conv2D(', 'Conv2DTranspose('))),
    ('tanh in the encoder', 'test_convolutions_of_the_encoder_use_relu',
     (POOL, POOL.replace('relu', 'tanh'))),
    ('tanh in the decoder', 'test_convolutions_of_the_decoder_use_relu',
     (UP, UP.replace('relu', 'tanh'))),
    ('tanh before the last', 'test_convolutions_of_the_decoder_use_relu',
     ("padding='valid', activation='relu'",
      "padding='valid', activation='tanh'")),
    ('relu output', SIGMOID, ("'sigmoid'", "'relu'")),
]
MEAN = '        activity_regularizer=keras.regularizers.L2(1 / 2))(hidden)'
NOISE = 'keras.backend.exp(log_variance / 2) * epsilon'
Z = 'keras.backend.random_normal(keras.backend.shape(mean))'
AUTO3 = 'decoder(encoder(image)[0])'
DRAWN, OUTPUTS = 'test_z_is_drawn', 'test_outputs_are_z_mean_and_log_variance'
NORMAL = 'test_noise_is_standard_normal'
VARIATIONAL = [
    ('twice z decoded', DECODES,
     (AUTO3, 'decoder(2 * encoder(image)[0])')),
    ('decoder called on all three', f'{FIRST} or {TRAINS}',
     (AUTO3, 'decoder(encoder(image))')),
    ('one layer for both', ENCODER,
     ('[mean, log_variance])', '[mean, mean])'),
     ('[z, mean, log_variance]', '[z, mean, mean]')),
    ('mean, log variance, z', 'test_mean_and_log_variance_do_not_vary',
     ('[z, mean, log_variance]', '[mean, log_variance, z]'),
     ('(image)[0]', '(image)[2]')),
    ('mean of both', OUTPUTS,
     ('[z, mean, log_variance]', '[z, mean, keras.layers.Add()(['
      'mean, log_variance])]')),
    ('log variance before mean', NORMAL,
     ('[z, mean, log_variance]', '[z, log_variance, mean]')),
    ('relu on the mean', 'test_mean_and_log_variance_have_no_activation',
     ("name='mean'", "name='mean', activation='relu'")),
    ('relu on the log variance',
     'test_mean_and_log_variance_have_no_activation',
     ("name='log_variance'", "name='log_variance', activation='relu'")),
    ('no noise', DRAWN, (f' + {NOISE}', ' + 0 * log_variance')),
    ('noise shared by a batch', 'test_noise_is_new_for_every_sample',
     (Z, 'keras.backend.random_normal((1, latent_dims))')),
    ('noise shared by the dimensions', 'test_noise_is_new_for_every_dimension',
     (Z, 'keras.backend.random_normal((keras.backend.shape(mean)[0], 1))')),
    ('noise drawn once', 'test_noise_is_new_at_every_call',
     (Z, 'keras.backend.sin(keras.backend.reshape(keras.backend.cumsum('
      'keras.backend.ones_like(keras.backend.flatten(mean))) * 12.9898, '
      'keras.backend.shape(mean))) * 2 ** 0.5')),
    ('variance taken for deviation', NORMAL, ('(log_variance / 2)',
                                              '(log_variance)')),
    ('log variance taken for deviation', NORMAL,
     ('keras.backend.exp(log_variance / 2)', 'log_variance')),
    ('noise of half the size', NORMAL, ('* epsilon', '* epsilon / 2')),
    ('uniform noise', NORMAL, ('random_normal(', 'random_uniform(')),
    ('noise in the mean', 'test_mean_and_log_variance_do_not_vary',
     ('encoder = keras.Model(image, [z, mean',
      'encoder = keras.Model(image, [z, keras.layers.Lambda(lambda t: t + '
      'keras.backend.random_normal(keras.backend.shape(t)))(mean)')),
    ('no KL', KL, (MEAN, '        )(hidden)'),
     (',\n        activity_regularizer=VarianceDivergence()', '')),
    ('KL without the mean', KL, (MEAN, '        )(hidden)')),
    ('KL without the log variance', KL,
     (',\n        activity_regularizer=VarianceDivergence()', '')),
    ('KL negated', KL,
     ('keras.regularizers.L2(1 / 2)', 'lambda t: -keras.backend.sum(t * t)'
      ' / 2'),
     ('sum(variance - log_variance - 1)',
      'sum(1 + log_variance - variance)')),
    ('mean not squared', KL, ('regularizers.L2(1', 'regularizers.L1(1')),
    ('mean twice', KL, ('L2(1 / 2)', 'L2(1.0)')),
    ('variance not exponentiated', KL, ('keras.backend.exp(log_variance)\n',
                                        'log_variance ** 2\n')),
    ('no constant', KL, ('log_variance - 1)', 'log_variance)')),
    ('loss of another weight', LOSS, ('[input_dims]', '[10 * input_dims]')),
    ('mean squared error', LOSS, ("'binary_crossentropy'", "'mse'")),
    ('not reversed', DECODER, ('reversed(hidden_layers)', 'hidden_layers')),
    ('sizes written in', ENCODER, ('in hidden_layers:', 'in [512]:')),
    ('relu output', SIGMOID, ("'sigmoid'", "'relu'")),
    ('loss of its own tensors', TRAINS,
     ("loss='binary_crossentropy'", 'loss=lambda y, p: keras.backend.mean('
      'keras.backend.square(mean)) + keras.losses.binary_crossentropy(y, p)')),
]
MUTANTS = {0: ANY + COMPILED + DENSE, 1: SPARSE, 2: CONVOLUTIONAL,
           3: VARIATIONAL}
