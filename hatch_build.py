"""Build hook: compile the knowledge into the wheel, so that an installed package never reads its YAML."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOM = Path("src") / "penia" / "knowledge"


class CompileKnowledge(BuildHookInterface[Any]):
    """Adds knowledge/compiled.msgpack to the wheel; a file of data/ that does not fit stops the build."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root) / "src"))
        from penia.knowledge.store import RELEASE, compile_data

        target = Path(self.directory) / "compiled.msgpack"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(compile_data(RELEASE))
        build_data["force_include"][str(target)] = "penia/knowledge/compiled.msgpack"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        (Path(self.directory) / "compiled.msgpack").unlink(missing_ok=True)
