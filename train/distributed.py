"""One run on many processes: `torchrun --nproc-per-node N -m train ...`.

The batch of a step is the same whatever the number of processes; each takes its share of the
pictures, and DistributedDataParallel averages the gradients. So N processes learn what one would.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from realtime.errors import BadInputError

CPU = torch.device("cpu")


@dataclass(frozen=True)
class World:
    """This process among those of the run; alone by default."""

    rank: int = 0
    size: int = 1
    device: torch.device = CPU

    @property
    def first(self) -> bool:
        """True in the one process that writes files and talks."""
        return self.rank == 0

    def share(self, batch: int) -> slice:
        """Return which pictures of a batch are this process's.

        Raises:
            BadInputError: the batch cannot be divided evenly.
        """
        if batch % self.size:
            raise BadInputError(
                f"a batch of {batch} cannot be shared evenly by {self.size} processes: "
                f"give --batch a multiple of {self.size}"
            )
        each = batch // self.size
        return slice(self.rank * each, (self.rank + 1) * each)

    def wrap(self, network: nn.Module) -> nn.Module:
        """Return what to call in training: gradients are averaged over the processes."""
        if self.size == 1:
            return network
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=ids)

    def any(self, flag: bool) -> bool:
        """True in every process when `flag` is true in one."""
        return self.largest(float(flag)) > 0

    def largest(self, value: float) -> float:
        """Return the largest of the processes' values, in all of them."""
        if self.size == 1:
            return value
        values = torch.tensor([value], device=self.device)
        dist.all_reduce(values, dist.ReduceOp.MAX)
        return float(values.item())

    def sum(self, values: torch.Tensor) -> torch.Tensor:
        """Add up the processes' tensors, in place."""
        if self.size > 1:
            dist.all_reduce(values)
        return values

    def mean(self, terms: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Average scalars over the processes."""
        values = torch.stack([term.detach().float() for term in terms.values()])
        values = self.sum(values) / self.size
        return dict(zip(terms, values.tolist(), strict=True))


@contextmanager
def joined(device: torch.device) -> Iterator[World]:
    """Join the processes that torchrun started, if it did; leaves them again at the end.

    Args:
        device: Where to train; on CUDA, every process takes the GPU of its local rank.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1 or "RANK" not in os.environ:
        yield World(device=device)
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield World(dist.get_rank(), dist.get_world_size(), device)
    finally:
        dist.destroy_process_group()
