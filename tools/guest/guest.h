/* What runs inside a recorded guest, as its pid 1. The host's half of the protocol is in packages/guest. */
#ifndef GUEST_H
#define GUEST_H

#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACING "/sys/kernel/tracing/"
#define GROUPS "/sys/kernel/iommu_groups/"
#define PCI "/sys/bus/pci/"

/* ---- files.c: files, text, time */

/* A text that grows. */
struct text {
	char *at;
	size_t length, room;
};

void add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void add_bytes(struct text *text, const void *bytes, size_t length);
void add_file(struct text *text, const char *path);

/* One write(2): 0, or the errno that it came back with. */
int write_text(const char *path, const char *text);
/* The whole file with a NUL behind it, to be freed; NULL when it cannot be read. */
char *read_text(const char *path, size_t *length);
/* The first line of a file, without its end; "" when it cannot be read. */
void read_line(const char *path, char *line, size_t room);
/* The last part of where a link leads; false when there is none. */
bool link_name(const char *path, char *name, size_t room);
char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *errno_name(int number);
double now(void);
void sleep_nanos(int64_t nanos);

/* ---- config.c: /etc/custody/config, lines of key=value */

void read_config(void);
const char *config(const char *key, const char *otherwise);
/* Calls back for each key that begins so, with what follows. */
void each_config(const char *prefix, void (*with)(const char *rest, const char *value));

/* ---- control.c: the port custody.control */

bool open_ports(void);
int trace_port(void);
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void stage(const char *name);
void send_file(const char *name, const void *bytes, size_t length);
void send_text(const char *name, struct text *text);
/* The host's next line. */
void hear(char *line, size_t room);

/* ---- tsc.c */

/* In kHz, to standard output. */
void print_tsc_rate(void);

/* ---- machine.c: mounts, modules, drivers, the end */

void mount_all(void);
void load_modules(void);
/* Binds the function that our own ports are on, and unbinds every endpoint. */
void settle_drivers(void);
void end_machine(bool crashed);

/* ---- btf.c */

void load_btf(void);
bool has_btf(void);
/* Bytes from a struct's start to a member, e.g. "iommu_group.owner_cnt"; false when nobody knows. */
bool offset_of(const char *member, int *offset);

/* ---- symbols.c */

struct symbol {
	/* As asked for; with the compiler's suffix where only a clone is there. */
	char wanted[64], name[96];
	uint64_t address;
	int copies;
};

void want_symbol(const char *name);
void find_symbols(void);
/* NULL when the kernel has no such function. */
const struct symbol *symbol_of(const char *name);

/* ---- probes.c */

void register_probes(void);
void read_addresses(void);
void filter_probes(void);
void enable_probes(void);
void send_formats(void);

/* ---- topology.c */

struct device {
	char name[32], bdf[16];
	int group;
	uint64_t address;
};

struct group {
	int id;
	uint64_t address;
};

void find_topology(void);
/* What a probe read of an object when its sysfs file was read. */
void group_is_at(int id, uint64_t address);
void device_is_at(const char *bdf, uint64_t address);
const struct device *device_named(const char *name);
const struct device *each_device(size_t index);
const struct group *each_group(size_t index);
bool is_port_function(const char *bdf);
void send_topology(void);

/* ---- stream.c: trace_pipe to the port custody.trace */

/* Reads whenever there is something, or with a pause after each reading. */
void start_stream(int64_t pause);
/* Waits until the ring is empty. */
uint64_t end_stream(void);

/* ---- crash.c: what the kernel says on its console */

void watch_kernel(void);
bool kernel_crashed(void);
void send_kernel_log(void);

/* ---- vfio.c */

struct claim {
	int container, group, device;
};

/* 0, or the errno of the stage that it stopped at; nothing is held then. */
int claim_group(const struct device *device, bool with_device, struct claim *claim, const char **stage);
void release_group(struct claim *claim);

/* ---- scenario.c, threads.c */

enum verb { BIND, UNBIND, OVERRIDE, CLAIM, RELEASE, TYPE, SLEEP, BARRIER, STEP, REPEAT, END };

struct action {
	enum verb verb;
	const struct device *device;
	char word[128];
	int64_t least, most;
	/* REPEAT: how often, 0 until the time is up; END: where its loop begins. */
	int count, start;
};

struct part {
	char name[32];
	struct action *actions;
	int length;
};

struct scenario {
	char name[32];
	struct part prepare, finish, threads[16];
	int thread_count, buffer;
	/* The trace is read this seldom; 0 for at once. */
	int64_t pause;
};

struct run {
	uint64_t seed;
	double seconds;
	int loops;
};

bool read_scenario(struct scenario *scenario);
void run_scenario(const struct scenario *scenario, const struct run *run);
void mark(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
