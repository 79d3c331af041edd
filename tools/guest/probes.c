/* The candidates in /etc/custody/probes, made by packages/guest of the importer's tables: which of them this kernel takes. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A line is event, filter, function and definition, with tabs between; "@" in the definition is the function. */
struct candidate {
	char *event, *filter, *function, *definition;
	bool accepted;
};

#define CALLERS "callers:"

static struct candidate candidates[512];
static size_t count;
static int dynamic_events = -1;

static void want_callers(const char *functions)
{
	char *copy = strdup(functions), *rest = copy;
	for (char *name; (name = strsep(&rest, ","));)
		want_symbol(name);
	free(copy);
}

static void read_candidates(void)
{
	char *rest = read_text("/etc/custody/probes", NULL);
	for (char *line; rest && (line = strsep(&rest, "\n")) && count < sizeof candidates / sizeof candidates[0];) {
		struct candidate *one = &candidates[count];
		one->event = strsep(&line, "\t");
		one->filter = strsep(&line, "\t");
		one->function = strsep(&line, "\t");
		one->definition = line;
		if (!line)
			continue;
		want_symbol(one->function);
		if (!strncmp(one->filter, CALLERS, strlen(CALLERS)))
			want_callers(one->filter + strlen(CALLERS));
		count++;
	}
}

/* "iommu_group.id", or "0" for the start of whatever it is. */
static bool term(const char *name, int *offset)
{
	*offset = 0;
	return !strcmp(name, "0") || offset_of(name, offset);
}

/* "<a.b>" or "<a.b-c.d>" becomes "+8"; false where the kernel does not tell. */
static bool add_offset(struct text *to, const char *expression, size_t length)
{
	char left[160];
	int from, less = 0;
	snprintf(left, sizeof left, "%.*s", (int)length, expression);
	char *minus = strchr(left, '-');
	if (minus)
		*minus = 0;
	if (!term(left, &from) || (minus && !term(minus + 1, &less)))
		return false;
	add(to, "%+d", from - less);
	return true;
}

static bool add_word(struct text *to, const char *word, const char *function)
{
	for (; *word; word++) {
		const char *end = *word == '<' ? strchr(word, '>') : NULL;
		if (end && !add_offset(to, word + 1, (size_t)(end - word - 1)))
			return false;
		if (end)
			word = end;
		else if (*word == '@')
			add(to, "%s", function);
		else
			add_bytes(to, word, 1);
	}
	return true;
}

/* The definition for this kernel; words whose offset nobody knows are left out, and named in `without`. */
static void resolve(const struct candidate *one, const char *function, struct text *line, struct text *without)
{
	char *copy = strdup(one->definition), *rest = copy;
	for (char *word; (word = strsep(&rest, " "));) {
		struct text resolved = {0};
		if (add_word(&resolved, word, function))
			add(line, "%s%s", line->length ? " " : "", resolved.at ? resolved.at : "");
		else
			add(without, " without %.*s", (int)strcspn(word, "="), word);
		free(resolved.at);
	}
	free(copy);
}

static bool is_registered(const char *event)
{
	return access(path_of(TRACING "events/%s", event), F_OK) == 0;
}

