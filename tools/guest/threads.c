/* A scenario as it happens: a process of its own, so that an oops ends no more than a thread of that. */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_ERRNO = 134, MOST_CLAIMS = 16, MOST_LOOPS = 8, MOST_BARRIERS = 16, MOST_PARTS = 18 };

static const char *const verb_names[] = {"bind", "unbind", "override", "claim", "release", "type"};
enum { TALLIED = sizeof verb_names / sizeof verb_names[0] };

/* Shared with pid 1: what user space saw, as calls by part, verb and errno; and that something happens at all. */
struct shared {
	uint32_t tallies[MOST_PARTS][TALLIED][MOST_ERRNO];
	atomic_uint actions;
};

struct task {
	const struct part *part;
	uint32_t (*tally)[MOST_ERRNO];
	uint64_t random;
	int depth, steps;
	struct {
		const struct device *device;
		struct claim claim;
	} held[MOST_CLAIMS];
};

/* Longer than any one action takes, and the longest sleep is 60 s. */
static const double longest_silence = 90;

static const struct run *settings;
static struct shared *shared;
static double deadline;
static int marker = -1;

void mark(const char *format, ...)
{
	char line[320];
	va_list values;
	va_start(values, format);
	int length = vsnprintf(line, sizeof line, format, values);
	va_end(values);
	if (marker < 0)
		marker = open(TRACING "trace_marker", O_WRONLY | O_CLOEXEC);
	/* One write is one marker; after an oops the ring takes no more, which nobody can mend from here. */
	if (length > 0 && write(marker, line, (size_t)length < sizeof line ? (size_t)length : sizeof line - 1) < 0)
		return;
}

/* ---- chance: splitmix64, so that a seed and a thread's name give the same delays again */

