/* pid 1 of a recorded guest. docs/guest.md tells the protocol on its two ports. */
#include "guest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct scenario scenario;

static void set_up_tracing(void)
{
	char *kilobytes = path_of("%d", scenario.buffer ? scenario.buffer : atoi(config("bufferkb", "8192")));
	write_text(TRACING "tracing_on", "0");
	write_text(TRACING "current_tracer", "nop");
	write_text(TRACING "trace_clock", config("clock", "mono"));
	write_text(TRACING "saved_cmdlines_size", "2048");
	write_text(TRACING "options/hash-ptr", "0");
	int refused = write_text(TRACING "buffer_size_kb", kilobytes);
	if (refused)
		tell("trouble Cannot have a buffer of %s KB for each CPU: %s", kilobytes, errno_name(refused));
}

static void clear_ring(void)
{
	int trace = open(TRACING "trace", O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (trace >= 0)
		close(trace);
}

static void send_stats(void)
{
	struct text stats = {0};
	for (int cpu = 0; cpu < get_nprocs_conf(); cpu++) {
		add(&stats, "== cpu%d\n", cpu);
		add_file(&stats, path_of(TRACING "per_cpu/cpu%d/stats", cpu));
	}
	send_text("stats", &stats);
}

static void send_profile(const char *name)
{
	struct text profile = {0};
	add_file(&profile, TRACING "kprobe_profile");
	send_text(name, &profile);
}

static struct run run_of(const char *line)
{
	const char *seed = strstr(line, "seed="), *seconds = strstr(line, "seconds="), *loops = strstr(line, "loops=");
	return (struct run){
		.seed = seed ? strtoull(seed + 5, NULL, 10) : 1,
		.seconds = seconds ? strtod(seconds + 8, NULL) : 8,
		.loops = loops ? atoi(loops + 6) : 0,
	};
}

static void mark_begin(const struct run *run)
{
	struct utsname name;
	char kilobytes[32];
	uname(&name);
	read_line(TRACING "buffer_size_kb", kilobytes, sizeof kilobytes);
	mark("SCN begin scen=%s uname=%s clock=%s bufkb=%s seed=%llu", scenario.name, name.release, config("clock", "mono"),
	     kilobytes, (unsigned long long)run->seed);
}

static void record(const struct run *run)
{
	send_profile("kprobe_profile.begin");
	clear_ring();
	write_text(TRACING "tracing_on", "1");
	mark_begin(run);
	start_stream(scenario.pause);
	tell("begin");
	run_scenario(&scenario, run);
	mark("SCN end scen=%s", scenario.name);
	write_text(TRACING "tracing_on", "0");
	tell("end");
	uint64_t sent = end_stream();
	tell("trace-end %llu", (unsigned long long)sent);
	send_stats();
	send_profile("kprobe_profile");
	send_kernel_log();
	tell("done");
}

static void say_hello(void)
{
	struct utsname name;
	uname(&name);
	tell("hello 1 %s", name.release);
}

static void arm(void)
{
	find_topology();
	bool playable = read_scenario(&scenario);
	set_up_tracing();
	load_btf();
	register_probes();
	read_addresses();
	filter_probes();
	enable_probes();
	watch_kernel();
	send_topology();
	send_formats();
	if (!playable)
		tell("trouble Cannot play the scenario");
	tell("armed");
}

int main(int count, char **words)
{
	if (count == 2 && !strcmp(words[1], "--tsc-khz")) {
		print_tsc_rate();
		return 0;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	mount_all();
	read_config();
	write_text(PCI "drivers_autoprobe", "0");
	load_modules();
	settle_drivers();
	if (!open_ports()) {
		printf("custody: the ports custody.control and custody.trace did not come\n");
		end_machine(false);
	}
	say_hello();
	stage("ports");
	arm();
	for (bool first = true;; first = false) {
		char line[256];
		hear(line, sizeof line);
		if (!strncmp(line, "quit", 4))
			end_machine(kernel_crashed());
		if (strncmp(line, "go", 2) && strncmp(line, "again", 5))
			continue;
		if (!first) {
			settle_drivers();
			send_topology();
		}
		struct run run = run_of(line);
		record(&run);
	}
}
