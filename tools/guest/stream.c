#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static pthread_t pump;
static atomic_bool ending;
static uint64_t sent;
static int64_t pause_between;

static bool send_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t wrote = write(trace_port(), bytes, length);
		if (wrote < 0 && errno != EAGAIN && errno != EINTR)
			return false;
		if (wrote < 0) {
			sleep_nanos(1000000);
			continue;
		}
		bytes += wrote;
		length -= (size_t)wrote;
		sent += (uint64_t)wrote;
	}
	return true;
}

/* A read gives at most a page; the port likes them larger. */
static size_t fill(int pipe, char *buffer, size_t room)
{
	size_t filled = 0;
	while (filled + 8192 <= room) {
		ssize_t got = read(pipe, buffer + filled, room - filled);
		if (got <= 0)
			break;
		filled += (size_t)got;
	}
	return filled;
}

static void *run_pump(void *unused)
{
	static char buffer[1 << 16];
	int pipe = open(TRACING "trace_pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (pipe < 0)
		tell("trouble Cannot open trace_pipe: %s", errno_name(errno));
	while (pipe >= 0) {
		bool last = atomic_load(&ending);
		size_t filled = fill(pipe, buffer, sizeof buffer);
		if (filled > 0 && !send_all(buffer, filled)) {
			tell("trouble Cannot write to the port custody.trace: %s", errno_name(errno));
			break;
		}
		if (filled == 0 && last)
			break;
		if (!last && (filled == 0 || pause_between > 0))
			sleep_nanos(pause_between > 0 ? pause_between : 5000000);
	}
	close(pipe);
	return unused;
}

void start_stream(int64_t pause)
{
	pause_between = pause;
	atomic_store(&ending, false);
	sent = 0;
	if (pthread_create(&pump, NULL, run_pump, NULL))
		tell("trouble Cannot start to read trace_pipe");
}

uint64_t end_stream(void)
{
	atomic_store(&ending, true);
	pthread_join(pump, NULL);
	return sent;
}
