#!/usr/bin/env python3
"""The autoencoder passes through each layer of the others, one by one."""
from tensorflow.keras import Model, layers as L


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    down = [L.Dense(units, activation='relu') for units in hidden_layers]
    down.append(L.Dense(latent_dims, activation='relu'))
    up = [L.Dense(units, activation='relu') for units in hidden_layers[::-1]]
    up.append(L.Dense(input_dims, activation='sigmoid'))

    def through(tensor, layers):
        for layer in layers:
            tensor = layer(tensor)
        return tensor

    image, code = L.Input(shape=(input_dims,)), L.Input(shape=(latent_dims,))
    encoder = Model(image, through(image, down))
    decoder = Model(code, through(code, up))
    auto = Model(image, through(encoder.output, decoder.layers[1:]))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
