#include "op.h"

#include <stdlib.h>
#include <string.h>

#define ROUTE_NUMBERS 6

static int digit(int c)
{
    return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

static void parse_numbers(struct op *op, char *at)
{
    for (char *end; op->count < MAX_NUMBERS; at = end, op->count++) {
        op->number[op->count] = strtoull(at, &end, 0);
        if (end == at)
            break;
    }
}

static void parse_bytes(struct op *op, char *at)
{
    op->number[0] = strtoull(at, &at, 0);
    op->count = 1;
    while (*at == ' ')
        at++;
    op->length = strlen(at) / 2;
    op->bytes = malloc(op->length + 1);
    for (size_t i = 0; i < op->length; i++)
        op->bytes[i] = digit(at[2 * i]) << 4 | digit(at[2 * i + 1]);
}

static void fill_route(struct kvm_irq_routing_entry *route, const uint64_t number[ROUTE_NUMBERS])
{
    route->gsi = number[0];
    route->type = number[1];
    route->flags = number[5];
    if (route->type == KVM_IRQ_ROUTING_MSI) {
        route->u.msi.address_lo = number[2];
        route->u.msi.address_hi = number[2] >> 32;
        route->u.msi.data = number[3];
        route->u.msi.devid = number[4];
    } else {
        route->u.irqchip.irqchip = number[2];
        route->u.irqchip.pin = number[3];
    }
}

static void parse_routes(struct op *op, char *at)
{
    unsigned count = strtoul(at, &at, 0);

    op->routes = calloc(1, sizeof(*op->routes) + count * sizeof(op->routes->entries[0]));
    op->routes->nr = count;
    for (unsigned i = 0; i < count; i++) {
        uint64_t number[ROUTE_NUMBERS];

        for (int k = 0; k < ROUTE_NUMBERS; k++)
            number[k] = strtoull(at, &at, 0);
        fill_route(&op->routes->entries[i], number);
    }
}

void op_parse(struct op *op, char *line)
{
    *op = (struct op){.kind = *line};
    if (op->kind == 'W')
        parse_bytes(op, line + 1);
    else if (op->kind == 'T')
        parse_routes(op, line + 1);
    else if (op->kind)
        parse_numbers(op, line + 1);
}

void op_free(struct op *op)
{
    free(op->bytes);
    free(op->routes);
    text_free(&op->result);
}
