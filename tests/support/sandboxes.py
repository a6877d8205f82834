"""Whether bubblewrap is here and works; CI says that it must."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from thumbnet.export.program.artifact import _digest
from thumbnet.tools.transport import sandbox

from .require import require


def needs_sandbox() -> None:
    """Skip, or fail where THUMBNET_REQUIRE lists `bubblewrap`."""
    problem = sandbox.missing()
    if problem is not None:
        require("bubblewrap", f"no sandbox: {problem[0]}")


def forge(sidecar: Path, **changes: Any) -> None:
    """Change the `.json` of a module, and give it the digest that it then needs."""
    document = json.loads(sidecar.read_text())
    document.update(changes)
    document["digest"] = _digest(document)
    sidecar.write_text(json.dumps(document))
