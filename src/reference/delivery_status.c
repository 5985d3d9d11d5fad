/* SPDX-License-Identifier: BSD-2-Clause */
#include "delivery_status.h"

#include "log_marks.h"

void delivery_status_init(struct delivery_status *d, found_sink *found, void *context)
{
	*d = (struct delivery_status){ .found = found, .context = context };
	buf_init(&d->field, STATUS_FIELD_KEPT);
	buf_init(&d->recipient, FOUND_RECIPIENT_SIZE);
	buf_init(&d->status, FOUND_QUESTION_SIZE);
	buf_init(&d->diagnostic, STATUS_FIELD_KEPT);
	buf_init(&d->action, FOUND_QUESTION_SIZE);
}

void delivery_status_finish(struct delivery_status *d)
{
	buf_finish(&d->field);
	buf_finish(&d->recipient);
	buf_finish(&d->status);
	buf_finish(&d->diagnostic);
	buf_finish(&d->action);
}

/* What follows the type: "smtp; 550 ...", "rfc822; a@b.example". */
static struct span without_type(struct span value)
{
	const uint8_t *semicolon = value.length ? memchr(value.at, ';', value.length) : NULL;

	return text_trim(semicolon ? span_from(value, (size_t)(semicolon - value.at) + 1) : value);
}

static struct span without_brackets(struct span address)
{
	if (address.length > 1 && address.at[0] == '<' && address.at[address.length - 1] == '>')
		return span_of(address.at + 1, address.length - 2);
	return address;
}

/* One recipient is complete. */
static void end_recipient(struct delivery_status *d)
{
	struct span diagnostic = buf_span(&d->diagnostic), status = buf_span(&d->status),
		    action = buf_span(&d->action);
	struct buf words;

	if (action.length || status.length || diagnostic.length) {
		buf_init(&words, STATUS_FIELD_KEPT);
		if (!words_are_reply(diagnostic)) {
			buf_append(&words, status);
			if (status.length && (diagnostic.length || text_begins(status, "2")))
				buf_text(&words, " ");
			if (text_begins(status, "2") && !diagnostic.length)
				buf_append(&words, action);
		}
		buf_append(&words, diagnostic);
		/* Without a status and a diagnosis, there is nothing to explain. */
		if (words.length)
			d->found(d->context, &(struct found){ .reply = buf_span(&words),
							      .recipient = buf_span(&d->recipient),
							      .line = d->line });
		buf_finish(&words);
	}
	buf_clear(&d->recipient);
	buf_clear(&d->status);
	buf_clear(&d->diagnostic);
	buf_clear(&d->action);
}

/* Takes the value of the field |name| (with its colon) into |to|. Returns false if the field has another name. */
static bool take(struct span field, const char *name, bool typed, struct buf *to)
{
	struct span value;

	if (!text_begins(field, name))
		return false;
	value = text_trim(span_from(field, strlen(name)));
	buf_clear(to);
	buf_append(to, typed ? without_type(value) : value);
	return true;
}

/* A field is complete. */
static void end_field(struct delivery_status *d)
{
	struct span field = buf_span(&d->field);
	struct buf recipient;

	buf_init(&recipient, FOUND_RECIPIENT_SIZE);
	if (take(field, "final-recipient:", true, &recipient) ||
	    (!d->recipient.length && take(field, "original-recipient:", true, &recipient))) {
		/* Without a blank line before it, Final-Recipient still begins the next recipient. */
		if (d->action.length || d->diagnostic.length)
			end_recipient(d);
		buf_clear(&d->recipient);
		buf_append(&d->recipient, without_brackets(buf_span(&recipient)));
	} else if (!take(field, "status:", false, &d->status) && !take(field, "action:", false, &d->action)) {
		take(field, "diagnostic-code:", true, &d->diagnostic);
	}
	buf_finish(&recipient);
	/* "Status: 5.0.0 (permanent failure)" */
	for (size_t i = 0; i < d->status.length; i++)
		if (d->status.at[i] == ' ')
			d->status.length = i;
	buf_clear(&d->field);
}

static bool is_field(struct span line)
{
	static const char *const names[] = { "reporting-mta:",
					     "final-recipient:",
					     "original-recipient:",
					     "action:",
					     "status:",
					     "remote-mta:",
					     "diagnostic-code:",
					     "last-attempt-date:",
					     "arrival-date:",
					     "will-retry-until:",
					     "received-from-mta:",
					     "final-log-id:",
					     "original-envelope-id:",
					     "dsn-gateway:",
					     "x-postfix-",
					     "x-display-name:",
					     "x-actual-recipient:",
					     "x-supplementary-info:",
					     NULL };

	for (const char *const *name = names; *name; name++)
		if (text_begins(line, *name))
			return true;
	return false;
}

/* Does |line| continue the field? A mail program that quotes it may break a long one without indenting the rest. */
static bool continues(const struct delivery_status *d, struct span line)
{
	enum { FULL = 60 };
	bool blank = text_trim(line).length == 0, full = d->field.length >= FULL;

	return d->field.length && !blank &&
	       (text_blanks(line) ||
		(full && text_begins(buf_span(&d->field), "diagnostic-code:") && !is_field(line)));
}

bool delivery_status_line(struct delivery_status *d, struct span line, size_t number)
{
	if (continues(d, line)) {
		buf_text(&d->field, " ");
		buf_append(&d->field, text_trim(line));
		d->line = number;
		return true;
	}
	if (d->field.length)
		end_field(d);
	if (!is_field(line)) {
		end_recipient(d);
		return false;
	}
	buf_append(&d->field, line);
	d->line = number;
	return true;
}

void delivery_status_end(struct delivery_status *d)
{
	if (d->field.length)
		end_field(d);
	end_recipient(d);
}