static uint64_t next_random(uint64_t *state)
{
	uint64_t mixed = *state += 0x9e3779b97f4a7c15;
	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

static uint64_t seed_of(const char *name)
{
	uint64_t sum = settings->seed ^ 0xcbf29ce484222325;
	for (; *name; name++)
		sum = (sum ^ (uint8_t)*name) * 0x100000001b3;
	return sum;
}

static int64_t between(struct task *task, int64_t least, int64_t most)
{
	return most <= least ? least : least + (int64_t)(next_random(&task->random) % (uint64_t)(most - least + 1));
}

/* ---- barriers: a thread that has ended is waited for no longer */

static struct {
	const char *name;
	int arrived, generation;
} barriers[MOST_BARRIERS];
static pthread_mutex_t meeting = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t met = PTHREAD_COND_INITIALIZER;
static const struct scenario *playing;
static bool ended[16];

static bool mentions(const struct part *part, const char *name)
{
	for (int i = 0; i < part->length; i++)
		if (part->actions[i].verb == BARRIER && !strcmp(part->actions[i].word, name))
			return true;
	return false;
}

static int expected_at(const char *name)
{
	int expected = 0;
	for (int i = 0; i < playing->thread_count; i++)
		expected += !ended[i] && mentions(&playing->threads[i], name);
	return expected;
}

static size_t barrier_named(const char *name)
{
	size_t i = 0;
	while (i < MOST_BARRIERS - 1 && barriers[i].name && strcmp(barriers[i].name, name))
		i++;
	barriers[i].name = name;
	return i;
}

static void open_if_full(size_t i)
{
	if (!barriers[i].name || barriers[i].arrived < expected_at(barriers[i].name))
		return;
	barriers[i].arrived = 0;
	barriers[i].generation++;
	pthread_cond_broadcast(&met);
}

static void meet(const char *name)
{
	pthread_mutex_lock(&meeting);
	size_t i = barrier_named(name);
	int generation = barriers[i].generation;
	barriers[i].arrived++;
	open_if_full(i);
	while (barriers[i].generation == generation)
		pthread_cond_wait(&met, &meeting);
	pthread_mutex_unlock(&meeting);
}

static void leave_barriers(const struct part *part)
{
	pthread_mutex_lock(&meeting);
	for (int i = 0; i < playing->thread_count; i++)
		if (&playing->threads[i] == part)
			ended[i] = true;
	for (size_t i = 0; i < MOST_BARRIERS; i++)
		if (barriers[i].name && barriers[i].arrived > 0)
			open_if_full(i);
	pthread_mutex_unlock(&meeting);
}

/* ---- one call each: what user space asks, and the errno that it gets */

static void asks(struct task *task, const char *words)
{
	/* In a loop the answer's marker is enough. */
	if (task->depth == 0)
		mark("SCN op=%s", words);
}

static void answered(struct task *task, enum verb verb, const char *words, int number)
{
	mark("SCN op=%s result=%s", words, errno_name(number));
	task->tally[verb][number < MOST_ERRNO ? number : MOST_ERRNO - 1]++;
}

static void write_and_mark(struct task *task, const struct action *action, const char *words, const char *path,
			   const char *value)
{
	asks(task, words);
	answered(task, action->verb, words, write_text(path, value));
}

static void bind(struct task *task, const struct action *action)
{
	const char *bdf = action->device->bdf;
	write_and_mark(task, action, path_of("bind dev=%s drv=%s", bdf, action->word),
		       path_of(PCI "drivers/%s/bind", action->word), bdf);
}

static void unbind(struct task *task, const struct action *action)
{
	const char *bdf = action->device->bdf;
	char driver[64];
	if (!link_name(path_of(PCI "devices/%s/driver", bdf), driver, sizeof driver))
		return;
	write_and_mark(task, action, path_of("unbind dev=%s drv=%s", bdf, driver),
		       path_of(PCI "drivers/%s/unbind", driver), bdf);
}

static void override(struct task *task, const struct action *action)
{
	const char *bdf = action->device->bdf;
	write_and_mark(task, action, path_of("override dev=%s drv=%s", bdf, action->word),
		       path_of(PCI "devices/%s/driver_override", bdf), action->word[0] ? action->word : "\n");
}

static void store_type(struct task *task, const struct action *action)
{
	int group = action->device->group;
	write_and_mark(task, action, path_of("type grp=%d val=%s", group, action->word), path_of(GROUPS "%d/type", group),
		       action->word);
}

static int held_index(const struct task *task, const struct device *device)
{
	for (int i = 0; i < MOST_CLAIMS; i++)
		if (task->held[i].device == device)
			return i;
	return -1;
}

static void claim(struct task *task, const struct action *action)
{
	const struct device *device = action->device;
	int free_place = held_index(task, NULL);
	if (held_index(task, device) >= 0 || free_place < 0)
		return;
	char words[96];
	const char *where;
	snprintf(words, sizeof words, "claim grp=%d dev=%s", device->group, device->bdf);
	asks(task, words);
	int number = claim_group(device, action->word[0] != 0, &task->held[free_place].claim, &where);
	if (number == 0)
		task->held[free_place].device = device;
	size_t length = strlen(words);
	snprintf(words + length, sizeof words - length, " stage=%s", where);
	answered(task, CLAIM, words, number);
}

static void release(struct task *task, const struct device *device)
{
	int place = held_index(task, device);
	if (place < 0)
		return;
	const char *words = path_of("release grp=%d dev=%s", device->group, device->bdf);
	asks(task, words);
	release_group(&task->held[place].claim);
	task->held[place].device = NULL;
	answered(task, RELEASE, words, 0);
}

/* ---- a part: its actions in order, its loops while there is time */

static bool once_more(const struct action *repeat, int rounds)
{
	if (repeat->count > 0)
		return rounds < repeat->count;
	return now() < deadline && (settings->loops == 0 || rounds < settings->loops);
}

static int end_of(const struct part *part, int at)
{
	for (int i = at + 1; i < part->length; i++)
		if (part->actions[i].verb == END && part->actions[i].start == at)
			return i;
	return part->length;
}

static void act(struct task *task, const struct action *action)
{
	atomic_fetch_add(&shared->actions, 1);
	switch (action->verb) {
	case BIND:
		return bind(task, action);
	case UNBIND:
		return unbind(task, action);
	case OVERRIDE:
		return override(task, action);
	case CLAIM:
		return claim(task, action);
	case RELEASE:
		return release(task, action->device);
	case TYPE:
		return store_type(task, action);
	case SLEEP:
		return sleep_nanos(between(task, action->least, action->most));
	case BARRIER:
		return meet(action->word);
	case STEP:
		return mark("SCN step=%d %s", ++task->steps, action->word);
	case REPEAT:
	case END:
		return;
	}
}

static void run_part(struct task *task)
{
	const struct part *part = task->part;
	int rounds[MOST_LOOPS] = {0};
	for (int at = 0; at < part->length; at++) {
		const struct action *action = &part->actions[at];
		if (action->verb == END) {
			rounds[task->depth - 1]++;
			at = action->start;
			action = &part->actions[at];
		} else if (action->verb == REPEAT)
			rounds[task->depth++] = 0;
		if (action->verb == REPEAT && !once_more(action, rounds[task->depth - 1])) {
			at = end_of(part, at);
			task->depth--;
		}
		act(task, action);
	}
	for (int i = 0; i < MOST_CLAIMS; i++)
		if (task->held[i].device)
			release(task, task->held[i].device);
}

static pthread_barrier_t started;

static void *run_thread(void *argument)
{
	struct task *task = argument;
	pthread_setname_np(pthread_self(), path_of("%.15s", task->part->name));
	pthread_barrier_wait(&started);
	sleep_nanos(between(task, 0, 2000000));
	run_part(task);
	leave_barriers(task->part);
	return NULL;
}

static void prepare_task(struct task *task, const struct part *part, uint32_t (*tally)[MOST_ERRNO])
{
	*task = (struct task){.part = part, .tally = tally, .random = seed_of(part->name)};
}

static void play(const struct scenario *scenario)
{
	static struct task tasks[MOST_PARTS];
	pthread_t threads[16];
	int count = scenario->thread_count;
	playing = scenario;
	prepare_task(&tasks[16], &scenario->prepare, shared->tallies[16]);
	run_part(&tasks[16]);
	deadline = now() + settings->seconds;
	pthread_barrier_init(&started, NULL, (unsigned)count + 1);
	for (int i = 0; i < count; i++) {
		prepare_task(&tasks[i], &scenario->threads[i], shared->tallies[i]);
		if (pthread_create(&threads[i], NULL, run_thread, &tasks[i]))
			abort();
	}
	pthread_barrier_wait(&started);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	prepare_task(&tasks[17], &scenario->finish, shared->tallies[17]);
	run_part(&tasks[17]);
}

static void tell_tallies(const struct scenario *scenario)
{
	for (int part = 0; part < MOST_PARTS; part++) {
		const char *name = part == 16 ? "prepare" : part == 17 ? "finish" : scenario->threads[part].name;
		for (int verb = 0; verb < TALLIED; verb++)
			for (int number = 0; number < MOST_ERRNO; number++)
				if (shared->tallies[part][verb][number])
					tell("tally %s %s %s %u", name, verb_names[verb], errno_name(number),
					     shared->tallies[part][verb][number]);
	}
}

/* A thread that died in the kernel may leave others waiting for its locks for ever. */
static void wait_for(pid_t player)
{
	double until = now() + longest_silence;
	bool told = false;
	for (unsigned seen = 0; waitpid(player, NULL, WNOHANG) == 0;) {
		if (atomic_load(&shared->actions) != seen && !told) {
			seen = atomic_load(&shared->actions);
			until = now() + longest_silence;
		}
		if (kernel_crashed() && !told) {
			told = true;
			until = now() + 2;
		}
		if (now() > until) {
			kill(player, SIGKILL);
			if (!told)
				tell("trouble No thread of the scenario did anything for %.0f s, so it was ended", longest_silence);
			return;
		}
		sleep_nanos(10000000);
	}
}

void run_scenario(const struct scenario *scenario, const struct run *run)
{
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		abort();
	settings = run;
	pid_t player = fork();
	if (player < 0)
		abort();
	if (player == 0) {
		pthread_setname_np(pthread_self(), path_of("%.15s", scenario->name));
		play(scenario);
		_exit(0);
	}
	wait_for(player);
	tell_tallies(scenario);
	munmap(shared, sizeof *shared);
}
