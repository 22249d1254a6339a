/* The guest: one instruction at a time, on a vCPU. */
#ifndef ORACLE_GUEST_H
#define ORACLE_GUEST_H

#include "op.h"

struct vcpu;

/* Fill the probe's memory in the guest: the code of guest.S, and its page tables. */
void guest_write_code(unsigned char *code);

/* One register of a vCPU, by its KVM id; what the ioctl returns. */
long guest_get_register(struct vcpu *vcpu, uint64_t id, uint64_t *value);
long guest_set_register(struct vcpu *vcpu, uint64_t id, uint64_t value);

/* Let a vCPU execute the instruction of an operation g, and write its result. */
void guest_execute(struct op *op);

#endif
