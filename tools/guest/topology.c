/* Groups and devices as sysfs tells them, and their addresses as probes read them. */
#include "guest.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

static struct device devices[64];
static struct group groups[64];
static size_t device_count, group_count;

static int is_entry(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int by_number(const void *left, const void *right)
{
	return ((const struct group *)left)->id - ((const struct group *)right)->id;
}

static void find_devices(int group)
{
	struct dirent **entries;
	int count = scandir(path_of(GROUPS "%d/devices", group), &entries, is_entry, alphasort);
	for (int i = 0; i < count; i++) {
		if (device_count < sizeof devices / sizeof devices[0]) {
			struct device *device = &devices[device_count++];
			device->group = group;
			snprintf(device->bdf, sizeof device->bdf, "%.15s", entries[i]->d_name);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* The one below `folder` at this slot and function, e.g. "05.0", on whichever bus. */
static bool step_down(char *folder, size_t room, const char *place)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_entry, alphasort);
	bool found = false;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		if (!found && strlen(name) == 12 && name[4] == ':' && !strcmp(name + 8, place)) {
			size_t length = strlen(folder);
			snprintf(folder + length, room - length, "/%s", name);
			found = true;
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return found;
}

/* `device.V1=05.0/00.0/02.0`: the path from the root bus, since bus numbers are the firmware's to choose. */
static void name_device(const char *name, const char *path)
{
	char folder[512] = "/sys/devices/pci0000:00", *copy = strdup(path), *rest = copy;
	bool there = true;
	for (char *place; there && (place = strsep(&rest, "/"));)
		there = step_down(folder, sizeof folder, place);
	free(copy);
	const char *bdf = strrchr(folder, '/') + 1;
	for (size_t i = 0; there && i < device_count; i++)
		if (!strcmp(devices[i].bdf, bdf)) {
			snprintf(devices[i].name, sizeof devices[i].name, "%s", name);
			return;
		}
	tell("trouble There is no device %s at %s%s", name, path, there ? " that is in a group" : "");
}

void find_topology(void)
{
	struct dirent **entries;
	int count = scandir("/sys/kernel/iommu_groups", &entries, is_entry, NULL);
	for (int i = 0; i < count; i++) {
		if (group_count < sizeof groups / sizeof groups[0])
			groups[group_count++].id = atoi(entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	if (group_count == 0)
		tell("trouble This kernel made no IOMMU groups; boot it with intel_iommu=on");
	qsort(groups, group_count, sizeof groups[0], by_number);
	for (size_t i = 0; i < group_count; i++)
		find_devices(groups[i].id);
	each_config("device.", name_device);
}

void group_is_at(int id, uint64_t address)
{
	for (size_t i = 0; i < group_count; i++)
		if (groups[i].id == id)
			groups[i].address = address;
}

void device_is_at(const char *bdf, uint64_t address)
{
	for (size_t i = 0; i < device_count; i++)
		if (!strcmp(devices[i].bdf, bdf))
			devices[i].address = address;
}

const struct device *device_named(const char *name)
{
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].name[0] && !strcmp(devices[i].name, name))
			return &devices[i];
	return NULL;
}

const struct device *each_device(size_t index)
{
	return index < device_count ? &devices[index] : NULL;
}

const struct group *each_group(size_t index)
{
	return index < group_count ? &groups[index] : NULL;
}

/* Class 0x0780, "other communication": our own ports, which are never unbound. */
bool is_port_function(const char *bdf)
{
	char class[16];
	read_line(path_of(PCI "devices/%s/class", bdf), class, sizeof class);
	return !strncmp(class, "0x0780", 6);
}

/* ---- topology.json, names.json, addrs */

static void add_quoted(struct text *json, const char *words)
{
	add(json, "\"");
	for (; *words; words++)
		if ((unsigned char)*words >= ' ')
			add(json, *words == '"' || *words == '\\' ? "\\%c" : "%c", *words);
	add(json, "\"");
}

static void add_device(struct text *json, const struct device *device)
{
	static const char *const files[] = {"vendor", "device", "class"};
	add(json, "{\"bdf\":\"%s\"", device->bdf);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		char value[32];
		read_line(path_of(PCI "devices/%s/%s", device->bdf, files[i]), value, sizeof value);
		add(json, ",\"%s\":\"%s\"", files[i], value);
	}
	char driver[64] = "";
	link_name(path_of(PCI "devices/%s/driver", device->bdf), driver, sizeof driver);
	add(json, ",\"driver\":\"%s\"", driver);
	if (device->address)
		add(json, ",\"addr\":\"0x%llx\"", (unsigned long long)device->address);
	add(json, "}");
}

static void add_group(struct text *json, const struct group *group)
{
	char type[32];
	read_line(path_of(GROUPS "%d/type", group->id), type, sizeof type);
	add(json, "{\"id\":%d,\"type\":\"%s\"", group->id, type);
	if (group->address)
		add(json, ",\"addr\":\"0x%llx\"", (unsigned long long)group->address);
	add(json, ",\"devices\":[");
	const char *between = "\n";
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].group == group->id) {
			add(json, "%s", between);
			add_device(json, &devices[i]);
			between = ",\n";
		}
	add(json, "\n]}");
}

static void add_uname(struct text *json)
{
	struct utsname name;
	uname(&name);
	char *says = path_of("%s %s %s %s %s", name.sysname, name.nodename, name.release, name.version, name.machine);
	add_quoted(json, says);
}

void send_topology(void)
{
	struct text json = {0}, names = {0}, addresses = {0};
	char line[1024];
	read_line("/proc/cmdline", line, sizeof line);
	add(&json, "{\"uname\":");
	add_uname(&json);
	add(&json, ",\"cmdline\":");
	add_quoted(&json, line);
	add(&json, ",\"groups\":[\n");
	for (size_t i = 0; i < group_count; i++) {
		add(&json, "%s", i ? ",\n" : "");
		add_group(&json, &groups[i]);
		add(&addresses, "G %d 0x%llx\n", groups[i].id, (unsigned long long)groups[i].address);
	}
	add(&json, "\n]}\n");
	for (size_t i = 0; i < device_count; i++) {
		if (devices[i].name[0])
			add(&names, "%s\"%s\":\"%s\"", names.length ? "," : "{", devices[i].name, devices[i].bdf);
		add(&addresses, "D %s 0x%llx\n", devices[i].bdf, (unsigned long long)devices[i].address);
	}
	add(&names, "%s}\n", names.length ? "" : "{");
	send_text("topology.json", &json);
	send_text("names.json", &names);
	send_text("addrs", &addresses);
}
