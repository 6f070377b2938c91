"""`on_cluster`: work that `parallel` spreads goes to a Dask scheduler, and from there to its workers."""

from __future__ import annotations

import importlib
import logging
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from support.messages import message_of, shown

PATIENCE = 10.0  # seconds for a scheduler to answer


class ClusterError(RuntimeError):
    """A cluster cannot do the work; the message is one line."""


@contextmanager
def on_cluster(address: str | None) -> Iterator[None]:
    """Within it, `support.parallel.parallel` spreads its work over a cluster.

    A worker that dies costs the parts that it was doing, which another does again.

    Args:
        address: of the scheduler, as "tcp://host:8786"; None for the processes of this machine.

    Raises:
        ClusterError: if Dask is not installed, nobody answers, there is no worker, a worker lacks this
            package or has another version of it, of Python, of numpy or of numba; or if workers keep dying.
    """
    if address is None:
        yield
        return
    try:
        joblib, distributed = (importlib.import_module(name) for name in ("joblib", "distributed"))
    except ModuleNotFoundError:
        raise ClusterError("a cluster needs Dask: uv pip install 'optimizer-race[cluster]'") from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told in one line
    client = _client(distributed, address)
    try:
        _require_like_this(client, address)
        with joblib.parallel_config(backend="dask", client=client):
            yield
    except distributed.KilledWorker:
        raise ClusterError(f"the workers of {address} keep dying, perhaps for want of memory") from None
    finally:
        client.close()


def _client(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        reason = "" if isinstance(error, OSError) else f": {message_of(error)}"
        raise ClusterError(
            f"no Dask scheduler answers at {shown(address)} within {PATIENCE:g} s{reason}"
        ) from None


def _require_like_this(client: Any, address: str) -> None:
    """Raise ClusterError, naming the worker, unless every one computes as this process does."""
    own, found = versions(), client.run(versions, on_error="return")
    if not found:
        raise ClusterError(f"the scheduler at {address} has no worker")
    for worker, theirs in found.items():
        if isinstance(theirs, BaseException):
            raise ClusterError(f"the worker {worker} cannot import this package: {message_of(theirs)}")
        for name, wanted in own.items():
            if theirs.get(name) != wanted:
                raise ClusterError(f"the worker {worker} has {name} {theirs.get(name)}, not {wanted}")


def versions() -> dict[str, str]:
    """The versions of what has to be the same everywhere."""
    found = {"Python": platform.python_version()}
    for name in ("optimizer-race", "numpy", "numba"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found
