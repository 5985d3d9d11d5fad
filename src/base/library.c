/* SPDX-License-Identifier: BSD-2-Clause */
#include "library.h"
#include <dlfcn.h>
#include <string.h>

bool library_load(void *table, const char *soname, const struct library_function *functions, size_t count)
{
	/* Never unloaded: libraries register functions that run when a thread or the program ends. */
	void *library = dlopen(soname, RTLD_LAZY | RTLD_LOCAL | RTLD_NODELETE);

	for (size_t i = 0; library && i < count; i++) {
		void *address = dlsym(library, functions[i].name);

		if (!address) {
			dlclose(library);
			return false;
		}
		memcpy((char *)table + functions[i].offset, &address, sizeof address);
	}
	if (library)
		dlclose(library);
	return library != NULL;
}
