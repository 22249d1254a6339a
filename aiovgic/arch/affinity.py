"""The affinity of a vCPU: four numbers, in the three register layouts that have them."""

from __future__ import annotations

from aiovgic.arch.words import Word, bit, bits


class Affinity(Word):
    """Aff3.Aff2.Aff1.Aff0 without gaps: GICR_TYPER[63:32], and bits 63:32 of a uapi attribute."""

    aff0 = bits(7, 0)
    aff1 = bits(15, 8)
    aff2 = bits(23, 16)
    aff3 = bits(31, 24)

    @property
    def mpidr(self) -> Mpidr:
        """The MPIDR_EL1 of the vCPU with this affinity."""
        return Mpidr.of(aff0=self.aff0, aff1=self.aff1, aff2=self.aff2, aff3=self.aff3, res1=True)

    @property
    def irouter(self) -> Irouter:
        """The route to the vCPU with this affinity."""
        return Irouter.of(aff0=self.aff0, aff1=self.aff1, aff2=self.aff2, aff3=self.aff3)


class Mpidr(Word):
    """MPIDR_EL1."""

    aff0 = bits(7, 0)
    aff1 = bits(15, 8)
    aff2 = bits(23, 16)
    mt = bit(24)
    uniprocessor = bit(30)
    res1 = bit(31)
    aff3 = bits(39, 32)

    @property
    def affinity(self) -> Affinity:
        """The affinity alone, without gaps."""
        return Affinity.of(aff0=self.aff0, aff1=self.aff1, aff2=self.aff2, aff3=self.aff3)


class Irouter(Word):
    """GICD_IROUTERn: MPIDR_EL1's layout, with one bit for any vCPU at all."""

    aff0 = bits(7, 0)
    aff1 = bits(15, 8)
    aff2 = bits(23, 16)
    irm = bit(31)
    aff3 = bits(39, 32)

    @property
    def affinity(self) -> Affinity:
        """The affinity alone, without gaps."""
        return Affinity.of(aff0=self.aff0, aff1=self.aff1, aff2=self.aff2, aff3=self.aff3)


class VcpuId(Word):
    """The number that userspace gave a vCPU: the fields that KVM makes its affinity levels of."""

    aff0 = bits(3, 0)  # a GICv3 SGI reaches at most 16 vCPUs of one Aff1
    aff1 = bits(11, 4)
    aff2 = bits(19, 12)


def affinity(vcpu_id: int) -> Mpidr:
    """The MPIDR_EL1 that KVM gives a vCPU on reset (reset_mpidr)."""
    where = VcpuId(vcpu_id)
    return Mpidr.of(aff0=where.aff0, aff1=where.aff1, aff2=where.aff2, res1=True)
