/* SPDX-License-Identifier: BSD-2-Clause */
/* harness: provides the main function of a test program: SUITE("name", test1, test2, ...). */
#ifndef SMTPSCOPE_HARNESS_H
#define SMTPSCOPE_HARNESS_H

#include <check.h>
#include <stdlib.h>

/* Seconds after which libcheck ends a test and names it. Less than the limit of meson for the whole program (meson.build). */
#define TEST_SECONDS 30

#define SUITE(name, ...)                                                                                     \
	int main(void)                                                                                       \
	{                                                                                                    \
		const TTest *const tests[] = { __VA_ARGS__ };                                                \
		TCase *tcase = tcase_create(name);                                                           \
		Suite *suite = suite_create(name);                                                           \
		SRunner *runner;                                                                             \
		int failed;                                                                                  \
		tcase_set_timeout(tcase, TEST_SECONDS);                                                      \
		for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)                                    \
			tcase_add_test(tcase, tests[i]);                                                     \
		suite_add_tcase(suite, tcase);                                                               \
		runner = srunner_create(suite);                                                              \
		srunner_run_all(runner, CK_NORMAL);                                                          \
		failed = srunner_ntests_failed(runner);                                                      \
		srunner_free(runner);                                                                        \
		return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                 \
	}

#endif
