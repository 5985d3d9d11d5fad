/* SPDX-License-Identifier: BSD-2-Clause */
#include "yaml_library.h"

LIBRARY_NOTE(LIBYAML_SONAME, "rules", "Read rule files");

bool yaml_library_load(struct yaml_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_initialize),
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_delete),
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_set_input_string),
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_set_encoding),
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_parse),
		LIBRARY_FUNCTION(struct yaml_library, yaml_parser_load),
		LIBRARY_FUNCTION(struct yaml_library, yaml_event_delete),
		LIBRARY_FUNCTION(struct yaml_library, yaml_document_delete),
	};

	return library_load(library, LIBYAML_SONAME, functions, sizeof functions / sizeof *functions);
}
