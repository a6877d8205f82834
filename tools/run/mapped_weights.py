"""Put a module's file of weights into the ROMFS of a board, and keep the other files there."""

from __future__ import annotations

from collections.abc import Callable

from thumbnet.export import Artifact
from thumbnet.trainer import ThumbnetError

from ..targets.port import ROMFS, PortTarget
from ..transport.romfs import read_romfs, romfs_size, write_romfs
from ..transport.romfs_image import BadImage, read_image, write_image
from ..transport.serial_board import uninterrupted

Report = Callable[[str], None]


class MappedWeights:
    """The weights of a module on their way into ROMFS.

    A ROMFS is written as a whole. So the image that is there is read, and written again with the
    new weights; `undo` writes it back as it was.
    """

    def __init__(self, artifact: Artifact, target: PortTarget) -> None:
        if artifact.build.weights != "romfs":
            raise ThumbnetError(
                f"{artifact.path.name} has no weights for ROMFS: export with --weights romfs, or "
                "deploy without --romfs"
            )
        self.target = target
        self.file = f"{artifact.name}.bin"
        self.data = artifact.files[self.file]
        self._before: bytes | None = None

    def put(self, report: Report) -> None:
        """Write the weights, unless they are there already.

        Raises
        ------
        ThumbnetError
            If the board has no ROMFS, or too small a one.

        """
        if self.target.mapped(self.file, self.data):
            report(f"{self.file} is in the ROMFS of {self.target.name}: its SHA-256 is the same")
            return
        board = self.target.board
        size = romfs_size(board)
        if not size:
            raise ThumbnetError(
                f"the firmware of {self.target.name} has no ROMFS: export with --weights stream"
            )
        before = read_romfs(board)
        try:
            files = read_image(before) if before else {}
        except BadImage as error:
            raise ThumbnetError(
                f"{self.target.name}: {error}, so its other files cannot be kept: put a new image "
                "there with `mpremote romfs deploy`, such as that of `export --romfs`"
            ) from None
        for folder in ROMFS:
            files.pop(f"{folder}/{self.file}".removeprefix("/rom/"), None)
        others = sum(map(len, files.values()))
        image = write_image({**files, self.file: self.data})
        if len(image) > size:
            ways = ": export with --weights stream"
            if files:
                ways = f", of which other files take {others:,}: remove some of them, or{ways[1:]}"
            raise ThumbnetError(
                f"{self.file} has {len(self.data):,} bytes, but the ROMFS of {self.target.name} "
                f"has {size:,}{ways}"
            )
        self._before = before
        write_romfs(board, image)
        if not self.target.mapped(self.file, self.data):
            raise ThumbnetError(
                f"{self.file} was damaged on its way into the ROMFS of {self.target.name} (its "
                "SHA-256 differs there): try again"
            )
        kept = f", beside {len(files)} other file{'s' * (len(files) > 1)}" if files else ""
        report(f"wrote {self.file} ({len(self.data):,} bytes) into ROMFS{kept}, SHA-256 checked")

    def undo(self) -> None:
        """Write back what was there before, if anything was changed."""
        if self._before is None:
            return
        before, self._before = self._before, None
        with uninterrupted():
            self.target.board.interrupt()
            write_romfs(self.target.board, before or write_image({}))
