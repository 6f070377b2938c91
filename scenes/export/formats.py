"""The kinds of files that a film is written to, by their suffixes, with Manim's settings for each."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

# The options of the encoders. Those of x264 are manim.cfg's, where they are explained.
_X264 = {"preset": "veryfast", "x264-params": "subme=1:b-adapt=0:rc-lookahead=5", "threads": "1"}
_VP9 = {"crf": "28", "b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"}
_PRORES = {"profile": "4444", "vendor": "apl0"}
_LOSSLESS = {"qp": "0", "preset": "ultrafast"}

GIF_RATE = Fraction(10)  # frames a second: a GIF counts hundredths of a second

_CLEAR_GIF = {"video_codec": "qtrle", "pixel_format": "argb", "frame_rate": float(GIF_RATE)}
FORMATS: dict[str, dict[str, Any]] = {
    ".mp4": {"video_encoder_options": _X264},
    ".webm": {"video_encoder_options": _VP9},
    ".mov": {
        "video_codec": "prores_ks",
        "pixel_format": "yuva444p10le",
        "video_encoder_options": _PRORES,
    },
    # Its pieces are lossless, as noise would make it larger.
    ".gif": {
        "video_codec": "libx264rgb",
        "pixel_format": "bgr24",
        "video_encoder_options": _LOSSLESS,
        "frame_rate": float(GIF_RATE),
    },
    ".png": {},
}


def settings(suffix: str, transparent: bool = False) -> dict[str, Any]:
    """Manim's settings for a film.

    Args:
        suffix: of its file, one of `FORMATS`.
        transparent: whether it has no ground, which an MP4 cannot do.

    >>> settings(".webm", transparent=True)["format"]
    'webm'
    """
    found = {"format": suffix.removeprefix("."), "transparent": transparent, "max_inflight_encoders": 2}
    if transparent and suffix == ".gif":
        return found | _CLEAR_GIF
    return found | FORMATS[suffix]
