#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void mount_all(void)
{
	static const char *const mounts[][2] = {
		{"proc", "/proc"}, {"sysfs", "/sys"}, {"devtmpfs", "/dev"}, {"tracefs", "/sys/kernel/tracing"}};
	for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
		mkdir(mounts[i][1], 0755);
		if (mount(mounts[i][0], mounts[i][1], mounts[i][0], 0, NULL) && errno != EBUSY)
			printf("custody: cannot mount %s: %s\n", mounts[i][1], strerror(errno));
	}
}

void load_modules(void)
{
	struct dirent **files;
	int count = scandir("/modules", &files, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (files[i]->d_name[0] == '.')
			continue;
		int file = open(path_of("/modules/%s", files[i]->d_name), O_RDONLY | O_CLOEXEC);
		if (syscall(SYS_finit_module, file, "", 0) && errno != EEXIST)
			printf("custody: cannot load %s: %s\n", files[i]->d_name, strerror(errno));
		close(file);
	}
}

static bool is_endpoint(const char *bdf)
{
	char class[16];
	read_line(path_of(PCI "devices/%s/class", bdf), class, sizeof class);
	/* 0x06….: bridges keep the drivers that they have. */
	return strncmp(class, "0x06", 4) != 0;
}

static void settle(const char *bdf)
{
	char driver[64];
	bool bound = link_name(path_of(PCI "devices/%s/driver", bdf), driver, sizeof driver);
	if (is_port_function(bdf) && !bound)
		write_text(PCI "drivers/virtio-pci/bind", bdf);
	if (is_port_function(bdf) || !is_endpoint(bdf))
		return;
	if (bound)
		write_text(path_of(PCI "drivers/%s/unbind", driver), bdf);
	write_text(path_of(PCI "devices/%s/driver_override", bdf), "\n");
}

void settle_drivers(void)
{
	struct dirent **devices;
	int count = scandir(PCI "devices", &devices, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		if (devices[i]->d_name[0] != '.')
			settle(devices[i]->d_name);
		free(devices[i]);
	}
	if (count >= 0)
		free(devices);
}

void end_machine(bool crashed)
{
	sync();
	if (!crashed)
		reboot(RB_POWER_OFF);
	/* A dead task may hold a device's mutex, which an orderly end would wait for. */
	write_text("/proc/sys/kernel/sysrq", "1");
	write_text("/proc/sysrq-trigger", "b");
	for (;;)
		pause();
}
