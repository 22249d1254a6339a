/*
 * A plugin for QEMU's TCG: while tasks of a scenario race, it lets CPUs of the VM sleep at chosen instructions.
 *
 *   -plugin litmusplug.so,conf=FILE
 *
 *   begin ADDRESS                      where the probe begins a race
 *   end ADDRESS                        where it ends one
 *   range FROM TO                      instructions at which CPUs may sleep
 *   chaos SEED MEAN US MOST            a CPU sleeps about once in MEAN of these, up to US microseconds, at most MOST
 *                                      times a race
 *   hold CPU ADDRESS N CPU ADDRESS N US
 *                                      the first CPU's nth arrival at its address in a race waits for the second's, at
 *                                      most US microseconds
 *
 * Addresses are hexadecimal.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chaos.h"
#include "hold.h"
#include "qemu.h"
#include "race.h"

#define EXPORTED __attribute__((visibility("default")))
#define CONF "conf="

EXPORTED int qemu_plugin_version = 1;

atomic_int racing;
atomic_ulong races;
static uint64_t begin_at, end_at;

void doze(long microseconds)
{
    struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000};

    nanosleep(&time, NULL);
}

static void begin_race(unsigned cpu, void *argument)
{
    (void)cpu;
    (void)argument;
    hold_begin_race();
    atomic_fetch_add(&races, 1);
    atomic_store(&racing, 1);
}

static void end_race(unsigned cpu, void *argument)
{
    (void)cpu;
    (void)argument;
    atomic_store(&racing, 0);
}

static void watch(struct qemu_plugin_insn *insn)
{
    uint64_t address = qemu_plugin_insn_vaddr(insn);

    if (address == begin_at)
        qemu_plugin_register_vcpu_insn_exec_cb(insn, begin_race, 0, NULL);
    if (address == end_at)
        qemu_plugin_register_vcpu_insn_exec_cb(insn, end_race, 0, NULL);
    if (hold_counts(address))
        qemu_plugin_register_vcpu_insn_exec_cb(insn, hold_execute, 0, (void *)(uintptr_t)address);
    if (chaos_covers(address))
        qemu_plugin_register_vcpu_insn_exec_cb(insn, chaos_execute, 0, NULL);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++)
        watch(qemu_plugin_tb_get_insn(block, i));
}

static void report(void)
{
    fprintf(stderr, "litmusplug: %lu races, %" PRIu64 " sleeps", atomic_load(&races), chaos_sleeps());
    hold_report();
    fputc('\n', stderr);
}

static bool take(const char *line)
{
    return sscanf(line, "begin %" SCNx64, &begin_at) == 1 || sscanf(line, "end %" SCNx64, &end_at) == 1 ||
           chaos_take(line) || hold_take(line);
}

/* Read the configuration; whether each line of it was understood. */
static bool configure(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];
    bool good = file != NULL;

    while (good && fgets(line, sizeof(line), file)) {
        good = take(line);
        if (!good)
            fprintf(stderr, "litmusplug: %s: cannot use %s", path, line);
    }
    if (file)
        fclose(file);
    return good;
}

EXPORTED int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int count, char **arguments)
{
    (void)info;
    if (count != 1 || strncmp(arguments[0], CONF, strlen(CONF)) || !configure(arguments[0] + strlen(CONF)))
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    atexit(report);
    return 0;
}
