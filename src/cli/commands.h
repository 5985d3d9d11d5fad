/* SPDX-License-Identifier: BSD-2-Clause */
/* commands: the subcommands of smtpscope, one file each. Arguments and result as of main; argv[0] is the subcommand's name. */
#ifndef SMTPSCOPE_COMMANDS_H
#define SMTPSCOPE_COMMANDS_H

/* Exit statuses that all subcommands share. */
enum {
	STATUS_OK = 0,
	STATUS_FOUND = 1, /* a finding at or above --fail-on, a fault in rules, an unknown code */
	STATUS_USAGE = 2, /* wrong usage */
	STATUS_DAMAGED =
	    3 /* an input could not be opened, is damaged or cut short; or the output could not be written */
};

int cmd_read(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_top(int argc, char **argv);

#endif
