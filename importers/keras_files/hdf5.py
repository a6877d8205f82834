"""The HDF5 part of a file of Keras: datasets of numbers, and nothing else that HDF5 can do.

HDF5 can point to other files, compress without limit and hold Python's text objects. What is read
here are links inside the file, and arrays whose size is checked before memory is taken.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
import numpy.typing as npt

from thumbnet.trainer import ThumbnetError

Array = npt.NDArray[Any]

MOST_BYTES = 2**28
"""Bytes of all weights together."""
_MOST_ARRAYS = 64


def open_weights(data: bytes) -> Weights:
    """Open an HDF5 file; raises ThumbnetError if h5py is missing or the file is damaged."""
    try:
        import h5py
    except ImportError as error:
        raise ThumbnetError(
            "reading Keras's files needs the package h5py: pip install 'thumbnet[keras]'"
        ) from error
    try:
        return Weights(h5py.File(BytesIO(data), "r"), h5py)
    except (OSError, RuntimeError, ValueError) as error:
        raise ThumbnetError("its weights are damaged: save it again") from error


class Weights:
    """The weights of a file.

    Parameters
    ----------
    file : h5py.File
        Open.
    h5py : module
        The package.
    """

    def __init__(self, file: Any, h5py: Any) -> None:
        self._file, self._h5py = file, h5py
        self._left = MOST_BYTES

    def legacy_config(self) -> tuple[str, int]:
        """Return the model's description in a `.h5` file, and the version of Keras."""
        text = self._text(self._file.attrs.get("model_config"))
        if not text:
            raise ThumbnetError(
                "it has weights but no model: save it with model.save(path), not save_weights"
            )
        major = self._text(self._file.attrs.get("keras_version")).split(".")[0]
        return text, 3 if major == "3" else 2

    def _text(self, value: Any) -> str:
        if isinstance(value, (bytes, np.bytes_)):
            return value.decode("utf-8", "replace")
        return value if isinstance(value, str) else ""

    def of(self, group: str, names: tuple[str, ...]) -> tuple[Array, ...]:
        """Return the weights of a layer.

        group: its place in a `.keras`; names: its own, which counts in a `.h5`, after those of the
        models around it.
        """
        try:
            if "model_weights" in self._file:
                return self._legacy(names)
            found = self._at(f"{group}/cell/vars") or self._at(f"{group}/vars")
            keys = [] if found is None else sorted(found.keys(), key=int)
            return tuple(self._array(found, key) for key in self._few(keys))
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            raise ThumbnetError(
                f"the weights of layer {names[-1][:60]!r} are damaged: save it again"
            ) from error

    def _few(self, keys: list[str]) -> list[str]:
        if len(keys) > _MOST_ARRAYS:
            raise ThumbnetError(f"a layer has {len(keys)} arrays, at most {_MOST_ARRAYS} are read")
        return keys

    def _legacy(self, names: tuple[str, ...]) -> tuple[Array, ...]:
        group = self._child(self._child(self._file, "model_weights"), names[0])
        if group is None:
            return ()
        paths = [self._text(n) for n in group.attrs.get("weight_names", ())]
        if len(names) > 1:  # a model's group holds the weights of all its layers
            paths = [path for path in paths if names[-1] in path.split("/")]
        arrays = []
        for path in self._few(paths):
            *folders, last = path.split("/")
            inside = group
            for folder in folders:
                inside = self._child(inside, folder)
            arrays.append(self._array(inside, last))
        return tuple(arrays)

    def _at(self, path: str) -> Any:
        """Return a group, None if it is not there or empty."""
        found = self._file
        for part in path.split("/"):
            found = self._child(found, part)
            if found is None:
                return None
        return found if len(found) else None

    def _child(self, group: Any, name: str) -> Any:
        """Return what a group holds under a name, if it is a part of this file."""
        if group is None or not isinstance(group, self._h5py.Group) or name not in group:
            return None
        if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
            raise ThumbnetError("its weights are links to other files: save them in one file")
        return group[name]

    def _array(self, group: Any, name: str) -> Array:
        """Read a dataset of numbers."""
        found = self._child(group, name)
        if not isinstance(found, self._h5py.Dataset) or found.dtype.kind not in "fiu":
            raise ThumbnetError(f"its weights {name[:60]!r} are no numbers: save it again")
        if found.is_virtual or found.external:
            raise ThumbnetError("its weights are in other files: save them in one file")
        size = found.size * found.dtype.itemsize
        if size > self._left:
            raise ThumbnetError(f"it has more than {MOST_BYTES >> 20} MB of weights")
        self._left -= size
        return np.asarray(found[()])
