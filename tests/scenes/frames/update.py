"""Make the control frames anew: uv run python tests/scenes/frames/update.py

Look at them before they are committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.scenes.control import FRAMES, PICTURES, save

# Guarded: pytest imports this file in search of doctests.
if __name__ == "__main__":
    for name, picture in PICTURES.items():
        save(picture(), FRAMES / f"{name}.png")
