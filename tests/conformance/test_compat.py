"""A vgic-v2 on a GICv3 host with compatibility behaves as on a GICv2 host, but for what the host itself offers."""

from __future__ import annotations

import pytest

from aiovgic.model.host import Host
from aiovgic.revisions import layers_of
from aiovgic.scenario import conformance
from aiovgic.scenario.recording import load_recording
from aiovgic.scenario.shipped import recordings

OF_THE_HOST = ("create_device", "create_vcpu", "check_extension", "sysreg_read", "get_one_reg")
"""Operations that ask what the host has: other devices, more vCPUs, ICC registers, ID registers."""

FILES = [path for path in recordings("v6.12") if path.parent.name.endswith("gicv2")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name.partition(".")[0])
def test_a_gicv3_with_compatibility_serves_a_vgic_v2(path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conformance, "Host", lambda **_: Host(gic=3, gicv2_compat=True))
    recording = load_recording(path)  # type: ignore[arg-type]  # it is a path
    for script in recording.scripts:
        played = conformance.ScriptProgram(layers_of("v6.12"), recording.host_gic, script, str(path)).play()
        if played.differences:
            assert played.differences[0].op.name in OF_THE_HOST
