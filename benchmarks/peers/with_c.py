"""C: gradients at many points, by a loop that gcc vectorises with glibc's libmvec, on all processors."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

FLAGS = ["-O3", "-march=native", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]
# Else gcc makes one call of a sine and a cosine, which libmvec does not have.
FLAGS += ["-fno-builtin-sin", "-fno-builtin-cos"]

if shutil.which("gcc") is None:
    raise ImportError("there is no gcc")


def compiled() -> Any:
    """The function of funky.c."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "funky.so"
        source = Path(__file__).with_name("funky.c")
        command = ["gcc", *FLAGS, "-o", str(library), str(source), "-lmvec", "-lm"]
        subprocess.run(command, check=True)  # noqa: S603
        function = ctypes.CDLL(str(library)).funky
    function.argtypes = [ctypes.c_long] + [np.ctypeslib.ndpointer(np.float64, flags="C")] * 5
    function.restype = None
    return function


def many(formula: Any, request: Any) -> Any:
    """Values and gradients at many points."""
    function, (u, v) = compiled(), formula["points"](request["count"])

    def run() -> Any:
        results = [np.empty(len(u)) for _ in range(3)]
        function(len(u), u, v, *results)
        return results

    return run, lambda results: [result.tolist() for result in results]


JOBS = {"many": many}
