/* Performing one operation on the machine. */
#ifndef ORACLE_PERFORM_H
#define ORACLE_PERFORM_H

#include "op.h"

/* Perform an operation and write its result. Several threads may be in here. */
void perform(struct op *op);

#endif
