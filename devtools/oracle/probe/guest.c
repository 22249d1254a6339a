#include "guest.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "machine.h"

extern const char guest_image[], guest_image_end[], guest_entry[];

#define RETURN_INSTRUCTION 0xd65f03c0u
#define EL1H_MASKED 0x3c5  /* PSTATE: EL1h, D, A, I and F set */
#define NON_CACHEABLE 0x44 /* MAIR_EL1: attribute 0 is Normal, non-cacheable */
#define MMU_ON 0x30d00801  /* SCTLR_EL1: the bits that read as 1, and M */
#define TABLE_DESCRIPTOR 3
#define BLOCK_1G(i) ((uint64_t)(i) << 30 | 1 << 10 /* AF */ | 2 << 8 /* outer shareable */ | 1)
#define TCR_40_BITS (24 /* T0SZ */ | 2ull << 12 /* outer shareable */ | 1 << 23 /* no TTBR1 */ | 2ull << 32 /* IPS */)

#define CORE_REGISTER(member)                                                                                          \
    (KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | offsetof(struct kvm_regs, regs.member) / 4)

/* How guest.S leaves a mailbox. */
enum { UNFINISHED, FINISHED, EXCEPTION };

/* The mailbox of a vCPU: its layout is in guest.S. */
struct mailbox {
    volatile uint64_t address, value, esr, far, elr, status, unused[2];
    volatile uint32_t instruction[2];
};

/* How an operation takes x1: as it is written, or as this vCPU read it before. */
enum { WRITTEN, REMEMBER, NTH_LATEST };

#define LONGEST_EXITS 128 /* more exits than this many characters are not told */

void guest_write_code(unsigned char *code)
{
    uint64_t *table = (uint64_t *)(code + TABLE_OFFSET);

    memcpy(code, guest_image, guest_image_end - guest_image);
    for (int i = 0; i < 2; i++)
        table[i] = (CODE_GPA + TABLE_OFFSET + 0x1000 * (i + 1)) | TABLE_DESCRIPTOR;
    for (int i = 0; i < 1024; i++) /* an identity map of 1 TiB */
        table[512 + i] = BLOCK_1G(i);
}

long guest_get_register(struct vcpu *vcpu, uint64_t id, uint64_t *value)
{
    struct kvm_one_reg one = {.id = id, .addr = (uintptr_t)value};

    return ioctl(vcpu->fd, KVM_GET_ONE_REG, &one);
}

long guest_set_register(struct vcpu *vcpu, uint64_t id, uint64_t value)
{
    struct kvm_one_reg one = {.id = id, .addr = (uintptr_t)&value};

    return ioctl(vcpu->fd, KVM_SET_ONE_REG, &one);
}

/* Put a vCPU at the beginning of the guest's code, with its MMU on. */
static long prime(struct vcpu *vcpu)
{
    const uint64_t registers[][2] = {
        {CORE_REGISTER(regs[20]), CODE_GPA + BOX_OFFSET + BOX_SIZE * (vcpu - machine.vcpus)},
        {CORE_REGISTER(regs[21]), BELL_GPA},
        {CORE_REGISTER(pstate), EL1H_MASKED},
        {CORE_REGISTER(pc), CODE_GPA + (guest_entry - guest_image)},
        {ARM64_SYS_REG(3, 0, 12, 0, 0) /* VBAR_EL1 */, CODE_GPA},
        {ARM64_SYS_REG(3, 0, 10, 2, 0) /* MAIR_EL1 */, NON_CACHEABLE},
        {ARM64_SYS_REG(3, 0, 2, 0, 0) /* TTBR0_EL1 */, CODE_GPA + TABLE_OFFSET},
        {ARM64_SYS_REG(3, 0, 2, 0, 2) /* TCR_EL1 */, TCR_40_BITS},
        {ARM64_SYS_REG(3, 0, 1, 0, 0) /* SCTLR_EL1 */, MMU_ON},
    };
    long returned = 0;

    for (size_t i = 0; i < sizeof(registers) / sizeof(registers[0]); i++)
        returned |= guest_set_register(vcpu, registers[i][0], registers[i][1]);
    vcpu->primed = returned == 0;
    return returned;
}

static struct mailbox *post(struct vcpu *vcpu, const struct op *op)
{
    struct mailbox *box = (struct mailbox *)(machine.code + BOX_OFFSET + BOX_SIZE * (vcpu - machine.vcpus));
    uint64_t mode = op->number[4];

    box->address = op->number[2];
    box->value = mode >= NTH_LATEST ? vcpu->reads[(vcpu->nreads - (mode - REMEMBER)) % MAX_READS] : op->number[3];
    box->status = UNFINISHED;
    box->instruction[0] = op->number[1];
    box->instruction[1] = RETURN_INSTRUCTION;
    __sync_synchronize();
    return box;
}

/* Tell an access that KVM leaves to userspace; a read gets 0. */
static void complete_mmio(struct kvm_run *run, struct text *exits)
{
    uint64_t data = 0;

    if (run->mmio.is_write)
        memcpy(&data, run->mmio.data, run->mmio.len);
    else
        memset(run->mmio.data, 0, sizeof(run->mmio.data));
    if (exits->length < LONGEST_EXITS)
        say(exits, " m 0x%llx,%d,%u,0x%llx", (unsigned long long)run->mmio.phys_addr, run->mmio.is_write, run->mmio.len,
            (unsigned long long)data);
}

/* KVM_RUN until the guest rings the bell; what KVM_RUN returned last. */
static long run_to_bell(struct vcpu *vcpu, struct text *exits)
{
    struct kvm_run *run = vcpu->run;

    for (;;) {
        long returned = ioctl(vcpu->fd, KVM_RUN, 0);

        if (returned < 0) {
            vcpu->primed = false;
            return returned;
        }
        if (run->exit_reason != KVM_EXIT_MMIO) {
            say(exits, " e %u", run->exit_reason);
            vcpu->primed = false;
            return 0;
        }
        if (run->mmio.phys_addr == BELL_GPA)
            return 0;
        complete_mmio(run, exits);
    }
}

static void tell_mailbox(struct vcpu *vcpu, const struct mailbox *box, struct op *op)
{
    if (box->status == EXCEPTION)
        say(&op->result, " x 0x%llx,0x%llx", (unsigned long long)box->esr, (unsigned long long)box->far);
    if (box->status != FINISHED)
        return;
    if (op->number[4] == REMEMBER)
        vcpu->reads[vcpu->nreads++ % MAX_READS] = box->value;
    say(&op->result, " v 0x%llx", (unsigned long long)box->value);
}

void guest_execute(struct op *op)
{
    struct vcpu *vcpu = machine_vcpu(op->number[0]);
    struct text exits = {0};
    struct mailbox *box;
    long returned;

    if (!vcpu) {
        say_returned(&op->result, fail(EBADF));
        return;
    }
    if (!vcpu->primed && prime(vcpu) < 0) { /* KVM_RUN has the errno that a user sees */
        say_returned(&op->result, ioctl(vcpu->fd, KVM_RUN, 0));
        return;
    }
    box = post(vcpu, op);
    returned = run_to_bell(vcpu, &exits);
    op->interrupted = returned < 0 && errno == EINTR;
    say_returned(&op->result, returned);
    if (returned == 0)
        tell_mailbox(vcpu, box, op);
    if (exits.length)
        say(&op->result, "%s", exits.at);
    text_free(&exits);
}
