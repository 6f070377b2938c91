"""Ours and its peers, each at the same work in a process of its own.

`client` starts such a process and asks; `serve` is what runs in it, and does the work with one of the
modules `ours` and `with_...`. A module says in `JOBS` what it can do: a job takes the formula and a
request, and returns two functions, the work itself, which is timed, and what turns its result into plain
lists.
"""
