/* SPDX-License-Identifier: BSD-2-Clause */
/* yaml_library: the functions of libyaml that load.c calls; the library is loaded when a rule file is read. */
#ifndef SMTPSCOPE_YAML_LIBRARY_H
#define SMTPSCOPE_YAML_LIBRARY_H

#include <yaml.h>

#include "library.h"

struct yaml_library {
	LIBRARY_POINTER(yaml_parser_initialize);
	LIBRARY_POINTER(yaml_parser_delete);
	LIBRARY_POINTER(yaml_parser_set_input_string);
	LIBRARY_POINTER(yaml_parser_set_encoding);
	LIBRARY_POINTER(yaml_parser_parse);
	LIBRARY_POINTER(yaml_parser_load);
	LIBRARY_POINTER(yaml_event_delete);
	LIBRARY_POINTER(yaml_document_delete);
};

/* Returns false if the library is not installed or has another interface. */
bool yaml_library_load(struct yaml_library *library);

#endif
