#include "guest.h"

#include <stdlib.h>
#include <string.h>

static struct {
	char *key, *value;
} entries[128];
static size_t count;

void read_config(void)
{
	char *rest = read_text("/etc/custody/config", NULL);
	for (char *line; rest && (line = strsep(&rest, "\n")) && count < 128;) {
		char *equals = strchr(line, '=');
		if (line[0] == '#' || !equals)
			continue;
		*equals = 0;
		entries[count].key = line;
		entries[count++].value = equals + 1;
	}
}

const char *config(const char *key, const char *otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(entries[i].key, key))
			return entries[i].value;
	return otherwise;
}

void each_config(const char *prefix, void (*with)(const char *rest, const char *value))
{
	size_t length = strlen(prefix);
	for (size_t i = 0; i < count; i++)
		if (!strncmp(entries[i].key, prefix, length))
			with(entries[i].key + length, entries[i].value);
}
