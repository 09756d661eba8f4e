"""Several files that may import each other, loaded in the order that their imports ask for."""

from __future__ import annotations

from collections.abc import Mapping

from service.dmn.model import Model, load_model
from service.dmn.parts import Definitions, Import
from service.dmn.read import read_definitions
from service.errors import Problem, Severity
from service.sentence import Sentence


def load_models(
    files: Mapping[str, bytes], *, strict: bool = True, only: str = ""
) -> dict[str, Model]:
    """Every file's model, by file name; with `only`, that file's and those that it imports."""
    loader = _Loader(files, strict)
    for file in [only] if only else files:
        loader.load(file, ())
    return loader.models


class _Loader:
    def __init__(self, files: Mapping[str, bytes], strict: bool) -> None:
        self._files = files
        self._strict = strict
        self._definitions = {file: read_definitions(xml, file=file) for file, xml in files.items()}
        self.models: dict[str, Model] = {}

    def load(self, file: str, waiting: tuple[str, ...]) -> Model:
        if file not in self.models:
            imports, circles = {}, []
            for entry in self._definitions[file].imports:
                source = self._find(entry, file)
                if source in (*waiting, file):
                    circles.append(_circle(file, source, entry))
                elif source is not None:
                    imports[entry.namespace] = self.load(source, (*waiting, file))
            model = load_model(self._files[file], file=file, imports=imports, strict=False)
            _settle(model, circles)
            if self._strict:
                model.check()
            self.models[file] = model
        return self.models[file]

    def _find(self, entry: Import, importer: str) -> str | None:
        """By namespace; some modelers write the other file's id into it, or only say where the file
        is."""
        others = {file: each for file, each in self._definitions.items() if file != importer}
        for fits in (_same_namespace, _same_id, _same_location):
            found = next((file for file, each in others.items() if fits(entry, each)), None)
            if found is not None:
                return found
        return importer if entry.namespace == self._definitions[importer].namespace else None


def _same_namespace(entry: Import, other: Definitions) -> bool:
    return entry.namespace == other.namespace


def _same_id(entry: Import, other: Definitions) -> bool:
    return bool(other.id) and entry.namespace.endswith(other.id)


def _same_location(entry: Import, other: Definitions) -> bool:
    name = entry.location.replace("\\", "/").rpartition("/")[2]
    return bool(name) and other.file.replace("\\", "/").endswith(name)


def _circle(file: str, source: str, entry: Import) -> Problem:
    """An import back to where it comes from brings nothing; where nothing of it is needed, it does
    no harm."""
    return Problem(
        code="dmn-cycle",
        file=file,
        line=entry.place.line,
        element=entry.place.id,
        message=Sentence("{file} and {source} import each other.", file=file, source=source)
        if file != source
        else Sentence("{file} imports itself.", file=file),
        fix="Move what both need into a third file." if file != source else "Remove the import.",
        severity=Severity.WARNING,
    )


def _settle(model: Model, circles: list[Problem]) -> None:
    """A circle is said once, as what it is and not as a file that is missing."""
    places = {each.line for each in circles}
    model.problems[:] = [
        each
        for each in model.problems
        if each.code != "dmn-import-missing" or each.line not in places
    ] + circles
