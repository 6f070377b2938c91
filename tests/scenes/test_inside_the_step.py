"""InsideTheStep: the equations that it shows give the steps that were made, and its words have room."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from manim import CairoRenderer

from autograd import value_and_grad
from optimizers import OPTIMIZERS
from optimizers.equations import Quantity, Unit
from races import RaceSpec, Trace, run_race
from scenes.contour_race import ContourRace
from scenes.depth.camera import DepthCamera
from scenes.depth.sprite import Label, line_width
from scenes.film import Film
from scenes.frame import frame
from scenes.inside_the_step import InsideTheStep, shown_racers
from scenes.step.captions import step_captions
from scenes.step.equation_fit import cell
from scenes.step.panel import _seen
from scenes.step.rules import lines_of
from scenes.step.steps import Steps
from scenes.text.equations import names
from scenes.text.typesetting import Equation, Typeset, Typesetter
from scenes.theme import EM, SMALL
from support.formulas import parse
from support.numbers import change_digits, with_power
from support.words import LANGUAGES
from tests.optimizers.cases import CASES
from tests.scenes.moments import corners, overlap, small, watch
from tests.scenes.moments import faults as faults_of_all
from views.captions import captions

SEARCH = {"max_iter": 1, "max_eval": 20, "line_search_fn": "strong_wolfe"}
SETTINGS = [(case.name, settings) for case in CASES for settings in case.valid]
LABELS = [f"{name}-{i}" for i, (name, _) in enumerate(SETTINGS)]


LEAST = 24  # points: more than 1/30 of the picture's height


def recorded(*racers: dict[str, Any], **fields: Any) -> Trace:
    values = {"surface": "himmelblau", "steps": 24, "record": "state", "racer": racers}
    return run_race(RaceSpec.model_validate(values | fields))


@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS, ids=LABELS)
def test_what_the_equations_give_is_what_ran(optimizer: str, settings: dict[str, Any]) -> None:
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in settings.items()}
    steps = Steps(recorded({"optimizer": optimizer, **plain}), 0)
    seen = 0
    for step in range(steps.count):
        moments = steps.values(step)
        for line, values in zip(steps.lines, moments[1:], strict=True):
            known = steps.recorded(line, step)
            if known is not None and not line.given:
                name = line.text.split("=")[0].strip()
                np.testing.assert_allclose(values[name], known, rtol=1e-9, atol=1e-12)
                seen += 1
    # The last line of every optimizer is its step.
    assert seen >= steps.count > 0


NOISE = {"scale": 0.3, "seed": 2}


@pytest.mark.parametrize("noise", [None, NOISE], ids=["exact", "noisy"])
@pytest.mark.parametrize("settings", [SEARCH, {}, {"max_iter": 3, "history_size": 2, "lr": 0.05}])
def test_the_inverse_of_lbfgs_gives_its_directions(settings: dict[str, Any], noise: Any) -> None:
    steps = Steps(recorded({"optimizer": "lbfgs", **settings}, noise=noise, steps=12), 0)
    lines = [line.text.split(" ")[0] for line in steps.lines]
    seen = set()
    for step in range(steps.count):
        moments = steps.values(step)
        slope = moments[-1]["g" if settings is SEARCH else "h"]
        inverse = moments[lines.index("B") + 1]["B"]
        np.testing.assert_array_almost_equal(inverse, inverse.T)
        known = steps.recorded(steps.lines[lines.index("d")], step)
        if np.abs(slope).max() > 1e-6:  # else it has stopped
            assert known is not None
            np.testing.assert_allclose(-inverse @ slope, known, rtol=1e-8, atol=1e-13)
            seen.add(step)
    assert len(seen) >= 2


@pytest.mark.parametrize("noise", [None, NOISE], ids=["exact", "noisy"])
def test_newtons_matrix_has_the_eigenvalues_of_the_race(noise: Any) -> None:
    start = [0.2, -0.3]  # where the Hessian is not positive
    trace = recorded({"optimizer": "newton", "damping": 0.25}, noise=noise, start=start, surface="himmelblau")
    assert trace.states is not None
    eigenvalues = trace.states[0]["eigenvalues"][:, 0]
    assert eigenvalues.min() < 0
    found = np.linalg.eigvalsh(Steps(trace, 0).matrices)
    np.testing.assert_allclose(found, np.sort(np.abs(eigenvalues) + 0.25), rtol=1e-9)


@pytest.mark.parametrize("optimizer", ["lbfgs", "newton"])
def test_a_race_from_a_minimum_is_shown(optimizer: str) -> None:
    trace = recorded({"optimizer": optimizer}, surface="sphere", start=[0.0, 0.0], steps=3)
    with small(426, 240):
        assert all(not faults(film) for film, _ in shown(trace))


def test_the_numbers_of_whole_vectors_are_those_of_the_step() -> None:
    film_lines = []
    trace = recorded({"optimizer": "newton", "damping": 0.5}, {"optimizer": "lbfgs", **SEARCH})
    with small(426, 240):
        film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
        film.prepare()
        for view in film.views:
            steps = view.steps
            moments = steps.values(0)
            film_lines.append([line.text for line in steps.lines])
            for place, line in enumerate(steps.lines):
                if line.quantity is Quantity.MATRIX or "dot" in line.text:
                    film.refresh((place + 0.5) / len(steps.lines))
                    (equation, rest) = view.panel._sums
                    assert rest.opacity == 0
                    assert isinstance(equation, Equation)
                    assert isinstance(equation.drawing, Typeset)
                    words = [run.words for run in equation.drawing._setting.runs]
                    name = line.text.split(" ")[0]
                    for value in np.ravel(moments[place + 1][name]):
                        assert with_power(float(value)) in words
    assert all(any("dot" in line for line in lines) for lines in film_lines)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rprop", "newton"])
def test_a_noisy_gradient_is_that_of_the_surface_and_noise(optimizer: str) -> None:
    trace = recorded({"optimizer": optimizer, "lr": 0.01}, noise=NOISE)
    steps, slope = Steps(trace, 0), value_and_grad(trace.spec.build_surface())
    assert steps.lines[0].text == "g = grad + xi"
    for step in range(steps.count):
        before, after, *_ = steps.values(step)
        exact = np.array(slope(*steps.positions[step].tolist())[1])
        np.testing.assert_allclose(before["grad"], exact, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(after["g"], trace.gradients[0, step, 0], rtol=1e-12)
        assert np.abs(before["xi"]).min() > 0
    silent = recorded({"optimizer": optimizer}, noise={"scale": 0.0})
    assert Steps(silent, 0).lines[0].text == "g = grad"


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", [InsideTheStep, ContourRace])
def test_the_film_says_that_there_is_noise(kind: type[Film], language: str) -> None:
    words = captions(language)
    for noise, said in ((NOISE, True), ({"scale": 0.0}, False), (None, False)):
        trace = recorded(
            {"optimizer": "sgd"}, noise=noise, steps=3, film={"length": 20.0, "language": language}
        )
        with small(160, 90, rate=2):
            moments = watch(kind, trace)
        texts = {text.content for moment in moments for text in moment.texts}
        assert (words.noise in texts) is said
        assert not [fault for moment in moments[:3] for fault in faults_of_all(moment)]
        if kind is ContourRace:
            assert (words.noisy_pull in texts, words.pull in texts) == (said, not said)
        else:
            assert any("ξ" in text for text in texts) is said


def test_every_optimizer_is_shown_by_more_than_its_gradient() -> None:
    for optimizer in OPTIMIZERS:
        steps = Steps(recorded({"optimizer": optimizer}), 0)
        assert len(steps.lines) >= 2


SHOWN: dict[str, list[dict[str, Any]]] = {
    "two": [{"optimizer": "rmsprop", "lr": 0.05}, {"optimizer": "adam", "lr": 0.1}],
    "long names": [
        {"optimizer": "adadelta", "name": "W" * 40},
        {"optimizer": "radam", "name": "Ünïcödé Оптимизатор " * 2},
    ],
    "many lines": [
        {"optimizer": "nadam", "weight_decay": 0.1},
        {"optimizer": "adamw", "amsgrad": True},
    ],
    "signs": [{"optimizer": "rprop"}, {"optimizer": "lion", "weight_decay": 0.1}],
    "one": [{"optimizer": "sgd", "lr": 0.01}],
    "one of many lines": [{"optimizer": "radam", "name": "W" * 40}],
    "whole vector": [{"optimizer": "lbfgs", **SEARCH}],
    "diverges": [{"optimizer": "sgd", "lr": 1e200}, {"optimizer": "adam", "lr": 1e-9}],
    "leaves": [{"optimizer": "momentum", "lr": 0.02}, {"optimizer": "adagrad", "lr": 9.0}],
}


def shown(trace: Trace) -> Iterator[tuple[InsideTheStep, float]]:
    """The film at moments of all of its shots, and at its end; call it within `small`."""
    film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
    film.prepare()
    for shot in film.story:
        film.shot = shot
        for view in film.views:
            view.look_at(shot)
        for t in np.linspace(shot.first, shot.end, 12 if shot.slow else 4):
            film.refresh(t)
            yield film, float(t)
    film.over = True
    film.refresh(float(film.story[-1].end))
    yield film, float(film.story[-1].end)


def test_its_last_words_are_the_races_of_who_leaves_the_domain_and_diverges() -> None:
    surface = {"expression": "u**4 + v**2", "u_range": [-2, 2], "v_range": [-2, 2]}
    trace = recorded({"optimizer": "sgd", "lr": 0.3}, surface=surface, start=[1.5, 1.0])
    assert trace.status[0, 0] == "diverged"
    with small(320, 180):
        *_, (film, _) = shown(trace)
    assert any("iverged after step" in one.digest for one in texts(film))


def texts(film: InsideTheStep) -> list[Label | Equation]:
    """The words and the equations that are seen, but for those that move with arrows."""
    parts = [part for view in film.views for part in (view.panel, view.squares, view.map) if part]
    moving = {id(part) for view in film.views for part in view.map.live.get_family()}
    family = [one for part in parts for one in part.get_family() if id(one) not in moving]
    return [one for one in family if isinstance(one, Label | Equation) and one.opacity > 0]


def faults(film: InsideTheStep) -> list[str]:
    """What is too small, leaves the picture, or stands on something else."""
    width, height = frame().width / 2, frame().height / 2
    seen = texts(film)
    sizes = [
        one.drawing.size if isinstance(one.drawing, Typeset) else ast.literal_eval(one.digest)[1]
        for one in seen
    ]
    found = [f"small: {one.digest}" for one, size in zip(seen, sizes, strict=True) if size < LEAST]
    boxes = [(one.digest, corners(one)) for one in seen]
    boxes += [("a map", (*view.map.window.corners,)) for view in film.views]
    for what, (left, bottom, right, top) in boxes:
        if not (-width <= left < right <= width and -height <= bottom < top <= height):
            found.append(f"outside: {what}")
    pairs = combinations(boxes, 2)
    return found + [f"overlap: {what}, {other}" for (what, one), (other, two) in pairs if overlap(one, two)]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("racers", SHOWN.values(), ids=SHOWN)
def test_words_are_large_inside_and_apart(racers: list[dict[str, Any]], language: str) -> None:
    trace = recorded(*racers, film={"length": 20.0, "language": language})
    with small(426, 240):
        for film, t in shown(trace):
            assert faults(film) == [], t


@pytest.mark.parametrize("others", [[], [{"optimizer": "sgd", "lr": 0.01}]], ids=["alone", "beside"])
@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS, ids=LABELS)
def test_equations_are_large_inside_and_apart(
    optimizer: str, settings: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in settings.items()}
    trace = recorded({"optimizer": optimizer, **plain}, *others, film={"language": "fr"})
    with small(426, 240):
        film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
        film.prepare()
        lines = len(film.views[0].steps.lines)
        for shot in (film.story[0], film.story[-2]):
            film.shot = shot
            for view in film.views:
                view.look_at(shot)
            for line in range(lines):
                film.refresh(shot.first + (line + 0.7) / lines)
                assert faults(film) == []


WIDE = (-8.88e-8, -0.0888, 8.88e21)


@pytest.mark.parametrize(("optimizer", "settings"), SETTINGS, ids=LABELS)
def test_numbers_have_room_whatever_they_are(optimizer: str, settings: dict[str, Any]) -> None:
    plain = {key: list(x) if isinstance(x, tuple) else x for key, x in settings.items()}
    trace = recorded(
        {"optimizer": optimizer, **plain}, {"optimizer": "sgd", "lr": 0.01}, noise={"scale": 0.1}
    )
    with small(448, 252):  # 16:9 to the pixel
        film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
        film.prepare()
    panel, steps = film.views[0].panel, film.views[0].steps
    fixed = {*steps.settings, "t"}
    real = steps.values(20 if steps.count > 20 else 0)
    for value in WIDE:
        moments = tuple(
            {
                name: one if name in fixed else np.full_like(one, value, dtype=float)
                for name, one in moment.items()
            }
            for moment in real
        )
        steps.values = lambda _, moments=moments: moments  # type: ignore[assignment]
        for place, line in enumerate(steps.lines):
            with np.errstate(all="ignore"):
                for one in panel._filled(0, place, line):
                    assert one.width * LEAST * EM <= panel._width - 0.2 + 1e-9, (line.text, value)


@pytest.mark.parametrize("name", SHOWN)
def test_arrows_names_and_balls_stay_on_their_maps(name: str) -> None:
    with small(426, 240):
        for film, t in shown(recorded(*SHOWN[name])):
            for view in film.views:
                left, bottom, right, top = view.map.window.corners
                for part in view.map.live.get_family():
                    if len(part.points) and getattr(part, "opacity", 0.0) > 0:
                        low, high = part.points.min(axis=0), part.points.max(axis=0)
                        assert left - 0.2 <= low[0] <= high[0] <= right + 0.2, (t, part)
                        assert bottom - 0.2 <= low[1] <= high[1] <= top + 0.2, (t, part)


def test_the_last_two_racers_are_shown_or_those_that_are_named() -> None:
    racers = [{"optimizer": name} for name in ("sgd", "adam", "lion")]
    assert shown_racers(recorded(*racers)) == [1, 2]
    assert shown_racers(recorded(racers[0])) == [0]
    assert shown_racers(recorded(*racers, film={"inside": ["Lion", "SGD"]})) == [2, 0]


def test_a_race_without_states_is_run_again_with_them() -> None:
    trace = recorded({"optimizer": "adam"}, record="all")
    assert trace.states is None
    with small(426, 240):
        film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
    assert film.trace.states is not None
    np.testing.assert_array_equal(film.trace.positions, trace.positions)


@pytest.mark.parametrize("steps", [1, 2, 3, 6, 20, 24])
@pytest.mark.parametrize("lr", [0.01, 1e200])
def test_the_film_has_its_length(steps: int, lr: float) -> None:
    trace = recorded({"optimizer": "momentum", "lr": lr}, steps=steps, film={"length": 20.0})
    with small(160, 90, rate=5):
        moments = watch(InsideTheStep, trace)
    assert len(moments) == pytest.approx(96, abs=8)  # the title stands still: one moment


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_is_drawn_alone_and_beside_another(optimizer: str) -> None:
    beside = recorded({"optimizer": optimizer}, {"optimizer": "sgd", "lr": 0.01})
    alone = recorded({"optimizer": optimizer})
    with small(426, 240):
        for trace in (beside, alone):
            film = InsideTheStep(CairoRenderer(camera_class=DepthCamera, skip_animations=True), trace=trace)
            film.prepare()
            steps = film.views[0].steps
            for line in range(len(steps.lines)):
                film.refresh((line + 0.7) / len(steps.lines))
                seen = [part for view in film.views for part in view.live.get_family()]
                assert all(np.isfinite(part.points).all() for part in seen)


def test_hyperparameters_keep_their_digits_where_others_have_fewer() -> None:
    setter = Typesetter({}, False, {"beta2": 0.999, "v": 0.12345}, frozenset({"beta2"}), digits=2)
    _, right = parse("v = beta2 * v")
    words = [run.words for run in setter.set(right).runs]
    assert "0.999" in words
    assert "0.12" in words


@given(st.floats(0.01, 9994.0), st.floats(1e-5, 1.0), st.booleans())
def test_a_position_that_changes_is_seen_to(size: float, share: float, back: bool) -> None:
    before, after = (size, size * (1 - share)) if back else (-size * (1 - share), -size)
    digits = change_digits(before, after)
    assert 3 <= digits <= 7
    assert with_power(before, digits) != with_power(after, digits)


@pytest.mark.parametrize("pair", [(0.0, 0.0), (1.5, 1.5), (1e200, 1e-200), (1.0, np.nan), (np.inf, 1.0)])
def test_a_position_that_does_not_has_three_digits(pair: tuple[float, float]) -> None:
    assert change_digits(*pair) == 3


@given(st.floats(0.001, 1e5), st.floats(1e-7, 2.0))
def test_a_position_keeps_to_its_cell(size: float, share: float) -> None:
    shown = _seen(-size, -size * (1 - share))
    assert line_width(shown, SMALL) < cell() - 0.1  # which leaves most of the gap before it


def test_no_term_of_any_optimizer_is_called_as_an_axis() -> None:
    for name, optimizer in OPTIMIZERS.items():
        for more in ({}, {"amsgrad": True}, {"nesterov": True}, {"centered": True}):
            given = optimizer.defaults()
            given |= {key: value for key, value in more.items() if key in given}
            for line in lines_of(name, given, []):
                left, right = parse(line.text)
                assert not {left, *names(right)} & {"u", "v", "u_hat", "v_hat"}, (name, line.text)
    for language in LANGUAGES:
        for said in step_captions(language).lines.values():
            assert not re.search(r"(?<![\w'])[uv](?![\w'])", said), said


@pytest.mark.parametrize("term", ["m", "v", "g", "rho", "next", "square_avg"])
def test_of_an_own_optimizer_it_is_said_what_is_known(term: str) -> None:
    _, line, _ = lines_of("mine.py:Heavy", {}, [term])
    left, right = parse(line.text)
    assert line.given
    assert isinstance(right, ast.Call)
    shown = Typesetter({}).equation(line.text)
    words = "".join(run.words for run in shown.runs)
    symbol = f"{term}'" if term in {"u", "v", "g", "p"} else term
    assert words == f"{symbol}←Heavy(g,{symbol})"
    assert left not in {"u", "v", "g", "p", "t", "lr"}


def test_terms_that_no_equation_may_hold_are_left_out() -> None:
    first, *own, last = lines_of("torch.optim:lambda", {}, ["lambda", "a b", "$$", "1", "动量", *"abcdefgh"])
    assert [line.term for line in own] == ["lambda", "1", "动量", *"abcd"]
    assert all(parse(line.text) for line in (first, *own, last))
    assert "rule(" in own[0].text


def test_scales_of_a_long_race_do_not_look_at_every_step() -> None:
    values: dict[str, Any] = {"surface": "slope", "steps": 20_000, "record": "state"}
    steps = Steps(run_race(RaceSpec(**values | {"racers": [{"optimizer": "adam"}]})), 0)
    looked: list[int] = []
    values_of = steps.values

    def counted(step: int) -> Any:
        looked.append(step)
        return values_of(step)

    steps.values = counted  # type: ignore[assignment]
    most = steps.largest(Unit.SLOPE, {Quantity.DIRECTION}, 0, 20_000)
    assert len(looked) <= 8_000
    assert most == pytest.approx(float(np.hypot(*values_of(0)[1]["g"])))  # the first slope is the steepest
