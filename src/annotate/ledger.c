/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"

/* Packets of a side that a reset's TTL is held against. */
enum { PACKETS_TO_COMPARE = 3 };

/* A client that leaves sooner has not waited for the reply, it never wanted it. */
static const int64_t WAITED_FOR_REPLY = 5 * TSTAMP_SECOND;
/* One that leaves before the greeting so soon is a probe. */
static const int64_t WAITED_FOR_GREETING = 3 * TSTAMP_SECOND;

/* Commands that are sent this far apart are not a group. */
static const tstamp NEXT_GROUP = TSTAMP_SECOND;

/* That of a session that goes on. */
static const struct ledger_end NO_END;

void ledger_init(struct ledger *l)
{
	static const tstamp never = TSTAMP_NONE;

	*l = (struct ledger){ .accepted = { never, never, never, never },
			      .connected = TSTAMP_NONE,
			      .marked = TSTAMP_NONE,
			      .network_until = TSTAMP_NONE,
			      .turn = LEDGER_NETWORK,
			      .end = &NO_END };
}

void ledger_finish(struct ledger *l, struct account *account)
{
	account_free(account, l->time.sums);
	if (l->end != &NO_END)
		account_free(account, l->end);
	l->time = (struct ledger_time){ 0 };
	l->end = &NO_END;
}

struct ledger_end *ledger_own_end(struct ledger *l, struct account *account)
{
	if (l->end == &NO_END) {
		struct ledger_end *end = account_take_zeroed(account, 1, sizeof *end);

		if (!end)
			return NULL;
		l->end = end;
	}
	return (struct ledger_end *)(uintptr_t)l->end;
}

/* Begins a sum for |place|. Returns false if memory runs out. */
static bool add_sum(struct ledger *l, uint8_t *place, struct account *account)
{
	enum { STEP = 4 };

	if (l->time.count % STEP == 0) {
		size_t room = l->time.count + STEP;
		int64_t *grown = account_resize(account, l->time.sums, room * sizeof *grown);

		if (!grown)
			return false;
		l->time.sums = grown;
	}
	l->time.sums[l->time.count] = 0;
	*place = ++l->time.count;
	return true;
}

void ledger_spend(struct ledger *l, enum ledger_phase phase, enum ledger_owner owner, int64_t ns,
		  struct account *account)
{
	uint8_t *place = &l->time.place[phase * LEDGER_OWNERS + owner];

	if (*place || add_sum(l, place, account))
		l->time.sums[*place - 1] += ns;
}

static void spend(struct ledger *l, enum ledger_owner owner, tstamp until, const struct smtp_event *event)
{
	unsigned place = l->time.place[l->phase * LEDGER_OWNERS + owner];

	if (until <= l->marked)
		return;
	if (place)
		l->time.sums[place - 1] += until - l->marked;
	else
		ledger_spend(l, l->phase, owner, until - l->marked, event->session->account);
	l->marked = until;
}

/* Accounts for the time up to |now|: first the time the packet takes to reach the side that acts next, then that side's own time. */
static void account(struct ledger *l, tstamp now, const struct smtp_event *event)
{
	if (l->network_until != TSTAMP_NONE && l->network_until > l->marked)
		spend(l, LEDGER_NETWORK, now < l->network_until ? now : l->network_until, event);
	spend(l, l->stalled ? LEDGER_NETWORK : l->turn, now, event);
}

/*
 * From |now| on it is the turn of |owner|. The capture may be anywhere on the path, so of each turn at most one round trip belongs
 * to the network.
 */
static void hand_over(struct ledger *l, const struct flow *flow, enum ledger_owner owner, tstamp now)
{
	l->turn = owner;
	l->stalled = false;
	l->network_until = flow->rtt > 0 ? now + flow->rtt : TSTAMP_NONE;
}

static enum ledger_phase phase_of(const struct ledger *l, enum phase phase)
{
	switch (phase) {
	case PHASE_CONNECT:
		return LEDGER_GREETING;
	case PHASE_HELLO:
		return LEDGER_HELLO;
	case PHASE_TLS:
		return LEDGER_TLS;
	case PHASE_AUTH:
		return LEDGER_LOGIN;
	case PHASE_ENVELOPE:
		return LEDGER_ENVELOPE;
	case PHASE_BODY:
		return LEDGER_BODY;
	case PHASE_FINAL:
		return LEDGER_FINAL;
	case PHASE_QUIT:
		return LEDGER_CLOSE;
	case PHASE_UNKNOWN:
		break;
	}
	return l->phase == LEDGER_CONNECT ? LEDGER_GREETING : l->phase;
}

