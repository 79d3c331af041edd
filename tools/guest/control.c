#include "guest.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int control = -1, trace = -1;
static pthread_mutex_t speaking = PTHREAD_MUTEX_INITIALIZER;

static int port_named(const char *name)
{
	DIR *folder = opendir("/sys/class/virtio-ports");
	int port = -1;
	for (struct dirent *entry; folder && port < 0 && (entry = readdir(folder));) {
		char says[64];
		read_line(path_of("/sys/class/virtio-ports/%s/name", entry->d_name), says, sizeof says);
		if (!strcmp(says, name))
			port = open(path_of("/dev/%s", entry->d_name), O_RDWR | O_CLOEXEC);
	}
	if (folder)
		closedir(folder);
	return port;
}

bool open_ports(void)
{
	for (int tries = 0; tries < 1000; tries++) {
		if (control < 0)
			control = port_named("custody.control");
		if (trace < 0)
			trace = port_named("custody.trace");
		if (control >= 0 && trace >= 0)
			return true;
		sleep_nanos(10000000);
	}
	return false;
}

int trace_port(void)
{
	return trace;
}

static void write_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = write(control, bytes, length);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (sent < 0)
			sleep_nanos(1000000);
		else
			bytes += sent, length -= (size_t)sent;
	}
}

void tell(const char *format, ...)
{
	struct text line = {0};
	char *words;
	va_list values;
	va_start(values, format);
	int length = vasprintf(&words, format, values);
	va_end(values);
	if (length < 0)
		return;
	for (char *at = words; *at; at++)
		if (*at == '\n')
			*at = ' ';
	add(&line, "%s\n", words);
	pthread_mutex_lock(&speaking);
	write_all(line.at, line.length);
	pthread_mutex_unlock(&speaking);
	free(words);
	free(line.at);
}

void stage(const char *name)
{
	tell("stage %s %.3f", name, now());
	printf("custody: %s at %.3f s\n", name, now());
}

void send_file(const char *name, const void *bytes, size_t length)
{
	struct text head = {0};
	add(&head, "file %s %zu\n", name, length);
	pthread_mutex_lock(&speaking);
	write_all(head.at, head.length);
	write_all(bytes, length);
	pthread_mutex_unlock(&speaking);
	free(head.at);
}

void send_text(const char *name, struct text *text)
{
	send_file(name, text->at ? text->at : "", text->length);
	free(text->at);
	*text = (struct text){0};
}

void hear(char *line, size_t room)
{
	size_t length = 0;
	for (;;) {
		char byte;
		ssize_t got = read(control, &byte, 1);
		if (got <= 0) {
			/* Nobody is there: before a restored machine is connected again. */
			sleep_nanos(10000000);
			continue;
		}
		if (byte == '\n')
			break;
		if (length + 1 < room)
			line[length++] = byte;
	}
	line[length] = 0;
}
