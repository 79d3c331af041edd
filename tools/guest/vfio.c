#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void close_open(int *file)
{
	if (*file >= 0)
		close(*file);
	*file = -1;
}

static int fail(struct claim *claim, const char **stage, const char *at)
{
	int number = errno;
	*stage = at;
	close_open(&claim->device);
	close_open(&claim->group);
	close_open(&claim->container);
	return number;
}

int claim_group(const struct device *device, bool with_device, struct claim *claim, const char **stage)
{
	*claim = (struct claim){-1, -1, -1};
	claim->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (claim->container < 0)
		return fail(claim, stage, "open-container");
	claim->group = open(path_of("/dev/vfio/%d", device->group), O_RDWR | O_CLOEXEC);
	if (claim->group < 0)
		return fail(claim, stage, "open-group");
	struct vfio_group_status status = {.argsz = sizeof status};
	ioctl(claim->group, VFIO_GROUP_GET_STATUS, &status);
	if (ioctl(claim->group, VFIO_GROUP_SET_CONTAINER, &claim->container))
		return fail(claim, stage, "set-container");
	if (ioctl(claim->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return fail(claim, stage, "set-iommu");
	if (with_device)
		claim->device = ioctl(claim->group, VFIO_GROUP_GET_DEVICE_FD, device->bdf);
	if (with_device && claim->device < 0)
		return fail(claim, stage, "get-device-fd");
	*stage = "done";
	return 0;
}

void release_group(struct claim *claim)
{
	close_open(&claim->device);
	if (claim->group >= 0)
		ioctl(claim->group, VFIO_GROUP_UNSET_CONTAINER);
	close_open(&claim->group);
	close_open(&claim->container);
}
