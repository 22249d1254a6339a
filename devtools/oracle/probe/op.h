/*
 * One operation, from a line of blank separated numbers in any C notation:
 *
 *   V ipa_bits ram_gpa ram_size keep_ram   create_vm
 *   D type flags [slot]                    create_device; the slot is the next one unless it is given
 *   C dev                                  close_device
 *   S|G|H dev group attr addr_bad value n  set, get, has_device_attr; with n the value is that of the nth latest get
 *   U id [slot]                            create_vcpu
 *   I vcpu features                        arm_vcpu_init
 *   Q                                      create_irqchip
 *   X cap                                  check_extension
 *   O vcpu id                              get_one_reg
 *   P vcpu id value                        set_one_reg
 *   M address data devid flags             signal_msi
 *   L irq level                            irq_line
 *   W gpa hex                              mem_write
 *   R gpa len                              mem_read
 *   N gpa len                              mem_scan
 *   g vcpu insn addr value mode            one guest instruction, with x0 = addr and x1 = value; mode 1 remembers x1
 *                                          after it, mode 1+n takes the vCPU's nth latest remembered x1 as value
 *   T n {gsi type a b c flags} * n         set_gsi_routing; a, b, c are address, data, devid or irqchip, pin, 0
 *   F gsi flags                            irqfd
 *   f gsi                                  irqfd_signal
 *   Z microseconds                         sleep
 *
 * Its result is "RETURNED ERRNO KEY VALUE ...": the keys are in answers.py.
 */
#ifndef ORACLE_OP_H
#define ORACLE_OP_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define MAX_NUMBERS 8

struct op {
    char kind;
    int count; /* numbers that the line has */
    uint64_t number[MAX_NUMBERS];
    unsigned char *bytes; /* of W */
    size_t length;
    struct kvm_irq_routing *routes; /* of T */
    struct text result;
    bool interrupted; /* a signal ended KVM_RUN */
};

/* Read an operation from its line. */
void op_parse(struct op *op, char *line);

void op_free(struct op *op);

#endif
