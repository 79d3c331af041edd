/* Functions of the running kernel, and the clones that its compiler made of them. */
#include "guest.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct symbol symbols[256];
static size_t count;
static uint8_t wanted[65536];

static uint16_t hash(const char *name, size_t length)
{
	uint32_t sum = 5381;
	for (size_t i = 0; i < length; i++)
		sum = sum * 33 ^ (uint8_t)name[i];
	return (uint16_t)(sum ^ sum >> 16);
}

static struct symbol *entry_of(const char *name, size_t length)
{
	if (!wanted[hash(name, length)])
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!strncmp(symbols[i].wanted, name, length) && !symbols[i].wanted[length])
			return &symbols[i];
	return NULL;
}

void want_symbol(const char *name)
{
	size_t length = strlen(name);
	if (entry_of(name, length) || count == sizeof symbols / sizeof symbols[0] || length >= sizeof symbols[0].wanted)
		return;
	wanted[hash(name, length)] = 1;
	strcpy(symbols[count++].wanted, name);
}

static bool is_whole_clone(const char *suffix)
{
	return !strncmp(suffix, ".isra.", 6) || !strncmp(suffix, ".constprop.", 11) || !strncmp(suffix, ".part.", 6);
}

/* A line is `ffffffff81000000 t name`, with ` [module]` behind it. */
static void see(const char *line)
{
	const char *space = strchr(line, ' ');
	if (!space || !strchr("tTwW", space[1]))
		return;
	const char *name = space + 3;
	size_t length = strcspn(name, "\t\n"), base = strcspn(name, ".\t\n");
	struct symbol *symbol = entry_of(name, base);
	if (!symbol || length >= sizeof symbol->name)
		return;
	bool exact = base == length;
	if (!exact && (!is_whole_clone(name + base) || symbol->copies > 0))
		return;
	symbol->copies += exact;
	symbol->address = strtoull(line, NULL, 16);
	memcpy(symbol->name, name, length);
	symbol->name[length] = 0;
}

void find_symbols(void)
{
	static char buffer[1 << 17];
	int file = open("/proc/kallsyms", O_RDONLY | O_CLOEXEC);
	size_t kept = 0;
	for (ssize_t got; (got = read(file, buffer + kept, sizeof buffer - 1 - kept)) > 0;) {
		size_t filled = kept + (size_t)got;
		buffer[filled] = 0;
		char *line = buffer;
		for (char *end; (end = strchr(line, '\n')); line = end + 1) {
			*end = 0;
			see(line);
		}
		kept = filled - (size_t)(line - buffer);
		memmove(buffer, line, kept);
	}
	close(file);
}

const struct symbol *symbol_of(const char *name)
{
	const struct symbol *symbol = entry_of(name, strlen(name));
	return symbol && symbol->name[0] ? symbol : NULL;
}
