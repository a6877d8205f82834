"""Features of a window are shown in the units of the sensor."""

from __future__ import annotations

import numpy as np
import pytest
from support.streams import model, windows

from thumbnet.tools.report.charts.examples import draw
from thumbnet.tools.report.analysis.input_format import form_of
from thumbnet.trainer import StreamSettings


def test_features_in_units_of_the_sensor() -> None:
    pytest.importorskip("matplotlib")
    features = ("mean", "crossings")
    made, data = model(features), windows(features)
    settings = StreamSettings.from_config(made.info["stream"])
    form = form_of(made, data.x)
    assert form.kind == "features"
    step = settings.units[0] * 2**settings.fraction
    assert form.units.tolist() == [step, 1] * len(settings.channels)
    values = np.where(form.units > 1, 3 * form.units, 7)
    svg = draw(form, values, "one", "").svg
    assert svg.count(">3</text>") == svg.count(">7</text>") == len(settings.channels)


def test_raw_windows_are_in_counts_of_their_own() -> None:
    made, data = model("raw"), windows("raw")
    assert form_of(made, data.x).units.tolist() == [1]
