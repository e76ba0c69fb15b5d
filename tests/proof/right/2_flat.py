#!/usr/bin/env python3
"""All layers stand in two lists; models are slices of one long chain."""
from tensorflow.keras import Input, Model, optimizers
from tensorflow.keras.layers import Conv2D, MaxPooling2D, UpSampling2D


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    options = dict(kernel_size=(3, 3), padding='same', activation='relu')
    down, up = [], []
    for n in filters:
        down += [Conv2D(n, **options), MaxPooling2D((2, 2), padding='same')]
    for n in list(reversed(filters))[:-1]:
        up += [Conv2D(n, **options), UpSampling2D((2, 2))]
    up += [Conv2D(filters[0], (3, 3), padding='valid', activation='relu'),
           UpSampling2D((2, 2)),
           Conv2D(input_dims[-1], (3, 3), padding='same',
                  activation='sigmoid')]

    image, code = Input(shape=input_dims), Input(shape=latent_dims)
    chain = [image]
    for layer in down + up:
        chain.append(layer(chain[-1]))
    encoder = Model(image, chain[len(down)])
    auto = Model(image, chain[-1])

    output = code
    for layer in up:
        output = layer(output)
    decoder = Model(code, output)
    auto.compile(optimizer=optimizers.Adam(), loss='binary_crossentropy')
    return encoder, decoder, auto