static void clear_errors(void)
{
	int log = open(TRACING "error_log", O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (log >= 0)
		close(log);
}

/* What the kernel says of the last line that it refused. */
static char *refusal(int number)
{
	char *log = read_text(TRACING "error_log", NULL);
	char *error = log ? strstr(log, "error: ") : NULL;
	char *why = error ? strndup(error + 7, strcspn(error + 7, "\n")) : strdup(errno_name(number));
	free(log);
	return why;
}

static bool takes_fprobes(void)
{
	static int known = -1;
	if (known < 0) {
		char *readme = read_text(TRACING "README", NULL);
		known = readme && strstr(readme, "f[:[<group>/]") ? 1 : 0;
		free(readme);
	}
	return known;
}

static void register_event(struct candidate *one, const struct symbol *symbol)
{
	struct text line = {0}, without = {0};
	resolve(one, symbol->name, &line, &without);
	if (write(dynamic_events, line.at, line.length) >= 0) {
		one->accepted = true;
		const char *clone = strcmp(symbol->name, symbol->wanted) ? " on a clone" : "";
		tell("probe ok %s %s%s%s", one->event, line.at, without.at ? without.at : "", clone);
	} else {
		char *why = refusal(errno);
		tell("probe reject %s %s: %s", one->event, line.at, why);
		free(why);
		clear_errors();
	}
	free(line.at);
	free(without.at);
}

static void try_candidate(struct candidate *one)
{
	const struct symbol *symbol = symbol_of(one->function);
	if (!strcmp(one->definition, "tracepoint")) {
		one->accepted = is_registered(one->event);
		tell("probe %s %s %s", one->accepted ? "ok" : "absent", one->event, one->definition);
	} else if (!symbol)
		tell("probe absent %s no function %s", one->event, one->function);
	else if (is_registered(one->event))
		tell("probe skip %s told by a form before: %s", one->event, one->definition);
	else if (one->definition[0] == 'f' && !takes_fprobes())
		tell("probe skip %s no fprobe events in this kernel", one->event);
	else
		register_event(one, symbol);
}

void register_probes(void)
{
	read_candidates();
	find_symbols();
	stage("symbols");
	if (!has_btf())
		tell("trouble This kernel has no BTF, so no probe can read a group's number, owner, count or domains");
	dynamic_events = open(TRACING "dynamic_events", O_WRONLY | O_APPEND | O_CLOEXEC);
	if (dynamic_events < 0)
		tell("trouble This kernel takes no dynamic events (%s), so only markers can be recorded", errno_name(errno));
	clear_errors();
	for (size_t i = 0; i < count; i++)
		try_candidate(&candidates[i]);
	stage("probes");
}

/* ---- where objects lie: reading these files makes the kernel pass them to functions with a probe */

static void touch_files(void)
{
	const struct group *group;
	for (size_t i = 0; (group = each_group(i)); i++)
		free(read_text(path_of(GROUPS "%d/type", group->id), NULL));
	const struct device *device;
	for (size_t i = 0; (device = each_device(i)); i++)
		free(read_text(path_of(PCI "devices/%s/uevent", device->bdf), NULL));
}

static uint64_t number_behind(const char *line, const char *key)
{
	const char *at = strstr(line, key);
	return at ? strtoull(at + strlen(key), NULL, 0) : 0;
}

/* Without its number a group is the next of those whose files were read. */
static void learn_group(const char *line, uint64_t address)
{
	static size_t turn;
	const struct group *next = each_group(turn++);
	if (strstr(line, " gid="))
		group_is_at((int)number_behind(line, " gid="), address);
	else if (next)
		group_is_at(next->id, address);
}

static void learn_from(const char *line)
{
	uint64_t group = number_behind(line, " gp="), device = number_behind(line, " devp=");
	const char *name = strstr(line, " dev=\"");
	if (group)
		learn_group(line, group);
	if (device && name) {
		char bdf[16];
		snprintf(bdf, sizeof bdf, "%.*s", (int)strcspn(name + 6, "\""), name + 6);
		device_is_at(bdf, device);
	}
}

void read_addresses(void)
{
	write_text(TRACING "events/found/enable", "1");
	write_text(TRACING "tracing_on", "1");
	touch_files();
	write_text(TRACING "tracing_on", "0");
	write_text(TRACING "events/found/enable", "0");
	char *trace = read_text(TRACING "trace", NULL), *rest = trace;
	for (char *line; rest && (line = strsep(&rest, "\n"));)
		if (line[0] != '#')
			learn_from(line);
	free(trace);
	stage("addresses");
}

/* ---- filters: a kernel takes thousands of mutexes a second that nobody asked about */

static void add_groups(struct text *filter, const char *field)
{
	const struct group *group;
	int mutex;
	if (!offset_of("iommu_group.mutex", &mutex))
		return;
	for (size_t i = 0; (group = each_group(i)); i++)
		if (group->address)
			add(filter, "%s%s==0x%llx", filter->length ? "||" : "", field,
			    (unsigned long long)group->address + (unsigned)mutex);
}

static void add_devices(struct text *filter, const char *field)
{
	const struct device *device;
	int mutex;
	if (!offset_of("device.mutex", &mutex))
		return;
	for (size_t i = 0; (device = each_device(i)); i++)
		if (device->address && !is_port_function(device->bdf))
			add(filter, "%s%s==0x%llx", filter->length ? "||" : "", field,
			    (unsigned long long)device->address + (unsigned)mutex);
}

/* What returns into one of these functions: of one source file, so they lie side by side. */
static void add_callers(struct text *filter, const char *functions)
{
	enum { LAST_FUNCTION = 1024, LARGEST_FILE = 1 << 17 };
	char *copy = strdup(functions), *rest = copy;
	uint64_t least = UINT64_MAX, most = 0;
	for (char *name; (name = strsep(&rest, ","));) {
		const struct symbol *symbol = symbol_of(name);
		if (!symbol || !symbol->address)
			continue;
		least = symbol->address < least ? symbol->address : least;
		most = symbol->address > most ? symbol->address : most;
	}
	free(copy);
	if (most > least && most - least < LARGEST_FILE)
		add(filter, "__probe_ret_ip>=0x%llx&&__probe_ret_ip<0x%llx", (unsigned long long)least,
		    (unsigned long long)most + LAST_FUNCTION);
}

static void filter_event(struct candidate *one)
{
	struct text filter = {0};
	if (!strcmp(one->filter, "group"))
		add_groups(&filter, "lock");
	else if (!strcmp(one->filter, "device"))
		add_devices(&filter, "lock");
	else if (!strcmp(one->filter, "contended")) {
		add_groups(&filter, "lock_addr");
		add_devices(&filter, "lock_addr");
	} else
		add_callers(&filter, one->filter + strlen(CALLERS));
	int failed = filter.length ? write_text(path_of(TRACING "events/%s/filter", one->event), filter.at) : ENOENT;
	if (failed) {
		one->accepted = false;
		tell("probe reject %s cannot be kept to the locks of groups and devices: %s", one->event,
		     filter.length ? errno_name(failed) : "their addresses are not known");
		char *removal = path_of("-:%s", one->event);
		if (write(dynamic_events, removal, strlen(removal)) < 0 && strcmp(one->definition, "tracepoint"))
			tell("trouble Cannot remove the probe %s: %s", one->event, errno_name(errno));
	}
	free(filter.at);
}

void filter_probes(void)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i].accepted && strcmp(candidates[i].filter, "-"))
			filter_event(&candidates[i]);
	stage("filters");
}

void enable_probes(void)
{
	write_text(TRACING "events/own/enable", "1");
	for (size_t i = 0; i < count; i++)
		if (candidates[i].accepted && !strcmp(candidates[i].definition, "tracepoint"))
			write_text(path_of(TRACING "events/%s/enable", candidates[i].event), "1");
	stage("enabled");
}

void send_formats(void)
{
	struct text formats = {0};
	for (size_t i = 0; i < count; i++)
		if (candidates[i].accepted)
			add_file(&formats, path_of(TRACING "events/%s/format", candidates[i].event));
	send_text("formats", &formats);
}
