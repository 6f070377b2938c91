"""Networks: layers, losses, data sets and training, all of the project's own autograd and optimizers."""

from networks import datasets, initialisation, losses
from networks.drawing import drawn
from networks.landscape import Landscape
from networks.layers import MLP, Dropout, Linear, gelu
from networks.module import Module, functional_call
from networks.network_loss import NetworkLoss
from networks.neuron import Layer, Neuron
from networks.plane import Plane, principal_plane, random_plane
from networks.saving import (
    NetworkError,
    SavedNetwork,
    list_networks,
    load_network,
    read_network,
    save_network,
)
from networks.training import TrainingRecord, TrainingStatus, batches, loss_of, predict, train
from networks.training_step import TrainingStep

__all__ = [
    "MLP",
    "Dropout",
    "Landscape",
    "Layer",
    "Linear",
    "Module",
    "NetworkError",
    "NetworkLoss",
    "Neuron",
    "Plane",
    "SavedNetwork",
    "TrainingRecord",
    "TrainingStatus",
    "TrainingStep",
    "batches",
    "datasets",
    "drawn",
    "functional_call",
    "gelu",
    "initialisation",
    "list_networks",
    "load_network",
    "loss_of",
    "losses",
    "predict",
    "principal_plane",
    "random_plane",
    "read_network",
    "save_network",
    "train",
]
