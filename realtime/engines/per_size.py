"""LRU cache of compiled networks, one per frame size."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

SIZES_KEPT = 4
"""So many stay in memory; a session seldom sees more, and each may hold hundreds of megabytes."""

Compiled = TypeVar("Compiled")
Shape = tuple[int, ...]


class PerSize(Generic[Compiled]):
    """LRU cache with one value per frame shape, made when the shape is first used."""

    def __init__(self, make: Callable[[Shape], Compiled]) -> None:
        self._make = make
        self._made: OrderedDict[Shape, Compiled] = OrderedDict()

    def __getitem__(self, shape: Shape) -> Compiled:
        if shape not in self._made:
            self._made[shape] = self._make(shape)
            if len(self._made) > SIZES_KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(shape)
        return self._made[shape]

    def clear(self) -> None:
        """Forget all."""
        self._made.clear()
