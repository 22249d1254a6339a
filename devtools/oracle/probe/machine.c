#define _GNU_SOURCE
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest.h"
#include "text.h"

struct machine machine = {.kvm = -1, .vm = -1};

void machine_open(void)
{
    machine.kvm = open("/dev/kvm", O_RDWR);
    machine.run_size = ioctl(machine.kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    memset(machine.devs, -1, sizeof(machine.devs));
    for (int i = 0; i < MAX_VCPUS; i++)
        machine.vcpus[i].fd = -1;
}

static void drop_vcpus(void)
{
    for (int i = 0; i < MAX_VCPUS; i++) {
        struct vcpu *vcpu = &machine.vcpus[i];

        if (vcpu->fd < 0)
            continue;
        munmap(vcpu->run, machine.run_size);
        close(vcpu->fd);
        vcpu->fd = -1;
    }
    machine.nvcpus = 0;
}

void machine_drop(void)
{
    drop_vcpus();
    for (int i = 0; i < MAX_DEVS; i++) {
        if (machine.devs[i] >= 0)
            close(machine.devs[i]);
        machine.devs[i] = -1;
    }
    machine.ndevs = 0;
    for (int i = 0; i < MAX_GSI; i++) {
        if (machine.eventfds[i] > 0)
            close(machine.eventfds[i]);
        machine.eventfds[i] = 0;
    }
    if (machine.vm >= 0)
        close(machine.vm);
    machine.vm = -1;
}

/* Small pages only: what KVM maps at a fault is then the page that was touched. */
static void *pages(uint64_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (at == MAP_FAILED)
        return NULL;
    madvise(at, size, MADV_NOHUGEPAGE);
    return at;
}

static long place_ram(uint64_t size, bool keep)
{
    if (machine.ram && machine.ram_size == size)
        return keep ? 0 : madvise(machine.ram, size, MADV_DONTNEED); /* its bytes are 0 again */
    if (machine.ram)
        munmap(machine.ram, machine.ram_size);
    machine.ram = pages(size);
    machine.ram_size = machine.ram ? size : 0;
    return machine.ram ? 0 : -1;
}

static long add_slot(int slot, uint64_t gpa, uint64_t size, void *host)
{
    struct kvm_userspace_memory_region region = {
        .slot = slot,
        .guest_phys_addr = gpa,
        .memory_size = size,
        .userspace_addr = (uintptr_t)host,
    };

    return ioctl(machine.vm, KVM_SET_USER_MEMORY_REGION, &region);
}

long machine_create_vm(int ipa_bits, uint64_t gpa, uint64_t size, bool keep_ram)
{
    machine_drop();
    machine.vm = ioctl(machine.kvm, KVM_CREATE_VM, (unsigned long)ipa_bits);
    if (machine.vm < 0)
        return -1;
    if (!machine.code) {
        machine.code = pages(CODE_SIZE);
        guest_write_code(machine.code);
    }
    machine.ram_gpa = gpa;
    if (place_ram(size, keep_ram) < 0 || add_slot(0, gpa, size, machine.ram) < 0)
        return -1;
    return add_slot(1, CODE_GPA, CODE_SIZE, machine.code);
}

long machine_create_device(uint32_t type, uint32_t flags, uint64_t slot)
{
    struct kvm_create_device device = {.type = type, .flags = flags, .fd = -1u};
    long returned = ioctl(machine.vm, KVM_CREATE_DEVICE, &device);

    if (returned < 0 || flags & KVM_CREATE_DEVICE_TEST)
        return returned;
    if (slot == NEXT_SLOT)
        slot = machine.ndevs++;
    if (slot >= MAX_DEVS) {
        close(device.fd);
        return fail(ENOBUFS);
    }
    machine.devs[slot] = device.fd;
    return returned;
}

long machine_create_vcpu(uint32_t id, uint64_t slot)
{
    int fd = ioctl(machine.vm, KVM_CREATE_VCPU, (unsigned long)id);
    struct kvm_run *run;

    if (fd < 0)
        return -1;
    if (slot == NEXT_SLOT)
        slot = machine.nvcpus++;
    if (slot >= MAX_VCPUS) {
        close(fd);
        return fail(ENOBUFS);
    }
    run = mmap(NULL, machine.run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (run == MAP_FAILED) {
        close(fd);
        return -1;
    }
    machine.vcpus[slot] = (struct vcpu){.fd = fd, .run = run};
    return 0;
}

long machine_init_vcpu(struct vcpu *vcpu, uint64_t features)
{
    struct kvm_vcpu_init init;

    if (!vcpu)
        return fail(EBADF);
    if (ioctl(machine.vm, KVM_ARM_PREFERRED_TARGET, &init) < 0)
        return -1;
    memset(init.features, 0, sizeof(init.features));
    init.features[0] = features;
    init.features[1] = features >> 32;
    vcpu->primed = false;
    return ioctl(vcpu->fd, KVM_ARM_VCPU_INIT, &init);
}

int machine_dev(uint64_t slot)
{
    return slot < MAX_DEVS ? machine.devs[slot] : -1;
}

struct vcpu *machine_vcpu(uint64_t slot)
{
    return slot < MAX_VCPUS && machine.vcpus[slot].fd >= 0 ? &machine.vcpus[slot] : NULL;
}

unsigned char *machine_ram(uint64_t gpa, uint64_t length)
{
    uint64_t size = machine.ram_size, from = machine.ram_gpa;

    if (machine.vm < 0 || gpa < from || length > size || gpa - from > size - length)
        return NULL;
    return machine.ram + (gpa - from);
}
