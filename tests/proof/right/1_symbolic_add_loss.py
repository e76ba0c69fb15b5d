#!/usr/bin/env python3
"""The penalty is added to the finished model, as Keras 2 allows."""
import tensorflow.keras as keras
import tensorflow.keras.backend as K


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    X = h = keras.Input(shape=(input_dims,))
    for n in hidden_layers:
        h = keras.layers.Dense(n, activation='relu')(h)
    h = keras.layers.Dense(latent_dims, activation='relu')(h)
    encoder = keras.Model(X, h)

    Z = y = keras.Input(shape=(latent_dims,))
    for n in hidden_layers[::-1]:
        y = keras.layers.Dense(n, activation='relu')(y)
    y = keras.layers.Dense(input_dims, activation='sigmoid')(y)
    decoder = keras.Model(Z, y)

    code = encoder(X)
    auto = keras.Model(X, decoder(code))
    auto.add_loss(lambtha * K.mean(K.sum(K.abs(code), axis=1)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
