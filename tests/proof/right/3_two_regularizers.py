#!/usr/bin/env python3
"""Each head has a function as activity regularizer, half of the divergence."""
import tensorflow as tf
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense, Lambda


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    def of_mean(m):
        return tf.reduce_sum(m ** 2) / 2 / input_dims

    def of_variance(v):
        return tf.reduce_sum(tf.exp(v) - v - 1) / 2 / input_dims

    def noise(t):
        return tf.random.normal(tf.shape(t))

    def times(pair):
        return tf.multiply(tf.exp(pair[0] * 0.5), pair[1])

    x = top = Input((input_dims,))
    for units in hidden_layers:
        x = Dense(units, activation='relu')(x)
    mean = Dense(latent_dims, activity_regularizer=of_mean)(x)
    log_variance = Dense(latent_dims, activity_regularizer=of_variance)(x)
    epsilon = Lambda(noise)(mean)
    z = mean + Lambda(times)([log_variance, epsilon])
    encoder = Model(top, [z, mean, log_variance])

    y = code = Input((latent_dims,))
    for units in hidden_layers[::-1]:
        y = Dense(units, activation='relu')(y)
    decoder = Model(code, Dense(input_dims, activation='sigmoid')(y))

    auto = Model(top, decoder(encoder(top)[0]))
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