/*
 * Since when the reply to |open| is due; TSTAMP_NONE: it is not, since not all of |open| has come. Of several commands that were
 * sent at once the next one is due from the reply to the one before.
 */
static tstamp due_since(const struct ledger *l, const struct command *open)
{
	if (open->asked == TSTAMP_NONE)
		return TSTAMP_NONE;
	return l->replies && l->last_reply.time > open->asked ? l->last_reply.time : open->asked;
}

/* The client takes its leave, in the way |how|: had it waited for long for a reply that was owed? */
static void note_leave(struct ledger *l, const struct smtp_event *event, enum ledger_leaving how)
{
	const struct flow *flow = event->session->flow;
	const struct command *open = event->oldest_open;
	bool greeting = l->replies == 0 && !l->spoke_otherwise && flow->opened == FLOW_HANDSHAKE;
	bool itself = open && event->command && open->start == event->command->start;
	tstamp since = greeting ? l->connected : open && !itself ? due_since(l, open) : TSTAMP_NONE;
	int64_t waited = since == TSTAMP_NONE ? 0 : event->frame.time - since;
	struct ledger_end *end;

	if (l->end->leave.how || since == TSTAMP_NONE ||
	    waited < (greeting ? WAITED_FOR_GREETING : WAITED_FOR_REPLY))
		return;
	/* QUIT alone is left: nothing depends on its reply. */
	if (!greeting && command_is(open, "QUIT") && event->session->open == 1)
		return;
	end = ledger_own_end(l, event->session->account);
	if (!end)
		return;
	end->leave = (struct ledger_leave){ .how = how,
					    .greeting = greeting,
					    .frame = event->frame,
					    .waited = waited,
					    .sent = event->command ? event->command->start
								   : flow->side[DIR_CLIENT].delivered };
}

/* The message under way is complete. */
static void leave_body(struct ledger *l, const struct smtp_event *event)
{
	l->in_body = false;
	if (l->end->lax.seen)
		ledger_own_end(l, event->session->account)->lax.seen = false;
}

static void note_command(struct ledger *l, const struct smtp_event *event)
{
	const struct command *command = event->command;

	if (command->verb_id == VERB_QUIT || command->verb_id == VERB_RSET)
		note_leave(l, event, command->verb_id == VERB_QUIT ? LEAVING_QUIT : LEAVING_RSET);

	l->commands++;
	if (event->session->command_count <= 1 || command->frame.time - l->last_command.time >= NEXT_GROUP)
		l->group = command->start;
	l->last_command = command->frame;
	l->quit |= command->verb_id == VERB_QUIT;
	if (command->kind == COMMAND_END_OF_DATA)
		leave_body(l, event);
	hand_over(l, event->session->flow, LEDGER_SERVER, command->frame.time);
}

static bool is_verb(const struct exchange *x, enum verb verb)
{
	return x->answers == ANSWERS_COMMAND && x->command->verb_id == verb;
}

static void note_accepted(struct ledger *l, const struct exchange *x)
{
	struct ledger_accepted *a = &l->accepted;
	tstamp now = x->reply->frame.time;
	unsigned code = x->reply->code;

	if (x->answers == ANSWERS_END_OF_DATA || x->answers == ANSWERS_BDAT) {
		if (code >= 200 && code < 300 && code != 221)
			a->message = now;
	} else if (x->answers == ANSWERS_AUTH_RESPONSE || is_verb(x, VERB_AUTH)) {
		if (code == 235)
			a->login = now;
	} else if (is_verb(x, VERB_EHLO) || is_verb(x, VERB_HELO) || is_verb(x, VERB_LHLO)) {
		a->hello = now;
	} else if (is_verb(x, VERB_STARTTLS)) {
		a->tls = now;
	} else if (is_verb(x, VERB_DATA) && code == 354) {
		l->in_body = true;
		l->body_start = x->command->end;
	}
}

static void note_reply(struct ledger *l, const struct smtp_event *event)
{
	const struct exchange *x = event->exchange;

	l->replies++;
	l->last_reply = x->reply->frame;
	if (x->reply->code < 400)
		note_accepted(l, x);
	else
		l->refusals++;
	if (x->reply->code >= 400 && (x->answers == ANSWERS_AUTH_RESPONSE || is_verb(x, VERB_AUTH)))
		l->logins_refused++;
	/* The command that it answers still counts as open here. */
	if (!x->open)
		hand_over(l, event->session->flow, LEDGER_CLIENT, x->reply->frame.time);
}

