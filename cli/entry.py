"""The entry point of `race`: errors and interrupts as one line, and the exit status.

It imports next to nothing, so that interrupts are handled almost from the start.
"""

from __future__ import annotations

import atexit
import io
import os
import signal
import sys
from typing import Any

_INTERRUPTED = 130  # 128 + SIGINT, as in shells
_LAST_WORDS = b"race: interrupted\n"
# When Python shuts down, it removes our handlers, and an interrupt would kill the process silently although
# its work is done. The first function registered runs last.
atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)


def main() -> None:
    """Run the command line; a user's error is one line on stderr and exit status 2."""
    interrupts = _Interrupts()
    try:
        status = _command()
        interrupts.finish()
    except BaseException as error:
        # A library may have replaced the interrupt by an error of its own, as pydantic does.
        if not interrupts.seen and not isinstance(error, KeyboardInterrupt):
            raise
        interrupts.finish()
        status = _INTERRUPTED
    if interrupts.seen or status == _INTERRUPTED:
        os.write(2, _LAST_WORDS)
        status = _INTERRUPTED
    sys.exit(status)


def say(message: object) -> None:
    """Print a message on stderr, on one line without control characters."""
    from support.messages import printable  # noqa: PLC0415

    print(f"race: {printable(' '.join(str(message).split()))}", file=sys.stderr)  # noqa: T201


class _Interrupts:
    """Ctrl-C: raises KeyboardInterrupt while the command works, and ends the process after that.

    An interrupt can be lost in a `__del__` or a callback from C. So `seen` decides the exit status, and
    Python's own message about the lost interrupt is suppressed.

    Attributes:
        seen: whether there was an interrupt.
    """

    def __init__(self) -> None:
        self.seen = False
        self._hook = sys.unraisablehook
        sys.unraisablehook = self._unraisable
        # A shell's background job ignores interrupts, and continues to do so.
        self._heeded = signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
        if self._heeded:
            signal.signal(signal.SIGINT, self._raise)

    def finish(self) -> None:
        """From now on, an interrupt cuts short Python's shutdown, such as joining threads."""
        if self._heeded:
            signal.signal(signal.SIGINT, self._exit)

    def _raise(self, *_: object) -> None:
        self.seen = True
        raise KeyboardInterrupt

    def _exit(self, *_: object) -> None:
        if not self.seen:
            os.write(2, _LAST_WORDS)
        os._exit(_INTERRUPTED)

    def _unraisable(self, lost: Any) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            self._hook(lost)


def _command() -> int:
    """Run the command, and return its exit status."""
    import typer  # noqa: PLC0415

    from cli.app import app  # noqa: PLC0415
    from cli.arguments import require_pairs, with_sizes  # noqa: PLC0415

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without bullets shows question marks
            stream.reconfigure(errors="replace")
    arguments = sys.argv[1:]
    try:
        require_pairs(arguments)
        status = app(with_sizes(arguments) or ["--help"], prog_name="race", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()  # while an error can still be reported
    except typer.Abort:
        return _INTERRUPTED
    except typer.TyperException as error:
        message = error.format_message() if isinstance(error, typer.BadParameter) else str(error)
        message = message.replace("Value error, ", "")  # typer's prefix for choices
    except ValueError as error:
        from comparison import ComparisonError  # noqa: PLC0415
        from evolution import EvolutionError  # noqa: PLC0415
        from races import SpecError, TraceError  # noqa: PLC0415

        if not isinstance(error, ComparisonError | EvolutionError | SpecError | TraceError):
            raise
        message = str(error)
    except OSError as error:
        if not error.filename:  # errors of files name them, so it is the standard output
            _discard_output()
        if isinstance(
            error, BrokenPipeError
        ):  # its reader has read enough, as in `race list surfaces | head -1`
            return 1
        message = f"{error.filename or 'standard output'}: {(error.strerror or str(error)).lower()}"
    else:
        return status or 0
    say(message)
    return 2


def _discard_output() -> None:
    """Discard what is buffered for a failed standard output, so that Python does not fail on it again."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
