#!/usr/bin/env python3
"""Layers come from a star import; relu is called as a function."""
from tensorflow.keras.layers import *
from tensorflow.keras.activations import relu, sigmoid
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    image = Input((input_dims,))
    x = image
    for units in hidden_layers:
        x = Lambda(relu)(Dense(units)(x))
    x = Lambda(lambda t: relu(t))(Dense(latent_dims)(x))
    encoder = Model(image, x)

    code = Input((latent_dims,))
    x = code
    for units in reversed(hidden_layers):
        x = Dense(units, activation=lambda t: relu(t))(x)
    x = Dense(input_dims, activation=sigmoid)(x)
    decoder = Model(code, x)

    auto = Model(image, decoder(encoder(image)))
    auto.compile(optimizer=Adam(learning_rate=0.002, beta_1=0.85),
                 loss='binary_crossentropy')
    return encoder, decoder, auto
