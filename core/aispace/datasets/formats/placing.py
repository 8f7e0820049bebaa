"""COCO, VOC and YOLO trees: which image goes where, and which file says what of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from ..annotations import Layout
from ..layouts import SPLIT_NAMES, Found, Placed, common_folder
from . import coco, voc, yolo
from .boxes import Places
from .shelf import Shelf

CLASS_FILES: Final = ("classes.txt", "obj.names", "predefined_classes.txt", "_darknet.labels", "labels.txt")
NO_LABELS: Final = re.compile(r"(readme.*|requirements|train|val|valid|test|trainval|notes)\.txt", re.IGNORECASE)
VOC_LISTS: Final = ("train", "val", "test")
Refuse = Callable[[str, str, str, int | None], None]


class Unreadable(ValueError):
    """The file about an image cannot be read."""

    def __init__(self, code: str, message: str, line: int) -> None:
        super().__init__(message)
        self.code, self.message, self.line = code, message, line


@dataclass
class Tree:
    """Images and the files about them.

    Parameters
    ----------
    files : sequence of Found
        The images that came or, with ``annotations_only``, those of the dataset.
    pixels : bool
        How numbers of VOC are meant, see `voc.read`.
    """

    shelf: Shelf
    files: Sequence[Found]
    refuse: Refuse
    annotations_only: bool = False
    pixels: bool = False
    labels: list[str] = field(default_factory=list)
    """All names of classes that the files declare, also of those without a box."""

    def declare(self, names: Sequence[str]) -> None:
        """Take names of classes, each once, in their order."""
        self.labels = list(dict.fromkeys([*self.labels, *names]))


def detect_boxes(shelf: Shelf, images: int) -> tuple[Layout, float]:
    """Guess which of the three a tree is; ``flat`` where it has no file about the images."""
    names = list(shelf.small_paths())
    found: list[Layout] = []
    if any(coco.is_coco(file) for file in shelf.large.values()):
        found.append("coco")
    if any(name.lower().endswith(".xml") for name in names):
        found.append("voc")
    if any(_is_label(name) or name.lower().endswith((".yaml", ".yml")) for name in names) and "voc" not in found:
        found.append("yolo")
    if not found:
        return "flat", 1.0 if images else 0.0
    return found[0], 1.0 if len(found) == 1 else 0.7


def place_boxes(layout: Layout, tree: Tree) -> Iterator[Placed]:
    """Say for each image where it goes in the dataset, and which file says what of it."""
    if layout == "coco":
        yield from _coco(tree)
    elif layout == "voc":
        yield from _voc(tree)
    else:
        yield from _yolo(tree)


def _folder(path: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/" if folder else ""


def _above(folder: str, name: str) -> str:
    """Give the folder that holds a folder of a name, or the folder itself."""
    parts = folder.rstrip("/").split("/")
    if parts[-1].lower() == name:
        parts.pop()
    return "".join(f"{part}/" for part in parts if part)


def _strip(path: str, roots: Sequence[str]) -> str:
    return next((path[len(root) :] for root in roots if path.startswith(root)), path)


# COCO


def _coco(tree: Tree) -> Iterator[Placed]:
    shelf, places = tree.shelf, Places([f.path for f in tree.files])
    chosen = {path: file for path, file in shelf.large.items() if coco.is_coco(file)}
    if any(path.rpartition("/")[2].startswith("instances") for path in chosen):
        chosen = {p: f for p, f in chosen.items() if p.rpartition("/")[2].startswith("instances")}
    for path in shelf.large.keys() - chosen.keys():
        tree.refuse(path, "not_read", "the file is none of COCO's files of instances", None)
    said: dict[str, tuple[int, Any, str, tuple[int, int] | None]] = {}
    categories: list[dict[Any, str]] = []
    strip: list[str] = []
    for source, (path, file) in enumerate(sorted(chosen.items())):
        categories.append(coco.read(shelf, source, path, file, tree.refuse))
        tree.declare(list(categories[-1].values()))
        home = _above(_folder(path), "annotations")
        subset = path.rpartition("/")[2].removesuffix(".json").removeprefix("instances_")
        strip += [root for root in (f"{home}images/", home) if root not in strip]
        roots = [f"{home}images/", home, _folder(path), f"{home}images/{subset}/", f"{home}{subset}/"]
        images = shelf.select("select id, name, width, height, line from images where source = ?", (source,))
        for key, name, width, height, line in list(images):
            found = places.find(name, roots)
            if found is None:
                missing = "the dataset has no sample" if tree.annotations_only else "there is no image"
                tree.refuse(path, "image_missing", f"{missing} of the name {name[:200]!r}, or more than one", line)
            elif found in said:
                tree.refuse(path, "path_twice", f"{name[:200]!r} occurs twice; the first was taken", line)
            else:
                said[found] = (source, key, path, (width, height) if width and height else None)
    shelf.index_boxes()
    strip.sort(key=len, reverse=True)
    for item in tree.files:
        entry = said.get(item.path)
        placed = Placed(item, item.path if tree.annotations_only else _strip(item.path, strip))
        if entry is not None:
            source, key, placed.said_in, placed.said_size = entry
            placed.split = split_of_name(placed.said_in)
            placed.boxes = partial(coco.boxes, shelf, source, key, categories[source])
        yield placed


def split_of_name(path: str) -> str | None:
    """Find a split in the name of a file such as ``instances_train2017.json``."""
    stem = path.rpartition("/")[2].rpartition(".")[0].lower()
    words = [word.rstrip("0123456789") for word in re.split(r"[_\-. ]", stem)]
    return next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), None)


# VOC


def _voc(tree: Tree) -> Iterator[Placed]:
    shelf, places = tree.shelf, Places([f.path for f in tree.files])
    stems: dict[str, list[str]] = {}
    for item in tree.files:
        stems.setdefault(item.path.rpartition(".")[0], []).append(item.path)
    said: dict[str, tuple[str, str]] = {}
    homes: list[str] = []
    for path in [p for p in shelf.small_paths() if p.lower().endswith(".xml")]:
        home, below = _voc_home(path)
        if home not in homes:
            homes.append(home)
        found = _voc_image(tree, places, stems, home, below, path)
        if found is None:
            missing = "the dataset has no sample" if tree.annotations_only else "no image came"
            tree.refuse(path, "image_missing", f"{missing} that the file is about", None)
        elif found in said:
            tree.refuse(path, "path_twice", "its image has another file already", None)
        else:
            said[found] = (path, below.rpartition(".")[0])
    strip = sorted((f"{home}{name}" for home in homes for name in ("JPEGImages/", "images/", "")), key=len)[::-1]
    everything = [Placed(f, f.path if tree.annotations_only else _strip(f.path, strip)) for f in tree.files]
    claimed = {name for _, name in said.values()}
    names = {name for placed in everything for name in (placed.path, placed.path.rpartition(".")[0])}
    splits = _voc_splits(shelf, claimed | names)
    for placed in everything:
        stem = placed.path.rpartition(".")[0]
        if placed.file.path in said:
            placed.said_in, name = said[placed.file.path]
            placed.split = splits.get(name)
            placed.boxes = partial(_voc_boxes, tree, placed)
        else:
            placed.split = splits.get(placed.path, splits.get(stem) if stem not in claimed else None)
        yield placed


def _voc_home(path: str) -> tuple[str, str]:
    """Split the path of an XML file into the folder of the data set and the rest below ``Annotations``."""
    parts = path.split("/")
    for n in range(len(parts) - 1):
        if parts[n].lower() == "annotations":
            return "".join(f"{part}/" for part in parts[:n]), "/".join(parts[n + 1 :])
    return _folder(path), parts[-1]


def _voc_image(tree: Tree, places: Places, stems: dict[str, list[str]], home: str, below: str, path: str) -> str | None:
    stem = below.rpartition(".")[0]
    roots = [f"{home}JPEGImages/", f"{home}images/", home]
    for root in roots:
        if f"{root}{stem}" in places:  # named after the whole name of its image
            return f"{root}{stem}"
        if len(stems.get(f"{root}{stem}", ())) == 1:
            return stems[f"{root}{stem}"][0]
    try:
        name = voc.read(tree.shelf.small(path) or b"", pixels=tree.pixels).filename
    except voc.BrokenXml:
        return None
    folder = _folder(below)
    return places.find(folder + name, roots) or places.find(name, roots) if name else None


def _voc_boxes(tree: Tree, placed: Placed) -> list[Any]:
    try:
        found = voc.read(tree.shelf.small(placed.said_in) or b"", pixels=tree.pixels)
    except voc.BrokenXml as error:
        raise Unreadable("xml_broken", str(error), error.line) from None
    placed.said_size = found.size
    return found.boxes


def _voc_splits(shelf: Shelf, names: set[str]) -> dict[str, str]:
    splits: dict[str, str] = {}
    for path in shelf.small_paths():
        folder, _, file = path.rpartition("/")
        stem = file.removesuffix(".txt")
        if folder.endswith("ImageSets/Main") and stem in VOC_LISTS:
            splits.update(dict.fromkeys(voc.names_of(shelf.small(path) or b"", names), SPLIT_NAMES[stem]))
    return splits


# YOLO


def _is_label(path: str) -> bool:
    name = path.rpartition("/")[2].lower()
    return name.endswith(".txt") and name not in CLASS_FILES and not NO_LABELS.fullmatch(name)


def _in_labels(path: str) -> bool:
    return "labels" in path.split("/")[:-1]


def _yolo(tree: Tree) -> Iterator[Placed]:
    shelf = tree.shelf
    texts = set()
    classes: list[str] | None = None
    for path in shelf.small_paths():
        name = path.rpartition("/")[2].lower()
        if name.endswith((".yaml", ".yml", ".names")) or (name in CLASS_FILES and not _in_labels(path)):
            try:
                classes = yolo.class_names(path, shelf.small(path) or b"") if classes is None else classes
            except ValueError as error:
                tree.refuse(path, "classes_broken", f"the names of the classes cannot be read: {error}", None)
        elif _is_label(path) or (name.endswith(".txt") and _in_labels(path)):
            texts.add(path)
    tree.declare(classes or [])
    common = common_folder([*(f.path for f in tree.files), *texts]) if not tree.annotations_only else ""
    places = [(item, *_yolo_place(item.path, common, tree.annotations_only)) for item in tree.files]
    often = Counter(short for _, short, _, _ in places)
    for item, short, long, split in places:
        placed = Placed(item, short if often[short] == 1 else long, split=split)
        label = next((name for name in _yolo_names(item.path) if name in texts), None)
        if label is not None:
            texts.discard(label)
            placed.said_in = label
            placed.boxes = partial(_yolo_boxes, shelf, label, classes or [])
        yield placed
    for path in sorted(texts):
        missing = "the dataset has no sample" if tree.annotations_only else "no image came"
        tree.refuse(path, "image_missing", f"{missing} that the file is about", None)


def _yolo_boxes(shelf: Shelf, path: str, classes: list[str]) -> Iterator[Any]:
    return yolo.read(shelf.small(path) or b"", classes)


def _yolo_names(path: str) -> Iterator[str]:
    """Name the files that may be about an image, the likeliest first."""
    stem = path.rpartition(".")[0]
    parts = stem.split("/")
    for n in range(len(parts) - 2, -1, -1):
        if parts[n] == "images":
            yield "/".join([*parts[:n], "labels", *parts[n + 1 :]]) + ".txt"
    yield f"{stem}.txt"
    yield f"labels/{stem}.txt"


def _yolo_place(path: str, common: str, annotations_only: bool) -> tuple[str, str, str | None]:
    """Give the short and the long path of an image in the dataset, and its split."""
    if annotations_only:
        return path, path, None
    parts = path[len(common) :].split("/")
    if "images" in parts[:-1]:
        n = parts.index("images")
        before, rest = parts[:n], parts[n + 1 :]
    elif common.endswith("/images/") or common == "images/":
        before, rest = [], parts
    else:
        return "/".join(parts), "/".join(parts), None
    if len(rest) > 1 and (rest[0] in SPLIT_NAMES or rest[0] == yolo.FOLDERS[None]):
        return "/".join(rest[1:]), "/".join(rest), SPLIT_NAMES.get(rest[0])
    split = SPLIT_NAMES.get(before[-1].lower()) if before else None
    return "/".join(rest), "/".join([*before, *rest]), split
