"""Whatever guests and VMMs do, nothing raises, and no rule for quiet points breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aiovgic.model.its.cache import TranslationCache
from aiovgic.model.its.frame import ItsFrame
from aiovgic.model.its.mappings import Mappings
from aiovgic.model.lpi import LpiControl
from aiovgic.sync import replaces
from devtools.storm import Broken, loop, rig, storm
from devtools.storm.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from aiovgic.model.irq import Irq
    from aiovgic.model.its.records import Ite, ItsDevice
    from aiovgic.model.mmio import Access
    from aiovgic.model.vcpu import Vcpu
    from aiovgic.sync import Layer

REVISIONS = ("fixed", "v6.12", "v6.1")
CALM = 10
"""Parts that the normal run shares among its workers: 50,000 accesses and 10,000 commands in all."""

LONG = 10
"""Parts that the long run shares: 1,000,000 accesses and 200,000 commands on each revision."""


@pytest.mark.parametrize("seed", range(CALM))
def test_a_short_storm_breaks_nothing(seed: int) -> None:
    report = storm("fixed", seed, accesses=50_000 // CALM, commands=10_000 // CALM)
    assert (report.accesses, report.commands) == (5_000, 1_000)
    assert report.machines == 6


@pytest.mark.parametrize("revision", REVISIONS[1:])
def test_a_breeze_over_older_revisions_breaks_nothing(revision: str) -> None:
    storm(revision, 7, accesses=4_000, commands=1_000)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(2016, 2016 + LONG))
@pytest.mark.parametrize("revision", REVISIONS)
def test_a_long_storm_breaks_nothing(revision: str, seed: int) -> None:
    report = storm(revision, seed, accesses=1_000_000 // LONG, commands=200_000 // LONG)
    assert (report.accesses, report.commands) == (100_000, 20_000)


@replaces(Mappings)
class KeepsReferences(Mappings):
    """An event that is forgotten keeps its LPI for ever."""

    async def free_ite(self, device: ItsDevice, ite: Ite) -> None:
        ite.irq = None
        await super().free_ite(device, ite)


@replaces(TranslationCache)
class NeverEmptied(TranslationCache):
    """A translation outlives its event."""

    async def insert(self, key: int, irq: Irq) -> None:
        await self.entries.store(key, irq)


@replaces(LpiControl)
class ForgetsTheList(LpiControl):
    """LPIs that are flushed stay on the list."""

    async def flush_pending_lpis(self, vcpu: Vcpu) -> None:
        for irq in vcpu.ap_list:
            if irq.is_lpi():
                irq.vcpu = None


@replaces(ItsFrame)
class TrustsTheGuest(ItsFrame):
    """A cursor past the end of the ring is taken."""

    async def write_cwriter(self, at: Access, value: int) -> None:
        await self.its.cwriter.store(value)


@pytest.mark.parametrize("layer", [KeepsReferences, NeverEmptied, ForgetsTheList, TrustsTheGuest])
def test_a_machine_with_a_fault_does_not_bear_it(layer: Layer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "layers_of", lambda _revision: (layer,))
    with pytest.raises(Broken):
        storm("fixed", 1, accesses=10_000, commands=10_000)


def test_the_same_seed_is_the_same_storm() -> None:
    assert storm("fixed", 3, accesses=500, commands=100) == storm("fixed", 3, accesses=500, commands=100)
    assert storm("fixed", 3, accesses=500).operations != storm("fixed", 4, accesses=500).operations


def test_a_machine_that_breaks_is_kept_as_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(self: rig.Rig) -> None:
        raise Broken("cursor-outside-queue: creadr is nowhere", self.done)

    monkeypatch.setattr(rig.Rig, "check", broken)
    kept = tmp_path / "kept.jsonl"
    assert main(["--accesses", "10", "--commands", "0", "--keep", str(kept)]) == 1
    assert "cursor-outside-queue: creadr is nowhere" in capsys.readouterr().out
    head, first, *_ = kept.read_text(encoding="ascii").splitlines()
    assert head.startswith('{"script": "storm/0"')
    assert first.startswith('{"op": "create_vm"')


def test_the_command_says_how_much_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--accesses", "100", "--commands", "50"]) == 0
    assert capsys.readouterr().out.startswith("fixed: ok, 2 machines, 100 accesses, 50 commands, ")
    assert main(["--revision", "v6.13"]) == 2
    assert "did you mean 'v6.1" in capsys.readouterr().err