/* Links that a packet with this TTL has crossed, if its sender began with one of the usual values. */
static unsigned links_crossed(uint8_t ttl)
{
	static const unsigned usual[] = { 32, 64, 128, 255 };

	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (ttl <= usual[i])
			return usual[i] - ttl;
	return 0;
}

/*
 * Did the reset of |side| come another way than all its other packets? Where those differ among themselves, the path or the
 * place of the capture changes, and nothing follows. A host may begin with another TTL in resets; the way is the same then.
 */
static bool is_foreign(const struct flow_side *side)
{
	return side->packets > PACKETS_TO_COMPARE && side->ttl_low && side->ttl_low == side->ttl_high &&
	       side->reset_ttl && side->reset_ttl != side->ttl_low &&
	       links_crossed(side->reset_ttl) != links_crossed(side->ttl_low);
}

/* Does the IP identification of the reset of |side| not fit its other packets? 0 fits: hosts send it in resets (RFC 6864 4.1). */
static bool is_foreign_id(const struct flow_side *side)
{
	enum { FAR = 8192 };
	uint16_t step = (uint16_t)(side->reset_ip_id - side->ip_id);

	return !side->ip_id_varies && side->ip_id_rises >= PACKETS_TO_COMPARE && side->reset_ip_id &&
	       step > FAR && step < 65536 - FAR;
}

static void note_close(struct ledger *l, const struct smtp_event *event, bool reset)
{
	const struct flow *flow = event->session->flow;
	struct ledger_end *end;

	if (l->end->close.seen)
		return;
	if (event->direction == DIR_CLIENT)
		note_leave(l, event, reset ? LEAVING_RST : LEAVING_FIN);
	end = ledger_own_end(l, event->session->account);
	if (!end)
		return;
	end->close = (struct ledger_close){ .seen = true,
					    .reset = reset,
					    .foreign = reset && is_foreign(&flow->side[event->direction]),
					    .foreign_id = reset && is_foreign_id(&flow->side[event->direction]),
					    .side = event->direction,
					    .frame = event->frame,
					    .body_bytes = ledger_body_bytes(l, flow),
					    .body_acked = ledger_body_acked(l, flow) };
	l->phase = LEDGER_CLOSE;
	hand_over(l, flow, event->direction == DIR_CLIENT ? LEDGER_SERVER : LEDGER_CLIENT, event->frame.time);
}

static void note_flow(struct ledger *l, const struct smtp_event *event)
{
	switch (event->flow_event->kind) {
	case FLOW_EVENT_SYN:
	case FLOW_EVENT_SYN_ACK:
		break;
	case FLOW_EVENT_ESTABLISHED:
		l->phase = LEDGER_GREETING;
		l->turn = LEDGER_SERVER;
		if (l->connected == TSTAMP_NONE)
			l->connected = event->frame.time;
		break;
	case FLOW_EVENT_FIN:
	case FLOW_EVENT_RST:
		note_close(l, event, event->flow_event->kind == FLOW_EVENT_RST);
		break;
	case FLOW_EVENT_ZERO_WINDOW:
		l->turn = event->direction == DIR_SERVER ? LEDGER_SERVER : LEDGER_CLIENT;
		l->stalled = false;
		break;
	case FLOW_EVENT_WINDOW_OPEN:
		l->turn = event->direction == DIR_SERVER ? LEDGER_CLIENT : LEDGER_SERVER;
		break;
	case FLOW_EVENT_RETRANSMIT:
		l->stalled = event->offset >= event->session->flow->side[event->direction].acked;
		break;
	case FLOW_EVENT_ICMP:
	case FLOW_EVENT_CONFLICT:
		break;
	}
}

/*
 * Makes the sums equal the duration of |flow|. Where the capture's clock stepped back, more time was accounted for than the session
 * lasted: the surplus is taken from the newest phases.
 */
static void settle(struct ledger *l, const struct flow *flow, struct account *account)
{
	int64_t surplus = -(flow->last.time > flow->first.time ? flow->last.time - flow->first.time : 0);

	for (int phase = 0; phase < LEDGER_PHASES; phase++)
		for (int owner = 0; owner < LEDGER_OWNERS; owner++)
			surplus += ledger_spent(l, (enum ledger_phase)phase, (enum ledger_owner)owner);
	for (int phase = LEDGER_PHASES; phase-- > 0 && surplus > 0;)
		for (int owner = 0; owner < LEDGER_OWNERS && surplus > 0; owner++) {
			int64_t spent = ledger_spent(l, (enum ledger_phase)phase, (enum ledger_owner)owner);
			int64_t taken = spent < surplus ? spent : surplus;

			if (taken)
				ledger_spend(l, (enum ledger_phase)phase, (enum ledger_owner)owner, -taken,
					     account);
			surplus -= taken;
		}
}

