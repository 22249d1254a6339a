"""The register frames as tables: sorted, without overlaps, inside their frame."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from aiovgic.arch import gicd, gicr, gits
from aiovgic.arch.idregs import GIC_ID_VALUES, GITS_ID_VALUES, IDREGS_COUNT, IDREGS_OFFSET
from aiovgic.arch.register import BANK_INTIDS, RO, W8_32, W32, W32_64, W64, Bank, Reg
from aiovgic.arch.words import Word, mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiovgic.arch.register import Row

FRAMES = {
    "distributor": (gicd.FRAME, range(gicd.KVM_VGIC_V3_DIST_SIZE)),
    "redistributor": (gicr.FRAME, range(gicr.KVM_VGIC_V3_REDIST_SIZE)),
    "RD_base": (gicr.RD_FRAME, range(gicr.SGI_BASE)),
    "SGI_base": (gicr.SGI_FRAME, range(gicr.SGI_BASE, gicr.KVM_VGIC_V3_REDIST_SIZE)),
    "ITS": (gits.FRAME, range(gits.TRANSLATION_FRAME)),
}
ROWS = [pytest.param(row, id=row.name) for row in (*gicd.FRAME, *gicr.FRAME, gicr.STATUSR, *gits.FRAME)]
BANKS = [pytest.param(row, id=row.name) for row in (*gicd.FRAME, *gicr.FRAME) if isinstance(row, Bank)]


@pytest.mark.parametrize("name", FRAMES)
def test_the_rows_of_a_frame_ascend_without_overlap(name: str) -> None:
    frame, _ = FRAMES[name]
    for before, after in pairwise(frame):
        assert before.offset + before.size <= after.offset, (before.name, after.name)


@pytest.mark.parametrize("name", FRAMES)
def test_the_rows_of_a_frame_lie_inside_it(name: str) -> None:
    frame, space = FRAMES[name]
    for row in frame:
        assert space.start <= row.offset < row.offset + row.size <= space.stop, row.name


@pytest.mark.parametrize("name", FRAMES)
def test_the_rows_of_a_frame_have_names_of_their_own(name: str) -> None:
    frame, _ = FRAMES[name]
    assert len({row.name for row in frame}) == len(frame)
    assert len({row.name.partition("_")[0] for row in frame}) == 1


@pytest.mark.parametrize("row", ROWS)
def test_a_row_can_be_read_with_32_bits_at_its_own_address(row: Row) -> None:
    assert W32 in row.access
    assert row.access & ~RO in {W32, W8_32, W32_64}
    assert row.offset % (8 if W64 in row.access else 4) == 0


@pytest.mark.parametrize("row", ROWS)
def test_a_reset_value_fits_the_register_and_its_fields(row: Row) -> None:
    if isinstance(row, Reg):
        named = sum(field.mask for field in row.word.FIELDS.values())
        assert row.reset & ~mask(8 * row.stride - 1, 0) == 0
        assert row.word is Word or row.reset & ~named == 0


@pytest.mark.parametrize("row", ROWS)
def test_the_fields_of_a_register_fit_its_width(row: Row) -> None:
    if isinstance(row, Reg):
        assert all(field.mask & ~mask(8 * row.stride - 1, 0) == 0 for field in row.word.FIELDS.values())


@pytest.mark.parametrize("bank", BANKS)
def test_a_bank_starts_where_1024_interrupts_have_room(bank: Bank) -> None:
    assert bank.offset % (bank.bits_per_irq * BANK_INTIDS // 8) == 0
    assert bank.size == bank.bits_per_irq * bank.intids // 8


def test_the_banks_of_a_redistributor_are_those_of_the_distributor_for_private_interrupts() -> None:
    shared = {row.name[5:]: row for row in gicd.FRAME if isinstance(row, Bank)}
    for row in gicr.SGI_FRAME:
        if isinstance(row, Bank):
            twin = shared[row.name[5:].removesuffix("0")]
            assert (row.offset - gicr.SGI_BASE, row.bits_per_irq) == (twin.offset, twin.bits_per_irq), row.name
            assert row.intids == 32


@pytest.mark.parametrize(
    ("row", "stride", "size"),
    [
        pytest.param(gits.CTLR, 4, 4, id="one of 32 bits"),
        pytest.param(gits.TYPER, 8, 8, id="one of 64 bits"),
        pytest.param(gits.BASER, 8, 64, id="eight of 64 bits"),
        pytest.param(gicd.IDREGS, 4, 48, id="twelve of 32 bits"),
    ],
)
def test_a_register_is_as_wide_as_its_widest_access(row: Reg, stride: int, size: int) -> None:
    assert (row.stride, row.size) == (stride, size)


@pytest.mark.parametrize("values", [pytest.param(GIC_ID_VALUES, id="GIC"), pytest.param(GITS_ID_VALUES, id="ITS")])
def test_an_id_value_is_one_byte_at_an_id_register(values: Mapping[int, int]) -> None:
    assert set(values) <= set(range(IDREGS_OFFSET, IDREGS_OFFSET + 4 * IDREGS_COUNT, 4))
    assert all(0 < value <= 0xFF for value in values.values())


@pytest.mark.parametrize(
    ("row", "value"),
    [
        pytest.param(gicd.CTLR, 0x50, id="GICD_CTLR"),
        pytest.param(gicd.IIDR, 0x4B00343B, id="GICD_IIDR"),
        pytest.param(gicr.IIDR, 0x4B00043B, id="GICR_IIDR"),
        pytest.param(gits.IIDR, 0x4B00043B, id="GITS_IIDR"),
        pytest.param(gits.CTLR, 0x8000_0000, id="GITS_CTLR"),
        pytest.param(gicr.PENDBASER, 0x580, id="GICR_PENDBASER"),
        pytest.param(gicr.PROPBASER, 0, id="GICR_PROPBASER"),
    ],
)
def test_a_register_has_the_reset_value_of_kvm(row: Reg, value: int) -> None:
    assert row.reset == value


def test_the_doorbell_has_no_row() -> None:
    assert gits.TRANSLATER == gits.TRANSLATION_FRAME + 0x40
    assert all(row.offset + row.size <= gits.TRANSLATION_FRAME for row in gits.FRAME)
