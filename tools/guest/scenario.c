/* /etc/custody/scenario: already checked and spelled out by packages/guest, so whatever does not fit here is a bug there. */
#include "guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum takes { NOTHING, DEVICE, DEVICE_WORD, NUMBERS, NUMBER, TEXT };

static const struct {
	const char *name;
	enum verb verb;
	enum takes takes;
} verbs[] = {
	{"bind", BIND, DEVICE_WORD}, {"unbind", UNBIND, DEVICE}, {"override", OVERRIDE, DEVICE_WORD},
	{"claim", CLAIM, DEVICE_WORD}, {"release", RELEASE, DEVICE}, {"type", TYPE, DEVICE_WORD},
	{"sleep", SLEEP, NUMBERS}, {"barrier", BARRIER, TEXT}, {"step", STEP, TEXT},
	{"repeat", REPEAT, NUMBER}, {"end", END, NOTHING},
};

static bool fill_action(struct action *action, enum takes takes, char *rest)
{
	switch (takes) {
	case NOTHING:
		return true;
	case TEXT:
		snprintf(action->word, sizeof action->word, "%s", rest);
		return true;
	case NUMBER:
		action->count = atoi(rest);
		return true;
	case NUMBERS:
		return sscanf(rest, "%ld %ld", &action->least, &action->most) == 2;
	case DEVICE:
	case DEVICE_WORD:
		action->device = device_named(strsep(&rest, " "));
		snprintf(action->word, sizeof action->word, "%s", rest ? rest : "");
		return action->device != NULL;
	}
	return false;
}

static int loop_start(const struct part *part)
{
	int depth = 0;
	for (int i = part->length - 1; i >= 0; i--) {
		if (part->actions[i].verb == END)
			depth++;
		if (part->actions[i].verb == REPEAT && depth-- == 0)
			return i;
	}
	return -1;
}

static bool add_action(struct part *part, char *line)
{
	char *rest = line, *name = strsep(&rest, " ");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verbs[i].name, name))
			continue;
		struct action action = {.verb = verbs[i].verb};
		if (!fill_action(&action, verbs[i].takes, rest ? rest : ""))
			return false;
		if (action.verb == END)
			action.start = loop_start(part);
		part->actions = realloc(part->actions, (size_t)(part->length + 1) * sizeof action);
		if (!part->actions)
			abort();
		part->actions[part->length++] = action;
		return action.start >= 0;
	}
	return false;
}

static struct part *begin_part(struct scenario *scenario, const char *line)
{
	if (!strcmp(line, "prepare"))
		return &scenario->prepare;
	if (!strcmp(line, "finish"))
		return &scenario->finish;
	if (strncmp(line, "thread ", 7) || scenario->thread_count == 16)
		return NULL;
	struct part *thread = &scenario->threads[scenario->thread_count++];
	snprintf(thread->name, sizeof thread->name, "%s", line + 7);
	return thread;
}

bool read_scenario(struct scenario *scenario)
{
	char *rest = read_text("/etc/custody/scenario", NULL);
	struct part *part = NULL;
	bool whole = rest != NULL;
	strcpy(scenario->prepare.name, "prepare");
	strcpy(scenario->finish.name, "finish");
	for (char *line; rest && (line = strsep(&rest, "\n"));) {
		struct part *next = begin_part(scenario, line);
		if (next)
			part = next;
		else if (!strncmp(line, "scenario ", 9))
			snprintf(scenario->name, sizeof scenario->name, "%s", line + 9);
		else if (!strncmp(line, "buffer ", 7))
			scenario->buffer = atoi(line + 7);
		else if (!strncmp(line, "reader ", 7))
			scenario->pause = atol(line + 7);
		else if (line[0] && !(part && add_action(part, line))) {
			tell("trouble Cannot follow the scenario's line \"%s\"", line);
			whole = false;
		}
	}
	return whole;
}
