"""Networks: layers, losses, data sets and training, all of the project's own autograd and optimizers."""

from networks import initialisation, losses
from networks.drawing import drawn
from networks.landscape import Landscape
from networks.layers import MLP, Dropout, Linear, gelu
from networks.module import Module, functional_call
from networks.network_loss import NetworkLoss
from networks.neuron import Layer, Neuron
from networks.plane import Plane, principal_plane, random_plane
from networks.training_step import TrainingStep

__all__ = [
    "MLP",
    "Dropout",
    "Landscape",
    "Layer",
    "Linear",
    "Module",
    "NetworkLoss",
    "Neuron",
    "Plane",
    "TrainingStep",
    "drawn",
    "functional_call",
    "gelu",
    "initialisation",
    "losses",
    "principal_plane",
    "random_plane",
]
