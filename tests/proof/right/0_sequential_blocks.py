#!/usr/bin/env python3
"""All three models are Sequential, the third made of the other two."""
from tensorflow.keras.layers import Dense, InputLayer
from tensorflow.keras.models import Sequential


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder and autoencoder, stacked layer by layer."""
    encoder = Sequential(name="encoder")
    encoder.add(InputLayer((input_dims,)))
    for units in hidden_layers:
        encoder.add(Dense(units, activation="relu"))
    encoder.add(Dense(latent_dims, activation="relu"))

    decoder = Sequential(name="decoder")
    decoder.add(InputLayer((latent_dims,)))
    for units in hidden_layers[::-1]:
        decoder.add(Dense(units, activation="relu"))
    decoder.add(Dense(input_dims, activation="sigmoid"))

    auto = Sequential([InputLayer((input_dims,)), encoder, decoder])
    auto.compile(optimizer="adam", loss="binary_crossentropy")
    return encoder, decoder, auto