static void note_oddity(struct ledger *l, const struct smtp_event *event)
{
	bool lax_note = event->note == NOTE_LAX_END || event->note == NOTE_ODD_END_OF_DATA ||
			event->note == NOTE_LAX_END_READ;
	struct ledger_end *end = lax_note ? ledger_own_end(l, event->session->account) : NULL;
	struct ledger_lax_end *lax;

	if (!end)
		return;
	lax = &end->lax;
	if (event->note == NOTE_LAX_END) {
		*lax = (struct ledger_lax_end){ .seen = true,
						.lf_only = event->lf_only,
						.bare_cr =
						    !event->sequence.length ||
						    !memchr(event->sequence.at, '\n', event->sequence.length),
						.frame = event->frame,
						.offset = event->offset };
	} else if (event->note == NOTE_ODD_END_OF_DATA && lax->seen) {
		lax->waited = event->session->flow->last.time - lax->frame.time >= WAITED_FOR_REPLY;
		lax->seen = lax->waited;
	} else if (event->note == NOTE_LAX_END_READ) {
		lax->seen = false;
	}
}

void ledger_push(struct ledger *l, const struct smtp_event *event)
{
	if (l->marked == TSTAMP_NONE)
		l->marked = event->session->flow->first.time;
	if (event->frame.time != TSTAMP_NONE)
		account(l, event->kind == SMTP_ENDED ? event->session->flow->last.time : event->frame.time,
			event);
	switch (event->kind) {
	case SMTP_COMMAND:
		note_command(l, event);
		break;
	case SMTP_REPLY:
		note_reply(l, event);
		break;
	case SMTP_FLOW:
		note_flow(l, event);
		break;
	case SMTP_MESSAGE:
		leave_body(l, event);
		break;
	case SMTP_NOTE:
		note_oddity(l, event);
		break;
	case SMTP_NOT_REPLY:
		l->spoke_otherwise = true;
		break;
	case SMTP_TLS:
		if (l->accepted.tls == TSTAMP_NONE)
			l->accepted.tls = event->frame.time;
		break;
	case SMTP_OPENED:
	case SMTP_UNANSWERED:
	case SMTP_GAP:
	case SMTP_ENDED:
		break;
	}
	if (!l->end->close.seen && event->kind != SMTP_FLOW && event->kind != SMTP_OPENED)
		l->phase = phase_of(l, event->phase);
	if (event->kind == SMTP_ENDED)
		settle(l, event->session->flow, event->session->account);
}

uint64_t ledger_body_bytes(const struct ledger *l, const struct flow *flow)
{
	uint64_t delivered = flow->side[DIR_CLIENT].delivered;

	return l->in_body && delivered > l->body_start ? delivered - l->body_start : 0;
}

uint64_t ledger_body_acked(const struct ledger *l, const struct flow *flow)
{
	uint64_t acked = flow->side[DIR_CLIENT].acked;

	return l->in_body && acked > l->body_start ? acked - l->body_start : 0;
}

const char *ledger_phase_name(enum ledger_phase phase)
{
	static const char *const names[LEDGER_PHASES] = { "connect",  "greeting", "hello", "tls",  "login",
							  "envelope", "body",	  "final", "close" };

	return names[phase];
}

const char *ledger_owner_name(enum ledger_owner owner)
{
	static const char *const names[LEDGER_OWNERS] = { "client", "network", "server" };

	return names[owner];
}

bool ledger_dot_unread(const struct ledger *l, const struct flow *flow, tstamp now)
{
	const struct flow_side *client = &flow->side[DIR_CLIENT];

	return l->end->lax.seen && now - l->end->lax.frame.time >= WAITED_FOR_REPLY &&
	       client->acked >= l->end->lax.offset &&
	       (l->end->lax.waited || client->delivered == l->end->lax.offset);
}

bool ledger_chunk_short(const struct smtp_event *event)
{
	const struct session_facts *session = event->session;
	const struct flow_side *client = &session->flow->side[DIR_CLIENT];
	const struct command *open = event->oldest_open;

	return open && open->kind == COMMAND_BDAT && open->asked == TSTAMP_NONE &&
	       client->delivered < open->end + open->body_bytes && client->acked >= client->delivered &&
	       (event->frame.time - session->client_spoke >= WAITED_FOR_REPLY ||
		session->client_pause >= WAITED_FOR_REPLY);
}
