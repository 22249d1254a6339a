/*
 * The code that a vCPU executes for the probe.
 *
 * x20 points to the vCPU's mailbox. x21 is the bell: no device is at that address, so a store to it ends KVM_RUN with
 * KVM_EXIT_MMIO.
 *
 * Mailbox:  +0  operand 0, the address       +8  operand 1, the value, which the instruction may change
 *           +16 ESR_EL1  +24 FAR_EL1  +32 ELR_EL1, after an exception
 *           +40 status: 0 not finished, 1 finished, 2 exception
 *           +64 the instruction that the probe chose, then a `ret`
 *
 * The instruction has operand 0 in x0 and operand 1 in x1. It may not change x2, x20, x21 and x30.
 */
    .section .rodata
    .global guest_image, guest_image_end, guest_entry
    .balign 2048
guest_image:
    /* sixteen vectors, all alike */
    .rept 16
    .balign 128
    b   guest_fault
    .endr
    .balign 128
guest_entry:
    ldp x0, x1, [x20]
    str xzr, [x20, #40]
    /* the instruction is new: drop what was fetched before */
    dsb sy
    ic  iallu
    dsb sy
    isb
    add x2, x20, #64
    blr x2
    isb
    str x1, [x20, #8]
    mov x2, #1
    str x2, [x20, #40]
guest_bell:
    dsb sy
    str w2, [x21]
    b   guest_entry
guest_fault:
    mrs x2, esr_el1
    str x2, [x20, #16]
    mrs x2, far_el1
    str x2, [x20, #24]
    mrs x2, elr_el1
    str x2, [x20, #32]
    mov x2, #2
    str x2, [x20, #40]
    b   guest_bell
guest_image_end:
    .byte 0
