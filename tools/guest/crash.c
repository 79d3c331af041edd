#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_LOG = 1 << 17 };

static atomic_bool crashed;
static struct text kernel_log;
static pthread_mutex_t logging = PTHREAD_MUTEX_INITIALIZER;

static bool is_crash(const char *message)
{
	static const char *const signs[] = {
		"kernel BUG at ", "BUG: kernel NULL pointer", "BUG: unable to handle", "Oops: ", "general protection fault", "invalid opcode: "};
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strstr(message, signs[i]))
			return true;
	return false;
}

/* The kernel's own form: seconds with six places. */
static void keep(const char *record, const char *message)
{
	const char *sequence = strchr(record, ','), *micros = sequence ? strchr(sequence + 1, ',') : NULL;
	unsigned long long at = micros ? strtoull(micros + 1, NULL, 10) : 0;
	pthread_mutex_lock(&logging);
	if (kernel_log.length < MOST_LOG)
		add(&kernel_log, "[%5llu.%06llu] %s\n", at / 1000000, at % 1000000, message);
	pthread_mutex_unlock(&logging);
}

/* A record is "priority,sequence,microseconds,flags;message\n", and more lines that begin with a blank. */
static void see(char *record)
{
	char *message = strchr(record, ';');
	if (!message)
		return;
	*message++ = 0;
	message[strcspn(message, "\n")] = 0;
	keep(record, message);
	if (strstr(message, "PIT calibration deviates from HPET"))
		tell("trouble The kernel misjudged its clock's rate, so its times are wrong by a factor: %s", message);
	if (is_crash(message) && !atomic_exchange(&crashed, true))
		tell("oops %s", message);
}

static void *follow(void *unused)
{
	static char record[8192];
	int log = open("/dev/kmsg", O_RDONLY | O_CLOEXEC);
	if (log < 0)
		return unused;
	for (;;) {
		ssize_t got = read(log, record, sizeof record - 1);
		if (got <= 0 && errno != EPIPE && errno != EINTR)
			break;
		if (got <= 0)
			continue;
		record[got] = 0;
		see(record);
	}
	close(log);
	return unused;
}

void watch_kernel(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, follow, NULL))
		tell("trouble Cannot follow the kernel's log");
	else
		pthread_detach(thread);
}

bool kernel_crashed(void)
{
	return atomic_load(&crashed);
}

void send_kernel_log(void)
{
	pthread_mutex_lock(&logging);
	send_file("dmesg", kernel_log.at ? kernel_log.at : "", kernel_log.length);
	pthread_mutex_unlock(&logging);
}
