/* On the host: how fast the time stamp counter runs that QEMU's TCG hands through, which a busy guest misjudges. */
#include "guest.h"

#include <stdio.h>
#include <x86intrin.h>

struct instant {
	uint64_t ticks;
	double seconds;
};

/* The counter and the clock as near to each other as they were read in some tries. */
static struct instant read_both(void)
{
	struct instant best = {0};
	uint64_t nearest = UINT64_MAX;
	for (int tries = 0; tries < 100; tries++) {
		uint64_t before = __rdtsc();
		double seconds = now();
		uint64_t after = __rdtsc();
		if (after - before >= nearest)
			continue;
		nearest = after - before;
		best = (struct instant){before + nearest / 2, seconds};
	}
	return best;
}

void print_tsc_rate(void)
{
	struct instant first = read_both();
	sleep_nanos(200000000);
	struct instant last = read_both();
	printf("%.0f\n", (double)(last.ticks - first.ticks) / (last.seconds - first.seconds) / 1000);
}
