"""The configuration of the plugin."""

from __future__ import annotations

import pytest

from aiovgic.errors import UsageError
from devtools.oracle.litmus.steering import Symbols, configuration, parse

KERNEL = """\
ffff800080010000 T kvm_vcpu_ioctl
ffff800080010400 t something_else
ffff800080020000 T vgic_get_irq
ffff800080020100 t vgic_its_resolve_lpi
ffff800080020300 T after_the_vgic
ffff800080030000 T __kvm_nvhe_kvm_vcpu_ioctl
ffff800080040000 D kvm_data
"""
PROBE = """\
0000000000402a00 T race_begins
0000000000402a10 T race_ends
0000000000402a20 T op_begins
                 U somewhere
"""
KNOWN = Symbols(parse(KERNEL), parse(PROBE))


def test_without_chaos_and_holds_only_the_race_is_known() -> None:
    assert configuration(KNOWN, "", [], 1) == "begin 402a00\nend 402a10\n"


def test_chaos_covers_the_vgic_and_the_way_to_it() -> None:
    assert configuration(KNOWN, "400,1000,4", [], 9).splitlines()[2:] == [
        "chaos 9 400 1000 4",
        "range ffff800080010000 ffff800080010400",
        "range ffff800080020000 ffff800080020300",
    ]


def test_a_hold_takes_functions_of_the_kernel_and_of_the_probe_and_addresses() -> None:
    holds = ["0,vgic_its_resolve_lpi+0x28,1,1,op_begins,2,400", "1,ffff800080010404,1,0,race_ends,1,9"]
    assert configuration(KNOWN, "", holds, 1).splitlines()[2:] == [
        "hold 0 ffff800080020128 1 1 402a20 2 400",
        "hold 1 ffff800080010404 1 0 402a10 1 9",
    ]


@pytest.mark.parametrize(
    ("chaos", "holds", "why"),
    [
        ("400,1000", [], "--chaos takes MEAN,US,MOST as numbers, not '400,1000'"),
        ("a,b,c", [], "--chaos takes MEAN,US,MOST as numbers, not 'a,b,c'"),
        ("", ["0,op_begins,1"], "--hold takes CPU,WHERE,N,CPU2,WHERE2,N2,US, not '0,op_begins,1'"),
        (
            "",
            ["0,vgic_get_irk,1,1,op_begins,1,9"],
            "'vgic_get_irk' is neither a function of this kernel nor an address; did you mean 'vgic_get_irq'?",
        ),
    ],
)
def test_what_cannot_be_used_is_told(chaos: str, holds: list[str], why: str) -> None:
    with pytest.raises(UsageError) as told:
        configuration(KNOWN, chaos, holds, 1)
    assert str(told.value) == why


def test_a_kernel_without_a_vgic_is_refused() -> None:
    with pytest.raises(UsageError, match="no function of the vgic"):
        configuration(Symbols({"start": 1, "end": 2}, KNOWN.probe), "1,1,1", [], 1)
