#define _GNU_SOURCE
#include "perform.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "guest.h"
#include "machine.h"

#define MAX_GETS 4096

/* What get_device_attr returned in this thread: a ring, for `value_from_get`. */
static __thread uint64_t gets[MAX_GETS];
static __thread unsigned ngets;

static void returned(struct op *op, long value)
{
    say_returned(&op->result, value);
}

static void value(struct op *op, uint64_t value)
{
    say(&op->result, " v 0x%llx", (unsigned long long)value);
}

static void create_vm(struct op *op)
{
    returned(op, machine_create_vm(op->number[0], op->number[1], op->number[2], op->number[3]));
}

static void create_device(struct op *op)
{
    uint64_t slot = op->count > 2 ? op->number[2] : NEXT_SLOT;
    uint32_t flags = op->number[1];
    long made = machine_create_device(op->number[0], flags, slot);

    returned(op, made);
    if (made == 0 && !(flags & KVM_CREATE_DEVICE_TEST))
        say(&op->result, " d %llu", slot == NEXT_SLOT ? machine.ndevs - 1ull : (unsigned long long)slot);
}

static void close_device(struct op *op)
{
    long closed = close(machine_dev(op->number[0]));

    returned(op, closed);
    if (closed == 0)
        machine.devs[op->number[0]] = -1;
}

static void device_attr(struct op *op)
{
    uint64_t nth = op->number[5];
    uint64_t buffer = nth ? gets[(ngets - nth) % MAX_GETS] : op->number[4];
    struct kvm_device_attr attr = {
        .group = op->number[1],
        .attr = op->number[2],
        .addr = op->number[3] ? 0 : (uintptr_t)&buffer,
    };
    unsigned long request = op->kind == 'S'   ? KVM_SET_DEVICE_ATTR
                            : op->kind == 'G' ? KVM_GET_DEVICE_ATTR
                                              : KVM_HAS_DEVICE_ATTR;
    long done = ioctl(machine_dev(op->number[0]), request, &attr);

    returned(op, done);
    if (op->kind != 'G')
        return;
    gets[ngets++ % MAX_GETS] = done < 0 ? 0 : buffer;
    if (done >= 0)
        value(op, buffer);
}

static void create_vcpu(struct op *op)
{
    returned(op, machine_create_vcpu(op->number[0], op->count > 1 ? op->number[1] : NEXT_SLOT));
}

static void init_vcpu(struct op *op)
{
    returned(op, machine_init_vcpu(machine_vcpu(op->number[0]), op->number[1]));
}

static void create_irqchip(struct op *op)
{
    returned(op, ioctl(machine.vm, KVM_CREATE_IRQCHIP, 0));
}

static void check_extension(struct op *op)
{
    returned(op, ioctl(machine.vm, KVM_CHECK_EXTENSION, (unsigned long)op->number[0]));
}

static void get_one_reg(struct op *op)
{
    struct vcpu *vcpu = machine_vcpu(op->number[0]);
    uint64_t got = 0;
    long done = vcpu ? guest_get_register(vcpu, op->number[1], &got) : fail(EBADF);

    returned(op, done);
    if (done >= 0)
        value(op, got);
}

static void set_one_reg(struct op *op)
{
    struct vcpu *vcpu = machine_vcpu(op->number[0]);

    returned(op, vcpu ? guest_set_register(vcpu, op->number[1], op->number[2]) : fail(EBADF));
}

static void signal_msi(struct op *op)
{
    struct kvm_msi msi = {
        .address_lo = op->number[0],
        .address_hi = op->number[0] >> 32,
        .data = op->number[1],
        .devid = op->number[2],
        .flags = op->number[3],
    };

    returned(op, ioctl(machine.vm, KVM_SIGNAL_MSI, &msi));
}

static void irq_line(struct op *op)
{
    struct kvm_irq_level line = {.irq = op->number[0], .level = op->number[1]};

    returned(op, ioctl(machine.vm, KVM_IRQ_LINE, &line));
}

static void mem_write(struct op *op)
{
    unsigned char *at = machine_ram(op->number[0], op->length);

    if (at)
        memcpy(at, op->bytes, op->length);
    returned(op, at ? 0 : fail(EFAULT));
}

static void mem_read(struct op *op)
{
    unsigned char *at = machine_ram(op->number[0], op->number[1]);

    returned(op, at ? 0 : fail(EFAULT));
    if (!at)
        return;
    say(&op->result, " h ");
    for (uint64_t i = 0; i < op->number[1]; i++)
        say(&op->result, "%02x", at[i]);
}

static void mem_scan(struct op *op)
{
    uint64_t gpa = op->number[0], length = op->number[1], word;
    unsigned char *at = machine_ram(gpa, length);

    returned(op, at ? 0 : fail(EFAULT));
    for (uint64_t i = 0; at && i + sizeof(word) <= length; i += sizeof(word)) {
        memcpy(&word, at + i, sizeof(word));
        if (word)
            say(&op->result, " w 0x%llx,0x%llx", (unsigned long long)(gpa + i), (unsigned long long)word);
    }
}

static void set_gsi_routing(struct op *op)
{
    returned(op, ioctl(machine.vm, KVM_SET_GSI_ROUTING, op->routes));
}

static void irqfd(struct op *op)
{
    uint64_t gsi = op->number[0];
    struct kvm_irqfd request = {.gsi = gsi, .flags = op->number[1]};

    if (gsi >= MAX_GSI) {
        returned(op, fail(ENOBUFS));
        return;
    }
    if (!machine.eventfds[gsi])
        machine.eventfds[gsi] = eventfd(0, EFD_NONBLOCK);
    request.fd = machine.eventfds[gsi];
    returned(op, ioctl(machine.vm, KVM_IRQFD, &request));
}

static void irqfd_signal(struct op *op)
{
    uint64_t gsi = op->number[0], one = 1;
    long done = gsi < MAX_GSI && machine.eventfds[gsi] ? write(machine.eventfds[gsi], &one, sizeof(one)) : fail(EBADF);

    returned(op, done < 0 ? done : 0);
}

static void sleep_for(struct op *op)
{
    usleep(op->number[0]);
    returned(op, 0);
}

static const struct {
    char kind;
    void (*perform)(struct op *op);
} verbs[] = {
    {'V', create_vm},    {'D', create_device}, {'C', close_device},  {'S', device_attr},     {'G', device_attr},
    {'H', device_attr},  {'U', create_vcpu},   {'I', init_vcpu},     {'Q', create_irqchip},  {'X', check_extension},
    {'O', get_one_reg},  {'P', set_one_reg},   {'M', signal_msi},    {'L', irq_line},        {'W', mem_write},
    {'R', mem_read},     {'N', mem_scan},      {'g', guest_execute}, {'T', set_gsi_routing}, {'F', irqfd},
    {'f', irqfd_signal}, {'Z', sleep_for},
};

void perform(struct op *op)
{
    text_clear(&op->result);
    op->interrupted = false;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (verbs[i].kind == op->kind) {
            verbs[i].perform(op);
            return;
        }
    returned(op, fail(ENOTTY));
}
