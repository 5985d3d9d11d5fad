/* SPDX-License-Identifier: BSD-2-Clause */
#include "library.h"

#include <string.h>

#include "harness.h"

struct c_library {
	LIBRARY_POINTER(strlen);
	LIBRARY_POINTER(strchr);
};

START_TEST(functions_are_found)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct c_library, strchr),
		LIBRARY_FUNCTION(struct c_library, strlen),
	};
	struct c_library table = { 0 };

	ck_assert(library_load(&table, "libc.so.6", functions, 2));
	ck_assert_uint_eq(table.strlen("four"), 4);
	ck_assert_str_eq(table.strchr("a.b", '.'), ".b");
}

START_TEST(a_missing_library_is_reported)
{
	ck_assert(!library_load(NULL, "libnothing-of-this-name.so.1", NULL, 0));
}

START_TEST(a_missing_function_is_reported)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct c_library, strlen),
		{ "no_function_of_this_name", offsetof(struct c_library, strchr) },
	};
	struct c_library table = { 0 };

	ck_assert(!library_load(&table, "libc.so.6", functions, 2));
	ck_assert(!table.strchr);
}

SUITE("library", functions_are_found, a_missing_library_is_reported, a_missing_function_is_reported)
