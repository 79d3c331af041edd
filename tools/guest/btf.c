/* Offsets out of the running kernel's own type information; Documentation/bpf/btf.rst tells the format. */
#include "guest.h"

#include <stdlib.h>
#include <string.h>

enum { STRUCT = 4, UNION = 5 };

struct btf {
	const struct btf *base;
	const char *strings;
	uint32_t strings_start, strings_length, first, count;
	const uint32_t **types;
};

static struct btf kernel, vfio;

static uint32_t kind_of(const uint32_t *type)
{
	return type[1] >> 24 & 0x1f;
}

static uint32_t members_of(const uint32_t *type)
{
	return type[1] & 0xffff;
}

/* Words behind the three that each type has. */
static uint32_t more_words(const uint32_t *type)
{
	uint32_t members = members_of(type);
	switch (kind_of(type)) {
	case 1: case 14: case 17:
		return 1;
	case 3:
		return 3;
	case STRUCT: case UNION: case 15: case 19:
		return 3 * members;
	case 6: case 13:
		return 2 * members;
	default:
		return 0;
	}
}

static bool load(struct btf *btf, const char *path, const struct btf *base)
{
	size_t length;
	const char *bytes = read_text(path, &length);
	if (!bytes || length < 24 || *(const uint16_t *)bytes != 0xeb9f)
		return false;
	const uint32_t *header = (const uint32_t *)bytes;
	uint32_t head = header[1];
	const uint32_t *at = (const uint32_t *)(bytes + head + header[2]);
	const uint32_t *end = (const uint32_t *)(bytes + head + header[2] + header[3]);
	btf->base = base;
	btf->strings = bytes + head + header[4];
	btf->strings_length = header[5];
	btf->strings_start = base ? base->strings_length : 0;
	btf->first = base ? base->first + base->count : 1;
	btf->types = malloc(((size_t)(end - at) / 3 + 1) * sizeof *btf->types);
	if (!btf->types)
		return false;
	for (; at < end; at += 3 + more_words(at))
		btf->types[btf->count++] = at;
	return true;
}

void load_btf(void)
{
	if (load(&kernel, "/sys/kernel/btf/vmlinux", NULL))
		load(&vfio, "/sys/kernel/btf/vfio", &kernel);
}

bool has_btf(void)
{
	return kernel.count > 0;
}

static const char *string_of(const struct btf *btf, uint32_t offset)
{
	if (offset < btf->strings_start)
		return string_of(btf->base, offset);
	return btf->strings + (offset - btf->strings_start);
}

static const uint32_t *type_of(const struct btf *btf, uint32_t id)
{
	if (id < btf->first)
		return btf->base ? type_of(btf->base, id) : NULL;
	return id - btf->first < btf->count ? btf->types[id - btf->first] : NULL;
}

/* Members of a struct or union without a name are its holder's. */
static bool find_member(const struct btf *btf, const uint32_t *type, const char *name, int base, int *offset)
{
	const uint32_t *member = type + 3;
	bool with_bits = type[1] >> 31;
	for (uint32_t i = 0; i < members_of(type); i++, member += 3) {
		int at = base + (int)((with_bits ? member[2] & 0xffffff : member[2]) / 8);
		const char *says = string_of(btf, member[0]);
		if (!strcmp(says, name)) {
			*offset = at;
			return true;
		}
		const uint32_t *inner = *says ? NULL : type_of(btf, member[1]);
		if (inner && (kind_of(inner) == STRUCT || kind_of(inner) == UNION) && find_member(btf, inner, name, at, offset))
			return true;
	}
	return false;
}

static bool find_in(const struct btf *btf, const char *structure, const char *member, int *offset)
{
	for (uint32_t i = 0; i < btf->count; i++) {
		const uint32_t *type = btf->types[i];
		if (kind_of(type) != STRUCT || !members_of(type) || strcmp(string_of(btf, type[0]), structure))
			continue;
		if (find_member(btf, type, member, 0, offset))
			return true;
	}
	return false;
}

bool offset_of(const char *path, int *offset)
{
	static struct {
		char path[96];
		int offset;
		bool known;
	} seen[64];
	static size_t count;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(seen[i].path, path)) {
			*offset = seen[i].offset;
			return seen[i].known;
		}
	char structure[64];
	const char *dot = strchr(path, '.');
	if (!dot || dot - path >= (ptrdiff_t)sizeof structure || strlen(path) >= sizeof seen[0].path)
		return false;
	memcpy(structure, path, (size_t)(dot - path));
	structure[dot - path] = 0;
	int found = 0;
	bool known = find_in(&vfio, structure, dot + 1, &found) || find_in(&kernel, structure, dot + 1, &found);
	if (count < sizeof seen / sizeof seen[0]) {
		strcpy(seen[count].path, path);
		seen[count].offset = found;
		seen[count++].known = known;
	}
	*offset = found;
	return known;
}
