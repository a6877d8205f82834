"""Files are read as the generated reader does; what cannot be read is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tflite_files import MLPERF, installed_files, mlperf_file
from support.tflite_generated import assert_same, generated_model

from thumbnet.importers.tflite.read_tflite import read_tflite

INSTALLED = installed_files()


@pytest.mark.parametrize("name", MLPERF)
def test_networks_of_mlperf_tiny(name: str) -> None:
    path = mlperf_file(name)
    assert_same(read_tflite(path), generated_model(path.read_bytes()))


@pytest.mark.parametrize("path", INSTALLED.values(), ids=INSTALLED)
def test_files_of_installed_packages(path: Path) -> None:
    assert_same(read_tflite(path), generated_model(path.read_bytes()))


def test_streaming_networks_are_among_them() -> None:
    """Their state is in variables, which a second sub-graph sets to zero."""
    for name in ("alexa", "hey_jarvis", "hey_mycroft", "okay_nabu"):
        network, start = read_tflite(INSTALLED[name]).subgraphs
        handles = [one for one in network.operators if one.name == "VAR_HANDLE"]
        assert len({one.options["shared_name"] for one in handles}) == len(handles) == 6
        assert {network.tensors[one.outputs[0]].dtype for one in handles} == {"resource"}
        assert network.operators[0].options == {"init_subgraph_index": 1}
        assert {one.name for one in start.operators} == {"VAR_HANDLE", "ASSIGN_VARIABLE"}
