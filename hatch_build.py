"""Build hook: compile the knowledge into the wheel, so that an installed package never reads its YAML."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOM = Path("src") / "penia" / "knowledge"


class CompileKnowledge(BuildHookInterface[Any]):
    """Adds the compiled knowledge and its library of courses; a file that does not fit stops the build."""

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
        if find_spec("numpy"):  # without it the installed package simulates its library at the first use
            from penia.infer.course.library import compile_library

            courses = Path(self.directory) / "courses.bin"
            courses.write_bytes(compile_library())
            build_data["force_include"][str(courses)] = "penia/knowledge/courses.bin"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        for name in ("compiled.msgpack", "courses.bin"):
            (Path(self.directory) / name).unlink(missing_ok=True)
