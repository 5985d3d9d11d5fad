/* SPDX-License-Identifier: BSD-2-Clause */
/* Fuzzes login shapes and the parameters of MAIL. Input: mechanism (a byte), step (a byte), the line. */
#include "parameters.h"
#include "sasl.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span line = span_of(data, size);
	struct parameters parameters;
	struct buf password;
	uint8_t mechanism, step;

	if (!span_get_u8(line, 0, &mechanism) || !span_get_u8(line, 1, &step))
		return 0;
	line = span_from(line, 2);
	buf_init(&password, 64);
	if (!sasl_shape_name(
		sasl_check((enum sasl_mechanism)(mechanism % (SASL_ANONYMOUS + 1)), step, line, &password)))
		abort();
	buf_finish(&password);
	if (!parameters_read(&parameters, parameters_in(line), NULL) || parameters.count > PARAMETERS_KEPT)
		abort();
	for (size_t i = 0; i < parameters.count; i++)
		if (!parameters_find(&parameters, parameters.list[i].keyword))
			abort();
	parameters_finish(&parameters, NULL);
	return 0;
}
