"""MNIST: found on this machine, or downloaded once into the user's cache.

Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", CC BY-SA 3.0.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from ..errors import ThumbnetError
from .dataset import Dataset
from .idx import read_idx_pair

MIRROR = "https://ossci-datasets.s3.amazonaws.com/mnist/"
MNIST_FILES = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
"""The four files, with the SHA-256 of each as downloaded, that is compressed with gzip."""


def find_mnist() -> dict[str, Path] | None:
    """Look for the four files in the folder THUMBNET_DATA or in its `mnist`.

    Returns
    -------
    dict of str to Path, or None
        None unless all four are there.
    """
    root = os.environ.get("THUMBNET_DATA")
    if not root:
        return None
    for folder in (Path(root) / "mnist", Path(root)):
        found = {
            name: path
            for name in MNIST_FILES
            for path in (folder / name, folder / f"{name}.gz")
            if path.is_file()
        }
        if len(found) == len(MNIST_FILES):
            return found
    return None


def fetch_mnist(folder: str | os.PathLike[str] | None = None) -> dict[str, Path]:
    """Download the files that are not in a folder yet, and check all of them by their SHA-256.

    Parameters
    ----------
    folder : path, optional
        By default `mnist` in the user's cache.

    Returns
    -------
    dict of str to Path
        The four files.

    Raises
    ------
    ThumbnetError
        If a file cannot be downloaded, or has other contents.
    """
    import pooch  # slow to import, and seldom needed
    from requests import RequestException

    cache = Path(folder) if folder is not None else Path(pooch.os_cache("thumbnet")) / "mnist"
    found = {}
    for name, sha256 in MNIST_FILES.items():
        url = f"{MIRROR}{name}.gz"
        try:
            path = pooch.retrieve(url, f"sha256:{sha256}", fname=f"{name}.gz", path=cache)
        except (RequestException, OSError, ValueError) as error:
            cause = "wrong SHA-256" if isinstance(error, ValueError) else type(error).__name__
            raise ThumbnetError(
                f"MNIST: cannot fetch {url} ({cause}): set THUMBNET_DATA to a folder "
                f"with the four files {', '.join(MNIST_FILES)} (.gz or not)"
            ) from error
        found[name] = Path(path)
    return found


def load_mnist() -> tuple[Dataset, Dataset]:
    """Load MNIST: 60,000 and 10,000 images of 28 x 28 pixels.

    The files are looked for in the folder THUMBNET_DATA, then in the user's cache; otherwise they
    are downloaded.

    Returns
    -------
    train, test : Dataset
        x: (n, 784) uint8, ink from 0 to 255; y: (n,) int64; labels "0" to "9".

    Raises
    ------
    ThumbnetError
        If the files cannot be found or downloaded, or are damaged.
    """
    paths = find_mnist() or fetch_mnist()
    train, test = (
        read_idx_pair(paths[f"{part}-images-idx3-ubyte"], paths[f"{part}-labels-idx1-ubyte"])
        for part in ("train", "t10k")
    )
    for data, size in ((train, 60_000), (test, 10_000)):
        if data.x.shape != (size, 784) or data.labels != tuple("0123456789"):
            raise ThumbnetError(
                f"MNIST: {paths['train-images-idx3-ubyte'].parent} holds {data.x.shape} and "
                f"{len(data.labels or ())} classes where MNIST has ({size}, 784) and 10: "
                "put the original files there"
            )
    return replace(train, name="mnist"), replace(test, name="mnist")
