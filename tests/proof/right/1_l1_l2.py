#!/usr/bin/env python3
"""The penalty is an L1L2, made once; layers are taken by their names."""
from tensorflow import keras
from tensorflow.keras import regularizers


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    sparse = regularizers.L1L2(l1=lambtha, l2=0.)
    image = keras.Input(shape=(input_dims,))
    code = keras.Input(shape=(latent_dims,))

    x = image
    for place, nodes in enumerate(hidden_layers, start=1):
        x = keras.layers.Dense(units=nodes, activation='relu',
                               name='down_%d' % place)(x)
    encoder = keras.Model(image, keras.layers.Dense(
        units=latent_dims, activation=keras.layers.ReLU(),
        activity_regularizer=sparse, name='code')(x))

    x = code
    for place, nodes in zip(range(len(hidden_layers), 0, -1),
                            reversed(hidden_layers)):
        x = keras.layers.Dense(units=nodes, activation='relu',
                               name='up_%d' % place)(x)
    decoder = keras.Model(code, keras.layers.Dense(
        units=input_dims, activation='sigmoid', name='image')(x))

    auto = keras.Model(inputs=image, outputs=decoder(encoder(image)))
    auto.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3,
                                                 beta_1=0.9, beta_2=0.99),
                 loss='binary_crossentropy')
    return encoder, decoder, auto
