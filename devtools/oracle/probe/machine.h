/* The machine under test: one VM, its memory, its devices and its vCPUs. A process has one. */
#ifndef ORACLE_MACHINE_H
#define ORACLE_MACHINE_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_VCPUS 512
#define MAX_DEVS 64
#define MAX_GSI 1024
#define MAX_READS 8 /* values of sysreg_read that a vCPU remembers */
#define NEXT_SLOT (~0ull)

/* The probe's own memory in the guest: code, page tables, and one mailbox per vCPU. */
#define CODE_GPA 0x10000000ull
#define CODE_SIZE 0x80000ull
#define TABLE_OFFSET 0x10000ull
#define BOX_OFFSET 0x20000ull
#define BOX_SIZE 256
#define BELL_GPA 0x0f000000ull /* no device is here: a store to it ends KVM_RUN */

struct vcpu {
    int fd; /* -1: there is none */
    struct kvm_run *run;
    bool primed; /* its registers are ready for the guest's code */
    uint64_t reads[MAX_READS];
    unsigned nreads;
};

struct machine {
    int kvm, vm;
    int run_size;
    int devs[MAX_DEVS];
    unsigned ndevs, nvcpus; /* the next free slots */
    struct vcpu vcpus[MAX_VCPUS];
    unsigned char *ram, *code;
    uint64_t ram_gpa, ram_size;
    int eventfds[MAX_GSI];
};

extern struct machine machine;

/* Open /dev/kvm. There is no VM yet. */
void machine_open(void);

/* Destroy the VM and all that belongs to it; the bytes of its RAM stay. */
void machine_drop(void);

/* These return what their ioctl returns; if that is negative, errno says why. */
long machine_create_vm(int ipa_bits, uint64_t gpa, uint64_t size, bool keep_ram);
long machine_create_device(uint32_t type, uint32_t flags, uint64_t slot);
long machine_create_vcpu(uint32_t id, uint64_t slot);
long machine_init_vcpu(struct vcpu *vcpu, uint64_t features);

/* The descriptor of a device; -1 without one. */
int machine_dev(uint64_t slot);

/* A vCPU; NULL without one. */
struct vcpu *machine_vcpu(uint64_t slot);

/* Where the bytes of guest RAM are; NULL where they are not all in RAM. */
unsigned char *machine_ram(uint64_t gpa, uint64_t length);

#endif
