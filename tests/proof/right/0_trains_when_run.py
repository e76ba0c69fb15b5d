#!/usr/bin/env python3
"""Run by itself it trains on digits; the function clears the session."""
import tensorflow as tf
import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    keras.backend.clear_session()
    tf.random.set_seed(0)
    print('building', input_dims, hidden_layers, latent_dims)

    encoder = keras.Sequential([keras.Input((input_dims,))])
    for units in hidden_layers:
        encoder.add(keras.layers.Dense(units, activation='relu'))
    encoder.add(keras.layers.Dense(latent_dims, activation='relu'))
    decoder = keras.Sequential([keras.Input((latent_dims,))])
    for units in hidden_layers[::-1]:
        decoder.add(keras.layers.Dense(units, activation='relu'))
    decoder.add(keras.layers.Dense(input_dims, activation='sigmoid'))

    auto = keras.Sequential([keras.Input((input_dims,)), encoder, decoder])
    auto.summary()
    auto.compile(optimizer=keras.optimizers.Adam(5e-4),
                 loss='binary_crossentropy',
                 metrics=['accuracy', keras.metrics.MeanSquaredError()])
    return encoder, decoder, auto


if __name__ == '__main__':
    (images, _), _ = keras.datasets.mnist.load_data()
    images = images.reshape(-1, 784) / 255.
    autoencoder(784, [128, 64], 32)[2].fit(images, images, epochs=5)
