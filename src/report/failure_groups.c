/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure_groups.h"

#include "escape.h"
#include "figures.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	SERVERS_SHOWN = 3, /* of a cause, one by one; more of them are one line */
	TEXT_LIMIT = 256,
	COUNT_END = 8, /* columns */
	CAUSE_WIDTH = 24,
	NUMBERS_WIDTH = 22,
};

/************ counting ************/

static void count(struct group_sessions *s, uint64_t number)
{
	uint64_t larger = number;

	for (size_t i = 0; i < GROUP_NUMBERS; i++)
		if (i >= s->count || larger < s->first[i]) {
			uint64_t here = s->first[i];

			s->first[i] = larger;
			larger = here;
			if (i >= s->count)
				break;
		}
	s->count++;
}

/* The word that --cause takes and that says most. */
static const char *word_of(const struct verdict *v)
{
	if (!v->id)
		return "unknown";
	if (!v->cause || strcmp(v->cause, "unknown") == 0 || strcmp(v->cause, "unspecified") == 0)
		return v->id;
	return v->cause;
}

static struct group_cause *cause_of(struct failure_groups *g, const char *word)
{
	struct group_cause *c;

	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->causes[i].word, word) == 0)
			return &g->causes[i];
	if (!g->causes)
		g->causes = calloc(GROUP_CAUSES, sizeof *g->causes);
	if (!g->causes || g->count == GROUP_CAUSES)
		return NULL;
	c = &g->causes[g->count++];
	snprintf(c->word, sizeof c->word, "%s", word);
	return c;
}

static struct group_server *server_of(struct group_cause *c, const struct addr *addr)
{
	struct group_server *grown;

	for (size_t i = 0; i < c->server_count; i++)
		if (addr_equal(&c->servers[i].addr, addr))
			return &c->servers[i];
	grown = c->server_count < GROUP_SERVERS
		    ? realloc(c->servers, (c->server_count + 1) * sizeof *c->servers)
		    : NULL;
	if (!grown) {
		c->more_servers = true;
		return NULL;
	}
	c->servers = grown;
	grown[c->server_count] = (struct group_server){ .addr = *addr };
	return &grown[c->server_count++];
}

void failure_groups_add(struct failure_groups *g, const struct session_facts *session, const struct verdict *v)
{
	struct group_cause *c = cause_of(g, word_of(v));
	struct group_server *server = c ? server_of(c, &session->flow->server.addr) : NULL;
	struct span name = server_name(session);

	count(&g->sessions, session->number);
	if (c)
		count(&c->sessions, session->number);
	if (!server)
		return;
	count(&server->sessions, session->number);
	if (name.length && !server->name[0])
		snprintf(server->name, sizeof server->name, "%.*s", (int)name.length, (const char *)name.at);
}

void failure_groups_finish(struct failure_groups *g)
{
	for (size_t i = 0; i < g->count; i++)
		free(g->causes[i].servers);
	free(g->causes);
	*g = (struct failure_groups){ 0 };
}

/************ the page ************/

void group_sessions_text(struct buf *text, const struct group_sessions *sessions)
{
	for (size_t i = 0; i < GROUP_NUMBERS && i < sessions->count; i++)
		buf_format(text, "%s%" PRIu64, i ? ", " : "", sessions->first[i]);
	if (sessions->count > GROUP_NUMBERS)
		buf_format(text, ", +%" PRIu64, sessions->count - GROUP_NUMBERS);
}

/* The larger first; of equal ones that with the lower number. */
static int by_size(const struct group_sessions *a, const struct group_sessions *b)
{
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->first[0] > b->first[0]) - (a->first[0] < b->first[0]);
}

static int compare_causes(const void *a, const void *b)
{
	return by_size(&((const struct group_cause *)a)->sessions, &((const struct group_cause *)b)->sessions);
}

static int compare_servers(const void *a, const void *b)
{
	return by_size(&((const struct group_server *)a)->sessions,
		       &((const struct group_server *)b)->sessions);
}

/* "  9 user-unknown  mx3.example.net  3, 7, 12, +6" */
static void put_row(struct page *p, const char *cause, const char *server, const struct group_sessions *sessions)
{
	char figure[FIGURE_SIZE];
	size_t at = COUNT_END + CAUSE_WIDTH + 1, end = p->width - NUMBERS_WIDTH - 1;
	struct buf text;

	buf_init(&text, TEXT_LIMIT);
	figure_count(figure, sessions->count);
	page_to(p, strlen(figure) + 1 < COUNT_END ? COUNT_END - 1 - strlen(figure) : 0);
	page_put(p, figure);
	page_to(p, COUNT_END);
	page_put(p, cause);
	page_put(p, " ");
	page_to(p, at);
	if (end > p->column + 8 && escape_width(span_text(server)) > end - p->column) {
		escape_append(&text, span_text(server), end - p->column);
		page_put_span(p, buf_span(&text));
	} else {
		page_put(p, server);
	}
	page_put(p, " ");
	page_to(p, end + 1);
	buf_clear(&text);
	group_sessions_text(&text, sessions);
	page_wrap_unit(p, buf_span(&text), at, 0);
	page_newline(p);
	buf_finish(&text);
}

static unsigned put_cause(struct page *p, struct group_cause *c)
{
	char text[ADDR_TEXT_SIZE + 32];

	if (c->more_servers || c->server_count > SERVERS_SHOWN || c->server_count == 0) {
		snprintf(text, sizeof text, "%s%zu servers", c->more_servers ? "more than " : "",
			 c->server_count);
		put_row(p, c->word, text, &c->sessions);
		return 1;
	}
	qsort(c->servers, c->server_count, sizeof *c->servers, compare_servers);
	for (size_t i = 0; i < c->server_count; i++) {
		addr_format(text, &c->servers[i].addr);
		put_row(p, c->word, c->servers[i].name[0] ? c->servers[i].name : text, &c->servers[i].sessions);
	}
	return (unsigned)c->server_count;
}

void failure_groups_page(struct page *p, struct failure_groups *g)
{
	uint64_t left = g->sessions.count;
	char text[FIGURE_SIZE];
	unsigned rows = 0;

	if (!g->sessions.count)
		return;
	figure_many(text, g->sessions.count, "failed session", NULL);
	page_style(p, STYLE_BOLD);
	page_put(p, text);
	page_put(p, ", by cause and server:");
	page_newline(p);
	if (g->count)
		qsort(g->causes, g->count, sizeof *g->causes, compare_causes);
	for (size_t i = 0; i < g->count && rows + SERVERS_SHOWN <= GROUP_ROWS; i++) {
		rows += put_cause(p, &g->causes[i]);
		left -= g->causes[i].sessions.count;
	}
	if (!left)
		return;
	figure_count(text, left);
	page_to(p, strlen(text) + 1 < COUNT_END ? COUNT_END - 1 - strlen(text) : 0);
	page_style(p, STYLE_DIM);
	page_put(p, text);
	page_put(p, " more, of other causes");
	page_newline(p);
}
