#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void make_room(struct text *text, size_t more)
{
	if (text->length + more < text->room)
		return;
	text->room = (text->length + more) * 2 + 256;
	text->at = realloc(text->at, text->room);
	if (!text->at)
		abort();
}

void add_bytes(struct text *text, const void *bytes, size_t length)
{
	make_room(text, length + 1);
	memcpy(text->at + text->length, bytes, length);
	text->length += length;
	text->at[text->length] = 0;
}

void add(struct text *text, const char *format, ...)
{
	va_list values;
	char *line;
	va_start(values, format);
	int length = vasprintf(&line, format, values);
	va_end(values);
	if (length < 0)
		abort();
	add_bytes(text, line, (size_t)length);
	free(line);
}

void add_file(struct text *text, const char *path)
{
	size_t length;
	char *content = read_text(path, &length);
	if (!content)
		return;
	add_bytes(text, content, length);
	free(content);
}

int write_text(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return errno;
	int result = write(file, text, strlen(text)) < 0 ? errno : 0;
	close(file);
	return result;
}

char *read_text(const char *path, size_t *length)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return NULL;
	struct text text = {0};
	ssize_t got;
	do {
		make_room(&text, 65536);
		got = read(file, text.at + text.length, 65536);
		if (got > 0)
			text.length += (size_t)got;
	} while (got > 0);
	close(file);
	text.at[text.length] = 0;
	if (length)
		*length = text.length;
	return text.at;
}

void read_line(const char *path, char *line, size_t room)
{
	line[0] = 0;
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return;
	ssize_t got = read(file, line, room - 1);
	close(file);
	line[got > 0 ? got : 0] = 0;
	line[strcspn(line, "\n")] = 0;
}

bool link_name(const char *path, char *name, size_t room)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length <= 0)
		return false;
	target[length] = 0;
	const char *slash = strrchr(target, '/');
	snprintf(name, room, "%s", slash ? slash + 1 : target);
	return true;
}

char *path_of(const char *format, ...)
{
	static _Thread_local char paths[4][512];
	static _Thread_local unsigned turn;
	char *path = paths[turn++ % 4];
	va_list values;
	va_start(values, format);
	vsnprintf(path, sizeof paths[0], format, values);
	va_end(values);
	return path;
}

const char *errno_name(int number)
{
	const char *name = number ? strerrorname_np(number) : "ok";
	return name ? name : "EUNKNOWN";
}

double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void sleep_nanos(int64_t nanos)
{
	struct timespec time = {nanos / 1000000000, nanos % 1000000000};
	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}
